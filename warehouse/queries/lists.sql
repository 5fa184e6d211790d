-- Batches, watched lists, proposed terms, accounts and the log of changes.

-- name: batches
-- An alias has the state and the costs of its source.
WITH newest AS (
    SELECT *
    FROM batch_events
    QUALIFY stored_at = max(stored_at) OVER (PARTITION BY batch_id)
),
items AS (
    SELECT
        batch_items.batch_id,
        coalesce(states.same_as, batch_items.source_id) AS source_id,
        coalesce(states.state, 'new') AS state
    FROM batch_items
    LEFT JOIN source_states AS states USING (source_id)
    WHERE $batch_id IS NULL OR batch_items.batch_id = $batch_id
),
counted AS (
    SELECT batch_id, histogram(state) AS counts FROM items GROUP BY batch_id
),
causes AS (
    SELECT
        items.batch_id,
        failures.kind,
        CASE
            WHEN failures.gone THEN 'gone'
            WHEN failures.transient THEN 'wait'
            ELSE 'needs you'
        END AS remedy,
        count(*) AS count,
        max_by(failures.message, failures.stored_at) AS message
    FROM items
    JOIN open_failures AS failures USING (source_id)
    WHERE items.state = 'failed'
    GROUP BY ALL
),
failed AS (
    SELECT
        batch_id,
        list(
            {'kind': kind, 'remedy': remedy, 'count': count, 'message': message}
            ORDER BY count DESC, kind
        ) AS failures
    FROM causes
    GROUP BY batch_id
),
spent AS (
    SELECT
        coalesce(documents.source_id, generations.document_id) AS source_id,
        sum(generations.attempts) AS calls,
        sum(generations.prompt_tokens + generations.completion_tokens) AS tokens,
        sum(generations.cost_usd) AS cost_usd,
        bool_or(generations.cost_usd IS NULL) AS is_unpriced
    FROM generations
    LEFT JOIN documents USING (document_id)
    GROUP BY ALL
),
drafted AS (
    SELECT batch_id, sum(cases)::BIGINT AS cases
    FROM (SELECT DISTINCT batch_id, source_id FROM items)
    JOIN source_cases USING (source_id)
    GROUP BY batch_id
),
costs AS (
    SELECT
        batch_id,
        sum(calls)::BIGINT AS calls,
        sum(tokens)::BIGINT AS tokens,
        CASE WHEN NOT bool_or(is_unpriced) THEN sum(cost_usd) END AS cost_usd
    FROM (SELECT DISTINCT batch_id, source_id FROM items)
    JOIN spent USING (source_id)
    GROUP BY batch_id
)
SELECT
    batches.*,
    newest.step,
    newest.reason,
    coalesce(newest.happened_at, batches.created_at) AS changed_at,
    coalesce(counted.counts, MAP {}) AS counts,
    coalesce(failed.failures, []) AS failures,
    coalesce(drafted.cases, 0) AS cases,
    coalesce(costs.calls, 0) AS calls,
    coalesce(costs.tokens, 0) AS tokens,
    CASE WHEN costs.batch_id IS NULL THEN 0.0::DOUBLE ELSE costs.cost_usd END AS cost_usd
FROM batches
LEFT JOIN newest USING (batch_id)
LEFT JOIN counted USING (batch_id)
LEFT JOIN failed USING (batch_id)
LEFT JOIN drafted USING (batch_id)
LEFT JOIN costs USING (batch_id)
WHERE $batch_id IS NULL OR batches.batch_id = $batch_id
ORDER BY batches.stored_at DESC;

-- name: batch_items
SELECT * FROM batch_items WHERE batch_id = $batch_id ORDER BY n;

-- name: watches
SELECT *
FROM watches
QUALIFY stored_at = max(stored_at) OVER (PARTITION BY watch_id) AND state <> 'removed'
ORDER BY stored_at;

