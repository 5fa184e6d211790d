-- Near-copies are also found by their titles: the text of an import is seldom like that of its source.

CREATE OR REPLACE VIEW near_copies AS
WITH newest AS (
    SELECT document_id, source_id, signature
    FROM signatures
    QUALIFY stored_at = max(stored_at) OVER (PARTITION BY source_id)
),
pairs AS (
    SELECT DISTINCT mine.document_id, other.document_id AS other_document_id
    FROM signature_bands AS mine
    JOIN signature_bands AS other USING (band, hash)
    WHERE mine.source_id <> other.source_id
),
compared AS (
    SELECT
        mine.source_id,
        other.source_id AS other_source_id,
        list_sum(
            list_transform(
                list_zip(mine.signature, other.signature),
                lambda hashes: if(hashes[1] = hashes[2], 1, 0)
            )
        ) / len(mine.signature) AS similarity
    FROM pairs
    JOIN newest AS mine ON mine.document_id = pairs.document_id
    JOIN newest AS other ON other.document_id = pairs.other_document_id
    WHERE len(mine.signature) = len(other.signature)
),
titled AS (
    SELECT
        source_id,
        list_sort(
            list_distinct(regexp_extract_all(lower(max_by(title, stored_at)), '[\pL\pN]+'))
        ) AS words
    FROM documents
    WHERE title IS NOT NULL
    GROUP BY source_id
    HAVING len(words) >= 4 -- shorter ones, such as "Engineering blog", are often shared
),
alike AS (
    SELECT source_id, other_source_id, similarity, false AS same_title
    FROM compared
    WHERE similarity >= 0.5
    UNION ALL
    SELECT mine.source_id, other.source_id, 0.0, true
    FROM titled AS mine
    JOIN titled AS other USING (words)
    WHERE mine.source_id <> other.source_id
)
SELECT
    source_id,
    other_source_id,
    max(similarity) AS similarity,
    bool_or(same_title) AS same_title
FROM alike
GROUP BY source_id, other_source_id;
COMMENT ON VIEW near_copies IS 'Pairs of sources whose newest texts are much alike, or whose titles have the same words, in both directions.';
