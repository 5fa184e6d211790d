-- A draft that waits beside a case's current revision, and whether a curator refused it.

-- The newest draft that a model made after the current revision. Refusing it answers the older
-- ones too; a draft that is made later waits again.
CREATE VIEW case_waiting AS
SELECT
    later.case_id,
    later.revision_id,
    later.body,
    EXISTS (
        FROM reviews
        WHERE reviews.case_id = later.case_id
            AND reviews.revision_id = later.revision_id
            AND reviews.decision = 'refuse_draft'
    ) AS refused
FROM (
    SELECT revisions.*
    FROM revisions
    JOIN case_current ON case_current.case_id = revisions.case_id
    JOIN revisions AS held ON held.revision_id = case_current.revision_id
    WHERE revisions.made_by = 'model' AND revisions.entry > held.entry
    QUALIFY row_number() OVER (PARTITION BY revisions.case_id ORDER BY revisions.entry DESC) = 1
) AS later;

-- As before, with what became of the draft that waits.
CREATE OR REPLACE VIEW case_making AS
WITH newest AS (
    SELECT source_id, document_id
    FROM snapshot_document
    QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY entry DESC) = 1
),
recipe AS (
    SELECT recipe_id, body
    FROM recipes
    QUALIFY row_number() OVER (PARTITION BY recipe_id ORDER BY entry DESC) = 1
)
SELECT
    cases.case_id,
    cases.source_id,
    cases.entry,
    revisions.title,
    case_status.status,
    coalesce(document_reading.extractor, documents.extractor) AS extractor,
    newest.document_id AS newest_document_id,
    revisions.body AS revision,
    recipe.body AS recipe,
    waiting.body AS waiting,
    coalesce(waiting.refused, false) AS refused
FROM cases
JOIN case_status ON case_status.case_id = cases.case_id
JOIN revisions ON revisions.revision_id = case_status.revision_id
JOIN documents ON documents.document_id = revisions.document_id
JOIN newest ON newest.source_id = cases.source_id
LEFT JOIN document_reading ON document_reading.document_id = revisions.document_id
LEFT JOIN recipe ON recipe.recipe_id = revisions.recipe_id
LEFT JOIN case_waiting AS waiting ON waiting.case_id = cases.case_id;