-- name: newest_looks
-- A watch that was removed and added again starts from scratch.
WITH removed AS (
    SELECT watch_id, max(stored_at) AS stored_at FROM watches WHERE state = 'removed' GROUP BY ALL
)
SELECT looks.*
FROM looks
LEFT JOIN removed USING (watch_id)
WHERE removed.stored_at IS NULL OR looks.stored_at > removed.stored_at
QUALIFY looks.stored_at = max(looks.stored_at) OVER (PARTITION BY looks.watch_id);

-- name: watched_items
SELECT *
FROM watched_items
WHERE watch_id = $watch_id
QUALIFY stored_at = max(stored_at) OVER (PARTITION BY source_id)
ORDER BY stored_at;

-- name: open_terms
SELECT *
FROM open_terms
ORDER BY documents DESC, stored_at;

-- name: rulings
SELECT * FROM term_rulings ORDER BY stored_at;

-- name: accounts
SELECT *
FROM accounts
QUALIFY stored_at = max(stored_at) OVER (PARTITION BY name)
ORDER BY lower(name), name;

-- name: audit_log
WITH page AS (
    SELECT *
    FROM audit_log
    WHERE $who IS NULL OR who = $who
    ORDER BY happened_at DESC, stored_at DESC
    LIMIT $limit
    OFFSET $offset
),
titles AS (
    SELECT cases.case_id AS about, max_by(documents.title, documents.stored_at) AS title
    FROM cases
    JOIN documents USING (source_id)
    WHERE cases.case_id IN (SELECT about FROM page)
    GROUP BY cases.case_id
    UNION ALL
    SELECT system_id, max_by(name, stored_at)
    FROM system_names
    WHERE system_id IN (SELECT about FROM page)
    GROUP BY system_id
)
SELECT page.*, titles.title
FROM page
LEFT JOIN titles USING (about)
ORDER BY page.happened_at DESC, page.stored_at DESC;

-- name: tables
WITH tables AS (
    SELECT table_name AS name, 'table' AS kind, comment, database_name, schema_name
    FROM duckdb_tables()
    WHERE NOT internal
    UNION ALL
    SELECT view_name, 'view', comment, database_name, schema_name
    FROM duckdb_views()
    WHERE NOT internal
),
columns AS (
    SELECT
        table_name AS name,
        database_name,
        list(
            {'name': column_name, 'type': data_type, 'comment': coalesce(comment, '')}
            ORDER BY column_index
        ) AS columns
    FROM duckdb_columns()
    GROUP BY ALL
)
SELECT tables.name, tables.kind, coalesce(tables.comment, '') AS comment, columns.columns
FROM tables
JOIN columns USING (name, database_name)
WHERE tables.database_name = current_database() AND tables.schema_name = current_schema()
ORDER BY tables.kind, tables.name;

