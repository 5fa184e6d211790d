-- Rows that others consist of, by the ids of those.

-- name: columns
SELECT column_name, data_type
FROM duckdb_columns()
WHERE database_name = current_database() AND table_name = $table
ORDER BY column_index;

-- name: passages
SELECT * FROM passages
WHERE document_id IN (SELECT unnest($ids::JSON::VARCHAR[]))
ORDER BY document_id, n;

-- name: facts
SELECT * FROM facts
WHERE revision_id IN (SELECT unnest($ids::JSON::VARCHAR[]))
ORDER BY revision_id, n;

-- name: statements
SELECT * FROM statements
WHERE revision_id IN (SELECT unnest($ids::JSON::VARCHAR[]))
ORDER BY revision_id, n;

-- name: case_tags
SELECT * FROM case_tags
WHERE revision_id IN (SELECT unnest($ids::JSON::VARCHAR[]))
ORDER BY revision_id, n;

-- name: evidence
SELECT * FROM evidence
WHERE revision_id IN (SELECT unnest($ids::JSON::VARCHAR[]))
ORDER BY revision_id, part, key, i;
