-- The published cases as tables, read from the site's JSON Lines.
--
-- Tables and columns have the names of the warehouse's views, so that the same queries work for
-- both. The comments appear on the data page and in the dataset card.

-- name: dataset_tables
CREATE TABLE lines AS
SELECT *
FROM read_json(
    $lines,
    format = 'newline_delimited',
    maximum_object_size = 100_000_000,
    columns = {
        case_id: 'VARCHAR',
        revision_id: 'VARCHAR',
        slug: 'VARCHAR',
        title: 'VARCHAR',
        company: 'VARCHAR',
        company_key: 'VARCHAR',
        company_name: 'VARCHAR',
        company_kind: 'VARCHAR',
        industry: 'VARCHAR',
        year: 'VARCHAR',
        stage: 'VARCHAR',
        narrator: 'VARCHAR',
        account_date: 'DATE',
        system: 'STRUCT(system_id VARCHAR, first_name VARCHAR, name VARCHAR)',
        facts: 'STRUCT(
            support VARCHAR, reason VARCHAR, mark VARCHAR, kept_by VARCHAR, kept_because VARCHAR,
            name VARCHAR, value VARCHAR, inferred BOOLEAN,
            quotes STRUCT(
                quote VARCHAR, translation VARCHAR, start INTEGER, "end" INTEGER, match VARCHAR,
                page INTEGER, seconds DOUBLE, speaker VARCHAR, heard VARCHAR, place VARCHAR, link VARCHAR
            )[]
        )[]',
        statements: 'STRUCT(
            support VARCHAR, reason VARCHAR, mark VARCHAR, kept_by VARCHAR, kept_because VARCHAR,
            anchor VARCHAR, n INTEGER, section VARCHAR, text VARCHAR, origin VARCHAR,
            answers INTEGER, rests_on INTEGER[], form VARCHAR, grade_parts VARCHAR[],
            measure STRUCT(
                metric VARCHAR, qualifier VARCHAR, value VARCHAR, number DOUBLE, unit VARCHAR,
                baseline VARCHAR, sample VARCHAR, method VARCHAR
            ),
            quotes STRUCT(
                quote VARCHAR, translation VARCHAR, start INTEGER, "end" INTEGER, match VARCHAR,
                page INTEGER, seconds DOUBLE, speaker VARCHAR, heard VARCHAR, place VARCHAR, link VARCHAR
            )[]
        )[]',
        tags: 'STRUCT(
            support VARCHAR, reason VARCHAR, mark VARCHAR, kept_by VARCHAR, kept_because VARCHAR,
            slug VARCHAR, label VARCHAR, "group" VARCHAR,
            quotes STRUCT(
                quote VARCHAR, translation VARCHAR, start INTEGER, "end" INTEGER, match VARCHAR,
                page INTEGER, seconds DOUBLE, speaker VARCHAR, heard VARCHAR, place VARCHAR, link VARCHAR
            )[]
        )[]',
        tags_set_aside: 'STRUCT(slug VARCHAR, label VARCHAR, "group" VARCHAR)[]',
        findings: 'STRUCT(
            n INTEGER, text VARCHAR, done VARCHAR, condition VARCHAR, effect VARCHAR,
            value VARCHAR, number DOUBLE, unit VARCHAR, theme VARCHAR, statements INTEGER[],
            made_by VARCHAR, label VARCHAR, reason VARCHAR
        )[]',
        corrections: 'STRUCT(
            correction_id VARCHAR, text VARCHAR, what VARCHAR, found_by VARCHAR, since TIMESTAMPTZ,
            reported_at TIMESTAMPTZ, mended_at TIMESTAMPTZ, cited_by VARCHAR[]
        )[]',
        prose: 'STRUCT(heading VARCHAR, paragraphs VARCHAR[])[]',
        imported: 'STRUCT(
            database VARCHAR, record VARCHAR, url VARCHAR, created TIMESTAMPTZ,
            updated TIMESTAMPTZ, licence VARCHAR, credit VARCHAR
        )',
        basis: 'VARCHAR',
        first_import: 'STRUCT(database VARCHAR, record VARCHAR, url VARCHAR)',
        source: 'STRUCT(
            kind VARCHAR, address VARCHAR, title VARCHAR, site VARCHAR, authors VARCHAR[],
            published DATE, language VARCHAR
        )',
        judging_note: 'VARCHAR',
        provenance: 'STRUCT(judge VARCHAR, approved_at TIMESTAMPTZ)',
        page: 'VARCHAR',
        licence: 'VARCHAR',
        citation: 'VARCHAR'
    }
);

