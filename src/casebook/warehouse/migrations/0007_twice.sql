-- The same source twice: readings, aliases, near-copies, checks.

-- One row each time that an extractor read a snapshot. A document's own row stands for its first.
CREATE TABLE readings (
    entry BIGINT NOT NULL,
    reading_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    snapshot_id VARCHAR NOT NULL,
    document_id VARCHAR NOT NULL,
    extractor VARCHAR NOT NULL,
    title VARCHAR,
    published DATE,
    read_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

-- Addresses that lead to another source.
CREATE TABLE aliases (
    entry BIGINT NOT NULL,
    alias_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    same_as VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    found_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

-- Samples of each document's word runs.
CREATE TABLE sketches (
    entry BIGINT NOT NULL,
    sketch_id VARCHAR NOT NULL,
    document_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    method VARCHAR NOT NULL,
    hashes BIGINT[] NOT NULL,
    body VARCHAR NOT NULL
);

CREATE TABLE near_copies (
    entry BIGINT NOT NULL,
    copy_id VARCHAR NOT NULL,
    document_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    other_document_id VARCHAR NOT NULL,
    other_source_id VARCHAR NOT NULL,
    share DOUBLE NOT NULL,
    other_share DOUBLE NOT NULL,
    found_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

CREATE TABLE checks (
    entry BIGINT NOT NULL,
    check_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    document_id VARCHAR NOT NULL,
    result VARCHAR NOT NULL,
    checked_at TIMESTAMPTZ NOT NULL,
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
UNION ALL SELECT entry FROM looks
UNION ALL SELECT entry FROM term_proposals
UNION ALL SELECT entry FROM term_decisions
UNION ALL SELECT entry FROM company_aliases
UNION ALL SELECT entry FROM readings
UNION ALL SELECT entry FROM aliases
UNION ALL SELECT entry FROM sketches
UNION ALL SELECT entry FROM near_copies
UNION ALL SELECT entry FROM checks;

-- Which document each extractor found in each snapshot, first readings included.
CREATE VIEW snapshot_document AS
SELECT entry, source_id, snapshot_id, extractor, document_id FROM documents
UNION ALL
SELECT entry, source_id, snapshot_id, extractor, document_id FROM readings;

-- What the newest reading tells of each document.
CREATE VIEW document_reading AS
SELECT *
FROM readings
QUALIFY row_number() OVER (PARTITION BY document_id ORDER BY entry DESC) = 1;

-- Near-copies told from both sides, as far as both texts are the newest of their sources.
CREATE VIEW source_twin AS
WITH newest AS (
    SELECT source_id, document_id
    FROM snapshot_document
    QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY entry DESC) = 1
),
both_ways AS (
    SELECT entry, source_id, document_id, other_source_id, other_document_id, share, other_share
    FROM near_copies
    UNION ALL
    SELECT entry, other_source_id, other_document_id, source_id, document_id, other_share, share
    FROM near_copies
)
SELECT both_ways.*
FROM both_ways
JOIN newest AS mine
    ON mine.source_id = both_ways.source_id AND mine.document_id = both_ways.document_id
JOIN newest AS other
    ON other.source_id = both_ways.other_source_id
    AND other.document_id = both_ways.other_document_id;

-- The newest check of each source, and the newest that tells something of it: that it could not be
-- reached does not undo what was seen before.
CREATE VIEW source_checked AS
SELECT *
FROM checks
QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY entry DESC) = 1;

CREATE VIEW source_seen AS
SELECT *
FROM checks
WHERE result <> 'unreachable'
QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY entry DESC) = 1;

-- As before, and: a later reading of a known text is a success, and so is an alias, after which
-- nothing more is to be done for its address.
CREATE OR REPLACE VIEW source_success AS
SELECT source_id, entry, 1 AS place FROM snapshots
UNION ALL
SELECT source_id, entry, 2 FROM snapshot_document
UNION ALL
SELECT documents.source_id, triages.entry, if(triages.verdict = 'not_a_case_study', 4, 3)
FROM triages
JOIN documents USING (document_id)
UNION ALL
SELECT source_id, entry, 4 FROM aliases
UNION ALL
SELECT cases.source_id, revisions.entry, 4
FROM revisions
JOIN cases USING (case_id)
WHERE revisions.made_by = 'model'
UNION ALL
SELECT cases.source_id, publications.entry, 5
FROM publications
JOIN cases USING (case_id)
WHERE NOT publications.withdrawn;

-- As before, without addresses that lead to another source.
CREATE OR REPLACE VIEW source_unfinished AS
SELECT sources.*
FROM sources
WHERE NOT EXISTS (FROM cases WHERE cases.source_id = sources.source_id)
    AND NOT EXISTS (FROM aliases WHERE aliases.source_id = sources.source_id)
    AND NOT EXISTS (FROM source_refused WHERE source_refused.source_id = sources.source_id)
    AND NOT EXISTS (FROM failure_open WHERE failure_open.source_id = sources.source_id)
    AND NOT (
        sources.canonical_url IS NULL
        AND EXISTS (
            FROM failures
            WHERE failures.source_id = sources.source_id AND failures.stage = 'fetch'
        )
    );
