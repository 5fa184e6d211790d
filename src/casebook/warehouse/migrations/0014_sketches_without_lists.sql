-- The hashes stand in a sketch's body and in its marks; nobody reads the list. DuckDB writes a list
-- to the log with all the room that it has for longer ones: 31 KB a row, of 75 that are written of a
-- source. So files were checkpointed, and groups of rows added, more than twice as often.

ALTER TABLE sketches DROP COLUMN hashes;