CREATE TABLE stems (word VARCHAR, stem VARCHAR);

CREATE MACRO measured(value, unit) AS
    value || if(coalesce(unit, '') = '' OR contains(lower(value), lower(unit)), '', ' ' || unit);

CREATE MACRO is_doubtful(facts, name) AS len(
    list_filter(facts, lambda fact: fact.name = name AND fact.mark <> '')
) > 0;

CREATE MACRO fact_value(facts, name) AS list_filter(facts, lambda fact: fact.name = name)[1].value;

CREATE TABLE published_cases AS
SELECT
    case_id,
    revision_id,
    title,
    company,
    company_key,
    company_key AS company_id,
    industry,
    try_cast(year AS INTEGER) AS year,
    stage,
    narrator,
    fact_value(facts, 'seller') AS seller,
    fact_value(facts, 'builder') AS builder,
    list_transform(
        list_filter(facts, lambda fact: fact.mark <> ''), lambda fact: fact.name
    ) AS doubtful,
    list_transform(tags, lambda tag: tag.slug) AS tags,
    list_transform(tags_set_aside, lambda tag: tag.slug) AS tags_set_aside,
    array_to_string(
        list_transform(
            list_filter(statements, lambda one: one.section = 'abstract'), lambda one: one.text
        ),
        ' '
    ) AS abstract,
    array_to_string(
        list_transform(
            prose,
            lambda part: concat_ws(
                chr(10) || chr(10), '## ' || part.heading, array_to_string(part.paragraphs, chr(10) || chr(10))
            )
        ),
        chr(10) || chr(10)
    ) AS prose,
    len(statements) AS statements,
    len(
        list_filter(
            statements, lambda one: coalesce(one.measure.value, one.measure.metric, '') <> ''
        )
    ) AS results,
    source.kind AS kind,
    source.address AS url,
    source.title AS source_title,
    source.authors AS source_authors,
    source.site AS source_site,
    source.published AS source_published,
    source.language AS source_language,
    imported.database AS imported_from,
    imported.record AS record_key,
    imported.url AS record_url,
    imported.created AS record_created,
    imported.updated AS record_updated,
    imported.licence AS record_licence,
    imported.credit AS record_credit,
    basis,
    first_import.database AS first_imported_from,
    first_import.url AS first_record_url,
    provenance.judge AS judge,
    judging_note,
    provenance.approved_at AS approved_at,
    page,
    licence,
    citation
