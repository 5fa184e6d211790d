-- Long bodies are stored packed from here on; those that are there stay as they are. An older
-- casebook cannot read them, and is told by this number.

COMMENT ON COLUMN documents.body IS 'JSON; if it begins otherwise, base 64 of what zlib made of it';
COMMENT ON COLUMN readings.body IS 'JSON; if it begins otherwise, base 64 of what zlib made of it';
COMMENT ON COLUMN triages.body IS 'JSON; if it begins otherwise, base 64 of what zlib made of it';
COMMENT ON COLUMN generations.body IS 'JSON; if it begins otherwise, base 64 of what zlib made of it';
COMMENT ON COLUMN revisions.body IS 'JSON; if it begins otherwise, base 64 of what zlib made of it';
