-- Sources and their states.

-- name: near_copies
WITH titles AS (
    SELECT source_id, max_by(title, stored_at) AS title FROM documents GROUP BY source_id
)
SELECT
    near_copies.other_source_id AS source_id,
    source_cases.case_id,
    titles.title,
    coalesce(sources.canonical_url, sources.origin_url) AS url,
    near_copies.similarity,
    near_copies.same_title
FROM near_copies
JOIN sources ON sources.source_id = near_copies.other_source_id
LEFT JOIN titles ON titles.source_id = near_copies.other_source_id
LEFT JOIN source_cases ON source_cases.source_id = near_copies.other_source_id
WHERE near_copies.source_id = $source_id
ORDER BY near_copies.similarity DESC, sources.stored_at;

-- name: subjects
SELECT *
FROM current_subjects
WHERE source_id IN (SELECT unnest($ids::JSON::VARCHAR[]))
ORDER BY subject_id IS NOT NULL, added_at;

-- name: last_checks
SELECT *
FROM checks
WHERE $ids IS NULL OR source_id IN (SELECT unnest($ids::JSON::VARCHAR[]))
QUALIFY (result <> 'unreachable', stored_at)
    = max((result <> 'unreachable', stored_at)) OVER (PARTITION BY source_id);

-- name: unfinished
SELECT sources.*
FROM sources
JOIN source_states USING (source_id)
WHERE source_states.state = 'unfinished' AND source_states.same_as IS NULL
ORDER BY sources.stored_at;

-- name: refused
SELECT sources.* EXCLUDE (stored_at), refused_sources.* EXCLUDE (source_id)
FROM refused_sources
JOIN sources USING (source_id)
ORDER BY refused_sources.stored_at;

-- name: open_failures
SELECT
    open_failures.*,
    sources.kind AS source_kind,
    sources.submitted,
    sources.origin_url,
    sources.transcript,
    sources.chapters,
    sources.feed,
    sources.captured
FROM open_failures
JOIN sources USING (source_id)
WHERE $source_id IS NULL OR open_failures.source_id = $source_id
ORDER BY open_failures.stored_at;

-- name: selections
SELECT *
FROM selections
WHERE source_id = $source_id
    OR source_id IN (SELECT source_id FROM aliases WHERE same_as = $source_id)
ORDER BY stored_at;

-- name: source_states
WITH wanted AS (
    SELECT DISTINCT unnest($ids::JSON::VARCHAR[]) AS source_id
)
SELECT wanted.source_id, coalesce(source_states.state, 'new') AS state
FROM wanted
LEFT JOIN source_states USING (source_id);

-- name: collection
-- Every address or file ever found, counted once by origin and outcome, then every case by state.
-- ``reason`` is that of a duplicate, a failure or a refusal (the criterion with the lowest score).
WITH imported AS (
    SELECT DISTINCT cases.source_id FROM import_records JOIN cases USING (case_id)
),
listed AS (
    SELECT source_id, false AS is_unwanted FROM batch_items
    UNION ALL
    SELECT source_id, state = 'refused' FROM watched_items WHERE state <> 'known'
),
lists AS (
    SELECT source_id, bool_or(is_unwanted) AS is_unwanted FROM listed GROUP BY source_id
),
led AS (
    SELECT source_id, max_by(reason, stored_at) AS reason FROM aliases GROUP BY source_id
),
failed AS (
    SELECT
        source_id,
        max_by(if(gone, 'gone', if(stage IN ('fetch', 'extract'), stage, 'draft')), stored_at)
            AS reason
    FROM open_failures
    GROUP BY source_id
),
scores AS (
    SELECT
        source_id,
        unnest(criteria) AS criterion,
        generate_subscripts(criteria, 1) AS n
    FROM refused_sources
),
refused AS (
    SELECT source_id, min_by(criterion.name, (criterion.score, n)) AS reason
    FROM scores
    GROUP BY source_id
),
placed AS (
    SELECT
        CASE
            WHEN imported.source_id IS NOT NULL THEN 'imported'
            WHEN lists.source_id IS NOT NULL THEN 'listed'
            ELSE 'submitted'
        END AS origin,
        CASE
            WHEN states.same_as IS NOT NULL THEN 'duplicate'
            WHEN states.case_id IS NOT NULL THEN 'case'
            WHEN states.state IN ('failed', 'refused') THEN states.state
            WHEN states.source_id IS NULL AND lists.is_unwanted THEN 'unwanted'
            ELSE 'waiting'
        END AS outcome,
        CASE outcome
            WHEN 'duplicate' THEN led.reason
            WHEN 'failed' THEN failed.reason
            WHEN 'refused' THEN refused.reason
        END AS reason
    FROM source_states AS states
    FULL JOIN lists USING (source_id)
    LEFT JOIN imported USING (source_id)
    LEFT JOIN led USING (source_id)
    LEFT JOIN failed USING (source_id)
    LEFT JOIN refused USING (source_id)
),
stated AS (
    SELECT
        CASE
            WHEN next_revision_id IS NOT NULL THEN 'shown'
            WHEN case_id IN (SELECT case_id FROM withdrawn_cases) THEN 'withdrawn'
            WHEN status = 'rejected' THEN 'rejected'
            ELSE 'review'
        END AS outcome
    FROM case_states
)
SELECT 'source' AS counted, origin, outcome, coalesce(reason, '') AS reason, count(*) AS number
FROM placed
GROUP BY ALL
UNION ALL
SELECT 'case', '', outcome, '', count(*) FROM stated GROUP BY outcome
ORDER BY ALL;

