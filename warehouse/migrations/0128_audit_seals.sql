-- A hash chain over the audit log.

CREATE TABLE audit_seals (
    n INTEGER,
    upto TIMESTAMPTZ,
    kinds VARCHAR[],
    rows INTEGER,
    digest VARCHAR,
    head VARCHAR,
    row_hashes UBIGINT[],
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE audit_seals IS 'Seals of the audit log; each covers the rows since the seal before, and that seal''s head.';
COMMENT ON COLUMN audit_seals.upto IS 'the last moment (stored_at) of the rows that it covers';
COMMENT ON COLUMN audit_seals.kinds IS 'of the rows that it covers';
COMMENT ON COLUMN audit_seals.digest IS 'SHA-256 of the hashes of these rows, in order';
COMMENT ON COLUMN audit_seals.head IS 'SHA-256 of the head before, the digest and the moment';
COMMENT ON COLUMN audit_seals.row_hashes IS 'the first 64 bits of the hash of each row';
