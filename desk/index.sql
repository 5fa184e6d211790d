-- The desk's index of cases: derived from the warehouse, rebuilt when its schema changes.

-- name: schema
CREATE TABLE meta (name TEXT PRIMARY KEY, value);

CREATE TABLE cases (
    id INTEGER PRIMARY KEY,
    case_id TEXT UNIQUE,
    source_id TEXT,
    revision_id TEXT,
    document_id TEXT,
    status TEXT,
    newer INTEGER,
    kind TEXT,
    url TEXT,
    title TEXT,
    company TEXT,
    industry TEXT,
    year TEXT,
    support TEXT,
    doubts INTEGER,
    verdict TEXT,
    checked TEXT,
    assignee TEXT,
    changed_by TEXT,
    published_id TEXT,
    comments INTEGER,
    changes INTEGER,
    updated_at REAL,
    stored_at REAL,
    near_copies INTEGER,
    labels TEXT,
    texts_of TEXT
);
CREATE INDEX cases_without_texts ON cases (stored_at)
WHERE texts_of IS NOT revision_id || ' ' || coalesce(published_id, '');

CREATE TABLE copies (case_id TEXT PRIMARY KEY, outdated INTEGER, data BLOB);

CREATE VIRTUAL TABLE texts USING fts5 (
    title, statements, source, tokenize = "porter unicode61 remove_diacritics 2", prefix = '2 3'
);

CREATE VIRTUAL TABLE statements USING fts5 (
    text, case_id UNINDEXED, n UNINDEXED, section UNINDEXED, current UNINDEXED, published UNINDEXED,
    tokenize = "porter unicode61 remove_diacritics 2"
);

CREATE TABLE words (word TEXT PRIMARY KEY, texts INTEGER) WITHOUT ROWID;

-- name: put_case
INSERT INTO cases (
    case_id, source_id, revision_id, document_id, status, newer, kind, url, title, company, industry,
    year, support, doubts, verdict, checked, assignee, changed_by,
    published_id, comments, changes, updated_at, stored_at, near_copies, labels
) VALUES (
    :case_id, :source_id, :revision_id, :document_id, :status, :newer, :kind, :url, :title, :company,
    :industry, :year, :support, :doubts, :verdict, :checked, :assignee, :changed_by,
    :published_id, :comments, :changes, :updated_at, :stored_at, :near_copies, :labels
)
ON CONFLICT (case_id) DO UPDATE SET
    revision_id = excluded.revision_id,
    document_id = excluded.document_id,
    status = excluded.status,
    newer = excluded.newer,
    kind = excluded.kind,
    url = excluded.url,
    title = excluded.title,
    company = excluded.company,
    industry = excluded.industry,
    year = excluded.year,
    support = excluded.support,
    doubts = excluded.doubts,
    verdict = excluded.verdict,
    checked = excluded.checked,
    assignee = excluded.assignee,
    changed_by = excluded.changed_by,
    published_id = excluded.published_id,
    comments = excluded.comments,
    changes = excluded.changes,
    updated_at = excluded.updated_at,
    near_copies = excluded.near_copies,
    labels = excluded.labels
RETURNING id;

-- name: meta
SELECT value FROM meta WHERE name = :name;

-- name: put_meta
INSERT OR REPLACE INTO meta VALUES (:name, :value);

-- name: put_later_meta
-- Times of one zone and format are in the order of their text.
INSERT INTO meta VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE excluded.value > meta.value;

-- name: copy
SELECT outdated, data FROM copies WHERE case_id = ? AND outdated < 2;

-- name: put_copy
INSERT OR REPLACE INTO copies VALUES (?, 0, ?);

-- name: outdate_copies
UPDATE copies SET outdated = max(outdated, ?) WHERE case_id = ?;

-- name: note_texts
UPDATE cases SET texts_of = :of
WHERE case_id = :case_id
RETURNING id, coalesce(title || ' ', '') || coalesce(company, '');

-- name: put_texts
INSERT INTO texts (rowid, title, statements, source) VALUES (:id, :title, :statements, :source);

-- name: put_word
INSERT INTO words VALUES (?, 1) ON CONFLICT (word) DO UPDATE SET texts = texts + 1;

-- name: drop_statements
DELETE FROM statements WHERE rowid BETWEEN ? AND ?;

-- name: put_statement
INSERT INTO statements (rowid, text, case_id, n, section, current, published)
VALUES (:row, :text, :case_id, :n, :section, :is_current, :is_published);

-- name: without_texts
SELECT case_id FROM cases
WHERE texts_of IS NOT revision_id || ' ' || coalesce(published_id, '')
ORDER BY stored_at DESC
LIMIT :most;

-- name: put_copies
UPDATE cases SET near_copies = :near_copies, labels = :labels WHERE id = :id;

-- name: ranks
SELECT rowid, bm25(texts, 8.0, 3.0, 1.0) FROM texts WHERE texts MATCH :match;

-- name: word_counts
-- How many of these queries match each row.
SELECT texts.rowid, count(*)
FROM json_each(?) AS part
CROSS JOIN texts
WHERE texts MATCH part.value
GROUP BY texts.rowid;

-- name: is_known
SELECT 1 FROM texts WHERE texts MATCH ? LIMIT 1;

-- name: matches
SELECT cases.case_id
FROM texts
JOIN cases ON cases.id = texts.rowid
WHERE texts MATCH :match
ORDER BY bm25(texts, 8.0, 3.0, 1.0);

-- name: snippets
SELECT
    cases.case_id,
    snippet(texts, -1, char(2), char(3), ' … ', 24) AS snippet
FROM texts
JOIN cases ON cases.id = texts.rowid
WHERE texts MATCH :match
    AND texts.rowid IN (SELECT id FROM cases WHERE case_id IN (SELECT value FROM json_each(:ids)))

-- name: statements
SELECT
    cases.case_id,
    statements.n,
    statements.section,
    statements.text,
    bm25(statements) AS rank,
    cases.title,
    cases.company,
    cases.industry,
    cases.year,
    cases.status
FROM statements
JOIN cases ON cases.case_id = statements.case_id
WHERE statements MATCH :match
    AND iif(:published, published, current)
    AND (:section = '' OR section = :section)
    AND (:tag = '' OR EXISTS (
        SELECT 1
        FROM json_each(cases.labels) AS label
        WHERE label.value ->> 0 = 'tag' AND label.value ->> 1 = :tag
    ))
ORDER BY rank
LIMIT :limit;

-- name: count_statements
SELECT count(*) FROM statements
WHERE statements MATCH :match AND iif(:published, published, current)
