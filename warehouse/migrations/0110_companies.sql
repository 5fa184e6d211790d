-- Companies with their names. Spellings are resolved when a revision is stored; the names of earlier
-- revisions are filled in once, after this migration.

CREATE TABLE company_changes (
    company_id VARCHAR,
    name VARCHAR,
    kind VARCHAR,
    industry VARCHAR,
    website VARCHAR,
    decision_id VARCHAR,
    who VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE company_changes IS 'Changes to companies by curators; NULL leaves a value, and the newest value counts.';
COMMENT ON COLUMN company_changes.kind IS 'runs systems, sells tools, builds for customers or research';
COMMENT ON COLUMN company_changes.decision_id IS 'the decision that the row belongs to, if it has several';

CREATE TABLE company_names (
    name VARCHAR,
    key VARCHAR,
    company_id VARCHAR,
    origin VARCHAR,
    state VARCHAR,
    decision_id VARCHAR,
    who VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE company_names IS 'The spellings of companies in cases, and aliases by curators. The newest confirmed row of a key decides for all spellings with that key.';
COMMENT ON COLUMN company_names.key IS 'the name without case, punctuation and legal form, or that of its entry in the list of aliases';
COMMENT ON COLUMN company_names.company_id IS 'the key of the company''s first name; it stays when the company is renamed';
COMMENT ON COLUMN company_names.origin IS 'rule, list or curator';
COMMENT ON COLUMN company_names.state IS 'confirmed; other rows do not count';
COMMENT ON COLUMN company_names.decision_id IS 'the decision that the row belongs to, if it has several';

CREATE VIEW current_company_names AS
WITH spelled AS (
    SELECT name, max_by(key, stored_at) AS key, max_by(origin, stored_at) AS origin
    FROM company_names
    WHERE state = 'confirmed'
    GROUP BY name
),
placed AS (
    SELECT key, max_by(company_id, stored_at) AS company_id
    FROM company_names
    WHERE state = 'confirmed'
    GROUP BY key
)
SELECT spelled.name, spelled.key, placed.company_id, spelled.origin
FROM spelled
JOIN placed USING (key);
COMMENT ON VIEW current_company_names IS 'The company of each spelling.';

-- The industry of a company is that of its first approved case, unless a curator set another one.
CREATE VIEW companies AS
WITH approved AS (
    SELECT case_id, min(stored_at) AS approved_at
    FROM reviews
    WHERE decision = 'approve'
    GROUP BY case_id
),
named AS (
    SELECT
        states.case_id,
        names.company_id,
        names.name,
        states.next_revision_id IS NOT NULL AS is_shown,
        industries.text AS industry,
        approved.approved_at
    FROM case_states AS states
    JOIN facts
        ON facts.revision_id = coalesce(states.next_revision_id, states.revision_id)
        AND facts.name = 'company'
    JOIN current_company_names AS names ON names.name = facts.value
    LEFT JOIN approved ON approved.case_id = states.case_id
    LEFT JOIN parts AS industries
        ON industries.revision_id = states.next_revision_id
        AND industries.part = 'fact'
        AND industries.key = 'industry'
        AND NOT industries.is_held_back
    WHERE states.status <> 'rejected' OR states.next_revision_id IS NOT NULL
),
counted AS (
    SELECT
        company_id,
        count(*) AS cases,
        min_by(industry, approved_at) AS industry
    FROM named
    GROUP BY company_id
),
spelled AS (
    SELECT
        names.company_id,
        names.name,
        bool_or(names.key = names.company_id) AS is_first,
        count(named.case_id) FILTER (named.is_shown) AS shown,
        count(named.case_id) AS cases
    FROM current_company_names AS names
    LEFT JOIN named USING (company_id, name)
    GROUP BY names.company_id, names.name
),
listed AS (
    SELECT company_id, list(name ORDER BY shown DESC, cases DESC, is_first DESC, name) AS names
    FROM spelled
    GROUP BY company_id
),
changed AS (
    SELECT
        company_id,
        max_by(name, stored_at) AS name,
        max_by(kind, stored_at) AS kind,
        max_by(industry, stored_at) AS industry,
        max_by(website, stored_at) AS website
    FROM company_changes
    GROUP BY company_id
)
SELECT
    listed.company_id,
    coalesce(changed.name, listed.names[1]) AS name,
    changed.kind,
    coalesce(changed.industry, counted.industry) AS industry,
    changed.website,
    list_filter(
        listed.names, lambda other: other <> coalesce(changed.name, listed.names[1])
    ) AS aliases,
    coalesce(counted.cases, 0) AS cases
FROM listed
LEFT JOIN changed USING (company_id)
LEFT JOIN counted USING (company_id);
COMMENT ON VIEW companies IS 'One row per company. name is by a curator, or else the most frequent spelling; aliases are the others; cases is the number of its cases, without rejected ones.';

-- The same view, with the company, and with its industry for all its cases.
CREATE OR REPLACE VIEW published_cases AS
WITH newest AS (
    SELECT *
    FROM current_publications
    QUALIFY stored_at = max(stored_at) OVER (PARTITION BY case_id)
),
readable AS (
    SELECT
        revision_id,
        max(text) FILTER (part = 'fact' AND key = 'title') AS title,
        max(text) FILTER (part = 'fact' AND key = 'company') AS company,
        max(text) FILTER (part = 'fact' AND key = 'industry') AS industry,
        try_cast(max(text) FILTER (part = 'fact' AND key = 'year') AS INTEGER) AS year,
        max(text) FILTER (part = 'fact' AND key = 'stage') AS stage,
        max(text) FILTER (part = 'fact' AND key = 'narrator') AS narrator,
        list(key) FILTER (part = 'tag') AS tags
    FROM parts
    WHERE NOT is_held_back
    GROUP BY revision_id
)
SELECT
    details.case_id,
    details.source_id,
    details.revision_id,
    details.document_id,
    details.kind,
    details.url,
    readable.title,
    readable.company,
    companies.company_id,
    coalesce(companies.industry, readable.industry) AS industry,
    readable.year,
    readable.stage,
    readable.narrator,
    list_filter(details.tags, lambda tag: list_contains(readable.tags, tag)) AS tags,
    details.tags_set_aside,
    newest.target,
    newest.address,
    newest.happened_at AS published_at
FROM revision_details AS details
JOIN newest USING (case_id, revision_id)
LEFT JOIN readable USING (revision_id)
LEFT JOIN current_company_names AS names ON names.name = readable.company
LEFT JOIN companies USING (company_id);
COMMENT ON VIEW published_cases IS 'The cases that readers can see, as they were published; the industry is that of the company.';
