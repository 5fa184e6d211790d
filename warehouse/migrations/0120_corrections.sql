-- Mistakes that readers report, and the corrections that come of them. The address of a reader who wants
-- an answer is in no table: it is a file in the home that is deleted with the answer.

CREATE TABLE mistakes (
    mistake_id VARCHAR,
    case_id VARCHAR,
    revision_id VARCHAR,
    text VARCHAR,
    message VARCHAR,
    name VARCHAR,
    channel VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE mistakes IS 'Mistakes in published cases, as they were reported; never published.';
COMMENT ON COLUMN mistakes.revision_id IS 'the revision that readers saw';
COMMENT ON COLUMN mistakes.text IS 'the statement as readers saw it; NULL if the report is about the whole case';
COMMENT ON COLUMN mistakes.name IS 'to be named as the finder; NULL for none';
COMMENT ON COLUMN mistakes.channel IS 'form: the open page of the desk; desk: entered by a curator, for example from a mail';

CREATE TABLE mistake_rulings (
    mistake_id VARCHAR,
    ruling VARCHAR,
    what VARCHAR,
    found_by VARCHAR,
    who VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE mistake_rulings IS 'What curators decided about reported mistakes; the newest row of each counts.';
COMMENT ON COLUMN mistake_rulings.ruling IS 'accept: it is a mistake, and readers see a correction; refuse: it is none';
COMMENT ON COLUMN mistake_rulings.what IS 'what was wrong, for readers; of a refusal the reason, for curators';
COMMENT ON COLUMN mistake_rulings.found_by IS 'the name of the finder that readers see; NULL for none';

CREATE VIEW current_mistakes AS
WITH newest AS (
    SELECT *
    FROM mistake_rulings
    QUALIFY stored_at = max(stored_at) OVER (PARTITION BY mistake_id)
),
reported AS (
    SELECT
        mistakes.*,
        newest.ruling,
        newest.what,
        newest.found_by,
        newest.who AS ruled_by,
        newest.happened_at AS ruled_at
    FROM mistakes
    LEFT JOIN newest USING (mistake_id)
),
shown_texts AS (
    SELECT DISTINCT revision_id, text FROM parts WHERE part = 'statement' AND NOT is_held_back
),
-- Each publication of the case, and whether readers see the mistake in it.
editions AS (
    SELECT
        reported.mistake_id,
        publications.happened_at,
        publications.stored_at > reported.stored_at AS is_later,
        NOT publications.withdrawn AND coalesce(
            shown_texts.text IS NOT NULL OR reported.text IS NULL AND publications.revision_id = reported.revision_id,
            false
        ) AS has_it
    FROM reported
    JOIN publications ON publications.case_id = reported.case_id
    LEFT JOIN shown_texts
        ON shown_texts.revision_id = publications.revision_id AND shown_texts.text = reported.text
),
times AS (
    SELECT
        mistake_id,
        min(happened_at) FILTER (has_it) AS since,
        min(happened_at) FILTER (is_later AND NOT has_it) AS mended_at
    FROM editions
    GROUP BY mistake_id
),
citing AS (
    SELECT reported.mistake_id, list(DISTINCT reports.name) AS cited_by
    FROM reported
    JOIN report_citations AS cited
        ON cited.case_id = reported.case_id AND (reported.text IS NULL OR contains(reported.text, cited.text))
    JOIN published_reports AS reports ON reports.report_id = cited.report_id
    GROUP BY reported.mistake_id
)
SELECT
    reported.*,
    times.since,
    times.mended_at,
    coalesce(list_sort(citing.cited_by), []) AS cited_by
FROM reported
LEFT JOIN times USING (mistake_id)
LEFT JOIN citing USING (mistake_id);
COMMENT ON VIEW current_mistakes IS 'The reported mistakes with the newest ruling on each; accepted ones are corrections. since: the first publication with the statement; mended_at: the first one without it after the report, or the withdrawal; cited_by: the names of the published reports that cite it.';

CREATE OR REPLACE VIEW audit_log AS
WITH changed AS (
    SELECT
        *,
        lag(secret) OVER of_name AS old_secret,
        lag(role) OVER of_name AS old_role,
        lag(active) OVER of_name AS old_active
    FROM accounts
    WINDOW of_name AS (PARTITION BY name ORDER BY stored_at)
),
told AS (
    SELECT
        *,
        lag(state) OVER of_subject AS old_state
    FROM subjects
    WINDOW of_subject AS (PARTITION BY source_id, subject_id ORDER BY stored_at)
)
SELECT happened_at, who, decision AS what, 'case' AS kind, case_id AS about, reason AS detail, stored_at
FROM reviews
UNION ALL
SELECT submitted_at, submitted_by, 'submit', 'source', source_id, coalesce(canonical_url, submitted), stored_at
FROM sources
UNION ALL
SELECT triages.decided_at, triages.overturned_by, 'overrule', 'source', documents.source_id, documents.title, triages.stored_at
FROM triages
JOIN documents USING (document_id)
WHERE triages.overturned_by IS NOT NULL
UNION ALL
SELECT happened_at, who, ruling, 'term', name, coalesce(slug, reason), stored_at
FROM term_rulings
UNION ALL
SELECT changed_at, changed_by, state, 'watch', watch_id, address, stored_at
FROM watches
UNION ALL
SELECT created_at, created_by, 'order', 'batch', batch_id, origin, stored_at
FROM batches
UNION ALL
SELECT happened_at, who, step, 'batch', batch_id, reason, stored_at
FROM batch_events
UNION ALL
SELECT happened_at, who, if(withdrawn, 'withdraw', 'publish'), 'publication', case_id, target, stored_at
FROM publications
UNION ALL
SELECT
    happened_at,
    who,
    CASE
        WHEN old_secret IS NULL THEN 'add'
        WHEN active <> old_active THEN if(active, 'enable', 'disable')
        WHEN role <> old_role THEN 'role'
        ELSE 'password'
    END,
    'account',
    name,
    role,
    stored_at
FROM changed
UNION ALL
SELECT happened_at, who, if(query = '', 'remove', 'keep'), 'view', name, query, stored_at
FROM saved_views
UNION ALL
SELECT created_at, created_by, 'make', 'report', report_id, title, stored_at
FROM reports
UNION ALL
SELECT happened_at, who, step, 'report', report_id, NULL, stored_at
FROM report_events
UNION ALL
SELECT
    happened_at,
    who,
    CASE
        WHEN old_state IS NULL THEN 'add'
        WHEN state = old_state THEN 'rename'
        WHEN state = 'dropped' THEN 'drop'
        ELSE 'draft'
    END,
    'subject',
    source_id,
    concat_ws(': ', company, system),
    stored_at
FROM told
WHERE who IS NOT NULL
UNION ALL
SELECT happened_at, who, action, 'system', coalesce(system_id, case_ids[1]), reason, stored_at
FROM system_decisions
UNION ALL
SELECT happened_at, who, 'change', 'company', company_id, concat_ws(', ', name, kind, industry, website), stored_at
FROM company_changes
UNION ALL
SELECT happened_at, who, 'alias', 'company', company_id, name, stored_at
FROM company_names
WHERE origin = 'curator'
UNION ALL
SELECT max(happened_at), who, 'read', 'case', case_id, count(DISTINCT n) || ' statements', max(stored_at)
FROM readings
WHERE NOT is_ruling
GROUP BY who, case_id, draft_id
UNION ALL
SELECT happened_at, who, 'settle', 'case', case_id, if(is_right, 'right', 'wrong'), stored_at
FROM readings
WHERE is_ruling
UNION ALL
SELECT happened_at, who, 'change', 'second readings', one_in::VARCHAR, 'one case in ' || one_in, stored_at
FROM reading_shares
UNION ALL
SELECT
    rulings.happened_at,
    rulings.who,
    rulings.ruling,
    'mistake',
    mistakes.case_id,
    rulings.what,
    rulings.stored_at
FROM mistake_rulings AS rulings
JOIN mistakes USING (mistake_id);
COMMENT ON VIEW audit_log IS 'Every change by a person or a flow: who did what, when, and to what. kind is case, source, term, watch, batch, publication, account, view, report, subject, system, company, mistake or second readings; about is its id or name, of a publication or mistake the case_id, of a subject the source_id.';
