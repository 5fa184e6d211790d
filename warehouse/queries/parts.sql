-- The parts of documents, revisions and reports, by the ids of these.

-- name: columns
SELECT column_name, data_type
FROM duckdb_columns()
WHERE database_name = current_database() AND table_name = $table
ORDER BY column_index;

-- name: document_parts
WITH wanted AS (
    SELECT unnest($ids::JSON::VARCHAR[]) AS document_id
),
found AS (
    SELECT
        document_id,
        string_agg(gap || text, '' ORDER BY n) AS text,
        list(
            {
                'n': n,
                'start': start_offset,
                'end': end_offset,
                'headings': headings,
                'page': page,
                'seconds': seconds,
                'speaker': speaker,
                'heard': heard,
                'confidence': confidence,
                'lines': lines
            }
            ORDER BY n
        ) AS passages
    FROM passages
    WHERE document_id IN (FROM wanted)
    GROUP BY document_id
)
SELECT
    documents.document_id AS id,
    concat(found.text, documents.tail) AS text,
    coalesce(found.passages, []) AS passages
FROM documents
LEFT JOIN found USING (document_id)
WHERE documents.document_id IN (FROM wanted);

-- name: revision_parts
WITH wanted AS (
    SELECT unnest($ids::JSON::VARCHAR[]) AS revision_id
),
quotes AS (
    SELECT
        revision_id,
        part,
        key,
        list(
            {
                'quote': quote,
                'translation': translation,
                'passage': passage,
                'start': start_offset,
                'end': end_offset,
                'match': match,
                'score': score,
                'page': page,
                'seconds': seconds,
                'estimated': coalesce(estimated, false),
                'speaker': speaker,
                'heard': heard
            }
            ORDER BY i
        ) AS evidence
    FROM evidence
    WHERE revision_id IN (FROM wanted)
    GROUP BY revision_id, part, key
),
fact_parts AS (
    SELECT
        facts.revision_id,
        list(
            {
                'name': facts.name,
                'value': facts.value,
                'evidence': coalesce(quotes.evidence, []),
                'support': {
                    'level': facts.support,
                    'reason': facts.reason,
                    'confirmed_by': facts.confirmed_by
                },
                'inferred': facts.inferred
            }
            ORDER BY facts.n
        ) AS facts
    FROM facts
    LEFT JOIN quotes
        ON quotes.revision_id = facts.revision_id
        AND quotes.part = 'fact'
        AND quotes.key = facts.name
    WHERE facts.revision_id IN (FROM wanted)
    GROUP BY facts.revision_id
),
statement_parts AS (
    SELECT
        statements.revision_id,
        list(
            {
                'n': statements.n,
                'section': statements.section,
                'text': statements.text,
                'evidence': coalesce(quotes.evidence, []),
                'support': {
                    'level': statements.support,
                    'reason': statements.reason,
                    'confirmed_by': statements.confirmed_by
                },
                'origin': statements.origin,
                'form': statements.form,
                'answers': statements.answers_n,
                'rests_on': coalesce(statements.rests_on, []),
                'measure': CASE
                    WHEN coalesce(
                        metric, qualifier, value, number::VARCHAR, unit, baseline, sample, method
                    ) IS NOT NULL
                        THEN {
                            'metric': metric,
                            'qualifier': qualifier,
                            'value': value,
                            'number': number,
                            'unit': unit,
                            'baseline': baseline,
                            'sample': sample,
                            'method': method
                        }
                END
            }
            ORDER BY statements.n
        ) AS statements
    FROM statements
    LEFT JOIN quotes
        ON quotes.revision_id = statements.revision_id
        AND quotes.part = 'statement'
        AND quotes.key = statements.n::VARCHAR
    WHERE statements.revision_id IN (FROM wanted)
    GROUP BY statements.revision_id
),
tag_parts AS (
    SELECT
        case_tags.revision_id,
        list(
            {
                'slug': case_tags.slug,
                'label': case_tags.label,
                'group': case_tags.term_group,
                'evidence': coalesce(quotes.evidence, []),
                'support': {
                    'level': case_tags.support,
                    'reason': case_tags.reason,
                    'confirmed_by': case_tags.confirmed_by
                }
            }
            ORDER BY case_tags.n
        ) AS tags
    FROM case_tags
    LEFT JOIN quotes
        ON quotes.revision_id = case_tags.revision_id
        AND quotes.part = 'tag'
        AND quotes.key = case_tags.slug
    WHERE case_tags.revision_id IN (FROM wanted)
    GROUP BY case_tags.revision_id
)
SELECT
    revision_id AS id,
    {
        'facts': coalesce(fact_parts.facts, []),
        'statements': coalesce(statement_parts.statements, []),
        'tags': coalesce(tag_parts.tags, [])
    } AS study
FROM wanted
LEFT JOIN fact_parts USING (revision_id)
LEFT JOIN statement_parts USING (revision_id)
LEFT JOIN tag_parts USING (revision_id);

-- name: report_parts
WITH wanted AS (
    SELECT unnest($ids::JSON::VARCHAR[]) AS report_id
),
cited AS (
    SELECT
        report_id,
        sentence_n AS n,
        list(
            {
                'case_id': case_id,
                'revision_id': revision_id,
                'part': part,
                'text': text,
                'quote': quote,
                'label': label,
                'title': title,
                'year': year
            }
            ORDER BY i
        ) AS citations
    FROM report_citations
    WHERE report_id IN (FROM wanted)
    GROUP BY report_id, sentence_n
),
sectioned AS (
    SELECT
        report_id,
        section_n,
        any_value(heading) AS heading,
        any_value(tag) AS tag,
        list(
            {
                'n': report_sentences.n,
                'role': role,
                'text': report_sentences.text,
                'citations': coalesce(citations, []),
                'support': support
            }
            ORDER BY report_sentences.n
        ) AS sentences
    FROM report_sentences
    LEFT JOIN cited USING (report_id, n)
    WHERE report_id IN (FROM wanted)
    GROUP BY report_id, section_n
),
sections AS (
    SELECT
        report_id,
        list({'heading': heading, 'tag': tag, 'sentences': sentences} ORDER BY section_n) AS sections
    FROM sectioned
    GROUP BY report_id
),
numbers AS (
    SELECT
        report_id,
        list(
            {
                'name': name,
                'sql': sql,
                'value': value,
                'meaning': meaning,
                'series': series,
                'label': label,
                'key': key
            }
            ORDER BY n
        ) AS numbers
    FROM report_numbers
    WHERE report_id IN (FROM wanted)
    GROUP BY report_id
)
SELECT
    wanted.report_id AS id,
    coalesce(sections, []) AS sections,
    coalesce(numbers, []) AS numbers
FROM wanted
LEFT JOIN sections USING (report_id)
LEFT JOIN numbers USING (report_id);
