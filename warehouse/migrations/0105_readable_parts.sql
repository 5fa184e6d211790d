-- What readers see of a case: no facts and tags that are held back, and a summary whole or not at all.

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
    newest.target,
    newest.address,
    newest.happened_at AS published_at
FROM revision_details AS details
JOIN newest USING (case_id, revision_id)
LEFT JOIN readable USING (revision_id);
COMMENT ON VIEW published_cases IS 'The cases that readers can see, as they were published.';

CREATE OR REPLACE VIEW published_statements AS
WITH shown AS (
    SELECT revision_id, key::INTEGER AS n FROM parts WHERE part = 'statement' AND NOT is_held_back
),
listed AS (
    SELECT revision_id, list(n) AS numbers FROM shown GROUP BY revision_id
),
quoted AS (
    SELECT DISTINCT revision_id, key::INTEGER AS n
    FROM evidence
    WHERE part = 'statement' AND match <> 'missing' AND start_offset IS NOT NULL
),
-- A sentence of the summary takes the others along if it is held back, or if nothing supports it.
cut AS (
    SELECT DISTINCT statements.revision_id
    FROM statements
    LEFT JOIN shown USING (revision_id, n)
    LEFT JOIN listed USING (revision_id)
    LEFT JOIN quoted USING (revision_id, n)
    WHERE statements.section = 'abstract'
        AND (
            shown.n IS NULL
            OR NOT list_has_all(listed.numbers, coalesce(statements.rests_on, []))
            OR (quoted.n IS NULL AND len(coalesce(statements.rests_on, [])) = 0)
        )
)
SELECT
    published.case_id,
    published.title,
    published.company,
    published.industry,
    published.year,
    published.tags,
    published.url,
    published.published_at,
    statements.*
FROM statements
JOIN published_cases AS published USING (revision_id)
SEMI JOIN shown USING (revision_id, n)
WHERE statements.section <> 'abstract' OR statements.revision_id NOT IN (FROM cut);
COMMENT ON VIEW published_statements IS 'The statements that readers can see, with the case''s facts, tags and source address.';
