-- Names that were proposed for the taxonomy, rulings on them, and names of companies.

-- name: append_term_proposals
INSERT INTO term_proposals (entry, proposal_id, key, document_id, proposed_at, body)
SELECT $entry, $proposal_id, $key, $document_id, $proposed_at, $body
WHERE NOT EXISTS (FROM term_proposals WHERE proposal_id = $proposal_id);

-- name: append_term_decisions
INSERT INTO term_decisions (entry, decision_id, key, ruling, who, decided_at, body)
SELECT $entry, $decision_id, $key, $ruling, $who, $decided_at, $body
WHERE NOT EXISTS (FROM term_decisions WHERE decision_id = $decision_id);

-- name: append_company_aliases
INSERT INTO company_aliases (entry, alias_id, alias, name, who, made_at, body)
SELECT $entry, $alias_id, $alias, $name, $who, $made_at, $body
WHERE NOT EXISTS (FROM company_aliases WHERE alias_id = $alias_id);

-- name: term_proposals
SELECT body FROM term_proposals ORDER BY entry;

-- name: term_decisions
SELECT body FROM term_decisions ORDER BY entry;

-- name: company_aliases
SELECT body FROM company_aliases ORDER BY entry;

-- name: companies_like
-- The revisions whose company may have this key: the letters and digits of a name in ASCII begin
-- with its key. What the key of another name is, DuckDB cannot tell.
SELECT case_id, revision_id, company
FROM revisions
WHERE strlen(company) > length(company)
    OR starts_with(regexp_replace(lower(company), '[^a-z0-9]', '', 'g'), $key)
    OR NOT regexp_matches(company, '[A-Za-z0-9]')
ORDER BY entry;

-- name: current_of
SELECT revision_id FROM case_current WHERE list_contains($case_ids::VARCHAR[], case_id);

-- name: companies
SELECT revisions.company
FROM case_current
JOIN revisions USING (revision_id)
WHERE revisions.company IS NOT NULL
ORDER BY revisions.entry;