FROM lines;
COMMENT ON TABLE published_cases IS 'One row per case.';
COMMENT ON COLUMN published_cases.case_id IS 'The case; permanent even if the title changes.';
COMMENT ON COLUMN published_cases.revision_id IS 'This version of the text.';
COMMENT ON COLUMN published_cases.title IS 'The title.';
COMMENT ON COLUMN published_cases.company IS 'The company that owns the system.';
COMMENT ON COLUMN published_cases.company_key IS 'The earlier name of company_id.';
COMMENT ON COLUMN published_cases.company_id IS 'The company, the same for all spellings.';
COMMENT ON COLUMN published_cases.industry IS 'The industry of the company, by its short name.';
COMMENT ON COLUMN published_cases.year IS 'The year of the account.';
COMMENT ON COLUMN published_cases.stage IS 'The deployment stage of the system.';
COMMENT ON COLUMN published_cases.narrator IS 'The author of the account: builder, vendor, customer, panel or researcher.';
COMMENT ON COLUMN published_cases.seller IS 'The company that sells the system, if it is another.';
COMMENT ON COLUMN published_cases.builder IS 'The company that built it, if it is another.';
COMMENT ON COLUMN published_cases.doubtful IS 'The facts that a curator confirmed despite a doubt or a refutation.';
COMMENT ON COLUMN published_cases.tags IS 'The tags, by their short names.';
COMMENT ON COLUMN published_cases.tags_set_aside IS 'Tags of an imported case that its text does not name; they are not counted.';
COMMENT ON COLUMN published_cases.abstract IS 'The case in a few sentences.';
COMMENT ON COLUMN published_cases.prose IS 'The text of an imported case as Markdown; it has no quotes.';
COMMENT ON COLUMN published_cases.statements IS 'The number of statements.';
COMMENT ON COLUMN published_cases.results IS 'The number of measured results.';
COMMENT ON COLUMN published_cases.kind IS 'The kind of source.';
COMMENT ON COLUMN published_cases.url IS 'The address of the source.';
COMMENT ON COLUMN published_cases.source_title IS 'The title of the source.';
COMMENT ON COLUMN published_cases.source_authors IS 'The authors of the source.';
COMMENT ON COLUMN published_cases.source_site IS 'The site or publication of the source.';
COMMENT ON COLUMN published_cases.source_published IS 'The day of its publication.';
COMMENT ON COLUMN published_cases.source_language IS 'The language of the source (BCP 47).';
COMMENT ON COLUMN published_cases.imported_from IS 'The database that the text was imported from.';
COMMENT ON COLUMN published_cases.record_key IS 'The key of the record in that database.';
COMMENT ON COLUMN published_cases.record_url IS 'The page of the record.';
COMMENT ON COLUMN published_cases.record_created IS 'The time when the record was added there (UTC).';
COMMENT ON COLUMN published_cases.record_updated IS 'The time of its last change there (UTC).';
COMMENT ON COLUMN published_cases.record_licence IS 'The licence of the record.';
COMMENT ON COLUMN published_cases.record_credit IS 'The credit that the database asks for.';
COMMENT ON COLUMN published_cases.basis IS 'imported, if the case is from the text of the database in imported_from, not from the source.';
COMMENT ON COLUMN published_cases.first_imported_from IS 'The database that the case was first imported from, if it is now from the source.';
COMMENT ON COLUMN published_cases.first_record_url IS 'The page of the record there.';
COMMENT ON COLUMN published_cases.judge IS 'The model that judged the statements against the source; empty if none did.';
COMMENT ON COLUMN published_cases.judging_note IS 'A note if no model, or only an earlier version, judged the statements.';
COMMENT ON COLUMN published_cases.approved_at IS 'The time when a person approved this text (UTC).';
COMMENT ON COLUMN published_cases.page IS 'The page of the case.';
COMMENT ON COLUMN published_cases.licence IS 'The licence for text and data; quotes belong to their sources.';
COMMENT ON COLUMN published_cases.citation IS 'The citation of the case.';

CREATE TABLE companies AS
WITH spelled AS (
    SELECT
        company_key AS company_id,
        company AS name,
        any_value(company_name) AS chosen,
        any_value(company_kind) AS kind,
        min_by(industry, case_id) AS industry,
        min(case_id) FILTER (industry IS NOT NULL) AS told,
        count(*) AS cases
    FROM lines
    WHERE company IS NOT NULL AND company_key IS NOT NULL
    GROUP BY ALL
),
listed AS (
    SELECT
        company_id,
        coalesce(any_value(chosen), list(name ORDER BY cases DESC, name)[1]) AS name,
        any_value(kind) AS kind,
        min_by(industry, told) AS industry,
        list(name ORDER BY cases DESC, name) AS names,
        sum(cases)::INTEGER AS cases
    FROM spelled
    GROUP BY company_id
)
SELECT
    * EXCLUDE (names, cases),
    list_filter(names, lambda other: other <> listed.name) AS aliases,
    cases
FROM listed
ORDER BY cases DESC, lower(name), company_id;
COMMENT ON TABLE companies IS 'One row per company.';
COMMENT ON COLUMN companies.name IS 'The name of the company: by a curator, or its most frequent spelling.';
COMMENT ON COLUMN companies.kind IS 'What the company does: runs systems, sells tools, builds for customers or research.';
COMMENT ON COLUMN companies.aliases IS 'The other spellings in cases.';
COMMENT ON COLUMN companies.cases IS 'The number of published cases.';

CREATE TABLE system_cases AS
SELECT
    coalesce(system.system_id, case_id) AS system_id,
    case_id,
    row_number() OVER (
        PARTITION BY coalesce(system.system_id, case_id)
        ORDER BY account_date NULLS FIRST, case_id
    )::INTEGER AS n,
    account_date
FROM lines
ORDER BY system_id, n;
COMMENT ON TABLE system_cases IS 'One row per case, with the system that it describes.';
COMMENT ON COLUMN system_cases.system_id IS 'The system; a case alone is a system of its own, with the id of the case.';
COMMENT ON COLUMN system_cases.n IS 'The number of the account of this system, in the order of time.';
COMMENT ON COLUMN system_cases.account_date IS 'The date of the source, or else the first day of its year, or the date of an imported text; empty if none is known.';

