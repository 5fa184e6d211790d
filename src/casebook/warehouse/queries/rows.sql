-- Single objects, found by their id or by what they were made from.

-- name: source
SELECT body FROM sources WHERE source_id = $source_id;

-- name: newest_snapshot
SELECT body FROM snapshots WHERE source_id = $source_id ORDER BY entry DESC LIMIT 1;

-- The four below are asked one after another: joined in one statement, all texts and readings would
-- be read for one.

-- name: document
SELECT body FROM documents WHERE document_id = $document_id;

-- name: newest_reading
SELECT arg_max(body, entry) AS reading FROM readings WHERE document_id = $document_id;

-- name: document_of
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
SELECT body FROM aliases WHERE source_id = $source_id ORDER BY entry DESC LIMIT 1;

-- name: leading
SELECT body
FROM aliases
WHERE source_id IN (SELECT unnest($source_ids::VARCHAR[]))
QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY entry DESC) = 1;

-- name: snapshot
SELECT body FROM snapshots WHERE snapshot_id = $snapshot_id;

-- name: triage
SELECT body FROM triages WHERE triage_id = $triage_id;

-- name: triage_of
SELECT body
FROM triages
WHERE document_id = $document_id AND rubric = $rubric
ORDER BY entry DESC
LIMIT 1;

-- name: generations
SELECT body
FROM generations
WHERE list_contains($ids::VARCHAR[], generation_id)
ORDER BY list_position($ids::VARCHAR[], generation_id);

-- name: case_of_source
SELECT body FROM cases WHERE source_id = $source_id ORDER BY entry DESC LIMIT 1;

-- name: draft
SELECT body
FROM revisions
WHERE document_id = $document_id AND recipe_id = $recipe_id AND made_by = 'model'
ORDER BY entry DESC
LIMIT 1;

-- name: recipe
SELECT body FROM recipes WHERE recipe_id = $recipe_id ORDER BY entry DESC LIMIT 1;

-- name: revision
SELECT body FROM revisions WHERE revision_id = $revision_id;

-- name: publications
SELECT body FROM publications_in_force ORDER BY entry;
