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
        -- "Various" is not a company and has no key.
        if(is_doubtful(facts, 'company') OR company_key IS NULL, NULL, company) AS company,
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
-- The words of each part, with those of its case's title and company, and of the findings that rest
-- on it: a finding is found as the statements that it cites.
CREATE TABLE citable_words AS
WITH resting AS (
    SELECT case_id, 's' || unnest(statements) AS part, text
    FROM findings
    WHERE made_by = 'model'
),
texts AS (
    SELECT case_id, part, concat_ws(' ', text, company, title) AS text FROM citable
    UNION ALL
    SELECT case_id, part, resting.text FROM resting SEMI JOIN citable USING (case_id, part)
)
SELECT case_id, part, word, count(*) AS tf
FROM (
    SELECT case_id, part, unnest(regexp_extract_all(lower(text), '[\pL\pN]{2,}')) AS word FROM texts
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
-- The parts with some of these phrases or their synonyms, best first, by BM25 (Robertson & Zaragoza
-- 2009, k1 = 1.2, b = 0.75). A part has a phrase if it has all of its words. Summaries of imported
-- texts are left out. The score is divided by the weight of a word that only one part has; `share`
-- is that of the weight of all phrases which those in the case have.
WITH phrases AS (
    SELECT unnest(found) AS forms, generate_subscripts(found, 1) AS phrase
    FROM (SELECT list_distinct($phrases::VARCHAR[][][]) AS found)
),
forms AS (
    SELECT phrase, unnest(forms) AS words, generate_subscripts(forms, 1) AS form FROM phrases
),
asked AS (SELECT phrase, form, unnest(words) AS word, len(words) AS size FROM forms),
words AS (
    SELECT case_id, part, stem AS word, sum(tf) AS tf
    FROM citable_words
    JOIN stems USING (word)
    WHERE stem IN (SELECT word FROM asked)
    GROUP BY ALL
),
found AS (
    SELECT case_id, part, phrase, max(tf) AS tf
    FROM (
        SELECT case_id, part, phrase, min(tf) AS tf
        FROM words
        JOIN asked USING (word)
        GROUP BY case_id, part, phrase, form
        HAVING count(*) = any_value(size)
    )
    GROUP BY ALL
),
average AS (
    SELECT count(*) AS parts, avg(length) AS length, ln(1 + count(*)) AS rarest FROM citable_lengths
),
weights AS (
    SELECT
        phrase,
        ln(1 + (any_value(parts) - count(tf) + 0.5) / (count(tf) + 0.5)) / any_value(rarest) AS idf
    FROM phrases
    LEFT JOIN found USING (phrase)
    CROSS JOIN average
    GROUP BY phrase
),
shares AS (
    SELECT case_id, sum(idf) / (SELECT sum(idf) FROM weights) AS share
    FROM (SELECT DISTINCT case_id, phrase FROM found)
    JOIN weights USING (phrase)
    GROUP BY case_id
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
    JOIN weights USING (phrase)
    JOIN citable_lengths USING (case_id, part)
    CROSS JOIN average
    GROUP BY case_id, part
)
SELECT citable.*, score, share
FROM citable
JOIN scores USING (case_id, part)
JOIN shares USING (case_id)
WHERE case_id IN ($cases) AND section <> 'abstract'
ORDER BY score DESC, place, n
LIMIT $most;

-- name: citable_parts
WITH own AS (
    SELECT
        case_id,
        list({'text': text, 'what': what, 'mended_at': mended_at}) AS corrections
    FROM corrections
    GROUP BY case_id
)
SELECT citable.*, coalesce(own.corrections, []) AS corrections
FROM citable
LEFT JOIN own USING (case_id)
WHERE list_contains($ids, case_id);