CREATE TABLE systems AS
SELECT
    accounts.system_id,
    coalesce(any_value(lines.system.name), max_by(lines.title, accounts.n)) AS name,
    max_by(lines.company_key, accounts.n) AS company_id,
    count(*)::INTEGER AS cases,
    min(accounts.account_date) AS first_account,
    max(accounts.account_date) AS last_account
FROM system_cases AS accounts
JOIN lines USING (case_id)
GROUP BY accounts.system_id
ORDER BY cases DESC, accounts.system_id;
COMMENT ON TABLE systems IS 'One row per system: a deployment of one company, described by one or more cases.';
COMMENT ON COLUMN systems.system_id IS 'The system; a case alone is a system of its own, with the id of the case.';
COMMENT ON COLUMN systems.name IS 'The name of the system, or the title of its newest case.';
COMMENT ON COLUMN systems.company_id IS 'The company of its newest case.';
COMMENT ON COLUMN systems.cases IS 'The number of cases that describe it.';
COMMENT ON COLUMN systems.first_account IS 'The date of the first account.';
COMMENT ON COLUMN systems.last_account IS 'The date of the newest account.';

CREATE TABLE published_statements AS
WITH parts AS (SELECT *, unnest(statements) AS part FROM lines)
SELECT
    case_id,
    revision_id,
    part.n AS n,
    title,
    company,
    company_key,
    industry,
    try_cast(year AS INTEGER) AS year,
    list_transform(tags, lambda tag: tag.slug) AS tags,
    part.section AS section,
    part.text AS text,
    part.answers AS answers_n,
    part.rests_on AS rests_on,
    part.support AS support,
    part.reason AS reason,
    part.kept_by AS kept_by,
    part.kept_because AS kept_because,
    part.origin AS origin,
    part.measure.metric AS metric,
    part.measure.qualifier AS qualifier,
    part.measure.value AS value,
    part.measure.number AS number,
    part.measure.unit AS unit,
    part.measure.baseline AS baseline,
    part.measure.sample AS sample,
    part.measure.method AS method,
    part.grade_parts AS grade_parts,
    part.form AS form,
    narrator,
    list_transform(part.quotes, lambda one: one.quote) AS quotes,
    basis,
    source.address AS url,
    page || '#' || part.anchor AS page,
    licence,
    citation
FROM parts;
COMMENT ON TABLE published_statements IS 'One row per statement, with its case and its quotes.';
COMMENT ON COLUMN published_statements.n IS 'The number of the statement in the case.';
COMMENT ON COLUMN published_statements.section IS 'The section of the case; "gaps" are the editor''s, on what the source leaves open.';
COMMENT ON COLUMN published_statements.text IS 'The statement, one sentence.';
COMMENT ON COLUMN published_statements.answers_n IS 'For solutions: the n of the challenge that it answers.';
COMMENT ON COLUMN published_statements.rests_on IS 'For sentences of the abstract: the n of the statements that it summarizes.';
COMMENT ON COLUMN published_statements.support IS 'The reliability of the statement; see the levels of support.';
COMMENT ON COLUMN published_statements.reason IS 'The doubt or refutation despite which a curator confirmed it.';
COMMENT ON COLUMN published_statements.kept_by IS 'The curator who kept a refuted statement.';
COMMENT ON COLUMN published_statements.kept_because IS 'The reason of that curator.';
COMMENT ON COLUMN published_statements.origin IS 'The author of the words: model, source, selected (the source''s, chosen by code) or curator.';
COMMENT ON COLUMN published_statements.metric IS 'The measured quantity; this and the next eight columns are for results only.';
COMMENT ON COLUMN published_statements.qualifier IS 'Words before the value, such as "more than" or "up to".';
COMMENT ON COLUMN published_statements.value IS 'The value as written in the source.';
COMMENT ON COLUMN published_statements.number IS 'The value, if it is a single number.';
COMMENT ON COLUMN published_statements.unit IS 'The unit of the number.';
COMMENT ON COLUMN published_statements.baseline IS 'The previous value.';
COMMENT ON COLUMN published_statements.sample IS 'The period or sample of the measurement.';
COMMENT ON COLUMN published_statements.method IS 'The method of the measurement.';
COMMENT ON COLUMN published_statements.grade_parts IS 'For measured results: the questions that it answers, of who (measured it: not the vendor, and no projection), baseline, sample and method (A/B test or audit).';
COMMENT ON COLUMN published_statements.form IS '"paragraph" if it opens one, "next" if it continues one, "item" of a list; empty in older cases.';
COMMENT ON COLUMN published_statements.quotes IS 'Quotes from the source; their locations are in evidence.';
COMMENT ON COLUMN published_statements.basis IS 'imported, if the quotes are from the text of another database, not from the source.';
COMMENT ON COLUMN published_statements.page IS 'The link to the statement on the site.';

