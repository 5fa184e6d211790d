-- Each statement adds a row unless its id is there already. The caller holds a transaction.

-- name: append_sources
INSERT INTO sources (entry, source_id, kind, canonical_url, submitted_by, submitted_at, body)
SELECT $entry, $source_id, $kind, $canonical_url, $submitted_by, $submitted_at, $body
WHERE NOT EXISTS (FROM sources WHERE source_id = $source_id);

-- name: append_snapshots
INSERT INTO snapshots (
    entry, snapshot_id, source_id, final_url, media_type, sha256, size, fetched_at, body
)
SELECT $entry, $snapshot_id, $source_id, $final_url, $media_type, $sha256, $size, $fetched_at, $body
WHERE NOT EXISTS (FROM snapshots WHERE snapshot_id = $snapshot_id);

-- name: append_documents
INSERT INTO documents (
    entry, document_id, source_id, snapshot_id, kind, extractor, url, title, site, language,
    published, body
)
SELECT
    $entry, $document_id, $source_id, $snapshot_id, $kind, $extractor, $url, $title, $site,
    $language, $published, $body
WHERE NOT EXISTS (FROM documents WHERE document_id = $document_id);

-- name: append_triages
INSERT INTO triages (entry, triage_id, document_id, rubric, model, verdict, decided_at, body)
SELECT $entry, $triage_id, $document_id, $rubric, $model, $verdict, $decided_at, $body
WHERE NOT EXISTS (FROM triages WHERE triage_id = $triage_id);

-- name: append_generations
INSERT INTO generations (
    entry, generation_id, document_id, stage, prompt, prompt_version, model, endpoint,
    prompt_tokens, completion_tokens, cost_usd, seconds, attempts, created_at, body
)
SELECT
    $entry, $generation_id, $document_id, $stage, $prompt, $prompt_version, $model, $endpoint,
    $prompt_tokens, $completion_tokens, $cost_usd, $seconds, $attempts, $created_at, $body
WHERE NOT EXISTS (FROM generations WHERE generation_id = $generation_id);

-- name: append_cases
INSERT INTO cases (entry, case_id, source_id, created_at, body)
SELECT $entry, $case_id, $source_id, $created_at, $body
WHERE NOT EXISTS (FROM cases WHERE case_id = $case_id);

-- name: append_revisions
INSERT INTO revisions (
    entry, revision_id, case_id, parent_id, document_id, made_by, author, recipe_id, strategy,
    title, company, industry, year, statements, support, created_at, body
)
SELECT
    $entry, $revision_id, $case_id, $parent_id, $document_id, $made_by, $author, $recipe_id,
    $strategy, $title, $company, $industry, $year, $statements, $support, $created_at, $body
WHERE NOT EXISTS (FROM revisions WHERE revision_id = $revision_id);

-- name: append_reviews
INSERT INTO reviews (entry, review_id, case_id, revision_id, decision, who, decided_at, body)
SELECT $entry, $review_id, $case_id, $revision_id, $decision, $who, $decided_at, $body
WHERE NOT EXISTS (FROM reviews WHERE review_id = $review_id);

-- name: append_publications
INSERT INTO publications (
    entry, publication_id, case_id, revision_id, target, content_hash, withdrawn, published_at, body
)
SELECT
    $entry, $publication_id, $case_id, $revision_id, $target, $content_hash, $withdrawn,
    $published_at, $body
WHERE NOT EXISTS (FROM publications WHERE publication_id = $publication_id);

-- name: append_failures
INSERT INTO failures (entry, failure_id, source_id, stage, kind, transient, failed_at, body)
SELECT $entry, $failure_id, $source_id, $stage, $kind, $transient, $failed_at, $body
WHERE NOT EXISTS (FROM failures WHERE failure_id = $failure_id);

-- name: append_readings
INSERT INTO readings (
    entry, reading_id, source_id, snapshot_id, document_id, extractor, title, published, read_at,
    body
)
SELECT
    $entry, $reading_id, $source_id, $snapshot_id, $document_id, $extractor, $title, $published,
    $read_at, $body
WHERE NOT EXISTS (FROM readings WHERE reading_id = $reading_id);

-- name: append_aliases
INSERT INTO aliases (
    entry, alias_id, source_id, same_as, url, reason, found_at, body
)
SELECT
    $entry, $alias_id, $source_id, $same_as, $url, $reason, $found_at, $body
WHERE NOT EXISTS (FROM aliases WHERE alias_id = $alias_id);

-- name: append_sketches
INSERT INTO sketches (
    entry, sketch_id, document_id, source_id, method, body
)
SELECT
    $entry, $sketch_id, $document_id, $source_id, $method, $body
WHERE NOT EXISTS (FROM sketches WHERE sketch_id = $sketch_id);

-- name: append_near_copies
INSERT INTO near_copies (
    entry, copy_id, document_id, source_id, other_document_id, other_source_id, share,
    other_share, found_at, body
)
SELECT
    $entry, $copy_id, $document_id, $source_id, $other_document_id, $other_source_id, $share,
    $other_share, $found_at, $body
WHERE NOT EXISTS (FROM near_copies WHERE copy_id = $copy_id);

-- name: append_checks
INSERT INTO checks (
    entry, check_id, source_id, document_id, result, checked_at, body
)
SELECT
    $entry, $check_id, $source_id, $document_id, $result, $checked_at, $body
WHERE NOT EXISTS (FROM checks WHERE check_id = $check_id);

-- name: append_recipes
INSERT INTO recipes (entry, recipe_id, strategy, model, body)
SELECT $entry, $recipe_id, $strategy, $model, $body
WHERE NOT EXISTS (FROM recipes WHERE recipe_id = $recipe_id);
