-- How drafts are made, part by part, and how each case's current revision was.

CREATE TABLE recipes (
    entry BIGINT NOT NULL,
    recipe_id VARCHAR NOT NULL,
    strategy VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    body VARCHAR NOT NULL
);

CREATE OR REPLACE VIEW log AS
SELECT entry FROM sources
UNION ALL SELECT entry FROM snapshots
UNION ALL SELECT entry FROM documents
UNION ALL SELECT entry FROM triages
UNION ALL SELECT entry FROM generations
UNION ALL SELECT entry FROM cases
UNION ALL SELECT entry FROM revisions
UNION ALL SELECT entry FROM reviews
UNION ALL SELECT entry FROM publications
UNION ALL SELECT entry FROM failures
UNION ALL SELECT entry FROM batches
UNION ALL SELECT entry FROM batch_events
UNION ALL SELECT entry FROM watches
UNION ALL SELECT entry FROM looks
UNION ALL SELECT entry FROM term_proposals
UNION ALL SELECT entry FROM term_decisions
UNION ALL SELECT entry FROM company_aliases
UNION ALL SELECT entry FROM readings
UNION ALL SELECT entry FROM aliases
UNION ALL SELECT entry FROM sketches
UNION ALL SELECT entry FROM near_copies
UNION ALL SELECT entry FROM checks
UNION ALL SELECT entry FROM wastes
UNION ALL SELECT entry FROM recipes;

-- The current revision of each case with its recipe, the newest reading of its document, and the
-- newest text of its source. A draft that a model made later waits.
CREATE VIEW case_making AS
WITH newest AS (
    SELECT source_id, document_id
    FROM snapshot_document
    QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY entry DESC) = 1
),
recipe AS (
    SELECT recipe_id, body
    FROM recipes
    QUALIFY row_number() OVER (PARTITION BY recipe_id ORDER BY entry DESC) = 1
),
waiting AS (
    SELECT revisions.case_id, revisions.body
    FROM revisions
    JOIN case_current ON case_current.case_id = revisions.case_id
    JOIN revisions AS held ON held.revision_id = case_current.revision_id
    WHERE revisions.made_by = 'model' AND revisions.entry > held.entry
    QUALIFY row_number() OVER (PARTITION BY revisions.case_id ORDER BY revisions.entry DESC) = 1
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
    waiting.body AS waiting
FROM cases
JOIN case_status ON case_status.case_id = cases.case_id
JOIN revisions ON revisions.revision_id = case_status.revision_id
JOIN documents ON documents.document_id = revisions.document_id
JOIN newest ON newest.source_id = cases.source_id
LEFT JOIN document_reading ON document_reading.document_id = revisions.document_id
LEFT JOIN recipe ON recipe.recipe_id = revisions.recipe_id
LEFT JOIN waiting ON waiting.case_id = cases.case_id;
