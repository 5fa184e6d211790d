-- Imported cases keep their record in the other database, and only tags that their text names count.

CREATE TABLE import_records (
    case_id VARCHAR,
    document_id VARCHAR,
    database VARCHAR,
    record_key VARCHAR,
    record_url VARCHAR,
    record_created TIMESTAMPTZ,
    record_updated TIMESTAMPTZ,
    licence VARCHAR,
    credit VARCHAR,
    file_sha256 VARCHAR,
    who VARCHAR,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE import_records IS 'The records of other databases that cases were imported from; the newest of a case counts.';
COMMENT ON COLUMN import_records.database IS 'the name of the database';
COMMENT ON COLUMN import_records.record_key IS 'identifies the record there';
COMMENT ON COLUMN import_records.record_url IS 'the page of the record';
COMMENT ON COLUMN import_records.record_created IS 'when the record was added there, or its source was published';
COMMENT ON COLUMN import_records.record_updated IS 'when the record was changed there';
COMMENT ON COLUMN import_records.licence IS 'under which the database publishes the record';
COMMENT ON COLUMN import_records.credit IS 'how the database asks to be credited';
COMMENT ON COLUMN import_records.file_sha256 IS 'the SHA-256 of the imported file, or of all files of a folder';
COMMENT ON COLUMN import_records.who IS 'who imported it';
COMMENT ON COLUMN case_tags.reason IS 'why the support is what it is; of an imported tag: Not found in the text.';

-- The same view, with the tags that count, and those that are set aside.
CREATE OR REPLACE VIEW revision_details AS
WITH fact_values AS (
    SELECT
        revision_id,
        max(value) FILTER (name = 'title') AS title,
        max(value) FILTER (name = 'company') AS company,
        max(value) FILTER (name = 'industry') AS industry,
        try_cast(max(value) FILTER (name = 'year') AS INTEGER) AS year,
        max(value) FILTER (name = 'stage') AS stage,
        max(value) FILTER (name = 'narrator') AS narrator
    FROM facts
    GROUP BY revision_id
),
checked AS (
    SELECT
        *, support = 'imported' AND coalesce(reason, '') = 'Not found in the text.' AS is_set_aside
    FROM case_tags
),
tagged AS (
    SELECT
        revision_id,
        list(slug ORDER BY n) FILTER (NOT is_set_aside) AS tags,
        list(slug ORDER BY n) FILTER (is_set_aside) AS tags_set_aside
    FROM checked
    GROUP BY revision_id
)
SELECT
    revisions.revision_id,
    revisions.case_id,
    revisions.document_id,
    cases.source_id,
    sources.kind,
    coalesce(sources.canonical_url, sources.origin_url) AS url,
    fact_values.title,
    fact_values.company,
    fact_values.industry,
    fact_values.year,
    fact_values.stage,
    fact_values.narrator,
    coalesce(tagged.tags, []::VARCHAR[]) AS tags,
    coalesce(tagged.tags_set_aside, []::VARCHAR[]) AS tags_set_aside
FROM revisions
JOIN cases USING (case_id)
JOIN sources USING (source_id)
LEFT JOIN fact_values USING (revision_id)
LEFT JOIN tagged USING (revision_id);
COMMENT ON VIEW revision_details IS 'Each revision with its source''s address, its facts and its tags as columns; tags of an import that its text does not name are set aside.';

CREATE OR REPLACE VIEW published_cases AS
WITH newest AS (
    SELECT *
    FROM current_publications
    QUALIFY stored_at = max(stored_at) OVER (PARTITION BY case_id)
),
readable AS (
    SELECT
        revision_id,
        max(text) FILTER (part = 'fact' AND key = 'title') AS title,
        max(text) FILTER (part = 'fact' AND key = 'company') AS company,
        max(text) FILTER (part = 'fact' AND key = 'industry') AS industry,
        try_cast(max(text) FILTER (part = 'fact' AND key = 'year') AS INTEGER) AS year,
        max(text) FILTER (part = 'fact' AND key = 'stage') AS stage,
        max(text) FILTER (part = 'fact' AND key = 'narrator') AS narrator,
        list(key) FILTER (part = 'tag') AS tags
    FROM parts
    WHERE NOT is_held_back
    GROUP BY revision_id
)
SELECT
    details.case_id,
    details.source_id,
    details.revision_id,
    details.document_id,
    details.kind,
    details.url,
    readable.title,
    readable.company,
    readable.industry,
    readable.year,
    readable.stage,
    readable.narrator,
    list_filter(details.tags, lambda tag: list_contains(readable.tags, tag)) AS tags,
    details.tags_set_aside,
    newest.target,
    newest.address,
    newest.happened_at AS published_at
FROM revision_details AS details
JOIN newest USING (case_id, revision_id)
LEFT JOIN readable USING (revision_id);
COMMENT ON VIEW published_cases IS 'The cases that readers can see, as they were published.';
