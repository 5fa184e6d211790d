-- The present state, told from the rows. Every rule stands here once.

-- The place of every row, to find the next free one.
CREATE VIEW log AS
SELECT entry FROM sources
UNION ALL SELECT entry FROM snapshots
UNION ALL SELECT entry FROM documents
UNION ALL SELECT entry FROM triages
UNION ALL SELECT entry FROM generations
UNION ALL SELECT entry FROM cases
UNION ALL SELECT entry FROM revisions
UNION ALL SELECT entry FROM reviews
UNION ALL SELECT entry FROM publications
UNION ALL SELECT entry FROM failures;

-- What can move a case: the decisions that do (comments and assignments change nothing), and each
-- revision that a person made, which is an edit even where no review says so. A review of a
-- revision that the case does not have is no event.
CREATE VIEW case_events AS
SELECT reviews.case_id, reviews.revision_id, reviews.decision, reviews.entry
FROM reviews
JOIN revisions USING (case_id, revision_id)
WHERE reviews.decision IN ('approve', 'reject', 'edit', 'reopen')
UNION ALL
SELECT case_id, revision_id, 'edit', entry
FROM revisions
WHERE made_by = 'person';

-- The current revision of a case: the one that was approved or edited last, if any was; else the
-- newest one by a model. So a draft that a model makes later waits in the history until a person
-- approves it, and displaces neither what was approved nor what a person wrote.
CREATE VIEW case_current AS
SELECT case_id, revision_id
FROM (
    SELECT case_id, revision_id, entry, 1 AS by_person
    FROM case_events
    WHERE decision IN ('approve', 'edit')
    UNION ALL
    SELECT case_id, revision_id, entry, 0 AS by_person
    FROM revisions
    WHERE made_by = 'model'
)
QUALIFY row_number() OVER (PARTITION BY case_id ORDER BY by_person DESC, entry DESC) = 1;

-- A publication is in force until the same case is written to the same target again or withdrawn
-- from it.
CREATE VIEW publications_in_force AS
SELECT *
FROM publications
QUALIFY row_number() OVER (PARTITION BY case_id, target ORDER BY entry DESC) = 1 AND NOT withdrawn;

-- The status follows the newest event: approve gives approved, reject gives rejected, edit and
-- reopen (and none at all) give draft. An approved case is published while a publication of its
-- current revision is in force. One whose older revision alone is out reads approved: it waits to
-- be published again. A rejected or edited case may still be out: publications_in_force tells.
CREATE VIEW case_status AS
WITH ruling AS (
    SELECT case_id, decision
    FROM case_events
    QUALIFY row_number() OVER (PARTITION BY case_id ORDER BY entry DESC) = 1
),
published AS (
    SELECT DISTINCT case_id, revision_id FROM publications_in_force
)
SELECT
    case_current.case_id,
    case_current.revision_id,
    CASE
        WHEN ruling.decision = 'reject' THEN 'rejected'
        WHEN ruling.decision = 'approve' AND published.case_id IS NOT NULL THEN 'published'
        WHEN ruling.decision = 'approve' THEN 'approved'
        ELSE 'draft'
    END AS status
FROM case_current
LEFT JOIN ruling USING (case_id)
LEFT JOIN published USING (case_id, revision_id);

-- When anything happened to a case last, comments included.
CREATE VIEW case_changed AS
SELECT case_id, max(changed_at) AS updated_at
FROM (
    SELECT case_id, created_at AS changed_at FROM revisions
    UNION ALL SELECT case_id, decided_at FROM reviews
    UNION ALL SELECT case_id, published_at FROM publications
)
GROUP BY case_id;

-- The newest verdict on each document.
CREATE VIEW document_triage AS
SELECT *
FROM triages
QUALIFY row_number() OVER (PARTITION BY document_id ORDER BY entry DESC) = 1;

-- The newest verdict on any document of each source.
CREATE VIEW source_triage AS
SELECT documents.source_id, documents.title, triages.*
FROM triages
JOIN documents USING (document_id)
QUALIFY row_number() OVER (PARTITION BY documents.source_id ORDER BY triages.entry DESC) = 1;

-- Sources that triage refused last and that have no case.
CREATE VIEW source_refused AS
SELECT source_triage.*
FROM source_triage
WHERE verdict = 'not_a_case_study'
    AND NOT EXISTS (FROM cases WHERE cases.source_id = source_triage.source_id);

-- What each stage achieved for a source, with the stage's place in the chain: 1 fetch, 2 extract,
-- 3 triage, 4 everything up to the draft, 5 publish. A refusal ends the chain as a draft does.
CREATE VIEW source_success AS
SELECT source_id, entry, 1 AS place FROM snapshots
UNION ALL
SELECT source_id, entry, 2 FROM documents
UNION ALL
SELECT documents.source_id, triages.entry, if(triages.verdict = 'not_a_case_study', 4, 3)
FROM triages
JOIN documents USING (document_id)
UNION ALL
SELECT cases.source_id, revisions.entry, 4
FROM revisions
JOIN cases USING (case_id)
WHERE revisions.made_by = 'model'
UNION ALL
SELECT cases.source_id, publications.entry, 5
FROM publications
JOIN cases USING (case_id)
WHERE NOT publications.withdrawn;

-- The newest failure of a source is open until its stage, or a later one up to the draft, has
-- stored a result for that source. A failed publishing is answered by a publication alone, and
-- answers nothing else: an old revision may be written while the new one still fails. A stage
-- that is not named here lies between triage and the draft. attempts counts all failures of the
-- source.
CREATE VIEW failure_open AS
WITH newest AS (
    SELECT
        *,
        CASE stage
            WHEN 'fetch' THEN 1
            WHEN 'extract' THEN 2
            WHEN 'triage' THEN 3
            WHEN 'publish' THEN 5
            ELSE 4
        END AS place,
        count(*) OVER (PARTITION BY source_id) AS attempts
    FROM failures
    QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY entry DESC) = 1
)
SELECT newest.*
FROM newest
WHERE NOT EXISTS (
    FROM source_success AS success
    WHERE success.source_id = newest.source_id
        AND success.entry > newest.entry
        AND success.place >= newest.place
        AND (success.place = 5) = (newest.place = 5)
);
