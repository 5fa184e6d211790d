-- The hashes of each sketch, a row each: found among a million of them in a few milliseconds, where
-- opening the lists of ten thousand sketches takes two hundred.

CREATE TABLE marks (
    hash BIGINT NOT NULL,
    method VARCHAR NOT NULL,
    document_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    size BIGINT NOT NULL
);

INSERT INTO marks
SELECT unnest(hashes), method, document_id, source_id, len(hashes)
FROM sketches;
