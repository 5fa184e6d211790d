-- Objects found by their id or by what they were made from. Most statements give the place in the log
-- alone: bodies are then read by place. As tables lie in the order of places, only the group of rows
-- that has it is opened for that; where a body is asked for by an id, those of all groups are.

-- name: source
SELECT entry FROM sources WHERE source_id = $source_id;

-- name: stored
SELECT source_id FROM sources WHERE source_id IN (SELECT unnest($ids::VARCHAR[]));

-- name: newest_snapshot
SELECT entry FROM snapshots WHERE source_id = $source_id ORDER BY entry DESC LIMIT 1;

-- name: document
SELECT entry FROM documents WHERE document_id = $document_id;

-- name: newest_reading
SELECT entry FROM readings WHERE document_id = $document_id ORDER BY entry DESC LIMIT 1;

-- name: document_of
-- A document's id, as below: the text is read with what its newest reading tells of it.
SELECT document_id
FROM snapshot_document
WHERE snapshot_id = $snapshot_id AND list_contains($extractors::VARCHAR[], extractor)
ORDER BY entry DESC
LIMIT 1;

-- name: newest_document
SELECT document_id
FROM snapshot_document
WHERE source_id = $source_id
ORDER BY entry DESC
LIMIT 1;

-- name: alias
SELECT entry FROM aliases WHERE source_id = $source_id ORDER BY entry DESC LIMIT 1;

-- name: leading
SELECT body
FROM aliases
WHERE source_id IN (SELECT unnest($source_ids::VARCHAR[]))
QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY entry DESC) = 1;

-- name: snapshot
SELECT entry FROM snapshots WHERE snapshot_id = $snapshot_id;

-- name: snapshots
SELECT entry
FROM snapshots
WHERE list_contains($ids::VARCHAR[], snapshot_id)
ORDER BY list_position($ids::VARCHAR[], snapshot_id);

-- name: triage
SELECT entry FROM triages WHERE triage_id = $triage_id;

-- name: triage_of
SELECT entry
FROM triages
WHERE document_id = $document_id AND rubric = $rubric
ORDER BY entry DESC
LIMIT 1;

-- name: generations
SELECT entry
FROM generations
WHERE list_contains($ids::VARCHAR[], generation_id)
ORDER BY list_position($ids::VARCHAR[], generation_id);

-- name: case_of_source
SELECT entry FROM cases WHERE source_id = $source_id ORDER BY entry DESC LIMIT 1;

-- name: draft
SELECT entry
FROM revisions
WHERE document_id = $document_id AND recipe_id = $recipe_id AND made_by = 'model'
ORDER BY entry DESC
LIMIT 1;

-- name: recipe
SELECT entry FROM recipes WHERE recipe_id = $recipe_id ORDER BY entry DESC LIMIT 1;

-- name: revision
SELECT entry FROM revisions WHERE revision_id = $revision_id;

-- name: publications
SELECT body FROM publications_in_force ORDER BY entry;

-- name: withdrawals
SELECT body
FROM publications
QUALIFY withdrawn AND row_number() OVER (PARTITION BY case_id, target ORDER BY entry DESC) = 1
ORDER BY entry;
