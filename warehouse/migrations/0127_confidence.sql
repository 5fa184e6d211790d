-- How certain a recognizer was.

ALTER TABLE passages ADD COLUMN confidence DOUBLE;
COMMENT ON COLUMN passages.confidence IS 'of a speech recognizer in the least certain words of the passage, up to 1';
