-- Of a text with more than 64 hashes each second is kept, of one with more than 128 each fourth: the
-- search goes through all that are kept, for each document that comes.

ALTER TABLE marks RENAME TO all_marks;

CREATE TABLE marks (
    hash INTEGER NOT NULL,
    sketch UBIGINT NOT NULL,
    size INTEGER NOT NULL,
    step UTINYINT NOT NULL
);

INSERT INTO marks
WITH stepped AS (
    SELECT
        hash,
        sketch,
        CASE WHEN size <= 64 THEN 1 WHEN size <= 128 THEN 2 ELSE 4 END AS step
    FROM all_marks
),
kept AS (
    SELECT sketch, count(*) AS size
    FROM stepped
    WHERE hash % step = 0
    GROUP BY sketch
)
SELECT stepped.hash, stepped.sketch, kept.size, stepped.step
FROM stepped
JOIN kept USING (sketch)
WHERE stepped.hash % stepped.step = 0;

DROP TABLE all_marks;