-- name: counts
SELECT 'accounts' AS name, count(*) AS rows FROM accounts
UNION ALL SELECT 'aliases' AS name, count(*) AS rows FROM aliases
UNION ALL SELECT 'audit_seals' AS name, count(*) AS rows FROM audit_seals
UNION ALL SELECT 'batch_events' AS name, count(*) AS rows FROM batch_events
UNION ALL SELECT 'batch_items' AS name, count(*) AS rows FROM batch_items
UNION ALL SELECT 'batches' AS name, count(*) AS rows FROM batches
UNION ALL SELECT 'case_tags' AS name, count(*) AS rows FROM case_tags
UNION ALL SELECT 'cases' AS name, count(*) AS rows FROM cases
UNION ALL SELECT 'checks' AS name, count(*) AS rows FROM checks
UNION ALL SELECT 'company_changes' AS name, count(*) AS rows FROM company_changes
UNION ALL SELECT 'company_names' AS name, count(*) AS rows FROM company_names
UNION ALL SELECT 'archived_copies' AS name, count(*) AS rows FROM archived_copies
UNION ALL SELECT 'documents' AS name, count(*) AS rows FROM documents
UNION ALL SELECT 'evidence' AS name, count(*) AS rows FROM evidence
UNION ALL SELECT 'facts' AS name, count(*) AS rows FROM facts
UNION ALL SELECT 'failures' AS name, count(*) AS rows FROM failures
UNION ALL SELECT 'finding_sets' AS name, count(*) AS rows FROM finding_sets
UNION ALL SELECT 'findings' AS name, count(*) AS rows FROM findings
UNION ALL SELECT 'generations' AS name, count(*) AS rows FROM generations
UNION ALL SELECT 'import_records' AS name, count(*) AS rows FROM import_records
UNION ALL SELECT 'looks' AS name, count(*) AS rows FROM looks
UNION ALL SELECT 'mistake_rulings' AS name, count(*) AS rows FROM mistake_rulings
UNION ALL SELECT 'mistakes' AS name, count(*) AS rows FROM mistakes
UNION ALL SELECT 'order_events' AS name, count(*) AS rows FROM order_events
UNION ALL SELECT 'orders' AS name, count(*) AS rows FROM orders
UNION ALL SELECT 'passages' AS name, count(*) AS rows FROM passages
UNION ALL SELECT 'placements' AS name, count(*) AS rows FROM placements
UNION ALL SELECT 'publications' AS name, count(*) AS rows FROM publications
UNION ALL SELECT 'read_messages' AS name, count(*) AS rows FROM read_messages
UNION ALL SELECT 'reading_shares' AS name, count(*) AS rows FROM reading_shares
UNION ALL SELECT 'readings' AS name, count(*) AS rows FROM readings
UNION ALL SELECT 'report_citations' AS name, count(*) AS rows FROM report_citations
UNION ALL SELECT 'report_events' AS name, count(*) AS rows FROM report_events
UNION ALL SELECT 'report_numbers' AS name, count(*) AS rows FROM report_numbers
UNION ALL SELECT 'report_sentences' AS name, count(*) AS rows FROM report_sentences
UNION ALL SELECT 'reports' AS name, count(*) AS rows FROM reports
UNION ALL SELECT 'reviews' AS name, count(*) AS rows FROM reviews
UNION ALL SELECT 'revisions' AS name, count(*) AS rows FROM revisions
UNION ALL SELECT 'rounds' AS name, count(*) AS rows FROM rounds
UNION ALL SELECT 'saved_views' AS name, count(*) AS rows FROM saved_views
UNION ALL SELECT 'selections' AS name, count(*) AS rows FROM selections
UNION ALL SELECT 'signature_bands' AS name, count(*) AS rows FROM signature_bands
UNION ALL SELECT 'signatures' AS name, count(*) AS rows FROM signatures
UNION ALL SELECT 'snapshots' AS name, count(*) AS rows FROM snapshots
UNION ALL SELECT 'sources' AS name, count(*) AS rows FROM sources
UNION ALL SELECT 'statements' AS name, count(*) AS rows FROM statements
UNION ALL SELECT 'subjects' AS name, count(*) AS rows FROM subjects
UNION ALL SELECT 'system_decisions' AS name, count(*) AS rows FROM system_decisions
UNION ALL SELECT 'system_names' AS name, count(*) AS rows FROM system_names
UNION ALL SELECT 'term_proposals' AS name, count(*) AS rows FROM term_proposals
UNION ALL SELECT 'term_rulings' AS name, count(*) AS rows FROM term_rulings
UNION ALL SELECT 'triages' AS name, count(*) AS rows FROM triages
UNION ALL SELECT 'watched_items' AS name, count(*) AS rows FROM watched_items
UNION ALL SELECT 'watches' AS name, count(*) AS rows FROM watches;

