-- Watched lists.

-- name: append_watches
INSERT INTO watches (entry, change_id, watch_id, address, state, changed_at, body)
SELECT $entry, $change_id, $watch_id, $address, $state, $changed_at, $body
WHERE NOT EXISTS (FROM watches WHERE change_id = $change_id);

-- name: append_looks
INSERT INTO looks (entry, look_id, watch_id, batch_id, looked_at, body)
SELECT $entry, $look_id, $watch_id, $batch_id, $looked_at, $body
WHERE NOT EXISTS (FROM looks WHERE look_id = $look_id);

-- name: watches
WITH stands AS (
    SELECT *
    FROM watches
    QUALIFY row_number() OVER (PARTITION BY watch_id ORDER BY entry DESC) = 1
),
removed AS (
    SELECT watch_id, max(entry) AS entry FROM watches WHERE state = 'removed' GROUP BY watch_id
),
newest AS (
    SELECT looks.*
    FROM looks
    LEFT JOIN removed USING (watch_id)
    WHERE looks.entry > coalesce(removed.entry, 0)
    QUALIFY row_number() OVER (PARTITION BY looks.watch_id ORDER BY looks.entry DESC) = 1
)
SELECT stands.body AS watch, newest.body AS look
FROM stands
LEFT JOIN newest USING (watch_id)
WHERE stands.state <> 'removed'
ORDER BY stands.entry;

-- name: looks
SELECT body
FROM looks
WHERE watch_id = $watch_id
    AND entry > coalesce(
        (
            SELECT max(entry)
            FROM watches
            WHERE watch_id = $watch_id AND state = 'removed' AND NOT $removed_too
        ),
        0
    )
ORDER BY entry;