-- Statements for pages over all cases, newest cases first. These pages have no room for the mark of
-- a doubt, so doubtful companies and years are left out.
CREATE TABLE shown_statements AS
WITH cases AS (
    SELECT
        rowid AS place,
        * REPLACE (
            if(is_doubtful(facts, 'company'), NULL, company) AS company,
            if(is_doubtful(facts, 'year'), NULL, year) AS year
        )
    FROM lines
),
parts AS (
    SELECT
        place,
        case_id,
        slug,
        title,
        company,
        industry,
        year,
        stage,
        narrator,
        company_key,
        system.system_id AS system_id,
        source.kind AS kind,
        source.language AS language,
        list_transform(tags, lambda tag: tag.slug) AS tags,
        unnest(statements) AS part
    FROM cases
),
answers AS (
    SELECT
        case_id,
        part.answers AS n,
        list({text: part.text, support: part.support, mark: part.mark} ORDER BY part.n) AS solutions
    FROM parts
    WHERE part.answers IS NOT NULL
    GROUP BY ALL
)
SELECT
    parts.* EXCLUDE (part),
    parts.part.n AS n,
    parts.part.section AS section,
    parts.part.text AS text,
    parts.part.anchor AS anchor,
    parts.part.support AS support,
    parts.part.mark AS mark,
    parts.part.grade_parts AS grade_parts,
    unnest(parts.part.measure),
    coalesce(answers.solutions, []) AS answers
FROM parts
LEFT JOIN answers ON answers.case_id = parts.case_id AND answers.n = parts.part.n
WHERE parts.part.section <> 'solutions' OR parts.part.answers IS NULL
ORDER BY parts.place, parts.part.n;

CREATE TABLE results AS
SELECT * EXCLUDE (answers_n, rests_on, form), len(grade_parts)::INTEGER AS grade
FROM published_statements
WHERE coalesce(nullif(value, ''), nullif(metric, '')) IS NOT NULL;
COMMENT ON TABLE results IS 'Statements that are measured results; columns as in statements.';
COMMENT ON COLUMN results.grade IS 'The number of grade_parts, from 0 to 4.';

CREATE TABLE findings AS
WITH parts AS (SELECT *, unnest(findings) AS part FROM lines)
SELECT
    case_id,
    revision_id,
    part.n AS n,
    title,
    company,
    company_key,
    industry,
    try_cast(year AS INTEGER) AS year,
    list_transform(tags, lambda tag: tag.slug) AS tags,
    part.text AS text,
    part.done AS done,
    part.condition AS condition,
    part.effect AS effect,
    part.value AS value,
    part.number AS number,
    part.unit AS unit,
    part.theme AS theme,
    part.statements AS statements,
    part.made_by AS made_by,
    part.label AS label,
    basis,
    source.address AS url,
    page || '#' || list_filter(
        statements, lambda one: one.n = part.statements[1]
    )[1].anchor AS page,
    licence,
    citation
FROM parts;
COMMENT ON TABLE findings IS 'What a team did, under which condition, and with which effect: one row per finding.';
COMMENT ON COLUMN findings.n IS 'The number of the finding in the case.';
COMMENT ON COLUMN findings.text IS 'The finding, one sentence.';
COMMENT ON COLUMN findings.done IS 'What the team did.';
COMMENT ON COLUMN findings.condition IS 'When or where it holds.';
COMMENT ON COLUMN findings.effect IS '"better", "worse", "none" or "unknown".';
COMMENT ON COLUMN findings.value IS 'The number of the effect, as written in the statements.';
COMMENT ON COLUMN findings.theme IS 'The subject, a short noun phrase.';
COMMENT ON COLUMN findings.statements IS 'The n of the statements that it rests on.';
COMMENT ON COLUMN findings.made_by IS '"model", or "code" for a statement as it is.';
COMMENT ON COLUMN findings.label IS '"entailed" by its statements according to a judge model, or "not judged".';
COMMENT ON COLUMN findings.page IS 'The link to its first statement on the site.';

