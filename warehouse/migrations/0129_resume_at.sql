-- Batches that a site blocked, and when they continue.

ALTER TABLE batch_events ADD COLUMN resume_at TIMESTAMPTZ;
COMMENT ON COLUMN batch_events.resume_at IS 'from when the served flows continue a paused batch by themselves';
