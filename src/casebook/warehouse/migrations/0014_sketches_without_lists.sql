-- The hashes stand in a sketch's body and in its marks; nobody reads the list. DuckDB writes a list
-- to the log with all the room that it has for longer ones, some 65 KB a row: more than all else
-- that is stored of a source, so that files were checkpointed, and groups of rows added, more than
-- twice as often.

ALTER TABLE sketches DROP COLUMN hashes;
