-- Lists of sources worked as one, and what happened to each list as a whole. What became of its
-- sources is told from the sources' own rows, whoever worked them. size repeats the number of items
-- in the body, for lists that do not read it.

CREATE TABLE batches (
    entry BIGINT NOT NULL,
    batch_id VARCHAR NOT NULL,
    origin VARCHAR NOT NULL,
    size BIGINT NOT NULL,
    created_by VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

CREATE TABLE batch_events (
    entry BIGINT NOT NULL,
    event_id VARCHAR NOT NULL,
    batch_id VARCHAR NOT NULL,
    step VARCHAR NOT NULL,
    reason VARCHAR,
    happened_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

CREATE OR REPLACE VIEW log AS
SELECT entry FROM sources
UNION ALL SELECT entry FROM snapshots
UNION ALL SELECT entry FROM documents
UNION ALL SELECT entry FROM triages
UNION ALL SELECT entry FROM generations
UNION ALL SELECT entry FROM cases
UNION ALL SELECT entry FROM revisions
UNION ALL SELECT entry FROM reviews
UNION ALL SELECT entry FROM publications
UNION ALL SELECT entry FROM failures
UNION ALL SELECT entry FROM batches
UNION ALL SELECT entry FROM batch_events;