CREATE TABLE corrections AS
WITH parts AS (SELECT *, unnest(corrections) AS part FROM lines)
SELECT
    case_id,
    part.correction_id AS correction_id,
    title,
    part.what AS what,
    part.text AS text,
    part.found_by AS found_by,
    part.since AS since,
    part.reported_at AS reported_at,
    part.mended_at AS mended_at,
    part.cited_by AS cited_by,
    slug,
    page
FROM parts
ORDER BY reported_at DESC, correction_id;
COMMENT ON TABLE corrections IS 'Mistakes that were found in published cases: one row per mistake.';
COMMENT ON COLUMN corrections.correction_id IS 'The id of the correction.';
COMMENT ON COLUMN corrections.slug IS 'The name of the case in its address on the site.';
COMMENT ON COLUMN corrections.what IS 'What was wrong.';
COMMENT ON COLUMN corrections.text IS 'The wrong statement; empty if the correction is about the whole case.';
COMMENT ON COLUMN corrections.found_by IS 'The name of the finder, if they wanted to be named.';
COMMENT ON COLUMN corrections.since IS 'When the mistake was published.';
COMMENT ON COLUMN corrections.reported_at IS 'When it was reported.';
COMMENT ON COLUMN corrections.mended_at IS 'When the case was published without it; empty until then.';
COMMENT ON COLUMN corrections.cited_by IS 'The reports that cite the statement.';
COMMENT ON COLUMN corrections.page IS 'The link to the case on the site.';

CREATE TABLE evidence AS
WITH parts AS (
    SELECT case_id, revision_id, 'statement' AS part, one.n::VARCHAR AS key, one.quotes AS quotes
    FROM (SELECT *, unnest(statements) AS one FROM lines)
    UNION ALL
    SELECT case_id, revision_id, 'fact', one.name, one.quotes
    FROM (SELECT *, unnest(facts) AS one FROM lines)
    UNION ALL
    SELECT case_id, revision_id, 'tag', one.slug, one.quotes
    FROM (SELECT *, unnest(tags) AS one FROM lines)
),
quoted AS (
    SELECT * EXCLUDE (quotes), unnest(quotes) AS one, generate_subscripts(quotes, 1) AS i
    FROM parts
)
SELECT
    case_id,
    revision_id,
    part,
    key,
    i::INTEGER AS i,
    one.quote AS quote,
    one.translation AS translation,
    one.start AS start_offset,
    one."end" AS end_offset,
    one.match AS match,
    one.page AS page,
    one.seconds AS seconds,
    one.speaker AS speaker,
    one.heard AS heard,
    one.place AS place,
    one.link AS link
FROM quoted;
COMMENT ON TABLE evidence IS 'One row per quote that supports a statement, a fact or a tag.';
COMMENT ON COLUMN evidence.part IS '"statement", "fact" or "tag".';
COMMENT ON COLUMN evidence.key IS 'The n of the statement as text, the name of the fact or the short name of the tag.';
COMMENT ON COLUMN evidence.i IS 'The number of the quote, from 1.';
COMMENT ON COLUMN evidence.quote IS 'The words of the source.';
COMMENT ON COLUMN evidence.translation IS 'The quote in the language of the case, if the source is in another.';
COMMENT ON COLUMN evidence.start_offset IS 'The start of the quote in the text of the source, in characters from 0; empty in the page''s description.';
COMMENT ON COLUMN evidence.end_offset IS 'The end of the quote.';
COMMENT ON COLUMN evidence.match IS '"exact", or "close" if the quote differs slightly from the source.';
COMMENT ON COLUMN evidence.page IS 'The page of a PDF.';
COMMENT ON COLUMN evidence.seconds IS 'The second of a recording.';
COMMENT ON COLUMN evidence.speaker IS 'The speaker.';
COMMENT ON COLUMN evidence.heard IS 'The machine that heard the words: "generated" captions, or "recognized" here.';
COMMENT ON COLUMN evidence.place IS 'The location of the quote, in words.';
COMMENT ON COLUMN evidence.link IS 'The link that opens the source at the quote.';

CREATE TABLE case_tags AS
SELECT
    case_id,
    revision_id,
    n::INTEGER AS n,
    tag.slug AS slug,
    tag.label AS label,
    tag."group" AS term_group,
    tag.support AS support
