-- Sentences that code chose are told apart from those that a model copied.

COMMENT ON COLUMN statements.origin IS 'whose words: model, source, selected (the source''s, chosen by code) or curator';
