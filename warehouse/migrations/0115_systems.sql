-- Systems: deployments, each described by one or more cases. A case that was never placed is a system of
-- its own, whose id is the case's.

CREATE TABLE placements (
    case_id VARCHAR,
    system_id VARCHAR,
    decision_id VARCHAR,
    who VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE placements IS 'The systems that cases were placed in; the newest row of a case counts.';
COMMENT ON COLUMN placements.system_id IS 'the id of the case itself if it stands alone again';

CREATE TABLE system_names (
    system_id VARCHAR,
    name VARCHAR,
    decision_id VARCHAR,
    who VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE system_names IS 'The names of systems. The newest counts; the first one is part of the page''s address, which stays.';

CREATE TABLE system_decisions (
    decision_id VARCHAR,
    action VARCHAR,
    system_id VARCHAR,
    case_ids VARCHAR[],
    reason VARCHAR,
    undoes VARCHAR,
    who VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE system_decisions IS 'Decisions by curators on which cases describe the same system.';
COMMENT ON COLUMN system_decisions.action IS 'join, leave, rename, refuse or undo';
COMMENT ON COLUMN system_decisions.system_id IS 'the system that cases joined, or that was renamed';
COMMENT ON COLUMN system_decisions.case_ids IS 'the cases that joined or left, or the pair that was refused';
COMMENT ON COLUMN system_decisions.undoes IS 'the decision that this one undoes';

CREATE VIEW system_cases AS
WITH placed AS (
    SELECT case_id, max_by(system_id, stored_at) AS system_id
    FROM placements
    GROUP BY case_id
),
dated AS (
    SELECT
        states.case_id,
        states.stored_at,
        coalesce(
            documents.published,
            make_date(try_cast(max(facts.value) AS INTEGER), 1, 1),
            min(records.record_created)::DATE,
            any_value(cases.created_at)::DATE
        ) AS account_date
    FROM case_states AS states
    JOIN cases USING (case_id)
    JOIN revisions ON revisions.revision_id = coalesce(states.next_revision_id, states.revision_id)
    JOIN documents USING (document_id)
    LEFT JOIN facts ON facts.revision_id = revisions.revision_id AND facts.name = 'year'
    LEFT JOIN import_records AS records
        ON records.case_id = states.case_id AND records.document_id = revisions.document_id
    WHERE states.status <> 'rejected' OR states.next_revision_id IS NOT NULL
    GROUP BY states.case_id, states.stored_at, documents.published
)
SELECT
    coalesce(placed.system_id, dated.case_id) AS system_id,
    dated.case_id,
    row_number() OVER (
        PARTITION BY coalesce(placed.system_id, dated.case_id)
        ORDER BY dated.account_date, dated.stored_at
    )::INTEGER AS n,
    dated.account_date
FROM dated
LEFT JOIN placed USING (case_id);
COMMENT ON VIEW system_cases IS 'The system of each case, without rejected ones; n is the number of the account in the order of time; account_date is the date of the source, or else of its year, of its record or of its submission.';

CREATE VIEW systems AS
WITH named AS (
    SELECT system_id, max_by(name, stored_at) AS name
    FROM system_names
    GROUP BY system_id
)
SELECT
    accounts.system_id,
    coalesce(any_value(named.name), max_by(details.title, accounts.n)) AS name,
    max_by(names.company_id, accounts.n) AS company_id,
    count(*) AS cases,
    min(accounts.account_date) AS first_account,
    max(accounts.account_date) AS last_account
FROM system_cases AS accounts
JOIN case_states AS states USING (case_id)
JOIN revision_details AS details
    ON details.revision_id = coalesce(states.next_revision_id, states.revision_id)
LEFT JOIN current_company_names AS names ON names.name = details.company
LEFT JOIN named USING (system_id)
GROUP BY accounts.system_id;
COMMENT ON VIEW systems IS 'One row per system: a deployment of one company, described by one or more cases. name is a curator''s, or else the title of the newest case.';

-- The same view, with changes to subjects, systems and companies.
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
WHERE origin = 'curator';
COMMENT ON VIEW audit_log IS 'Every change by a person or a flow: who did what, when, and to what. kind is case, source, term, watch, batch, publication, account, view, report, subject, system or company; about is its id or name, of a publication the case_id, of a subject the source_id.';
