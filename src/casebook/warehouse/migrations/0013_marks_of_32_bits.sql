-- Of each hash of a sketch the upper half: the search goes through all of them and keeps them in
-- memory. Of ten million every other search meets one by chance, and a pair needs six.

DROP TABLE marks;

CREATE TABLE marks (
    hash INTEGER NOT NULL,
    sketch UBIGINT NOT NULL,
    size INTEGER NOT NULL
);

INSERT INTO marks
SELECT (unnest(hashes) >> 32)::INTEGER, md5_number_lower(sketch_id), len(hashes)
FROM sketches
ORDER BY entry;
