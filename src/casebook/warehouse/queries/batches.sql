-- Lists of sources worked as one, and where sources stand.

-- name: append_batches
INSERT INTO batches (entry, batch_id, origin, size, created_by, created_at, body)
SELECT $entry, $batch_id, $origin, $size, $created_by, $created_at, $body
WHERE NOT EXISTS (FROM batches WHERE batch_id = $batch_id);

-- name: append_batch_events
INSERT INTO batch_events (entry, event_id, batch_id, step, reason, happened_at, body)
SELECT $entry, $event_id, $batch_id, $step, $reason, $happened_at, $body
WHERE NOT EXISTS (FROM batch_events WHERE event_id = $event_id);

-- name: batch
SELECT entry FROM batches WHERE batch_id = $batch_id;

-- What an address leads to is counted as its own. A source is open as long as a machine has something
-- to do for it (pipeline.batches.planning.is_open says when); a batch without any is finished, whoever worked
-- its sources and however the last run of it ended.
-- name: batches
WITH newest AS (
    SELECT *
    FROM batch_events
    QUALIFY row_number() OVER (PARTITION BY batch_id ORDER BY entry DESC) = 1
),
led AS (
    SELECT source_id, same_as
    FROM aliases
    QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY entry DESC) = 1
),
named AS (
    SELECT batch_id, unnest(json_extract_string(body, '$.items[*].source_id')) AS id
    FROM batches
),
asked AS (
    SELECT named.batch_id, coalesce(led.same_as, named.id) AS source_id
    FROM named
    LEFT JOIN led ON led.source_id = named.id
),
told AS (
    SELECT
        asked.batch_id,
        count(*) FILTER (EXISTS (FROM cases WHERE cases.source_id = asked.source_id)) AS cases,
        count(*) FILTER (
            EXISTS (FROM source_refused WHERE source_refused.source_id = asked.source_id)
        ) AS refused,
        count(*) FILTER (
            EXISTS (FROM failure_open WHERE failure_open.source_id = asked.source_id)
        ) AS failed,
        count(*) FILTER (
            NOT EXISTS (FROM cases WHERE cases.source_id = asked.source_id)
            AND CASE
                WHEN EXISTS (FROM failure_open WHERE failure_open.source_id = asked.source_id)
                    THEN EXISTS (
                        FROM failure_open
                        WHERE failure_open.source_id = asked.source_id
                            AND (transient OR kind IN (SELECT unnest($setup_kinds::VARCHAR[])))
                    )
                ELSE NOT EXISTS (
                    FROM source_refused WHERE source_refused.source_id = asked.source_id
                )
            END
        ) AS open
    FROM asked
    GROUP BY asked.batch_id
)
SELECT
    batches.batch_id,
    batches.origin,
    batches.size,
    batches.created_by,
    batches.created_at,
    CASE WHEN told.open = 0 THEN 'finished' ELSE newest.step END AS step,
    CASE WHEN told.open > 0 THEN newest.reason END AS reason,
    coalesce(newest.happened_at, batches.created_at) AS changed_at,
    coalesce(told.cases, 0) AS cases,
    coalesce(told.refused, 0) AS refused,
    coalesce(told.failed, 0) AS failed,
    coalesce(told.open, 0) AS open
FROM batches
LEFT JOIN newest USING (batch_id)
LEFT JOIN told USING (batch_id)
ORDER BY batches.entry DESC;

-- Of each of these sources that a batch names, or that one leads to, the options of the batch that
-- was worked last. They are taken out of each batch once: its body is megabytes long.
-- name: begun_with
WITH begun AS MATERIALIZED (
    SELECT batch_id, json_extract(body, '$.options')::VARCHAR AS options
    FROM batches
),
led AS (
    SELECT source_id, same_as
    FROM aliases
    QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY entry DESC) = 1
),
worked AS (
    SELECT batch_id, max(entry) AS entry
    FROM batch_events
    GROUP BY batch_id
),
named AS (
    SELECT batch_id, entry, unnest(json_extract_string(body, '$.items[*].source_id')) AS id
    FROM batches
),
told AS (
    SELECT coalesce(led.same_as, named.id) AS source_id, named.batch_id
    FROM named
    LEFT JOIN worked USING (batch_id)
    LEFT JOIN led ON led.source_id = named.id
    WHERE coalesce(led.same_as, named.id) IN (SELECT unnest($ids::VARCHAR[]))
    QUALIFY row_number() OVER (
        PARTITION BY coalesce(led.same_as, named.id)
        ORDER BY coalesce(worked.entry, named.entry) DESC
    ) = 1
)
SELECT told.source_id, begun.options
FROM told
JOIN begun USING (batch_id);

