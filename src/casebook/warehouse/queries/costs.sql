-- What calls to models cost.

-- name: append_wastes
INSERT INTO wastes (
    entry, waste_id, question_id, document_id, stage, model, kind, prompt_tokens,
    completion_tokens, cost_usd, seconds, attempts, wasted_at, body
)
SELECT
    $entry, $waste_id, $question_id, $document_id, $stage, $model, $kind, $prompt_tokens,
    $completion_tokens, $cost_usd, $seconds, $attempts, $wasted_at, $body
WHERE NOT EXISTS (FROM wastes WHERE waste_id = $waste_id);

-- name: waste_of
SELECT entry FROM wastes WHERE question_id = $question_id ORDER BY entry DESC LIMIT 1;

-- name: taken
SELECT document_id, count(*) AS times
FROM wastes
WHERE document_id IN (SELECT unnest($ids::VARCHAR[]))
    AND stage = $stage
    AND model = $model
    AND (body ->> '$.taken')::BOOLEAN
    AND (body ->> '$.topic') = $topic
GROUP BY document_id;

-- name: spent_since
SELECT coalesce(sum(cost_usd), 0.0) AS cost_usd FROM spending WHERE spent_at >= $since;

-- name: costs
-- A call about a document that has no case (refused, failed, not yet drafted) has no case as key. A
-- verdict by a watch's rubric is about a source before there is one: where none came of it, the
-- list that announced it is what was paid for.
WITH judged AS (
    SELECT watch_id, unnest(json_extract_string(body, '$.refused[*].source_id')) AS document_id
    FROM looks
),
verdicts AS (SELECT document_id, max(watch_id) AS watch_id FROM judged GROUP BY document_id),
lists AS (SELECT watch_id, max(address) AS address FROM watches GROUP BY watch_id),
led AS (
    SELECT source_id, same_as
    FROM aliases
    QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY entry DESC) = 1
),
placed AS (
    SELECT
        spending.*,
        coalesce(documents.source_id, led.same_as, sources.source_id) AS source_id,
        coalesce(lists.address, 'no source yet') AS list,
        CASE
            WHEN stage = 'watch' THEN coalesce(verdicts.watch_id, 'watch')
        END AS watch_id
    FROM spending
    LEFT JOIN documents USING (document_id)
    LEFT JOIN sources ON sources.source_id = spending.document_id
    LEFT JOIN led ON led.source_id = spending.document_id
    LEFT JOIN verdicts ON verdicts.document_id = spending.document_id
    LEFT JOIN lists ON lists.watch_id = verdicts.watch_id
    WHERE $since IS NULL OR spent_at >= $since
),
keyed AS (
    SELECT
        placed.*,
        CASE $by
            WHEN 'day' THEN strftime(spent_at, '%Y-%m-%d')
            WHEN 'model' THEN model
            WHEN 'stage' THEN stage
            WHEN 'case' THEN (
                SELECT max(case_id) FROM cases WHERE cases.source_id = placed.source_id
            )
            WHEN 'source' THEN coalesce(source_id, watch_id)
        END AS key
    FROM placed
),
titles AS (
    SELECT source_id, max(coalesce(title, url)) AS title FROM documents GROUP BY source_id
)
SELECT
    key,
    CASE
        WHEN $by IN ('case', 'source') AND key IS NOT NULL
            THEN coalesce(max(title), max(canonical_url), max(source_id), max(list))
    END AS label,
    sum(calls)::BIGINT AS calls,
    sum(wasted_calls)::BIGINT AS wasted_calls,
    sum(prompt_tokens)::BIGINT AS prompt_tokens,
    sum(completion_tokens)::BIGINT AS completion_tokens,
    round(sum(cost_usd), 8) AS cost_usd,
    count(*) FILTER (cost_usd IS NULL) AS unpriced,
    sum(seconds) AS seconds
FROM keyed
LEFT JOIN titles USING (source_id)
LEFT JOIN sources USING (source_id)
GROUP BY key
ORDER BY if($by = 'day', key, NULL), cost_usd DESC NULLS LAST, calls DESC, key;
