-- The desk's index of cases, and the cases that changed since its last update.

-- name: changed_cases
-- Row groups without newer rows are skipped, so this takes as long for any number of cases.
-- ``decided`` means that all of a case's new rows are decisions and revisions.
WITH changed AS (
    SELECT case_id, stored_at, true AS decided FROM revisions WHERE stored_at > $since
    UNION ALL SELECT case_id, stored_at, true FROM reviews WHERE stored_at > $since
    UNION ALL SELECT case_id, stored_at, true FROM publications WHERE stored_at > $since
    UNION ALL SELECT case_id, stored_at, false FROM import_records WHERE stored_at > $since
    UNION ALL SELECT case_id, stored_at, false FROM placements WHERE stored_at > $since
    UNION ALL
    SELECT placements.case_id, system_names.stored_at, false
    FROM system_names
    JOIN placements USING (system_id)
    WHERE system_names.stored_at > $since
    UNION ALL
    SELECT revisions.case_id, triages.stored_at, false
    FROM triages
    JOIN revisions USING (document_id)
    WHERE triages.stored_at > $since
    UNION ALL
    SELECT cases.case_id, of_source.stored_at, false
    FROM (
        SELECT source_id, stored_at FROM checks WHERE stored_at > $since
        UNION ALL SELECT same_as, stored_at FROM aliases WHERE stored_at > $since
        UNION ALL SELECT source_id, stored_at FROM subjects WHERE stored_at > $since
        UNION ALL SELECT source_id, stored_at FROM cases WHERE stored_at > $since
    ) AS of_source
    JOIN cases USING (source_id)
)
SELECT case_id, max(stored_at) AS stored_at, bool_and(decided) AS decided
FROM changed
GROUP BY case_id
ORDER BY stored_at;

-- name: index_lines
WITH wanted AS (
    SELECT unnest($ids::JSON::VARCHAR[]) AS case_id
),
states AS (
    FROM case_states WHERE case_id IN (FROM wanted)
),
counted AS (
    SELECT
        revision_id,
        histogram(support) FILTER (part = 'statement') AS support,
        count(*) FILTER (is_held_back) AS doubts
    FROM parts
    WHERE revision_id IN (SELECT revision_id FROM states)
    GROUP BY revision_id
),
named AS (
    SELECT
        revision_id,
        max(value) FILTER (name = 'title') AS title,
        max(value) FILTER (name = 'company') AS company,
        max(value) FILTER (name = 'industry') AS industry,
        max(value) FILTER (name = 'year') AS year
    FROM facts
    WHERE revision_id IN (SELECT revision_id FROM states)
    GROUP BY revision_id
),
tagged AS (
    SELECT revision_id, list(slug ORDER BY n) AS tags
    FROM case_tags
    WHERE coalesce(reason, '') <> 'Not found in the text.' AND revision_id IN (SELECT revision_id FROM states)
    GROUP BY revision_id
),
batched AS (
    SELECT source_id, list(DISTINCT origin) AS batches
    FROM batch_items
    JOIN batches USING (batch_id)
    WHERE source_id IN (SELECT source_id FROM states)
    GROUP BY source_id
),
judged AS (
    SELECT documents.source_id, max_by(triages.verdict, triages.stored_at) AS verdict
    FROM triages
    JOIN documents USING (document_id)
    WHERE documents.source_id IN (SELECT source_id FROM states)
    GROUP BY documents.source_id
),
checked AS (
    SELECT source_id, max_by(result, stored_at) AS result
    FROM checks
    WHERE result <> 'unreachable' AND source_id IN (SELECT source_id FROM states)
    GROUP BY source_id
),
discussed AS (
    SELECT
        reviews.case_id,
        max_by(coalesce(reason, ''), stored_at) FILTER (decision = 'assign') AS assignee,
        max_by(if(decision = 'judge', 'The judge', who), stored_at) AS changed_by,
        count(*) AS changes,
        count(*) FILTER (
            decision = 'comment' AND review_id NOT IN (
                SELECT resolves FROM reviews WHERE resolves IS NOT NULL
            )
        ) AS comments
    FROM reviews
    WHERE case_id IN (FROM wanted)
    GROUP BY case_id
)
SELECT
    states.case_id,
    states.source_id,
    states.revision_id,
    revisions.document_id,
    states.status,
    states.newer_revision_id IS NOT NULL AS newer,
    sources.kind,
    coalesce(sources.canonical_url, sources.origin_url, stated.url) AS url,
    named.title,
    named.company,
    named.industry,
    named.year,
    coalesce(tagged.tags, []) AS tags,
    coalesce(batched.batches, []) AS batches,
    coalesce(counted.support, MAP {}) AS support,
    coalesce(counted.doubts, 0) AS doubts,
    judged.verdict,
    coalesce(revisions.made_by = 'import' OR revisions.basis = 'imported', false) AS imported,
    checked.result AS checked,
    nullif(discussed.assignee, '') AS assignee,
    discussed.changed_by,
    states.published_revision_id AS published_id,
    coalesce(discussed.comments, 0) AS comments,
    coalesce(discussed.changes, 0) AS changes,
    epoch(states.updated_at) AS updated_at,
    epoch(states.stored_at) AS stored_at
FROM states
JOIN revisions ON revisions.revision_id = states.revision_id
JOIN sources ON sources.source_id = states.source_id
LEFT JOIN stated_addresses AS stated ON stated.source_id = states.source_id
LEFT JOIN counted ON counted.revision_id = states.revision_id
LEFT JOIN named ON named.revision_id = states.revision_id
LEFT JOIN tagged ON tagged.revision_id = states.revision_id
LEFT JOIN batched ON batched.source_id = states.source_id
LEFT JOIN judged ON judged.source_id = states.source_id
LEFT JOIN checked ON checked.source_id = states.source_id
LEFT JOIN discussed ON discussed.case_id = states.case_id;

-- name: near_copy_counts
SELECT source_id, count(*) AS copies FROM near_copies GROUP BY source_id;

-- name: saved_views
SELECT *
FROM saved_views
WHERE who = $who
QUALIFY stored_at = max(stored_at) OVER (PARTITION BY name) AND query <> ''
ORDER BY name;
