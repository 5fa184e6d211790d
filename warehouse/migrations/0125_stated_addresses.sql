-- Addresses that people attach to sources that were files.

COMMENT ON COLUMN aliases.reason IS 'redirect, canonical, moved, file, or stated by a person';
CREATE VIEW stated_addresses AS
SELECT same_as AS source_id, max_by(url, stored_at) AS url
FROM aliases
WHERE reason = 'stated'
GROUP BY same_as;
COMMENT ON VIEW stated_addresses IS 'The address that a person attached to a source without one.';

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
    coalesce(sources.canonical_url, sources.origin_url, stated_addresses.url) AS url,
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
LEFT JOIN stated_addresses USING (source_id)
LEFT JOIN fact_values USING (revision_id)
LEFT JOIN tagged USING (revision_id);
COMMENT ON VIEW revision_details IS 'Each revision with its source''s address, its facts and its tags as columns; tags of an import that its text does not name are set aside.';
