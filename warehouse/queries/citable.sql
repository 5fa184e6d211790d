-- Texts that reports and answers can cite: what sources say according to published cases, without
-- doubts, and paragraphs of imported texts, which have no statements.

-- name: citable_tables
CREATE TABLE citable AS
WITH cases AS (
    SELECT
        case_id,
        revision_id,
        slug,
        title,
        if(is_doubtful(facts, 'company'), NULL, company_key) AS company_key,
        if(is_doubtful(facts, 'industry'), NULL, industry) AS industry,
        if(is_doubtful(facts, 'company'), NULL, company) AS company,
        if(is_doubtful(facts, 'year'), NULL, year) AS year,
        list_transform(tags, lambda tag: tag.slug) AS tags,
        statements,
        prose,
        basis,
        rowid AS place
    FROM lines
),
stated AS (SELECT * EXCLUDE (statements, prose), unnest(statements) AS one FROM cases),
parts AS (
    SELECT
        * EXCLUDE (statements, prose, basis),
        unnest(prose) AS one,
        generate_subscripts(prose, 1) AS i
    FROM cases
),
paragraphs AS (
    SELECT
        * EXCLUDE (one, i),
        one.heading AS heading,
        unnest(one.paragraphs) AS text,
        i,
        generate_subscripts(one.paragraphs, 1) AS j
    FROM parts
)
SELECT
    * EXCLUDE (one, basis),
    's' || one.n AS part,
    one.n AS n,
    one.section AS section,
    one.text AS text,
    CASE
        WHEN basis IS NULL
            THEN array_to_string(list_transform(one.quotes, lambda own: own.quote), ' […] ')
        ELSE '' -- the words are not the source's
    END AS quote,
    one.support AS support,
    measured(one.measure.value, one.measure.unit) AS value,
    one.anchor AS anchor
FROM stated
WHERE one.mark IN ('', 'not judged') AND one.section NOT IN ('abstract', 'example', 'gaps')
UNION ALL BY NAME
SELECT
    * EXCLUDE (heading, i, j),
    row_number() OVER (PARTITION BY case_id ORDER BY i, j) AS n,
    'p' || n AS part,
    CASE
        WHEN regexp_matches(heading, '(?i)future|roadmap|next step|looking ahead') THEN 'plans'
        WHEN heading IS NULL THEN 'abstract'
        ELSE 'imported'
    END AS section,
    '' AS quote,
    'imported' AS support,
    'p-' || n AS anchor
FROM paragraphs;

-- name: citable_words
CREATE TABLE citable_words AS
SELECT case_id, part, word, count(*) AS tf
FROM (
    SELECT
        case_id,
        part,
        unnest(
            regexp_extract_all(lower(concat_ws(' ', text, company, title)), '[\pL\pN]{2,}')
        ) AS word
    FROM citable
)
GROUP BY ALL;

CREATE TABLE citable_lengths AS
SELECT case_id, part, sum(tf) AS length FROM citable_words GROUP BY ALL;

-- name: cases_with
SELECT case_id
FROM citable_words
JOIN stems USING (word)
WHERE list_contains($words, stem)
GROUP BY case_id
HAVING count(DISTINCT stem) = len($words);

-- name: citable
-- The parts that contain some of these words, best first, by BM25 (Robertson & Zaragoza 2009,
-- k1 = 1.2, b = 0.75). Summaries of imported texts are left out.
WITH asked AS (SELECT DISTINCT unnest($words::VARCHAR[]) AS word),
found AS (
    SELECT case_id, part, stem AS word, sum(tf) AS tf
    FROM citable_words
    JOIN stems USING (word)
    WHERE stem IN (FROM asked)
    GROUP BY ALL
),
average AS (SELECT count(*) AS parts, avg(length) AS length FROM citable_lengths),
weights AS (
    SELECT word, ln(1 + (any_value(average.parts) - count(*) + 0.5) / (count(*) + 0.5)) AS idf
    FROM found
    CROSS JOIN average
    GROUP BY word
),
scores AS (
    SELECT
        case_id,
        part,
        sum(
            idf * tf * 2.2
            / (tf + 1.2 * (0.25 + 0.75 * citable_lengths.length / average.length))
        ) AS score
    FROM found
    JOIN weights USING (word)
    JOIN citable_lengths USING (case_id, part)
    CROSS JOIN average
    GROUP BY case_id, part
)
SELECT citable.*, score
FROM citable
JOIN scores USING (case_id, part)
WHERE case_id IN ($cases) AND section <> 'abstract'
ORDER BY score DESC, place, n
LIMIT $most;

-- name: citable_parts
SELECT * FROM citable WHERE list_contains($ids, case_id);
