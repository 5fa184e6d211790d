-- The messages of the inbox that a person marked as read.

CREATE TABLE read_messages (
    who VARCHAR,
    review_id VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE read_messages IS 'Comments, answers and assignments that a person marked as read in the inbox.';
COMMENT ON COLUMN read_messages.review_id IS 'of the comment, the resolution or the assignment';
