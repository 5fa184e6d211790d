-- Cases as they stand now.

-- name: cases
SELECT
    cases.case_id,
    cases.source_id,
    revisions.revision_id,
    case_status.status,
    sources.kind,
    sources.canonical_url AS url,
    revisions.title,
    revisions.company,
    revisions.industry,
    revisions.year,
    revisions.statements,
    revisions.support,
    document_triage.verdict,
    -- That it could not be reached does not hide what was seen before.
    if(
        source_checked.result = 'unreachable' AND source_seen.result <> 'same',
        source_seen.result,
        source_checked.result
    ) AS checked,
    (
        SELECT count(*) FROM source_twin AS twin WHERE twin.source_id = cases.source_id
    ) AS twins,
    EXISTS (
        FROM case_waiting AS waiting
        WHERE waiting.case_id = cases.case_id AND NOT waiting.refused
    ) AS waits,
    strftime(case_changed.updated_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ') AS updated_at
FROM cases
JOIN sources USING (source_id)
JOIN case_status USING (case_id)
JOIN case_changed USING (case_id)
JOIN revisions ON revisions.revision_id = case_status.revision_id
LEFT JOIN document_triage ON document_triage.document_id = revisions.document_id
LEFT JOIN source_checked ON source_checked.source_id = cases.source_id
LEFT JOIN source_seen ON source_seen.source_id = cases.source_id
WHERE ($status IS NULL OR case_status.status = $status)
    AND ($kind IS NULL OR sources.kind = $kind)
    AND ($companies IS NULL OR list_contains($companies::VARCHAR[], revisions.company))
    AND (
        $text IS NULL
        OR contains(lower(concat_ws(chr(10), revisions.title, revisions.company)), lower($text))
    )
ORDER BY case_changed.updated_at DESC, cases.entry DESC
LIMIT $limit OFFSET $offset;

-- name: case
-- By ids: a view over the readings or verdicts of all sources would be read as a whole.
SELECT
    case_status.status,
    cases.body AS "case",
    sources.body AS source,
    documents.body AS document,
    (
        SELECT body
        FROM readings
        WHERE readings.document_id = revisions.document_id
        ORDER BY readings.entry DESC
        LIMIT 1
    ) AS reading,
    (
        SELECT body
        FROM triages
        WHERE triages.document_id = revisions.document_id
        ORDER BY triages.entry DESC
        LIMIT 1
    ) AS triage,
    revisions.body AS revision,
    (
        SELECT body
        FROM publications_in_force AS publication
        WHERE publication.case_id = cases.case_id
        ORDER BY publication.entry DESC
        LIMIT 1
    ) AS published
FROM cases
JOIN sources USING (source_id)
JOIN case_status USING (case_id)
JOIN revisions ON revisions.revision_id = case_status.revision_id
JOIN documents ON documents.document_id = revisions.document_id
WHERE cases.case_id = $case_id;

-- name: case_revisions
SELECT body FROM revisions WHERE case_id = $case_id ORDER BY entry;

-- name: case_reviews
SELECT body FROM reviews WHERE case_id = $case_id ORDER BY entry;

-- name: makings
SELECT *
FROM case_making
WHERE $case_ids IS NULL OR list_contains($case_ids::VARCHAR[], case_id)
ORDER BY entry;

-- name: newer_drafts
SELECT waiting.case_id, revisions.title, case_status.status
FROM case_waiting AS waiting
JOIN case_status ON case_status.case_id = waiting.case_id
JOIN revisions ON revisions.revision_id = case_status.revision_id
WHERE NOT waiting.refused AND case_status.status <> 'rejected'
ORDER BY revisions.title, waiting.case_id;

-- name: case_history
SELECT 'revisions' AS name, body, entry FROM revisions WHERE case_id = $case_id
UNION ALL
SELECT 'reviews', body, entry FROM reviews WHERE case_id = $case_id
UNION ALL
SELECT 'publications', body, entry FROM publications WHERE case_id = $case_id
ORDER BY entry;

-- name: resolve
-- A whole id hides the longer ones that begin with it.
SELECT id, $prefix IN (id, split_part(id, '_', 2)) AS whole
FROM (
    SELECT case_id AS id FROM cases
    UNION ALL SELECT source_id FROM sources
    UNION ALL SELECT revision_id FROM revisions
    UNION ALL SELECT batch_id FROM batches
)
WHERE starts_with(id, $prefix) OR starts_with(split_part(id, '_', 2), $prefix)
QUALIFY whole OR NOT bool_or(whole) OVER ()
ORDER BY id;

-- name: source_of
-- The source that a case, source, revision, document or failure belongs to.
SELECT DISTINCT source_id, id, $prefix IN (id, split_part(id, '_', 2)) AS whole
FROM (
    SELECT source_id, source_id AS id FROM sources
    UNION ALL SELECT source_id, case_id FROM cases
    UNION ALL SELECT source_id, document_id FROM documents
    UNION ALL SELECT source_id, failure_id FROM failures
    UNION ALL SELECT cases.source_id, revision_id FROM revisions JOIN cases USING (case_id)
)
WHERE starts_with(id, $prefix) OR starts_with(split_part(id, '_', 2), $prefix)
QUALIFY whole OR NOT bool_or(whole) OVER ()
ORDER BY id;

-- name: case_counts
SELECT case_status.status, count(*) AS cases
FROM case_status
JOIN revisions USING (case_id, revision_id)
WHERE $text IS NULL
    OR contains(lower(concat_ws(chr(10), revisions.title, revisions.company)), lower($text))
GROUP BY case_status.status;

-- name: standing
-- Where a case stands: what a decision about it rests on.
SELECT revision_id, status FROM case_status WHERE case_id = $case_id;

-- name: next_draft
-- The draft after this case in the order of the list, else the first other one.
WITH drafts AS (
    SELECT case_id, case_changed.updated_at, cases.entry
    FROM cases
    JOIN case_status USING (case_id)
    JOIN case_changed USING (case_id)
    WHERE case_status.status = 'draft' OR case_id = $case_id
),
here AS (
    SELECT updated_at, entry FROM drafts WHERE case_id = $case_id
)
SELECT drafts.case_id
FROM drafts
LEFT JOIN here ON true
WHERE drafts.case_id <> $case_id
ORDER BY
    coalesce((drafts.updated_at, drafts.entry) < (here.updated_at, here.entry), false) DESC,
    drafts.updated_at DESC,
    drafts.entry DESC
LIMIT 1;
