-- Sources: those that became no case, what fetching them again showed, and how much there is of all.

-- name: open_failures
SELECT failure_open.body AS failure, sources.body AS source, failure_open.attempts
FROM failure_open
JOIN sources USING (source_id)
ORDER BY failure_open.entry;

-- name: open_failure
-- The view looks at what all sources came to, so it is asked only where one failed at all.
SELECT failure_open.body AS failure, sources.body AS source, failure_open.attempts
FROM failure_open
JOIN sources USING (source_id)
WHERE failure_open.source_id = $source_id;

-- name: failed
SELECT entry FROM failures WHERE source_id = $source_id LIMIT 1;

-- name: unfinished
SELECT body FROM source_unfinished ORDER BY entry;

-- name: refused
SELECT
    sources.body AS source,
    source_refused.document_id,
    source_refused.title,
    source_refused.body AS triage
FROM source_refused
JOIN sources USING (source_id)
ORDER BY source_refused.entry;

-- name: counts
SELECT 'sources' AS name, count(*) AS rows FROM sources
UNION ALL SELECT 'snapshots', count(*) FROM snapshots
UNION ALL SELECT 'documents', count(*) FROM documents
UNION ALL SELECT 'triages', count(*) FROM triages
UNION ALL SELECT 'generations', count(*) FROM generations
UNION ALL SELECT 'cases', count(*) FROM cases
UNION ALL SELECT 'revisions', count(*) FROM revisions
UNION ALL SELECT 'reviews', count(*) FROM reviews
UNION ALL SELECT 'publications', count(*) FROM publications
UNION ALL SELECT 'failures', count(*) FROM failures
UNION ALL SELECT 'wastes', count(*) FROM wastes
UNION ALL SELECT 'batches', count(*) FROM batches
UNION ALL SELECT 'batch_events', count(*) FROM batch_events
UNION ALL SELECT 'watches', count(*) FROM watches
UNION ALL SELECT 'looks', count(*) FROM looks
UNION ALL SELECT 'term_proposals', count(*) FROM term_proposals
UNION ALL SELECT 'term_decisions', count(*) FROM term_decisions
UNION ALL SELECT 'company_aliases', count(*) FROM company_aliases
UNION ALL SELECT 'readings', count(*) FROM readings
UNION ALL SELECT 'aliases', count(*) FROM aliases
UNION ALL SELECT 'sketches', count(*) FROM sketches
UNION ALL SELECT 'near_copies', count(*) FROM near_copies
UNION ALL SELECT 'checks', count(*) FROM checks
UNION ALL SELECT 'recipes', count(*) FROM recipes;

-- name: checked
SELECT entry FROM source_checked WHERE source_id = $source_id;

-- name: last_checks
SELECT source_id, checked_at FROM source_checked;

-- name: seen
SELECT body FROM source_seen WHERE list_contains($source_ids::VARCHAR[], source_id);

-- name: attention
SELECT
    (SELECT count(*) FROM source_refused) AS refused,
    (SELECT count(*) FROM failure_open) AS failed,
    (SELECT count(*) FROM source_unfinished) AS unfinished;
