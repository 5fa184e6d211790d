-- All rows in the order in which they were stored, as another casebook takes them over.

-- name: log_end
-- The last row's place.
SELECT coalesce(max(entry), 0) AS entry FROM log;

-- name: log_until
-- The place of the last of the next $most rows.
SELECT max(entry) AS entry
FROM (SELECT entry FROM log WHERE entry > $after ORDER BY entry LIMIT $most);

-- name: log_rows
-- What is made from the others anew, sketches and near-copies, is left out.
SELECT entry, 'sources' AS name, body FROM sources WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'snapshots' AS name, body FROM snapshots WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'documents' AS name, body FROM documents WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'triages' AS name, body FROM triages WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'generations' AS name, body FROM generations WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'cases' AS name, body FROM cases WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'revisions' AS name, body FROM revisions WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'reviews' AS name, body FROM reviews WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'publications' AS name, body FROM publications WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'failures' AS name, body FROM failures WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'batches' AS name, body FROM batches WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'batch_events' AS name, body FROM batch_events WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'watches' AS name, body FROM watches WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'looks' AS name, body FROM looks WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'term_proposals' AS name, body FROM term_proposals WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'term_decisions' AS name, body FROM term_decisions WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'company_aliases' AS name, body FROM company_aliases WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'readings' AS name, body FROM readings WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'aliases' AS name, body FROM aliases WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'checks' AS name, body FROM checks WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'wastes' AS name, body FROM wastes WHERE entry > $after AND entry <= $until
UNION ALL SELECT entry, 'recipes' AS name, body FROM recipes WHERE entry > $after AND entry <= $until
ORDER BY entry;
