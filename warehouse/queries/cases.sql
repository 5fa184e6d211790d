-- The current state of cases.

-- name: cases
WITH counted AS (
    SELECT
        revision_id,
        histogram(place) FILTER (part = 'statement') AS statements,
        histogram(support) FILTER (part = 'statement') AS support,
        count(*) FILTER (is_held_back) AS doubtful
    FROM parts
    GROUP BY revision_id
),
checked AS (
    SELECT source_id, max_by(result, stored_at) AS result
    FROM checks
    WHERE result <> 'unreachable'
    GROUP BY source_id
),
listed AS (
    SELECT
        cases.* REPLACE (coalesce(cases.kind, documents.kind) AS kind),
        CASE
            WHEN contains(sources.submitted, '://') THEN sources.submitted
            ELSE parse_filename(sources.submitted)
        END AS submitted,
        counted.statements,
        counted.support,
        counted.doubtful,
        checked.result AS checked
    FROM current_cases AS cases
    JOIN sources USING (source_id)
    LEFT JOIN documents USING (document_id)
    LEFT JOIN counted USING (revision_id)
    LEFT JOIN checked USING (source_id)
    WHERE ($status IS NULL OR cases.status = $status)
        AND ($kind IS NULL OR coalesce(cases.kind, documents.kind) = $kind)
        AND (
            $company IS NULL
            OR lower(cases.company) = lower($company)
            OR cases.company IN (
                SELECT other.name
                FROM current_company_names AS one
                JOIN current_company_names AS other USING (company_id)
                WHERE lower(one.name) = lower($company)
            )
        )
        AND ($tag IS NULL OR list_contains(cases.tags, $tag))
        AND (
            $text IS NULL
            OR contains(lower(concat_ws(chr(10), cases.title, cases.company)), lower($text))
        )
    ORDER BY
        CASE WHEN $order = 'doubtful' THEN counted.doubtful END DESC NULLS LAST,
        CASE WHEN $order = 'title' THEN lower(cases.title) END NULLS LAST,
        cases.updated_at DESC,
        cases.stored_at DESC
    LIMIT $limit OFFSET $offset
),
counted_copies AS (
    SELECT source_id, count(*) AS near_copies
    FROM near_copies
    WHERE source_id IN (SELECT source_id FROM listed)
    GROUP BY source_id
)
SELECT
    listed.case_id,
    listed.source_id,
    listed.revision_id,
    listed.status,
    listed.kind,
    listed.url,
    listed.submitted,
    listed.title,
    listed.company,
    listed.industry,
    listed.year::VARCHAR AS year,
    coalesce(listed.statements, MAP {}) AS statements,
    coalesce(listed.support, MAP {}) AS support,
    listed.verdict,
    listed.checked,
    coalesce(counted_copies.near_copies, 0) AS near_copies,
    listed.newer_revision_id IS NOT NULL AS newer_draft,
    listed.updated_at
FROM listed
LEFT JOIN counted_copies USING (source_id)
ORDER BY
    CASE WHEN $order = 'doubtful' THEN listed.doubtful END DESC NULLS LAST,
    CASE WHEN $order = 'title' THEN lower(listed.title) END NULLS LAST,
    listed.updated_at DESC,
    listed.stored_at DESC;

-- name: cases_being_judged
-- Drafts with parts on which a judge is being asked.
SELECT DISTINCT case_states.case_id
FROM parts
JOIN case_states USING (revision_id)
WHERE case_states.status = 'draft'
    AND parts.is_held_back
    AND parts.is_unjudged
    AND starts_with(parts.reason, 'Not judged yet');

-- name: case_ids
SELECT case_id
FROM case_states
WHERE $status IS NULL OR status = $status
ORDER BY stored_at;

-- name: case_state
-- For a single case this takes half as long as case_states with a list.
FROM case_states WHERE case_id = $case_id;

-- name: views
SELECT view_name, sql
FROM duckdb_views()
WHERE database_name = current_database();

-- name: case_states
SELECT * EXCLUDE (updated_at, stored_at)
FROM case_states
WHERE list_contains($ids::JSON::VARCHAR[], case_id);

