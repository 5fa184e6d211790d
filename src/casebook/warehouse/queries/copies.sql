-- Near-copies: what texts share, and what became of their sources.

-- name: overlaps
-- How many of these hashes are kept of each other source's newest sketch, where at least $least.
WITH shared AS (
    SELECT sketch, count(*) AS shared, any_value(size) AS size, any_value(step) AS step
    FROM marks
    WHERE hash IN (SELECT (unnest($hashes::BIGINT[]) >> 32)::INTEGER)
    GROUP BY sketch
    HAVING count(*) >= $least
)
SELECT sketches.document_id, sketches.source_id, shared.shared, shared.size, shared.step
FROM shared
JOIN sketch_numbers AS sketches USING (sketch)
WHERE sketches.method = $method
    AND sketches.source_id <> $source_id
    AND NOT EXISTS (
        FROM sketches AS later
        WHERE later.source_id = sketches.source_id
            AND later.method = $method
            AND later.entry > sketches.entry
    )
ORDER BY shared.shared * shared.step DESC, sketches.entry;

-- name: append_marks
INSERT INTO marks (hash, sketch, size, step)
SELECT
    (unnest($hashes::BIGINT[]) >> 32)::INTEGER,
    md5_number_lower($sketch_id),
    len($hashes::BIGINT[]),
    $step;

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

-- name: append_copies_found
-- Many at once, and none is looked for among those that are there: that would read them all.
INSERT INTO near_copies (
    entry, copy_id, document_id, source_id, other_document_id, other_source_id, share,
    other_share, found_at, body
)
SELECT
    $entry + number,
    body ->> '$.copy_id',
    body ->> '$.document_id',
    body ->> '$.source_id',
    body ->> '$.other_document_id',
    body ->> '$.other_source_id',
    (body ->> '$.share')::DOUBLE,
    (body ->> '$.other_share')::DOUBLE,
    (body ->> '$.found_at')::TIMESTAMPTZ,
    body
FROM (
    SELECT unnest($bodies::VARCHAR[]) AS body, generate_subscripts($bodies::VARCHAR[], 1) AS number
);

-- name: near_pairs
-- Told from both sides. Of these, source_twin has the pairs whose texts both are the newest of their
-- sources; a batch asks for newest_of by itself, for in one statement the joins take 30 MB.
SELECT *
FROM (
    SELECT
        entry,
        source_id AS mine,
        document_id AS mine_read,
        other_source_id AS source_id,
        other_document_id AS document_id,
        share,
        other_share
    FROM near_copies
    WHERE source_id IN (SELECT unnest($source_ids::VARCHAR[]))
    UNION ALL
    SELECT
        entry, other_source_id, other_document_id, source_id, document_id, other_share, share
    FROM near_copies
    WHERE other_source_id IN (SELECT unnest($source_ids::VARCHAR[]))
)
ORDER BY greatest(share, other_share) DESC, entry;

-- name: newest_of
-- The document of each source that any reading found last.
SELECT source_id, arg_max(document_id, entry) AS document_id
FROM snapshot_document
WHERE source_id IN (SELECT unnest($source_ids::VARCHAR[]))
GROUP BY source_id;

-- name: near_sources
-- What is told of the sources of these documents, apart from their cases.
SELECT
    documents.document_id,
    documents.title,
    coalesce(documents.url, sources.canonical_url) AS url,
    cases.case_id
FROM documents
JOIN sources USING (source_id)
LEFT JOIN cases USING (source_id)
WHERE list_contains($document_ids::VARCHAR[], documents.document_id);

-- name: near_cases
-- A list, for a condition on it reaches the tables through the view's windows; a join would not.
SELECT case_id, case_status.status, revisions.title
FROM case_status
JOIN revisions USING (case_id, revision_id)
WHERE list_contains($case_ids::VARCHAR[], case_id);