-- Each asked source once. One that has a case is known, unless a curator rejected it. An address
-- that leads to another source stands where that one does, but for those in $own. What a key, a
-- setting or a budget caused is no attempt.
-- name: standings
WITH led AS (
    SELECT source_id, same_as
    FROM aliases
    QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY entry DESC) = 1
),
asked AS (
    SELECT DISTINCT named.id AS asked_id, coalesce(led.same_as, named.id) AS source_id
    FROM (SELECT unnest($ids::VARCHAR[]) AS id) AS named
    LEFT JOIN led
        ON led.source_id = named.id
        AND led.source_id NOT IN (SELECT unnest($own::VARCHAR[]))
),
told AS (
    SELECT cases.source_id, case_status.case_id, case_status.status
    FROM cases
    JOIN case_status USING (case_id)
    QUALIFY row_number() OVER (PARTITION BY cases.source_id ORDER BY cases.entry DESC) = 1
),
tried AS (
    SELECT source_id, count(*) AS attempts
    FROM failures
    WHERE kind NOT IN (SELECT unnest($setup_kinds::VARCHAR[]))
    GROUP BY source_id
)
SELECT
    asked.asked_id AS source_id,
    told.case_id,
    failure_open.body AS failure,
    coalesce(tried.attempts, 0) AS attempts,
    CASE
        WHEN told.status = 'rejected' THEN 'rejected'
        WHEN told.case_id IS NOT NULL THEN 'known'
        WHEN failure_open.source_id IS NOT NULL THEN 'failed'
        WHEN source_refused.source_id IS NOT NULL THEN 'refused'
        WHEN sources.source_id IS NOT NULL THEN 'unfinished'
        ELSE 'new'
    END AS standing
FROM asked
LEFT JOIN sources USING (source_id)
LEFT JOIN told USING (source_id)
LEFT JOIN failure_open USING (source_id)
LEFT JOIN tried USING (source_id)
LEFT JOIN source_refused USING (source_id);

-- Only sources that came to a draft: a refused one takes a call at the most.
-- name: typical
WITH source_calls AS (
    SELECT
        generations.document_id,
        sum(attempts) AS calls,
        sum(prompt_tokens) AS prompt_tokens,
        sum(completion_tokens) AS completion_tokens,
        sum(seconds) AS seconds
    FROM generations
    WHERE model = $model
        AND EXISTS (FROM revisions WHERE revisions.document_id = generations.document_id)
    GROUP BY generations.document_id
)
SELECT
    avg(calls) AS calls,
    avg(prompt_tokens) AS prompt_tokens,
    avg(completion_tokens) AS completion_tokens,
    sum(seconds) / sum(calls) AS call_seconds
FROM source_calls
HAVING count(*) >= 3;

-- name: spent_on
SELECT
    coalesce(sum(calls), 0)::BIGINT AS calls,
    coalesce(sum(prompt_tokens + completion_tokens), 0)::BIGINT AS tokens,
    CASE WHEN bool_or(spending.cost_usd IS NULL) THEN NULL
        ELSE coalesce(sum(spending.cost_usd), 0.0)
    END AS cost_usd
FROM spending
JOIN documents USING (document_id)
WHERE documents.source_id IN (
    SELECT unnest($ids::VARCHAR[])
    UNION ALL
    SELECT same_as FROM aliases WHERE source_id IN (SELECT unnest($ids::VARCHAR[]))
);

-- The stage that a source is in is the one after the last whose result is stored.
-- name: stages_of
SELECT
    CASE
        WHEN EXISTS (
            FROM triages JOIN documents USING (document_id)
            WHERE documents.source_id = source_unfinished.source_id
        ) THEN 'summarize'
        WHEN EXISTS (
            FROM documents WHERE documents.source_id = source_unfinished.source_id
        ) THEN 'triage'
        WHEN EXISTS (
            FROM snapshots WHERE snapshots.source_id = source_unfinished.source_id
        ) THEN 'extract'
        ELSE 'fetch'
    END AS stage,
    count(*) AS sources
FROM source_unfinished
WHERE source_id IN (SELECT unnest($ids::VARCHAR[]))
GROUP BY stage;
