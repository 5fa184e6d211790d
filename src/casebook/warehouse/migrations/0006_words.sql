-- Names that the taxonomy lacks, what curators ruled on them, and which companies are one. key is
-- the form in which names are compared; of a key's rulings, and of an alias's rows, the newest counts.

CREATE TABLE term_proposals (
    entry BIGINT NOT NULL,
    proposal_id VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    document_id VARCHAR NOT NULL,
    proposed_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

CREATE TABLE term_decisions (
    entry BIGINT NOT NULL,
    decision_id VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    ruling VARCHAR NOT NULL,
    who VARCHAR NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

CREATE TABLE company_aliases (
    entry BIGINT NOT NULL,
    alias_id VARCHAR NOT NULL,
    alias VARCHAR NOT NULL,
    name VARCHAR,
    who VARCHAR NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
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
UNION ALL SELECT entry FROM company_aliases;
