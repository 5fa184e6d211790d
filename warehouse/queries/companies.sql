-- Companies and their names.

-- name: companies
SELECT * FROM companies ORDER BY cases DESC, lower(name), company_id;

-- name: unresolved_names
-- The names of companies in these revisions that have no row yet.
SELECT DISTINCT facts.value AS name
FROM facts
ANTI JOIN company_names ON company_names.name = facts.value
WHERE facts.name = 'company'
    AND facts.value IS NOT NULL
    AND facts.revision_id IN (SELECT unnest($ids::JSON::VARCHAR[]))
ORDER BY name;

-- name: placed_keys
SELECT DISTINCT key, company_id FROM current_company_names;

-- name: case_companies
-- The companies that these revisions name.
SELECT facts.revision_id, names.company_id
FROM facts
JOIN current_company_names AS names ON names.name = facts.value
WHERE facts.name = 'company' AND facts.revision_id IN (SELECT unnest($ids::JSON::VARCHAR[]));

-- name: former_names
-- Spellings of the next publication are included, so that a second one changes nothing.
SELECT DISTINCT names.name, names.company_id
FROM (
    SELECT revision_id FROM publications
    UNION
    SELECT next_revision_id FROM case_states
) AS shown
JOIN facts ON facts.revision_id = shown.revision_id AND facts.name = 'company'
JOIN current_company_names AS names ON names.name = facts.value
ORDER BY ALL;

-- name: company_keys
SELECT key, min(name) AS name
FROM current_company_names
WHERE company_id = $company_id
GROUP BY key;