-- name: publishable
-- The publishable cases, with everything their pages depend on, and their previous address.
WITH approved AS (
    SELECT revision_id, max_by(review_id, stored_at) AS approval_id
    FROM reviews
    WHERE decision = 'approve'
    GROUP BY revision_id
),
checked AS (
    SELECT source_id, max(checked_at) AS checked_at
    FROM checks
    WHERE result <> 'unreachable'
    GROUP BY source_id
),
placed AS (
    SELECT case_id, max_by(address, stored_at) AS address
    FROM publications
    WHERE target = $target
    GROUP BY case_id
),
-- The other cases of each source, whose titles are on the page.
beside AS (
    SELECT
        mine.case_id,
        list(
            {'case_id': other.case_id, 'revision_id': states.next_revision_id}
            ORDER BY other.subject_id IS NOT NULL, other.stored_at, other.case_id
        ) AS same_source
    FROM cases AS mine
    JOIN cases AS other ON other.source_id = mine.source_id AND other.case_id <> mine.case_id
    JOIN case_states AS states ON states.case_id = other.case_id
    WHERE states.next_revision_id IS NOT NULL
    GROUP BY mine.case_id
),
found AS (
    SELECT revision_id, max_by(set_id, stored_at) AS finding_set_id
    FROM finding_sets
    GROUP BY revision_id
),
archived AS (
    SELECT source_id, max_by(url, stored_at) AS url
    FROM archived_copies
    WHERE url IS NOT NULL
    GROUP BY source_id
)
SELECT
    states.case_id,
    states.next_revision_id AS revision_id,
    found.finding_set_id,
    approved.approval_id,
    coalesce(beside.same_source, []) AS same_source,
    checked.checked_at,
    stated.url AS stated_url,
    archived.url AS archived_url,
    placed.address,
    companies.company_id,
    companies.name AS company_name,
    companies.kind AS company_kind,
    companies.industry AS company_industry
FROM case_states AS states
LEFT JOIN found ON found.revision_id = states.next_revision_id
LEFT JOIN approved ON approved.revision_id = states.next_revision_id
LEFT JOIN checked USING (source_id)
LEFT JOIN archived USING (source_id)
LEFT JOIN stated_addresses AS stated USING (source_id)
LEFT JOIN placed USING (case_id)
LEFT JOIN beside USING (case_id)
LEFT JOIN facts ON facts.revision_id = states.next_revision_id AND facts.name = 'company'
LEFT JOIN current_company_names AS names ON names.name = facts.value
LEFT JOIN companies ON companies.company_id = names.company_id
WHERE states.next_revision_id IS NOT NULL
ORDER BY states.stored_at;

-- name: unarchived
-- Pages of published cases, fetched from the web, that an archive has no copy of and was not asked
-- for in the last week; newest publications first.
SELECT sources.source_id, max_by(documents.url, published.stored_at) AS url
FROM current_publications AS published
JOIN cases USING (case_id)
JOIN revisions ON revisions.revision_id = published.revision_id
JOIN documents USING (document_id)
JOIN sources ON sources.source_id = cases.source_id
LEFT JOIN archived_copies AS copies
    ON copies.source_id = sources.source_id
    AND (copies.url IS NOT NULL OR copies.asked_at > now() - INTERVAL 7 DAY)
WHERE copies.source_id IS NULL
    AND sources.submitted LIKE 'http%'
    AND documents.url LIKE 'http%'
    AND documents.kind NOT IN ('captions', 'video', 'recording')
    AND documents.extractor NOT LIKE 'import/%'
GROUP BY sources.source_id
ORDER BY max(published.stored_at) DESC;

-- name: site_changes
SELECT
    happened_at AS at,
    CASE
        WHEN withdrawn THEN 'withdrawn'
        WHEN coalesce(lag(withdrawn) OVER history, true) THEN 'added'
        ELSE 'changed'
    END AS what,
    address
FROM publications
WHERE target = $target
WINDOW history AS (PARTITION BY case_id ORDER BY stored_at)
ORDER BY stored_at DESC;

