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

-- name: doubts_agreed
-- Of the parts that a judge doubted or refuted, the percentage that curators dropped or changed
-- instead of keeping them, by the month of the approval and the judge.
SELECT
    strftime(date_trunc('month', approved_at AT TIME ZONE 'UTC'), '%Y-%m') AS month,
    judge,
    count(*) FILTER (is_kept) AS kept,
    count(*) FILTER (NOT is_kept) AS dropped_or_changed,
    round(100 * dropped_or_changed / count(*), 1) AS percent
FROM judged_parts
WHERE verdict IN ('doubtful', 'refuted') AND NOT is_left_out
GROUP BY month, judge
QUALIFY dense_rank() OVER (ORDER BY month DESC) <= 12
ORDER BY month, judge;

-- name: verified_disputed
-- Of the parts that a judge verified in cases that were approved, the percentage that curators
-- dropped or changed, by the month of the approval and the judge.
SELECT
    strftime(date_trunc('month', approved_at AT TIME ZONE 'UTC'), '%Y-%m') AS month,
    judge,
    count(*) FILTER (is_kept) AS kept,
    count(*) FILTER (NOT is_kept) AS dropped_or_changed,
    round(100 * dropped_or_changed / count(*), 1) AS percent
FROM judged_parts
WHERE verdict = 'verified'
GROUP BY month, judge
QUALIFY dense_rank() OVER (ORDER BY month DESC) <= 12
ORDER BY month, judge;

-- name: doubtful_by_section
-- Doubtful and unjudged statements in current revisions that no curator has confirmed, by section.
SELECT parts.place AS section, count(*) AS doubtful
FROM parts
JOIN case_states USING (revision_id)
WHERE parts.part = 'statement' AND parts.is_held_back AND parts.support <> 'refuted'
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
        AND coalesce(case_tags.reason, '') <> 'Not found in the text.'
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

-- name: readers_agreed
-- What two readers said of the same statements; Cohen's kappa with its interval of 95 %.
SELECT
    unnest(['both right', 'only the first: right', 'only the second: right', 'both wrong']) AS answers,
    round(kappa, 2) AS kappa,
    round(low, 2) AS low,
    round(high, 2) AS high,
    unnest([both_right, first_only, second_only, both_wrong]) AS statements
FROM agreement;

-- name: right_flags
-- Of the flags that curators settled, the percentage that were right, by part, from 20 flags on.
SELECT
    value AS part,
    right_flags,
    wrong_flags,
    round(100 * precision_low, 1) AS low,
    round(100 * precision_high, 1) AS high,
    round(100 * precision, 1) AS percent
FROM judge_accuracy
WHERE side = 'part' AND flags >= 20;

-- name: found_by_judge
-- Of the wrong statements, the percentage that the judge flagged, by judge; what it missed is estimated
-- from at least 20 second readings.
SELECT
    value AS judge,
    found,
    read,
    missed,
    round(100 * recall_low, 1) AS low,
    round(100 * recall_high, 1) AS high,
    round(100 * recall, 1) AS percent
FROM judge_accuracy
WHERE side = 'judge' AND read >= 20;
