-- Questions about published cases, for the site's data page and docs/warehouse.md.
-- They use only tables and columns that the warehouse and the site have in common.

-- question: Lessons about RAG, by year
SELECT year, company, text, url
FROM published_statements
WHERE section = 'lessons' AND list_contains(tags, 'rag')
ORDER BY year DESC, company;

-- question: Results with a baseline, largest first
SELECT company, metric, qualifier, value, unit, baseline, sample, method, url
FROM published_statements
WHERE section = 'results' AND baseline IS NOT NULL
ORDER BY unit, number DESC, company, metric;

-- question: Measurements by unit
SELECT
    unit,
    metric,
    count(*) AS results,
    min(number) AS smallest,
    median(number) AS median,
    max(number) AS largest
FROM published_statements
WHERE number IS NOT NULL
GROUP BY unit, metric
ORDER BY results DESC, unit, metric;

-- question: Challenges and their solutions
SELECT challenge.company, challenge.text AS challenge, solution.text AS solution, challenge.url
FROM published_statements AS challenge
JOIN published_statements AS solution
    ON solution.revision_id = challenge.revision_id AND solution.answers_n = challenge.n
ORDER BY challenge.company, challenge.n, solution.n;

-- question: Failures by technique
SELECT tag.label AS technique, failure.company, failure.text, failure.url
FROM published_statements AS failure
JOIN case_tags AS tag ON tag.revision_id = failure.revision_id
WHERE failure.section = 'failures'
    AND tag.term_group = 'technique'
    AND list_contains(failure.tags, tag.slug)
ORDER BY technique, failure.company, failure.n;

-- question: Techniques, by year
SELECT published.year, tag.label AS technique, count(*) AS cases
FROM case_tags AS tag
JOIN published_cases AS published ON published.revision_id = tag.revision_id
WHERE tag.term_group = 'technique' AND list_contains(published.tags, tag.slug)
GROUP BY published.year, technique
ORDER BY published.year DESC, cases DESC, technique;

-- question: Tools used together
SELECT one.label AS tool, other.label AS with_tool, count(*) AS cases
FROM case_tags AS one
JOIN case_tags AS other ON other.revision_id = one.revision_id AND other.slug > one.slug
JOIN published_cases AS published ON published.revision_id = one.revision_id
WHERE one.term_group = 'tool'
    AND other.term_group = 'tool'
    AND list_has_all(published.tags, [one.slug, other.slug])
GROUP BY tool, with_tool
ORDER BY cases DESC, tool, with_tool;

-- question: Deployment stages by industry
SELECT industry, stage, count(*) AS cases, sum(count(*)) OVER (PARTITION BY industry) AS of_cases
FROM published_cases
WHERE stage IS NOT NULL
    AND (SELECT 3 * count(stage) >= count(*) FROM published_cases) -- else too few are known
GROUP BY industry, stage
ORDER BY industry, cases DESC, stage;

-- question: Companies with the most cases
SELECT companies.name, count(*) AS cases, min(year) AS first_year, max(year) AS last_year, aliases
FROM published_cases
JOIN companies USING (company_id)
GROUP BY companies.company_id, companies.name, aliases
ORDER BY cases DESC, companies.name;

-- question: Companies with three systems or more
SELECT companies.name, count(DISTINCT system_id) AS systems, count(*) AS cases
FROM published_cases
JOIN system_cases USING (case_id)
JOIN companies USING (company_id)
GROUP BY companies.company_id, companies.name
HAVING count(DISTINCT system_id) >= 3
ORDER BY systems DESC, companies.name;

-- question: Systems described by several cases
SELECT systems.name, count(*) AS cases, min(account_date) AS first_account, max(account_date) AS last_account
FROM published_cases
JOIN system_cases USING (case_id)
JOIN systems USING (system_id)
GROUP BY systems.system_id, systems.name
HAVING count(*) > 1
ORDER BY cases DESC, systems.name;

-- question: Systems that moved to full production, and the months it took
WITH dated AS (
    SELECT accounts.system_id, accounts.account_date, published.stage
    FROM system_cases AS accounts
    JOIN published_cases AS published USING (case_id)
    WHERE published.stage IS NOT NULL
)
SELECT
    systems.name,
    min_by(earlier.stage, earlier.account_date) AS first_stage,
    min(earlier.account_date) AS first_account,
    min(later.account_date) AS in_production,
    date_diff('month', min(earlier.account_date), min(later.account_date)) AS months
FROM dated AS earlier
JOIN dated AS later ON later.system_id = earlier.system_id AND later.account_date > earlier.account_date
JOIN systems ON systems.system_id = earlier.system_id
WHERE earlier.stage <> 'full production' AND later.stage = 'full production'
GROUP BY systems.system_id, systems.name
ORDER BY months, systems.name;

-- question: Location of each statement in its source
SELECT statement.company, statement.text, quote.quote, quote.page, quote.start_offset, statement.url
FROM published_statements AS statement
JOIN evidence AS quote
    ON quote.revision_id = statement.revision_id
    AND quote.part = 'statement'
    AND quote.key = statement.n::VARCHAR
ORDER BY statement.company, statement.n, quote.i;
