-- Rounds of curators through the queue.

-- name: rounds
-- The newest row of each round that began after a time, newest first.
SELECT *
FROM rounds
WHERE begun_at > $since
QUALIFY stored_at = max(stored_at) OVER (PARTITION BY round_id)
ORDER BY begun_at DESC;

-- name: pace
-- Median seconds per step of a person's newest decisions: a draft is a step, and so is each edit
-- that the person made while it was open.
WITH decided AS (
    SELECT case_id, happened_at, seconds
    FROM reviews
    WHERE who = $who AND decision IN ('approve', 'reject') AND seconds > 0
    ORDER BY stored_at DESC
    LIMIT 50
),
steps AS (
    SELECT decided.seconds / (1 + count(edits.case_id)) AS seconds
    FROM decided
    LEFT JOIN reviews AS edits
        ON edits.case_id = decided.case_id
        AND edits.who = $who
        AND edits.decision = 'edit'
        AND edits.happened_at BETWEEN decided.happened_at - to_seconds(decided.seconds) AND decided.happened_at
    GROUP BY decided.case_id, decided.happened_at, decided.seconds
)
SELECT median(seconds) AS seconds FROM steps;

-- name: news
-- What happened since a person began a round, or else decided something.
WITH last AS (
    SELECT coalesce(
        (SELECT max(begun_at) FROM rounds WHERE who = $who),
        (SELECT max(happened_at) FROM reviews WHERE who = $who)
    ) AS since
),
asked AS (
    SELECT review_id, case_id, part, stored_at
    FROM reviews
    WHERE who = $who AND decision = 'comment'
),
answers AS (
    SELECT DISTINCT replies.review_id
    FROM reviews AS replies
    CROSS JOIN last
    JOIN asked ON asked.case_id = replies.case_id AND asked.stored_at < replies.stored_at
    WHERE replies.who <> $who
        AND replies.happened_at > last.since
        AND (
            replies.resolves = asked.review_id
            OR (replies.decision = 'comment' AND replies.part IS NOT DISTINCT FROM asked.part)
        )
)
SELECT
    last.since,
    (
        SELECT count(*)
        FROM case_states
        WHERE status = 'draft' AND stored_at > last.since
    ) AS drafts,
    (SELECT count(*) FROM answers) AS answers,
    (
        SELECT count(DISTINCT source_id)
        FROM checks
        WHERE result IN ('changed', 'replaced', 'retracted', 'gone') AND stored_at > last.since
    ) AS changed_sources
FROM last;
