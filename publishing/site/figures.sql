-- The queries of the page "In figures" over the tables of published cases.
--
-- Each query is self-contained, so readers can run it on the site's tables.

-- name: cases_by_year
-- The last twelve years up to the newest case; years without cases count 0.
WITH years AS (
    SELECT unnest(range(greatest(min(year), max(year) - 11), max(year) + 1)) AS year
    FROM published_cases
)
SELECT year, count(case_id) AS cases
FROM years
LEFT JOIN published_cases USING (year)
GROUP BY year
ORDER BY year;

-- name: cases_by_industry
SELECT industry, count(*) AS cases
FROM published_cases
WHERE industry <> ''
GROUP BY industry
ORDER BY cases DESC, industry
LIMIT 20;

-- name: techniques_over_time
-- Years with fewer than ten cases are left out, since their shares would mean little.
WITH years AS (
    SELECT year, count(*) AS of_cases
    FROM published_cases
    WHERE year IS NOT NULL
    GROUP BY year
    HAVING count(*) >= 10
),
techniques AS (
    SELECT slug, min(label) AS technique, count(DISTINCT case_id) AS total
    FROM case_tags
    WHERE term_group = 'technique'
    GROUP BY slug
    ORDER BY total DESC, slug
    LIMIT 8
),
used AS (
    SELECT slug, year, count(DISTINCT case_id) AS cases
    FROM case_tags
    JOIN published_cases USING (case_id)
    GROUP BY slug, year
)
SELECT
    slug,
    technique,
    year,
    coalesce(cases, 0) AS cases,
    of_cases,
    round(100 * coalesce(cases, 0) / of_cases, 1) AS share
FROM techniques
CROSS JOIN years
LEFT JOIN used USING (slug, year)
ORDER BY total DESC, slug, year;

-- name: techniques_by_industry
-- Industries with fewer than five cases are left out, since their shares would mean little.
WITH industries AS (
    SELECT industry, count(*) AS of_cases
    FROM published_cases
    WHERE industry <> ''
    GROUP BY industry
    HAVING count(*) >= 5
    ORDER BY of_cases DESC, industry
    LIMIT 10
),
techniques AS (
    SELECT slug, min(label) AS technique, count(DISTINCT case_id) AS total
    FROM case_tags
    WHERE term_group = 'technique'
    GROUP BY slug
    ORDER BY total DESC, slug
    LIMIT 12
),
used AS (
    SELECT slug, industry, count(DISTINCT case_id) AS cases
    FROM case_tags
    JOIN published_cases USING (case_id)
    GROUP BY slug, industry
)
SELECT
    slug,
    technique,
    industry,
    coalesce(cases, 0) AS cases,
    of_cases,
    round(100 * coalesce(cases, 0) / of_cases, 1) AS share
FROM techniques
CROSS JOIN industries
LEFT JOIN used USING (slug, industry)
ORDER BY total DESC, slug, of_cases DESC, industry;

-- name: tools_together
-- by_chance is the number of cases expected to name both if the tools were independent.
WITH tools AS (
    SELECT DISTINCT case_id, slug, label FROM case_tags WHERE term_group = 'tool'
),
totals AS (SELECT slug, min(label) AS tool, count(*) AS cases FROM tools GROUP BY slug),
pairs AS (
    SELECT one.slug AS one, other.slug AS other, count(*) AS cases
    FROM tools AS one
    JOIN tools AS other ON other.case_id = one.case_id AND other.slug > one.slug
    GROUP BY ALL
    HAVING count(*) > 1
)
SELECT
    a.tool AS tool,
    b.tool AS with_tool,
    pairs.cases AS cases,
    round(a.cases * b.cases / (SELECT count(*) FROM published_cases), 1) AS by_chance
FROM pairs
JOIN totals AS a ON a.slug = one
JOIN totals AS b ON b.slug = other
ORDER BY pairs.cases DESC, one, other
LIMIT 15;

-- name: stage_by_narrator
SELECT stage, narrator, count(*) AS cases
FROM published_cases
WHERE stage <> '' AND narrator <> ''
GROUP BY stage, narrator
ORDER BY stage, narrator;

-- name: results_by_metric
-- Numbers of the same metric in the same unit, as reported.
WITH numbers AS (
    SELECT
        CASE
            WHEN lower(trim(unit)) IN ('percent', 'per cent') THEN '%' ELSE coalesce(trim(unit), '')
        END AS unit,
        lower(trim(metric)) AS metric,
        number,
        case_id
    FROM results
    WHERE isfinite(number) AND trim(metric) <> ''
)
SELECT
    unit,
    metric,
    count(*) AS n,
    count(DISTINCT case_id) AS cases,
    min(number) AS lowest,
    quantile_cont(number, 0.25) AS quartile_1,
    median(number) AS median,
    quantile_cont(number, 0.75) AS quartile_3,
    max(number) AS highest,
    list(number ORDER BY number) AS numbers
FROM numbers
GROUP BY unit, metric
HAVING count(*) >= 3
ORDER BY n DESC, unit, metric
LIMIT 12;
