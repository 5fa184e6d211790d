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
SELECT body FROM wastes WHERE question_id = $question_id ORDER BY entry DESC LIMIT 1;

-- name: spent_since
SELECT coalesce(sum(cost_usd), 0.0) AS cost_usd FROM spending WHERE spent_at >= $since;

-- name: costs
-- A call about a document that has no case (refused, failed, not yet drafted) has no case as key.
WITH placed AS (
    SELECT
        spending.*,
        documents.source_id,
        coalesce(documents.title, documents.url, documents.source_id) AS label,
        (SELECT max(case_id) FROM cases WHERE cases.source_id = documents.source_id) AS case_id
    FROM spending
    LEFT JOIN documents USING (document_id)
    WHERE $since IS NULL OR spent_at >= $since
)
SELECT
    CASE $by
        WHEN 'day' THEN strftime(spent_at, '%Y-%m-%d')
        WHEN 'model' THEN model
        WHEN 'stage' THEN stage
        WHEN 'case' THEN case_id
        WHEN 'source' THEN source_id
    END AS key,
    CASE WHEN $by IN ('case', 'source') THEN max(label) END AS label,
    sum(calls)::BIGINT AS calls,
    sum(wasted_calls)::BIGINT AS wasted_calls,
    sum(prompt_tokens)::BIGINT AS prompt_tokens,
    sum(completion_tokens)::BIGINT AS completion_tokens,
    round(sum(cost_usd), 8) AS cost_usd,
    count(*) FILTER (cost_usd IS NULL) AS unpriced,
    sum(seconds) AS seconds
FROM placed
GROUP BY key
ORDER BY if($by = 'day', key, NULL), cost_usd DESC NULLS LAST, calls DESC, key;
