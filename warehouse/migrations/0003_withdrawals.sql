-- What is on the site stays there while its case is edited: another approval replaces it, and a
-- withdrawal, which is a decision of its own, takes it away.

COMMENT ON COLUMN reviews.decision IS 'approve, reject, edit, reopen, withdraw, comment, resolve, assign, adopt_draft or refuse_draft';
COMMENT ON COLUMN reviews.reason IS 'of a withdrawal for readers, else for curators';
ALTER TABLE publications ADD COLUMN reason VARCHAR;
COMMENT ON COLUMN publications.reason IS 'why a curator withdrew the case, as readers see it';

CREATE OR REPLACE VIEW current_publications AS
SELECT *
FROM publications
QUALIFY stored_at = max(stored_at) OVER (PARTITION BY case_id, target) AND NOT withdrawn;
COMMENT ON VIEW current_publications IS 'The publications in force: the newest per case and target, unless it is a withdrawal.';

CREATE OR REPLACE VIEW case_decisions AS
SELECT reviews.case_id, reviews.revision_id, reviews.decision, reviews.stored_at
FROM reviews
JOIN revisions USING (case_id, revision_id)
WHERE reviews.decision IN ('approve', 'reject', 'edit', 'reopen', 'withdraw', 'adopt_draft')
UNION ALL
SELECT case_id, revision_id, 'edit', stored_at
FROM revisions
WHERE made_by = 'person';
COMMENT ON VIEW case_decisions IS 'What a person decided about a case; a revision by a person is an edit even without a review.';

-- To reject an edit of a published case puts the published revision back in its place. A model's
-- newer draft waits once a person decided anything. It no longer waits when it was refused, edited
-- (its child is by a person) or adopted.
CREATE OR REPLACE VIEW case_states AS
WITH withdrawn AS (
    SELECT case_id, max(stored_at) AS stored_at
    FROM reviews
    WHERE decision = 'withdraw'
    GROUP BY case_id
),
shown AS (
    SELECT current_publications.case_id, max_by(revision_id, current_publications.stored_at) AS revision_id
    FROM current_publications
    LEFT JOIN withdrawn USING (case_id)
    WHERE withdrawn.stored_at IS NULL OR withdrawn.stored_at < current_publications.stored_at
    GROUP BY current_publications.case_id
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