FROM (
    SELECT case_id, revision_id, unnest(tags) AS tag, generate_subscripts(tags, 1) AS n FROM lines
);
COMMENT ON TABLE case_tags IS 'One row per tag of a case.';
COMMENT ON COLUMN case_tags.n IS 'The position of the tag in the case.';
COMMENT ON COLUMN case_tags.slug IS 'The tag, by its short name.';
COMMENT ON COLUMN case_tags.label IS 'The label of the tag.';
COMMENT ON COLUMN case_tags.term_group IS '"technique", "tool", "model", "application" or "concern".';
COMMENT ON COLUMN case_tags.support IS 'The reliability of the tag.';

-- Texts that a spreadsheet would interpret as a formula (they start with =, +, - or @, or their wide
-- forms, and are not numbers) are preceded by an apostrophe, also after semicolons, tabs and line
-- ends, where some programs start a new cell. Removing one apostrophe restores the text.
CREATE MACRO cell(text) AS if(
    regexp_full_match(text, '[+-]?[0-9]+([.,][0-9]+)*\s?%?'),
    text,
    regexp_replace(text, '(^|[;\t\r\n])([ '']*[=+\-@＝＋－＠])', '\1''\2', 'g')
);

-- name: dataset_columns
-- The meaning of a column in its own table, else in published_statements or published_cases.
SELECT own.column_name, own.data_type, coalesce(own.comment, one.comment, other.comment) AS comment
FROM duckdb_columns() AS own
LEFT JOIN duckdb_columns() AS one
    ON one.table_name = 'published_statements' AND one.column_name = own.column_name
LEFT JOIN duckdb_columns() AS other
    ON other.table_name = 'published_cases' AND other.column_name = own.column_name
WHERE own.table_name = $table
ORDER BY own.column_index;

-- name: dataset_meanings
SELECT table_name, comment FROM duckdb_tables();

-- name: case_words
-- The words at the beginning of each case.
CREATE TABLE case_words AS
WITH texts AS (
    SELECT
        case_id,
        lower(left(
            concat_ws(
                ' ',
                title,
                array_to_string(list_transform(statements, lambda one: one.text), ' '),
                array_to_string(
                    list_transform(prose, lambda part: array_to_string(part.paragraphs, ' ')), ' '
                )
            ),
            4_000
        )) AS text
    FROM lines
)
SELECT case_id, word, count(*) AS tf
FROM (SELECT case_id, unnest(regexp_extract_all(text, '[\pL\pN]{3,}')) AS word FROM texts)
GROUP BY ALL;

-- name: add_stems
INSERT INTO stems
SELECT unnest(from_json($rows::JSON, '[{"word": "VARCHAR", "stem": "VARCHAR"}]'), recursive := true);

-- name: dataset_similar
-- The most similar cases of each case, by title and beginning: BM25 (Robertson & Zaragoza 2009,
-- k1 = 1.2, b = 0.75) of its most distinctive words in other texts, and shared tags weighted by
-- rarity. The inverse document frequency is rounded to bits and the average length to powers of two,
-- so that a single new case does not reorder the neighbours of all cases.
WITH words AS (
    SELECT case_id, stem AS word, sum(tf) AS tf
    FROM case_words
    JOIN stems USING (word)
    GROUP BY ALL
),
lengths AS (SELECT case_id, sum(tf) AS length FROM words GROUP BY case_id),
whole AS (SELECT count(*) AS cases, 2 ** round(log2(avg(length))) AS average FROM lengths),
weights AS (
    SELECT word, floor(log2(any_value(cases) / count(*))) AS idf
    FROM words, whole
    GROUP BY word
    HAVING count(*) > 1 AND count(*) <= greatest(20, any_value(cases) / 8)
),
weighed AS (
    SELECT
        case_id,
        word,
        idf,
        idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * length / average)) AS weight
    FROM words
    JOIN weights USING (word)
    JOIN lengths USING (case_id),
    whole
),
asked AS (
    SELECT case_id, unnest(max_by(word, (weight, word), 25)) AS word
    FROM weighed
    GROUP BY case_id
),
by_words AS (
    SELECT asked.case_id AS case_id, found.case_id AS other, sum(found.weight) AS score
    FROM asked
    JOIN weighed AS found ON found.word = asked.word AND found.case_id <> asked.case_id
    GROUP BY ALL
),
shared AS (
    SELECT slug, floor(log2(any_value(cases) / count(*))) AS idf
    FROM case_tags, whole
    GROUP BY slug
    HAVING count(*) <= greatest(20, any_value(cases) / 8)
),
by_tags AS (
    SELECT one.case_id AS case_id, other.case_id AS other, sum(idf) AS score
    FROM case_tags AS one
    JOIN case_tags AS other ON other.slug = one.slug AND other.case_id <> one.case_id
    JOIN shared ON shared.slug = one.slug
    GROUP BY ALL
),
scores AS (
    SELECT case_id, other, sum(score) AS score
    FROM (FROM by_words UNION ALL SELECT case_id, other, 2 * score FROM by_tags)
    GROUP BY ALL
)
SELECT case_id, max_by(other, (score, other), $most) AS others
FROM scores
GROUP BY case_id;

