-- What the file itself is.

-- name: tables
SELECT table_name
FROM information_schema.tables
WHERE table_catalog = current_database() AND table_schema = 'main';

-- name: version
SELECT coalesce(max(number), 0) FROM migrations;

-- name: record_migration
INSERT INTO migrations (number, name, applied_at) VALUES ($number, $name, now());

-- name: database_name
SELECT current_database();