-- name: case_sources
SELECT
    cases.case_id,
    cases.subject_id,
    cases.created_at,
    sources.* EXCLUDE (stored_at)
    REPLACE (coalesce(sources.canonical_url, stated.url) AS canonical_url),
    stated.url AS stated_url
FROM cases
JOIN sources USING (source_id)
LEFT JOIN stated_addresses AS stated USING (source_id)
WHERE cases.case_id IN (SELECT unnest($ids::JSON::VARCHAR[]));

-- name: imported_from
SELECT DISTINCT case_id
FROM import_records
WHERE file_sha256 IN (SELECT unnest($ids::JSON::VARCHAR[]))
ORDER BY case_id;

-- name: case_import_records
SELECT * EXCLUDE (stored_at) FROM import_records
WHERE case_id IN (SELECT unnest($ids::JSON::VARCHAR[]))
QUALIFY stored_at = max(stored_at) OVER (PARTITION BY case_id, document_id);

-- name: case_triages
SELECT * FROM triages
WHERE document_id IN (SELECT unnest($ids::JSON::VARCHAR[]))
QUALIFY stored_at = max(stored_at) OVER (PARTITION BY document_id);

-- name: case_revision_ids
SELECT case_id, revision_id FROM revisions
WHERE case_id IN (SELECT unnest($ids::JSON::VARCHAR[]))
ORDER BY stored_at;

-- name: revisions_by_id
SELECT * FROM revisions WHERE revision_id IN (SELECT unnest($ids::JSON::VARCHAR[]));

-- name: documents_by_id
SELECT * FROM documents WHERE document_id IN (SELECT unnest($ids::JSON::VARCHAR[]));

-- name: case_reviews
SELECT * FROM reviews
WHERE case_id IN (SELECT unnest($ids::JSON::VARCHAR[]))
ORDER BY stored_at;

-- name: case_publications
SELECT * FROM current_publications
WHERE case_id IN (SELECT unnest($ids::JSON::VARCHAR[]))
ORDER BY stored_at;

-- name: provenances
-- Cases made by a recipe in this casebook, without a newer draft.
SELECT
    cases.case_id,
    cases.status,
    documents.extractor,
    revisions.* EXCLUDE (case_id, document_id),
    cases.revision_id IN (
        SELECT revision_id FROM parts WHERE support = 'unverified' AND confirmed_by IS NULL
    ) AS unjudged
FROM current_cases AS cases
JOIN revisions USING (revision_id)
JOIN documents ON documents.document_id = cases.document_id
WHERE revisions.recipe_id IS NOT NULL
    AND cases.newer_revision_id IS NULL
    AND documents.extractor <> 'import/2'
ORDER BY cases.stored_at;

-- name: due_for_recheck
-- Published cases with a web address, those checked longest ago first; an imported text cannot be
-- compared with its source.
SELECT cases.case_id
FROM current_cases AS cases
JOIN documents USING (document_id)
LEFT JOIN (
    SELECT source_id, max_by(checked_at, (result <> 'unreachable', stored_at)) AS checked_at
    FROM checks
    GROUP BY source_id
) AS checked ON checked.source_id = cases.source_id
WHERE cases.url IS NOT NULL
    AND documents.extractor NOT LIKE 'import/%'
    AND cases.case_id IN (SELECT case_id FROM current_publications)
ORDER BY checked.checked_at NULLS FIRST, cases.updated_at DESC, cases.stored_at DESC;

-- name: undrafted_imports
-- Cases based on an imported text that have a web address and no newer draft of it, newest first.
SELECT cases.case_id
FROM current_cases AS cases
JOIN revisions USING (revision_id)
LEFT JOIN revisions AS newer ON newer.revision_id = cases.newer_revision_id
WHERE revisions.basis = 'imported'
    AND cases.url IS NOT NULL
    AND (newer.revision_id IS NULL OR newer.basis = 'imported')
ORDER BY cases.updated_at DESC, cases.stored_at DESC;

-- name: unstructured_imports
-- Cases based on an imported text from which no draft was made, newest first.
SELECT cases.case_id
FROM current_cases AS cases
JOIN documents USING (document_id)
WHERE documents.extractor = 'import/1'
    AND cases.status <> 'rejected'
    AND cases.newer_revision_id IS NULL
    AND cases.document_id NOT IN (SELECT document_id FROM revisions WHERE made_by = 'model')
