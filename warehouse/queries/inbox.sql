-- What other people's decisions ask of a person.

-- name: inbox
-- A message is read once the person marked it or decided something about the case later.
WITH assigned AS (
    SELECT case_id, max_by(coalesce(lower(reason), ''), stored_at) AS assignee
    FROM reviews
    WHERE decision = 'assign'
    GROUP BY case_id
),
mine AS (
    SELECT
        case_id,
        list(review_id) FILTER (decision = 'comment') AS comments,
        list(coalesce(part, '')) FILTER (decision = 'comment') AS parts,
        min(stored_at) FILTER (decision = 'comment') AS first_comment_at,
        max(stored_at) AS last_at
    FROM reviews
    WHERE who = $who
    GROUP BY case_id
),
others AS (
    SELECT
        reviews.*,
        coalesce(assigned.assignee = lower($who), false) AS is_mine,
        mine.last_at,
        mine.comments,
        mine.parts,
        mine.first_comment_at,
        decision = 'comment'
        AND regexp_matches(
            lower(reason), '(^|[^\w@])@' || regexp_escape(lower($who)) || '($|[^\w])'
        ) AS is_named
    FROM reviews
    LEFT JOIN assigned ON assigned.case_id = reviews.case_id
    LEFT JOIN mine ON mine.case_id = reviews.case_id
    WHERE reviews.who <> $who AND decision IN ('comment', 'resolve', 'assign')
),
sorted AS (
    SELECT
        *,
        CASE
            WHEN decision = 'assign' AND is_mine AND lower(reason) = lower($who) THEN 'assignment'
            WHEN decision = 'resolve' AND list_contains(comments, resolves) THEN 'resolved'
            WHEN decision <> 'comment' THEN NULL
            WHEN is_named AND contains(lower(reason), 'review this') THEN 'review'
            WHEN is_named AND contains(reason, '?') THEN 'question'
            WHEN is_named THEN 'mention'
            WHEN stored_at > first_comment_at AND list_contains(parts, coalesce(part, '')) THEN 'answer'
            WHEN is_mine AND contains(reason, '?') THEN 'question'
            WHEN is_mine THEN 'comment'
        END AS kind
    FROM others
)
SELECT
    review_id,
    case_id,
    kind,
    who,
    if(kind = 'assignment', NULL, reason) AS text,
    part,
    happened_at,
    coalesce(last_at > stored_at, false)
    OR review_id IN (SELECT review_id FROM read_messages WHERE read_messages.who = $who) AS is_read
FROM sorted
WHERE kind IS NOT NULL
ORDER BY stored_at DESC
LIMIT 200;
