-- The same source twice: what texts share, and what became of sources.

-- name: overlaps
-- How many of these hashes each other source's newest sketch holds, where at least $least.
WITH mine AS (
    SELECT unnest($hashes::BIGINT[]) AS hash
),
shared AS (
    SELECT marks.document_id, marks.source_id, count(*) AS shared, any_value(marks.size) AS size
    FROM marks
    JOIN mine USING (hash)
    WHERE marks.method = $method AND marks.source_id <> $source_id
    GROUP BY marks.document_id, marks.source_id
    HAVING count(*) >= $least
)
SELECT shared.*
FROM shared
JOIN sketches USING (document_id, source_id)
WHERE sketches.method = $method
    AND NOT EXISTS (
        FROM sketches AS later
        WHERE later.source_id = shared.source_id
            AND later.method = $method
            AND later.entry > sketches.entry
    )
ORDER BY shared.shared DESC, sketches.entry;

-- name: append_marks
INSERT INTO marks (hash, method, document_id, source_id, size)
SELECT unnest($hashes::BIGINT[]), $method, $document_id, $source_id, len($hashes::BIGINT[])
WHERE $sketch_id <> '';

-- name: sketched
SELECT sketch_id FROM sketches WHERE document_id = $document_id AND method = $method;

-- name: unsketched
-- The newest document of each source, where no sketch by this method was made of it yet.
SELECT document_id
FROM (
    SELECT source_id, document_id, entry
    FROM snapshot_document
    QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY entry DESC) = 1
) AS newest
WHERE NOT EXISTS (
    FROM sketches
    WHERE sketches.document_id = newest.document_id AND sketches.method = $method
)
ORDER BY entry
LIMIT $limit;

-- name: twins
SELECT
    twin.source_id AS mine,
    twin.other_source_id AS source_id,
    cases.case_id,
    case_status.status,
    coalesce(revisions.title, documents.title) AS title,
    coalesce(documents.url, sources.canonical_url) AS url,
    twin.share,
    twin.other_share
FROM source_twin AS twin
JOIN sources ON sources.source_id = twin.other_source_id
JOIN documents ON documents.document_id = twin.other_document_id
LEFT JOIN cases ON cases.source_id = twin.other_source_id
LEFT JOIN case_status ON case_status.case_id = cases.case_id
LEFT JOIN revisions ON revisions.revision_id = case_status.revision_id
WHERE list_contains($source_ids::VARCHAR[], twin.source_id)
ORDER BY greatest(twin.share, twin.other_share) DESC, twin.entry;

-- name: checked
SELECT body FROM source_checked WHERE source_id = $source_id;

-- name: seen
SELECT body FROM source_seen WHERE list_contains($source_ids::VARCHAR[], source_id);

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

-- name: attention
SELECT
    (SELECT count(*) FROM source_refused) AS refused,
    (SELECT count(*) FROM failure_open) AS failed,
    (SELECT count(*) FROM source_unfinished) AS unfinished;

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