-- name: dataset_by_group
-- The newest statements of each group of cases, at most $most per section.
WITH members AS (
    SELECT * FROM (
        SELECT *, 'tag' AS group_kind, unnest(tags) AS member FROM shown_statements
        UNION ALL SELECT *, 'industry', industry FROM shown_statements
        UNION ALL SELECT *, 'company', company_key FROM shown_statements
        UNION ALL SELECT *, 'year', year FROM shown_statements
        UNION ALL SELECT *, 'system', system_id FROM shown_statements
    )
    WHERE member IS NOT NULL AND list_contains($sections, section)
)
SELECT
    * EXCLUDE (place),
    count(*) OVER (PARTITION BY group_kind, member, section) AS total
FROM members
QUALIFY row_number() OVER (PARTITION BY group_kind, member, section ORDER BY place, n) <= $most
ORDER BY place, n;

-- name: dataset_system_facts
-- The facts of the cases that were placed in a system.
SELECT case_id, fact.name AS name, fact.value AS value, fact.mark AS mark
FROM (SELECT case_id, unnest(facts) AS fact FROM lines WHERE system IS NOT NULL);

-- name: dataset_system_results
-- The measured results in the cases that were placed in a system.
SELECT case_id, text, anchor, mark, metric, qualifier, value, unit, baseline, method, narrator
FROM shown_statements
WHERE system_id IS NOT NULL AND section = 'results' AND coalesce(value, '') <> ''
ORDER BY place, n;

-- name: dataset_section
SELECT * EXCLUDE (place)
FROM shown_statements
WHERE section = $section AND ($section <> 'results' OR coalesce(value, metric, '') <> '')
ORDER BY place, n;

-- name: dataset_lower_words
-- The words that a text has in lower case.
WITH texts AS (
    SELECT text FROM shown_statements
    UNION ALL
    SELECT unnest(part.paragraphs) FROM (SELECT unnest(prose) AS part FROM lines)
)
SELECT DISTINCT unnest(regexp_extract_all(text, '\b\p{Ll}{2,}\b')) AS word
FROM texts
ORDER BY word;

-- name: dataset_vocabulary
-- The number of statements and paragraphs, and of those with each word, in their text, title or company;
-- of more than 500 cases, words of a single case only if its title, company or tags have them.
WITH names AS (
    SELECT case_id, true AS is_name, concat_ws(' ', title, company) AS text FROM lines
    UNION ALL
    SELECT case_id, true, unnest(list_transform(tags, lambda tag: tag.label)) FROM lines
),
texts AS (
    SELECT case_id, false AS is_name, concat_ws(' ', title, company, text) AS text
    FROM shown_statements
    UNION ALL
    SELECT case_id, false, concat_ws(' ', title, company, text)
    FROM (
        SELECT case_id, title, company, unnest(part.paragraphs) AS text
        FROM (SELECT *, unnest(prose) AS part FROM lines)
    )
),
words AS (
    SELECT
        case_id,
        is_name,
        unnest(list_distinct(regexp_extract_all(lower(text), '\pL{2,}|\pN+'))) AS word
    FROM (FROM names UNION ALL FROM texts)
)
SELECT word, count(*) FILTER (NOT is_name) AS texts, (SELECT count(*) FROM texts) AS total
FROM words
GROUP BY word
HAVING count(DISTINCT case_id) > (SELECT count(*) FROM lines) // 500
    OR count(DISTINCT case_id) > 1 OR bool_or(is_name)
ORDER BY word;

-- name: dataset_companies
SELECT DISTINCT company, company_id
FROM published_cases
WHERE company IS NOT NULL AND company_id IS NOT NULL;
