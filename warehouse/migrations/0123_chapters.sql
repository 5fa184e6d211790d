-- The chapters of a podcast's episode, as its feed names them.

ALTER TABLE sources ADD COLUMN chapters VARCHAR;
COMMENT ON COLUMN sources.chapters IS 'address of the chapters of a podcast''s episode';
ALTER TABLE batch_items ADD COLUMN chapters VARCHAR;
