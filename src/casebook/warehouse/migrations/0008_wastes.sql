-- What questions without a usable answer cost, and one view of everything that was spent.

CREATE TABLE wastes (
    entry BIGINT NOT NULL,
    waste_id VARCHAR NOT NULL,
    question_id VARCHAR NOT NULL,
    document_id VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    cost_usd DOUBLE,
    seconds DOUBLE NOT NULL,
    attempts INTEGER NOT NULL,
    wasted_at TIMESTAMPTZ NOT NULL,
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
UNION ALL SELECT entry FROM checks
UNION ALL SELECT entry FROM wastes;

-- Every question that was asked, answered or not. calls counts requests, repeated ones included;
-- those of a generation before its last one gave nothing usable either, and its tokens hold theirs.
CREATE VIEW spending AS
SELECT
    document_id, stage, model, prompt_tokens, completion_tokens, cost_usd, seconds,
    attempts AS calls, attempts - 1 AS wasted_calls, created_at AS spent_at
FROM generations
UNION ALL
SELECT
    document_id, stage, model, prompt_tokens, completion_tokens, cost_usd, seconds,
    attempts, attempts, wasted_at
FROM wastes;
