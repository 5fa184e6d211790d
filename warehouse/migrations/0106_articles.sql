-- Statements form paragraphs and lists; quotes can be translated; triage names its subjects.

ALTER TABLE statements ADD COLUMN form VARCHAR;
COMMENT ON COLUMN statements.form IS 'paragraph: opens one; next: continues it; item: of a list; NULL in older drafts';
COMMENT ON COLUMN statements.section IS 'abstract, results, context, architecture, challenges, solutions, techniques, tools, evaluation, lessons, failures, plans, questions, example, or gaps: what the source does not answer, by the editor';
COMMENT ON COLUMN statements.metric IS 'of a measured result, as the following columns: what was measured; NULL for an observed one';

ALTER TABLE evidence ADD COLUMN translation VARCHAR;
COMMENT ON COLUMN evidence.translation IS 'of the quote, if the case study is in another language';
COMMENT ON COLUMN evidence.passage IS 'the passage''s n; 0 for the page''s description; NULL if the quote was not found';

ALTER TABLE triages ADD COLUMN subjects STRUCT(company VARCHAR, system VARCHAR)[];
COMMENT ON COLUMN triages.subjects IS 'the systems that the source tells of, with the companies that run them';
UPDATE triages SET subjects = [];

-- The same views, with the new columns.
CREATE OR REPLACE VIEW current_statements AS
SELECT
    details.case_id,
    case_states.status,
    details.title,
    details.company,
    details.industry,
    details.year,
    details.tags,
    details.url,
    statements.*
FROM statements
JOIN case_states USING (revision_id)
JOIN revision_details AS details USING (revision_id);
COMMENT ON VIEW current_statements IS 'The statements of each case''s current revision, with the case''s facts and tags.';

CREATE OR REPLACE VIEW published_statements AS
WITH quoted AS (
    SELECT DISTINCT revision_id, key::INTEGER AS n
    FROM evidence
    WHERE part = 'statement' AND match <> 'missing' AND (start_offset IS NOT NULL OR passage = 0)
),
-- An example is shown only with a quote.
shown AS (
    SELECT parts.revision_id, parts.key::INTEGER AS n
    FROM parts
    LEFT JOIN quoted ON quoted.revision_id = parts.revision_id AND quoted.n::VARCHAR = parts.key
    WHERE parts.part = 'statement'
        AND NOT parts.is_held_back
        AND (parts.place <> 'example' OR quoted.n IS NOT NULL)
),
listed AS (
    SELECT revision_id, list(n) AS numbers FROM shown GROUP BY revision_id
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

CREATE OR REPLACE VIEW refused_sources AS
SELECT documents.source_id, documents.title, triages.*
FROM triages
JOIN documents USING (document_id)
WHERE NOT EXISTS (FROM case_states WHERE case_states.source_id = documents.source_id)
QUALIFY triages.stored_at = max(triages.stored_at) OVER (PARTITION BY documents.source_id)
    AND triages.verdict = 'not_a_case_study';
COMMENT ON VIEW refused_sources IS 'Sources without a case that triage refused last.';