-- name: revision_ids
SELECT revision_id FROM revisions;

-- name: report_lines
-- All reports with their state, newest first.
SELECT
    reports.report_id,
    reports.name,
    reports.title,
    reports.template,
    reports.model,
    reports.created_at,
    reports.created_by,
    (SELECT count(*) FROM report_sentences AS one WHERE one.report_id = reports.report_id) AS sentences,
    (
        SELECT count(DISTINCT case_id)
        FROM report_citations AS one
        WHERE one.report_id = reports.report_id
    ) AS cited_cases,
    published.published_at
FROM reports
LEFT JOIN published_reports AS published USING (report_id)
ORDER BY reports.stored_at DESC;

-- name: published_report_ids
SELECT report_id FROM published_reports WHERE is_newest = $newest ORDER BY published_at DESC, name;

-- name: orders
SELECT * FROM current_orders ORDER BY ordered_at DESC;

-- name: open_orders
WITH used AS (
    SELECT unnest(order_lines) AS line
    FROM generations
    WHERE endpoint = $endpoint AND model = $model AND order_lines IS NOT NULL
),
lines AS (
    SELECT order_id, unnest(line_ids) AS line_id
    FROM orders
    WHERE endpoint = $endpoint AND model = $model AND happened_at > now() - INTERVAL 30 DAYS
)
SELECT
    order_id,
    any_value(current_orders.remote_id) AS remote_id,
    any_value(current_orders.step) AS step,
    list(lines.line_id) AS line_ids,
    any_value(current_orders.ordered_at) AS ordered_at
FROM lines
JOIN current_orders USING (order_id)
ANTI JOIN used ON used.line = lines.order_id || '/' || lines.line_id
WHERE current_orders.step != 'lost'
GROUP BY order_id
ORDER BY ordered_at;

-- name: metrics
-- Each counter has a name, labels and a value.
WITH newest_batches AS (
    SELECT step FROM batch_events
    QUALIFY row_number() OVER (PARTITION BY batch_id ORDER BY stored_at DESC) = 1
),
waiting AS (
    SELECT
        count(*) AS drafts,
        coalesce(epoch(now() - min(updated_at)), 0) AS seconds
    FROM current_cases
    WHERE status = 'draft'
),
counted AS (
    SELECT 'sources' AS name, MAP {'state': state} AS labels, count(*)::DOUBLE AS value
    FROM source_states
    WHERE same_as IS NULL
    GROUP BY state
    UNION ALL
    SELECT 'failures', MAP {'kind': kind}, count(*) FROM open_failures GROUP BY kind
    UNION ALL
    SELECT 'model_calls', MAP {'model': model, 'status': status}, count(*)
    FROM generations
    GROUP BY model, status
    UNION ALL
    SELECT 'cost_usd_today', MAP {}::MAP(VARCHAR, VARCHAR), coalesce(sum(cost_usd), 0)
    FROM generations
    WHERE happened_at >= date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
    UNION ALL
    SELECT 'drafts', MAP {}::MAP(VARCHAR, VARCHAR), drafts FROM waiting
    UNION ALL
    SELECT 'oldest_draft_seconds', MAP {}::MAP(VARCHAR, VARCHAR), seconds FROM waiting
    UNION ALL
    SELECT 'orders', MAP {'step': step}, count(*) FROM current_orders GROUP BY step
    UNION ALL
    SELECT 'batches', MAP {'step': step}, count(*) FROM newest_batches GROUP BY step
)

SELECT * FROM counted ORDER BY name, labels::VARCHAR;

-- name: resumable_batches
WITH newest AS (
    SELECT * FROM batch_events
    QUALIFY row_number() OVER (PARTITION BY batch_id ORDER BY stored_at DESC) = 1
)

SELECT batch_id FROM newest WHERE step = 'paused' AND resume_at <= now() ORDER BY stored_at;
