-- A case is withdrawn until it is approved again, and the view names the reason.

CREATE OR REPLACE VIEW withdrawn_cases AS
SELECT
    case_id,
    max_by(reason, stored_at) FILTER (decision = 'withdraw') AS reason,
    max(stored_at) FILTER (decision = 'withdraw') AS stored_at
FROM reviews
WHERE decision IN ('withdraw', 'approve')
GROUP BY case_id
HAVING max_by(decision, stored_at) = 'withdraw';
COMMENT ON VIEW withdrawn_cases IS 'The cases that a curator withdrew and nobody approved since, with the reason that readers see.';

-- To reject an edit of a published case puts the published revision back in its place. A model's
-- newer draft waits once a person decided anything. It no longer waits when it was refused, edited
-- (its child is by a person) or adopted.
CREATE OR REPLACE VIEW case_states AS
WITH shown AS (
    SELECT case_id, max_by(revision_id, stored_at) AS revision_id
    FROM current_publications
    WHERE case_id NOT IN (SELECT case_id FROM withdrawn_cases)
    GROUP BY case_id
),
newest AS (
    SELECT
        case_id,
        max_by(revision_id, stored_at) AS revision_id,
        max_by(decision, stored_at) AS decision
    FROM case_decisions
    GROUP BY case_id
),
decided AS (
    SELECT
        newest.case_id,
        coalesce(newest.decision = 'reject' AND shown.revision_id <> newest.revision_id, false)
            AS edit_rejected,
        if(edit_rejected, shown.revision_id, newest.revision_id) AS revision_id,
        if(edit_rejected, 'approve', newest.decision) AS decision
    FROM newest
    LEFT JOIN shown USING (case_id)
),
drafted AS (
    SELECT
        case_id,
        max_by(revision_id, stored_at) AS revision_id,
        max(stored_at) AS stored_at
    FROM revisions
    WHERE made_by = 'model'
    GROUP BY case_id
),
answered AS (
    SELECT revision_id FROM reviews WHERE decision = 'refuse_draft'
    UNION
    SELECT parent_id FROM revisions WHERE made_by = 'person' AND parent_id IS NOT NULL
),
adopted AS (
    SELECT case_id, max(stored_at) AS stored_at
    FROM reviews
    WHERE decision = 'adopt_draft'
    GROUP BY case_id
),
published AS (
    SELECT DISTINCT case_id, revision_id FROM current_publications
),
changed AS (
    SELECT case_id, max(changed_at) AS updated_at
    FROM (
        SELECT case_id, created_at AS changed_at FROM revisions
        UNION ALL SELECT case_id, happened_at FROM reviews
        UNION ALL SELECT case_id, happened_at FROM publications
    )
    GROUP BY case_id
)
SELECT
    cases.case_id,
    cases.source_id,
    coalesce(decided.revision_id, drafted.revision_id) AS revision_id,
    CASE
        WHEN decided.decision IN ('reject', 'withdraw') THEN 'rejected'
        WHEN decided.decision = 'approve' AND published.case_id IS NOT NULL THEN 'published'
        WHEN decided.decision = 'approve' THEN 'approved'
        ELSE 'draft'
    END AS status,
    CASE
        WHEN drafted.revision_id <> decided.revision_id
            AND answered.revision_id IS NULL
            AND (adopted.stored_at IS NULL OR adopted.stored_at < drafted.stored_at)
            THEN drafted.revision_id
    END AS newer_revision_id,
    changed.updated_at,
    cases.stored_at,
    shown.revision_id AS published_revision_id,
    CASE
        WHEN decided.decision = 'approve' THEN decided.revision_id
        WHEN decided.decision NOT IN ('reject', 'withdraw') THEN shown.revision_id
    END AS next_revision_id
FROM cases
LEFT JOIN decided USING (case_id)
LEFT JOIN drafted USING (case_id)
LEFT JOIN answered ON answered.revision_id = drafted.revision_id
LEFT JOIN adopted ON adopted.case_id = cases.case_id
LEFT JOIN shown ON shown.case_id = cases.case_id
LEFT JOIN published
    ON published.case_id = cases.case_id AND published.revision_id = decided.revision_id
JOIN changed ON changed.case_id = cases.case_id
WHERE coalesce(decided.revision_id, drafted.revision_id) IS NOT NULL;
COMMENT ON VIEW case_states IS 'The current revision and the status of each case, the newer draft that waits beside it, the revision that readers see, and the one that they get at the next publication.';
