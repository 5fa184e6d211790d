-- Every table is append-only. stored_at is when a row was stored: unique and rising, so that it says
-- which of two rows came later. There are no keys or indexes: a shared warehouse (DuckLake) has none.

CREATE TABLE migrations (
    number INTEGER,
    name VARCHAR,
    applied_at TIMESTAMPTZ
);
COMMENT ON TABLE migrations IS 'The steps that brought the database to its schema.';

CREATE TABLE sources (
    source_id VARCHAR,
    kind VARCHAR,
    canonical_url VARCHAR,
    submitted VARCHAR,
    origin_url VARCHAR,
    transcript VARCHAR,
    feed VARCHAR,
    captured BOOLEAN,
    submitted_by VARCHAR,
    submitted_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE sources IS 'What was submitted: one row per address or file.';
COMMENT ON COLUMN sources.kind IS 'web, markdown, word, text, pdf, captions, video, recording or paper';
COMMENT ON COLUMN sources.canonical_url IS 'the address without tracking parameters; NULL for a file without an origin';
COMMENT ON COLUMN sources.submitted IS 'the address or path as a person gave it';
COMMENT ON COLUMN sources.origin_url IS 'where a local file came from';
COMMENT ON COLUMN sources.transcript IS 'path of a file with the words of a video or recording';
COMMENT ON COLUMN sources.feed IS 'address of a feed that carries the full text';
COMMENT ON COLUMN sources.captured IS 'whether the file is a page as a curator''s browser showed it';

CREATE TABLE selections (
    source_id VARCHAR,
    text VARCHAR,
    who VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE selections IS 'Words that people selected in sources when they submitted them.';

CREATE TABLE aliases (
    source_id VARCHAR,
    same_as VARCHAR,
    url VARCHAR,
    reason VARCHAR,
    found_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE aliases IS 'Addresses that turned out to lead to another source.';
COMMENT ON COLUMN aliases.same_as IS 'the source_id of the source that it leads to';
COMMENT ON COLUMN aliases.reason IS 'redirect, canonical, moved or file';

CREATE TABLE snapshots (
    snapshot_id VARCHAR,
    source_id VARCHAR,
    url VARCHAR,
    final_url VARCHAR,
    media_type VARCHAR,
    charset VARCHAR,
    name VARCHAR,
    headers MAP(VARCHAR, VARCHAR),
    sha256 VARCHAR,
    size BIGINT,
    fetched_at TIMESTAMPTZ,
    steps STRUCT(method VARCHAR, outcome VARCHAR, doubtful BOOLEAN)[],
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE snapshots IS 'The bytes that a source gave; they lie in the blob store under sha256.';
COMMENT ON COLUMN snapshots.final_url IS 'where redirects ended';
COMMENT ON COLUMN snapshots.size IS 'in bytes';
COMMENT ON COLUMN snapshots.steps IS 'what was tried to get the bytes';

CREATE TABLE documents (
    document_id VARCHAR,
    source_id VARCHAR,
    snapshot_id VARCHAR,
    kind VARCHAR,
    extractor VARCHAR,
    url VARCHAR,
    title VARCHAR,
    authors VARCHAR[],
    published DATE,
    language VARCHAR,
    site VARCHAR,
    description VARCHAR,
    canonical_url VARCHAR,
    tail VARCHAR,
    steps STRUCT(method VARCHAR, outcome VARCHAR, doubtful BOOLEAN)[],
    hidden STRUCT(text VARCHAR, reason VARCHAR)[],
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE documents IS 'What one version of an extractor reads in a snapshot; the text is in passages, whole in document_texts.';
COMMENT ON COLUMN documents.extractor IS 'its name and version, such as html/1';
COMMENT ON COLUMN documents.published IS 'when the source says that it was published';
COMMENT ON COLUMN documents.canonical_url IS 'the address that the page itself names';
COMMENT ON COLUMN documents.tail IS 'what follows the last passage in the text';
COMMENT ON COLUMN documents.steps IS 'how the text was found; doubtful ones should be compared with the original';
COMMENT ON COLUMN documents.hidden IS 'text that no reader of the original sees; it is not part of the text';

CREATE TABLE passages (
    document_id VARCHAR,
    n INTEGER,
    start_offset INTEGER,
    end_offset INTEGER,
    headings VARCHAR[],
    page INTEGER,
    seconds DOUBLE,
    speaker VARCHAR,
    gap VARCHAR,
    text VARCHAR,
    lines STRUCT(
        "start" INTEGER,
        "end" INTEGER,
        page INTEGER,
        box USMALLINT[]
    )[]
);
COMMENT ON TABLE passages IS 'The paragraphs of each document, numbered from 1.';
COMMENT ON COLUMN passages.start_offset IS 'in characters of the document''s text, from 0';
COMMENT ON COLUMN passages.end_offset IS 'after the last character';
COMMENT ON COLUMN passages.headings IS 'the headings above it, outermost first';
COMMENT ON COLUMN passages.gap IS 'what stands between the passage before and this one, such as empty lines';
COMMENT ON COLUMN passages.page IS 'in a PDF, from 1';
COMMENT ON COLUMN passages.seconds IS 'in a video or recording';
COMMENT ON COLUMN passages.lines IS 'in a PDF, where each line stands: offsets in the text; left, top, right and bottom in thousandths of the page';

CREATE TABLE triages (
    triage_id VARCHAR,
    document_id VARCHAR,
    rubric VARCHAR,
    model VARCHAR,
    verdict VARCHAR,
    reason VARCHAR,
    criteria STRUCT(
        name VARCHAR,
        score DOUBLE,
        reason VARCHAR,
        evidence STRUCT(
            quote VARCHAR,
            passage INTEGER,
            "start" INTEGER,
            "end" INTEGER,
            "match" VARCHAR,
            score DOUBLE,
            page INTEGER,
            seconds DOUBLE,
            speaker VARCHAR
        )[]
    )[],
    generation_ids VARCHAR[],
    decided_at TIMESTAMPTZ,
    overturned_by VARCHAR,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE triages IS 'Verdicts on documents: whether one is a case study of a real deployment.';
COMMENT ON COLUMN triages.verdict IS 'case_study, unsure or not_a_case_study';
COMMENT ON COLUMN triages.criteria IS 'the lines of the rubric, each with a score from 0 to 1';
COMMENT ON COLUMN triages.overturned_by IS 'the curator who asked for a draft all the same';

CREATE TABLE generations (
    generation_id VARCHAR,
    question_id VARCHAR,
    document_id VARCHAR,
    stage VARCHAR,
    prompt VARCHAR,
    prompt_version INTEGER,
    prompt_hash VARCHAR,
    schema_hash VARCHAR,
    model VARCHAR,
    endpoint VARCHAR,
    parameters JSON,
    status VARCHAR,
    answer VARCHAR,
    finish_reason VARCHAR,
    error VARCHAR,
    prompt_tokens BIGINT,
    completion_tokens BIGINT,
    cached_tokens BIGINT,
    cost_usd DOUBLE,
    seconds DOUBLE,
    attempts INTEGER,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE generations IS 'Calls to models: what was asked, what came back and what it cost.';
COMMENT ON COLUMN generations.question_id IS 'equal for equal messages, schema, model and parameters';
COMMENT ON COLUMN generations.document_id IS 'what the call was about';
COMMENT ON COLUMN generations.status IS 'ok, invalid, truncated, refused, filtered or error';
COMMENT ON COLUMN generations.answer IS 'the model''s text; validated JSON where status is ok';
COMMENT ON COLUMN generations.cached_tokens IS 'those of the prompt that the endpoint had kept from an earlier call';
COMMENT ON COLUMN generations.cost_usd IS 'NULL where the price is unknown';
COMMENT ON COLUMN generations.attempts IS 'requests that were sent';

CREATE TABLE cases (
    case_id VARCHAR,
    source_id VARCHAR,
    created_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE cases IS 'The stories: one per source that has a draft.';

CREATE TABLE revisions (
    revision_id VARCHAR,
    case_id VARCHAR,
    parent_id VARCHAR,
    document_id VARCHAR,
    made_by VARCHAR,
    author VARCHAR,
    recipe_id VARCHAR,
    model VARCHAR,
    strategy VARCHAR,
    prompts VARCHAR[],
    judge VARCHAR,
    fingerprint VARCHAR,
    strategy_reason VARCHAR,
    generation_ids VARCHAR[],
    unread STRUCT("first" INTEGER, "last" INTEGER, reason VARCHAR)[],
    dropped VARCHAR[],
    created_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE revisions IS 'The states of each case''s text: drafts by models, edits by people, and imports.';
COMMENT ON COLUMN revisions.parent_id IS 'the revision that it was made from';
COMMENT ON COLUMN revisions.made_by IS 'model, person or import';
COMMENT ON COLUMN revisions.author IS 'the model''s or the person''s name';
COMMENT ON COLUMN revisions.recipe_id IS 'what a draft was made with; model to fingerprint are its parts';
COMMENT ON COLUMN revisions.prompts IS 'name/version pairs such as case_study/v10';
COMMENT ON COLUMN revisions.judge IS 'the model that judged the statements';
COMMENT ON COLUMN revisions.unread IS 'passages that the draft does not cover, and why';
COMMENT ON COLUMN revisions.dropped IS 'statements that only repeated another one of the draft';

CREATE TABLE facts (
    revision_id VARCHAR,
    n INTEGER,
    name VARCHAR,
    value VARCHAR,
    inferred BOOLEAN,
    support VARCHAR,
    reason VARCHAR,
    confirmed_by VARCHAR
);
COMMENT ON TABLE facts IS 'Single values of a revision: title, company, industry, year, stage and narrator.';
COMMENT ON COLUMN facts.inferred IS 'whether the quote suggests the value without stating it';
COMMENT ON COLUMN facts.support IS 'verbatim, verified, unverified, imported, doubtful or refuted';
COMMENT ON COLUMN facts.reason IS 'why the support is what it is, for the curator';

CREATE TABLE statements (
    revision_id VARCHAR,
    n INTEGER,
    section VARCHAR,
    text VARCHAR,
    answers_n INTEGER,
    rests_on INTEGER[],
    support VARCHAR,
    reason VARCHAR,
    confirmed_by VARCHAR,
    origin VARCHAR,
    metric VARCHAR,
    qualifier VARCHAR,
    value VARCHAR,
    number DOUBLE,
    unit VARCHAR,
    baseline VARCHAR,
    sample VARCHAR,
    method VARCHAR
);
COMMENT ON TABLE statements IS 'The sentences of each revision.';
COMMENT ON COLUMN statements.section IS 'abstract, context, architecture, challenges, solutions, techniques, tools, evaluation, results, lessons, failures, plans or questions';
COMMENT ON COLUMN statements.answers_n IS 'of a solution: the n of the challenge that it answers';
COMMENT ON COLUMN statements.rests_on IS 'of a sentence of the abstract: the n of the statements that it sums up';
COMMENT ON COLUMN statements.support IS 'verbatim, verified, unverified, imported, doubtful or refuted';
COMMENT ON COLUMN statements.reason IS 'why the support is what it is, for the curator';
COMMENT ON COLUMN statements.confirmed_by IS 'the curator who accepted a doubtful statement';
COMMENT ON COLUMN statements.origin IS 'whose words: model, source or curator';
COMMENT ON COLUMN statements.metric IS 'of a result, as the following columns: what was measured';
COMMENT ON COLUMN statements.value IS 'as the source writes it';
COMMENT ON COLUMN statements.number IS 'the value where it is one number';
COMMENT ON COLUMN statements.sample IS 'the time or the cases that it was measured over';
COMMENT ON COLUMN statements.method IS 'self-reported, A/B test or audited';

CREATE TABLE evidence (
    revision_id VARCHAR,
    part VARCHAR,
    key VARCHAR,
    i INTEGER,
    quote VARCHAR,
    passage INTEGER,
    start_offset INTEGER,
    end_offset INTEGER,
    match VARCHAR,
    score DOUBLE,
    page INTEGER,
    seconds DOUBLE,
    speaker VARCHAR
);
COMMENT ON TABLE evidence IS 'The quotes on which statements, facts and tags rest, and where they are in the document.';
COMMENT ON COLUMN evidence.part IS 'statement, fact or tag';
COMMENT ON COLUMN evidence.key IS 'the statement''s n as text, the fact''s name or the tag''s slug';
COMMENT ON COLUMN evidence.i IS 'the number of the quote there, from 1';
COMMENT ON COLUMN evidence.passage IS 'the passage''s n; NULL where the quote was not found';
COMMENT ON COLUMN evidence.start_offset IS 'in characters of the document''s text, from 0';
COMMENT ON COLUMN evidence.match IS 'exact, close or missing';
COMMENT ON COLUMN evidence.score IS 'the share of characters that agree';

CREATE TABLE case_tags (
    revision_id VARCHAR,
    n INTEGER,
    slug VARCHAR,
    label VARCHAR,
    term_group VARCHAR,
    support VARCHAR,
    reason VARCHAR,
    confirmed_by VARCHAR
);
COMMENT ON TABLE case_tags IS 'The terms of the taxonomy that a revision has.';
COMMENT ON COLUMN case_tags.term_group IS 'technique, tool, application or concern';

CREATE TABLE reviews (
    review_id VARCHAR,
    case_id VARCHAR,
    revision_id VARCHAR,
    decision VARCHAR,
    reason VARCHAR,
    who VARCHAR,
    happened_at TIMESTAMPTZ,
    part VARCHAR,
    resolves VARCHAR,
    seconds DOUBLE,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE reviews IS 'What curators decided about cases.';
COMMENT ON COLUMN reviews.decision IS 'approve, reject, edit, reopen, comment, resolve, assign, adopt_draft or refuse_draft';
COMMENT ON COLUMN reviews.part IS 'what a comment is about: s- and the n of a statement, f- and the name of a fact, t- and the slug of a tag';
COMMENT ON COLUMN reviews.resolves IS 'the review_id of the comment that is resolved';
COMMENT ON COLUMN reviews.seconds IS 'how long the curator had the case open before';

CREATE TABLE accounts (
    name VARCHAR,
    kind VARCHAR,
    role VARCHAR,
    secret VARCHAR,
    active BOOLEAN,
    who VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE accounts IS 'People and scripts that may use the desk; the newest row of a name counts.';
COMMENT ON COLUMN accounts.kind IS 'person or token';
COMMENT ON COLUMN accounts.role IS 'reader, curator or admin';
COMMENT ON COLUMN accounts.secret IS 'the argon2 hash of a password, or the SHA-256 of a token';
COMMENT ON COLUMN accounts.who IS 'who made the change';

CREATE TABLE saved_views (
    who VARCHAR,
    name VARCHAR,
    query VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE saved_views IS 'Searches of the queue that people keep; the newest row of a name counts, and an empty query removes it.';

CREATE TABLE publications (
    publication_id VARCHAR,
    case_id VARCHAR,
    revision_id VARCHAR,
    target VARCHAR,
    address VARCHAR,
    content_hash VARCHAR,
    withdrawn BOOLEAN,
    who VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE publications IS 'Revisions that were written to a target, and withdrawals.';

CREATE TABLE failures (
    failure_id VARCHAR,
    source_id VARCHAR,
    stage VARCHAR,
    kind VARCHAR,
    transient BOOLEAN,
    gone BOOLEAN,
    exit_code INTEGER,
    message VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE failures IS 'Stages that failed; the view open_failures has those without a later success.';
COMMENT ON COLUMN failures.kind IS 'the cause in snake case';
COMMENT ON COLUMN failures.transient IS 'whether it may pass by itself';
COMMENT ON COLUMN failures.gone IS 'whether the source no longer exists';

CREATE TABLE checks (
    source_id VARCHAR,
    document_id VARCHAR,
    result VARCHAR,
    moved_to VARCHAR,
    quotes INTEGER,
    lost VARCHAR[],
    message VARCHAR,
    checked_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE checks IS 'What fetching sources again showed.';
COMMENT ON COLUMN checks.result IS 'same, moved, changed, gone or unreachable';
COMMENT ON COLUMN checks.quotes IS 'the case''s quotes that were looked for';
COMMENT ON COLUMN checks.lost IS 'those that are no longer in the text';

CREATE TABLE batches (
    batch_id VARCHAR,
    origin VARCHAR,
    size INTEGER,
    force BOOLEAN,
    budget_usd DOUBLE,
    source_budget_usd DOUBLE,
    model VARCHAR,
    created_by VARCHAR,
    created_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE batches IS 'Lists of sources that were ordered as one.';
COMMENT ON COLUMN batches.origin IS 'the address or path of the list, or a watch';
COMMENT ON COLUMN batches.force IS 'whether triage''s refusals are overturned';

CREATE TABLE batch_items (
    batch_id VARCHAR,
    n INTEGER,
    source_id VARCHAR,
    submitted VARCHAR,
    origin_url VARCHAR,
    transcript VARCHAR,
    feed VARCHAR,
    captured BOOLEAN,
    title VARCHAR,
    published VARCHAR
);
COMMENT ON TABLE batch_items IS 'The sources of each batch, numbered from 1.';
COMMENT ON COLUMN batch_items.published IS 'the day, month or year that the list states';

CREATE TABLE batch_events (
    batch_id VARCHAR,
    step VARCHAR,
    reason VARCHAR,
    who VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE batch_events IS 'When batches were started, paused and finished.';

CREATE TABLE watches (
    watch_id VARCHAR,
    address VARCHAR,
    every_seconds INTEGER,
    words VARCHAR[],
    rubric VARCHAR,
    budget_usd DOUBLE,
    state VARCHAR,
    changed_by VARCHAR,
    changed_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE watches IS 'Lists that are read again and again; each change of one is a row.';
COMMENT ON COLUMN watches.state IS 'active, paused or removed';

CREATE TABLE watched_items (
    watch_id VARCHAR,
    source_id VARCHAR,
    address VARCHAR,
    title VARCHAR,
    state VARCHAR,
    reason VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE watched_items IS 'The items of watched lists and whether they were taken.';
COMMENT ON COLUMN watched_items.state IS 'known, taken, refused or undecided';

CREATE TABLE looks (
    watch_id VARCHAR,
    happened_at TIMESTAMPTZ,
    found INTEGER,
    new INTEGER,
    refused INTEGER,
    missed INTEGER,
    batch_id VARCHAR,
    failure VARCHAR,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE looks IS 'Each time that a watched list was read.';

CREATE TABLE term_proposals (
    key VARCHAR,
    name VARCHAR,
    term_group VARCHAR,
    document_id VARCHAR,
    quote VARCHAR,
    proposed_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE term_proposals IS 'Names that drafts wanted as tags and that the taxonomy lacks.';
COMMENT ON COLUMN term_proposals.key IS 'the name in the form in which names are compared';

CREATE TABLE term_rulings (
    key VARCHAR,
    name VARCHAR,
    ruling VARCHAR,
    slug VARCHAR,
    label VARCHAR,
    term_group VARCHAR,
    definition VARCHAR,
    reason VARCHAR,
    who VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE term_rulings IS 'What curators decided about proposed names; the newest of a key counts.';
COMMENT ON COLUMN term_rulings.ruling IS 'accept, map or refuse';

CREATE TABLE signatures (
    document_id VARCHAR,
    source_id VARCHAR,
    signature UBIGINT[],
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE signatures IS 'MinHash signatures of documents, to find near copies.';

CREATE TABLE signature_bands (
    document_id VARCHAR,
    source_id VARCHAR,
    band INTEGER,
    hash BIGINT
);
COMMENT ON TABLE signature_bands IS 'Hashes of parts of signatures: documents that share one are compared.';

CREATE TABLE reports (
    report_id VARCHAR,
    name VARCHAR,
    title VARCHAR,
    template VARCHAR,
    words VARCHAR,
    tags VARCHAR[],
    industry VARCHAR,
    company VARCHAR,
    since INTEGER,
    added_since DATE,
    day DATE,
    sha256 VARCHAR,
    cases INTEGER,
    dropped STRUCT("text" VARCHAR, reason VARCHAR)[],
    model VARCHAR,
    judge VARCHAR,
    prompts VARCHAR[],
    generation_ids VARCHAR[],
    created_by VARCHAR,
    created_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE reports IS 'Reports across published cases, as they were made; a later edition has the same name.';
COMMENT ON COLUMN reports.name IS 'the address on the site';
COMMENT ON COLUMN reports.words IS 'words to added_since say which cases it is about';
COMMENT ON COLUMN reports.company IS 'the key that all spellings of a company''s name share';
COMMENT ON COLUMN reports.since IS 'the year of the oldest case';
COMMENT ON COLUMN reports.added_since IS 'the day of an earlier release; only what was added or changed since';
COMMENT ON COLUMN reports.day IS 'the day of the published cases that it was made from; sha256 and number of cases are theirs';
COMMENT ON COLUMN reports.dropped IS 'sentences that failed a check twice, and why; no reader sees them';
COMMENT ON COLUMN reports.model IS 'NULL where every sentence is verbatim or counts';

CREATE TABLE report_sentences (
    report_id VARCHAR,
    n INTEGER,
    section_n INTEGER,
    heading VARCHAR,
    tag VARCHAR,
    role VARCHAR,
    text VARCHAR,
    support VARCHAR
);
COMMENT ON TABLE report_sentences IS 'The sentences of each report, with {q:…} and {s:…} in place of numbers.';
COMMENT ON COLUMN report_sentences.heading IS 'that of its section';
COMMENT ON COLUMN report_sentences.role IS 'summary, counts, did, challenges, worked, disagree, failed or results';
COMMENT ON COLUMN report_sentences.support IS 'verbatim, verified, unverified or computed';

CREATE TABLE report_citations (
    report_id VARCHAR,
    sentence_n INTEGER,
    i INTEGER,
    case_id VARCHAR,
    revision_id VARCHAR,
    part VARCHAR,
    text VARCHAR,
    quote VARCHAR,
    label VARCHAR,
    title VARCHAR,
    year VARCHAR
);
COMMENT ON TABLE report_citations IS 'What each sentence of a report cites, as it stood then.';
COMMENT ON COLUMN report_citations.part IS 's and the n of a statement, or p and the number of a paragraph of an imported text';
COMMENT ON COLUMN report_citations.label IS 'the company, else the title';

CREATE TABLE report_numbers (
    report_id VARCHAR,
    n INTEGER,
    name VARCHAR,
    sql VARCHAR,
    value VARCHAR,
    meaning VARCHAR,
    series VARCHAR,
    label VARCHAR,
    key VARCHAR
);
COMMENT ON TABLE report_numbers IS 'The numbers of each report: the query over the published cases, and what it gave.';
COMMENT ON COLUMN report_numbers.name IS 'as in the sentences: q:cases, s:CASE.results.7';
COMMENT ON COLUMN report_numbers.series IS 'numbers of the same series make a chart, each with its label and its key: a year, an industry or a tag';

CREATE TABLE report_events (
    report_id VARCHAR,
    step VARCHAR,
    who VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE report_events IS 'When reports were published and withdrawn; the newest of a report counts.';
COMMENT ON COLUMN report_events.step IS 'publish or withdraw';
