-- Queries for the desk's page of charts, which also shows them. Charts draw the last column.

-- name: drafts_per_week
-- Drafts by models, by the Monday of their week, over at most a year.
WITH drafts AS (
    SELECT date_trunc('week', created_at AT TIME ZONE 'UTC')::DATE AS week
    FROM revisions
    WHERE made_by = 'model'
),
weeks AS (
    SELECT
        unnest(
            generate_series(
                greatest(min(week), max(week) - INTERVAL 51 WEEK), max(week), INTERVAL 1 WEEK
            )
        )::DATE AS week
    FROM drafts
)
SELECT week, count(drafts.week) AS drafts
FROM weeks
LEFT JOIN drafts USING (week)
GROUP BY week
ORDER BY week;

-- name: verified_per_week
-- Percentage of verbatim or verified statements in new drafts, by week.
SELECT
    date_trunc('week', revisions.created_at AT TIME ZONE 'UTC')::DATE AS week,
    count(*) AS statements,
    round(100 * avg(if(statements.support IN ('verbatim', 'verified'), 1, 0)), 1) AS percent
FROM statements
JOIN revisions USING (revision_id)
WHERE revisions.made_by = 'model'
GROUP BY week
QUALIFY row_number() OVER (ORDER BY week DESC) <= 52
ORDER BY week;

-- name: verified_by_model
-- Percentage of verbatim or verified statements in drafts, by model.
SELECT
    revisions.model,
    count(DISTINCT revisions.revision_id) AS drafts,
    round(100 * avg(if(statements.support IN ('verbatim', 'verified'), 1, 0)), 1) AS percent
FROM statements
JOIN revisions USING (revision_id)
WHERE revisions.made_by = 'model'
GROUP BY ALL
ORDER BY percent DESC
LIMIT 12;

-- name: doubtful_by_section
-- Doubtful statements in current revisions that no curator has confirmed, by section.
SELECT statements.section, count(*) AS doubtful
FROM statements
JOIN case_states USING (revision_id)
WHERE statements.support = 'doubtful' AND statements.confirmed_by IS NULL
GROUP BY section
ORDER BY doubtful DESC, section;

-- name: minutes_per_draft
-- Median minutes that curators had a case open before a decision, by week.
WITH decided AS (
    SELECT
        case_id,
        max(happened_at) FILTER (decision IN ('approve', 'reject')) AS decided_at,
        sum(seconds) / 60 AS minutes
    FROM reviews
    GROUP BY case_id
)
SELECT
    date_trunc('week', decided_at AT TIME ZONE 'UTC')::DATE AS week,
    count(*) AS cases,
    round(median(minutes), 1) AS minutes
FROM decided
WHERE decided_at IS NOT NULL AND minutes > 0
GROUP BY week
QUALIFY row_number() OVER (ORDER BY week DESC) <= 52
ORDER BY week;

-- name: cost_per_draft
-- Average cost of the calls for a draft in US dollars, by model; drafts with calls of unknown price
-- are left out.
WITH calls AS (
    SELECT revision_id, model, unnest(generation_ids) AS generation_id
    FROM revisions
    WHERE made_by = 'model'
),
costs AS (
    SELECT calls.revision_id, calls.model, sum(generations.cost_usd) AS dollars
    FROM calls
    JOIN generations USING (generation_id)
    GROUP BY calls.revision_id, calls.model
    HAVING count(generations.cost_usd) = count(*)
)
SELECT model, count(*) AS drafts, avg(dollars) AS dollars
FROM costs
GROUP BY ALL
ORDER BY dollars DESC
LIMIT 12;

-- name: tags_over_time
-- The five most frequent tags, by the quarter when the source was published or else submitted.
WITH tagged AS (
    SELECT
        case_tags.slug AS tag,
        date_trunc(
            'quarter', coalesce(documents.published, cases.created_at AT TIME ZONE 'UTC')
        )::DATE AS began
    FROM case_states
    JOIN cases USING (case_id)
    JOIN case_tags USING (revision_id)
    JOIN revisions USING (revision_id)
    JOIN documents USING (document_id)
    WHERE case_states.status <> 'rejected' AND case_tags.support <> 'refuted'
),
frequent AS (
    SELECT tag FROM tagged GROUP BY tag ORDER BY count(*) DESC, tag LIMIT 5
),
quarters AS (
    SELECT DISTINCT began FROM tagged ORDER BY began DESC LIMIT 16
)
SELECT
    strftime(quarters.began, '%Y') || ' Q' || quarter(quarters.began) AS quarter,
    frequent.tag,
    count(tagged.tag) AS cases
FROM quarters
CROSS JOIN frequent
LEFT JOIN tagged USING (began, tag)
GROUP BY quarters.began, frequent.tag
ORDER BY quarters.began, frequent.tag;
