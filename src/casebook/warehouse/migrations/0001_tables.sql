-- One table for each type that a stage stores. Rows are added and never changed.
--
-- entry  the row's place in the log that all tables share: a higher one was stored later. What is
--        "newest" is decided by it and not by a clock, which may be set back.
-- body   the whole object as JSON; reading gives back exactly this. The other columns repeat what
--        people query. Long text stands in the body alone.
--
-- No keys and no unique constraints: DuckLake has none, and the append statement does not add an
-- id twice. Times are stored in UTC.

CREATE TABLE migrations (
    number INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE sources (
    entry BIGINT NOT NULL,
    source_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    canonical_url VARCHAR,
    submitted_by VARCHAR NOT NULL,
    submitted_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

CREATE TABLE snapshots (
    entry BIGINT NOT NULL,
    snapshot_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    final_url VARCHAR,
    media_type VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    size BIGINT NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

CREATE TABLE documents (
    entry BIGINT NOT NULL,
    document_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    snapshot_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    extractor VARCHAR NOT NULL,
    url VARCHAR,
    title VARCHAR,
    site VARCHAR,
    language VARCHAR,
    published DATE,
    body VARCHAR NOT NULL
);

CREATE TABLE triages (
    entry BIGINT NOT NULL,
    triage_id VARCHAR NOT NULL,
    document_id VARCHAR NOT NULL,
    rubric VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

CREATE TABLE generations (
    entry BIGINT NOT NULL,
    generation_id VARCHAR NOT NULL,
    document_id VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    prompt VARCHAR NOT NULL,
    prompt_version INTEGER NOT NULL,
    model VARCHAR NOT NULL,
    endpoint VARCHAR NOT NULL,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    cost_usd DOUBLE,
    seconds DOUBLE NOT NULL,
    attempts INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

CREATE TABLE cases (
    entry BIGINT NOT NULL,
    case_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

-- statements and support are JSON objects of counts, for lists that do not read the bodies.
CREATE TABLE revisions (
    entry BIGINT NOT NULL,
    revision_id VARCHAR NOT NULL,
    case_id VARCHAR NOT NULL,
    parent_id VARCHAR,
    document_id VARCHAR NOT NULL,
    made_by VARCHAR NOT NULL,
    author VARCHAR NOT NULL,
    recipe_id VARCHAR,
    strategy VARCHAR,
    title VARCHAR,
    company VARCHAR,
    industry VARCHAR,
    year VARCHAR,
    statements VARCHAR NOT NULL,
    support VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

CREATE TABLE reviews (
    entry BIGINT NOT NULL,
    review_id VARCHAR NOT NULL,
    case_id VARCHAR NOT NULL,
    revision_id VARCHAR NOT NULL,
    decision VARCHAR NOT NULL,
    who VARCHAR NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

CREATE TABLE publications (
    entry BIGINT NOT NULL,
    publication_id VARCHAR NOT NULL,
    case_id VARCHAR NOT NULL,
    revision_id VARCHAR NOT NULL,
    target VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    withdrawn BOOLEAN NOT NULL,
    published_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);

CREATE TABLE failures (
    entry BIGINT NOT NULL,
    failure_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    transient BOOLEAN NOT NULL,
    failed_at TIMESTAMPTZ NOT NULL,
    body VARCHAR NOT NULL
);