-- name: generations
WITH wanted AS (
    SELECT unnest($ids::JSON::VARCHAR[]) AS generation_id, generate_subscripts($ids::JSON::VARCHAR[], 1) AS i
)
SELECT generations.* FROM generations JOIN wanted USING (generation_id) ORDER BY wanted.i;

-- name: spent_since
SELECT coalesce(sum(cost_usd), 0.0) AS cost_usd FROM generations WHERE happened_at >= $moment;

-- name: costs
-- Calls before there is a document have the source's id as document_id.
WITH placed AS (
    SELECT
        generations.*,
        coalesce(documents.source_id, sources.source_id) AS source_id
    FROM generations
    LEFT JOIN documents USING (document_id)
    LEFT JOIN sources ON sources.source_id = generations.document_id
    WHERE $since IS NULL OR happened_at >= $since
),
titles AS (
    SELECT source_id, max_by(title, stored_at) AS title FROM documents GROUP BY source_id
),
-- A call for a draft belongs to its case, any other one to the main case of the source.
drafted AS (
    SELECT generation_id, min(case_id) AS case_id
    FROM (
        SELECT case_id, unnest(generation_ids) AS generation_id FROM revisions
        UNION ALL
        SELECT case_id, unnest(generation_ids) FROM finding_sets
    )
    GROUP BY generation_id
),
keyed AS (
    SELECT
        placed.*,
        cases.case_id,
        coalesce(cases.title, titles.title, sources.canonical_url, sources.submitted) AS label,
        CASE $by
            WHEN 'day' THEN strftime(placed.happened_at AT TIME ZONE 'UTC', '%Y-%m-%d')
            WHEN 'model' THEN placed.model
            WHEN 'stage' THEN placed.stage
            WHEN 'case' THEN cases.case_id
            WHEN 'source' THEN placed.source_id
        END AS key
    FROM placed
    LEFT JOIN source_cases USING (source_id)
    LEFT JOIN drafted USING (generation_id)
    LEFT JOIN current_cases AS cases
        ON cases.case_id = coalesce(if($by = 'case', drafted.case_id, NULL), source_cases.case_id)
    LEFT JOIN titles USING (source_id)
    LEFT JOIN sources USING (source_id)
)
SELECT
    key,
    CASE WHEN $by IN ('case', 'source') AND key IS NOT NULL THEN max(label) END AS label,
    sum(attempts)::BIGINT AS calls,
    sum(attempts - if(status = 'ok', 1, 0))::BIGINT AS wasted_calls,
    sum(prompt_tokens)::BIGINT AS prompt_tokens,
    sum(cached_tokens)::BIGINT AS cached_tokens,
    sum(completion_tokens)::BIGINT AS completion_tokens,
    round(sum(cost_usd), 8) AS cost_usd,
    count(*) FILTER (cost_usd IS NULL) AS unpriced,
    sum(seconds) AS seconds
FROM keyed
GROUP BY key
ORDER BY if($by = 'day', key, NULL), sum(cost_usd) DESC NULLS LAST, calls DESC, key;