ORDER BY cases.updated_at DESC, cases.stored_at DESC;

-- name: publications
-- The reason of a withdrawal that is not published at the target yet.
SELECT published.* REPLACE (withdrawn.reason AS reason)
FROM current_publications AS published
LEFT JOIN withdrawn_cases AS withdrawn USING (case_id)
ORDER BY published.stored_at;

-- name: publishing
-- Cases that the next publication to a target adds, changes, keeps and withdraws, newest first.
WITH planned AS (
    SELECT
        states.case_id,
        coalesce(states.next_revision_id, states.revision_id) AS revision_id,
        states.updated_at,
        published.address,
        CASE
            WHEN states.next_revision_id IS NULL THEN 'withdrawn'
            WHEN published.case_id IS NULL THEN 'added'
            WHEN published.revision_id <> states.next_revision_id THEN 'changed'
            ELSE 'kept'
        END AS change
    FROM case_states AS states
    LEFT JOIN current_publications AS published
        ON published.case_id = states.case_id AND published.target = $target
    WHERE states.next_revision_id IS NOT NULL OR published.case_id IS NOT NULL
),
shown AS (
    SELECT *, count(*) OVER (PARTITION BY change) AS total
    FROM planned
    QUALIFY row_number() OVER (PARTITION BY change ORDER BY updated_at DESC) <= 50
),
named AS (
    SELECT
        revision_id,
        max(value) FILTER (name = 'title') AS title,
        max(value) FILTER (name = 'company') AS company
    FROM facts
    WHERE revision_id IN (SELECT revision_id FROM shown)
    GROUP BY revision_id
)
SELECT shown.*, named.title, named.company
FROM shown
LEFT JOIN named USING (revision_id)
ORDER BY shown.updated_at DESC;

-- name: withdrawals
SELECT *
FROM publications
QUALIFY stored_at = max(stored_at) OVER (PARTITION BY case_id, target) AND withdrawn
ORDER BY stored_at;

-- name: attention
SELECT
    count(*) FILTER (status = 'draft') AS drafts,
    count(*) FILTER (status = 'approved') AS approved,
    count(*) FILTER (status = 'published') AS published,
    count(*) FILTER (status = 'rejected') AS rejected,
    (SELECT count(*) FROM refused_sources) AS refused,
    (SELECT count(*) FROM open_failures) AS failed,
    (
        SELECT count(*) FROM source_states WHERE state = 'unfinished' AND same_as IS NULL
    ) AS unfinished,
    count(*) FILTER (newer_revision_id IS NOT NULL AND status <> 'rejected') AS newer_drafts,
    (SELECT count(*) FROM open_terms) AS open_terms
FROM case_states;

-- name: resolve
-- A complete id takes precedence over longer ids with the same prefix. (Windows without a partition
-- fail now and then in DuckDB 1.5.)
WITH found AS (
    SELECT DISTINCT id, $prefix IN (id, split_part(id, '_', 2)) AS whole
    FROM (
        SELECT case_id AS id FROM cases
        UNION ALL SELECT source_id FROM sources
        UNION ALL SELECT revision_id FROM revisions
        UNION ALL SELECT batch_id FROM batches
    )
    WHERE starts_with(id, $prefix) OR starts_with(split_part(id, '_', 2), $prefix)
)
SELECT id, id AS owner
FROM found
WHERE whole OR NOT EXISTS (FROM found WHERE whole)
ORDER BY id;

-- name: source_of
WITH found AS (
    SELECT DISTINCT id, owner, $prefix IN (id, split_part(id, '_', 2)) AS whole
    FROM (
        SELECT source_id AS id, source_id AS owner FROM sources
        UNION ALL SELECT case_id, source_id FROM cases
        UNION ALL SELECT document_id, source_id FROM documents
        UNION ALL SELECT failure_id, source_id FROM failures
        UNION ALL SELECT revision_id, cases.source_id FROM revisions JOIN cases USING (case_id)
    )
    WHERE starts_with(id, $prefix) OR starts_with(split_part(id, '_', 2), $prefix)
)
SELECT id, owner
FROM found
WHERE whole OR NOT EXISTS (FROM found WHERE whole)
ORDER BY id;
