-- Watched lists and the looks at them. The newest row of a watch is how it stands.

CREATE TABLE watches (
    entry BIGINT NOT NULL,
    change_id VARCHAR NOT NULL,
    watch_id VARCHAR NOT NULL,
    address VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

CREATE TABLE looks (
    entry BIGINT NOT NULL,
    look_id VARCHAR NOT NULL,
    watch_id VARCHAR NOT NULL,
    batch_id VARCHAR,
    looked_at TIMESTAMPTZ NOT NULL,
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
UNION ALL SELECT entry FROM batch_events
UNION ALL SELECT entry FROM watches
UNION ALL SELECT entry FROM looks;
