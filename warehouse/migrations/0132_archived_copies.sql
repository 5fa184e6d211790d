-- Copies of published sources in a web archive.

CREATE TABLE archived_copies (
    source_id VARCHAR,
    address VARCHAR,
    url VARCHAR,
    message VARCHAR,
    asked_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE archived_copies IS 'The answers of a web archive that was asked for copies of published sources.';
COMMENT ON COLUMN archived_copies.address IS 'the page that was to be copied';
COMMENT ON COLUMN archived_copies.url IS 'the address of the copy; NULL if there is none';
COMMENT ON COLUMN archived_copies.message IS 'why there is no copy';
