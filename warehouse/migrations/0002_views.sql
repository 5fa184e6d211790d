-- The present state, computed from the rows. Every rule stands here once.

CREATE VIEW document_texts AS
WITH parts AS (
    SELECT document_id, string_agg(gap || text, '' ORDER BY n) AS text
    FROM passages
    GROUP BY document_id
)
SELECT documents.document_id, concat(parts.text, documents.tail) AS text
FROM documents
LEFT JOIN parts USING (document_id);
COMMENT ON VIEW document_texts IS 'The whole text of each document.';

CREATE VIEW case_decisions AS
SELECT reviews.case_id, reviews.revision_id, reviews.decision, reviews.stored_at
FROM reviews
JOIN revisions USING (case_id, revision_id)
WHERE reviews.decision IN ('approve', 'reject', 'edit', 'reopen', 'adopt_draft')
UNION ALL
SELECT case_id, revision_id, 'edit', stored_at
FROM revisions
WHERE made_by = 'person';
COMMENT ON VIEW case_decisions IS 'What a person decided about a case; a revision by a person is an edit even without a review.';

CREATE VIEW current_publications AS
SELECT *
FROM publications
QUALIFY stored_at = max(stored_at) OVER (PARTITION BY case_id, target) AND NOT withdrawn;
COMMENT ON VIEW current_publications IS 'The publications in force: the newest per case and target, unless it is a withdrawal.';

-- A model's newer draft waits once a person decided anything. It no longer waits when it was
-- refused, edited (its child is by a person) or adopted.
CREATE VIEW case_states AS
WITH decided AS (
    SELECT
        case_id,
        max_by(revision_id, stored_at) AS revision_id,
        max_by(decision, stored_at) AS decision
    FROM case_decisions
    GROUP BY case_id
),
drafted AS (
    SELECT
        case_id,
        max_by(revision_id, stored_at) AS revision_id,
        max(stored_at) AS stored_at
    FROM revisions
    WHERE made_by = 'model'
    GROUP BY case_id
),
answered AS (
    SELECT revision_id FROM reviews WHERE decision = 'refuse_draft'
    UNION
    SELECT parent_id FROM revisions WHERE made_by = 'person' AND parent_id IS NOT NULL
),
adopted AS (
    SELECT case_id, max(stored_at) AS stored_at
    FROM reviews
    WHERE decision = 'adopt_draft'
    GROUP BY case_id
),
published AS (
    SELECT DISTINCT case_id, revision_id FROM current_publications
),
changed AS (
    SELECT case_id, max(changed_at) AS updated_at
    FROM (
        SELECT case_id, created_at AS changed_at FROM revisions
        UNION ALL SELECT case_id, happened_at FROM reviews
        UNION ALL SELECT case_id, happened_at FROM publications
    )
    GROUP BY case_id
)
SELECT
    cases.case_id,
    cases.source_id,
    coalesce(decided.revision_id, drafted.revision_id) AS revision_id,
    CASE
        WHEN decided.decision = 'reject' THEN 'rejected'
        WHEN decided.decision = 'approve' AND published.case_id IS NOT NULL THEN 'published'
        WHEN decided.decision = 'approve' THEN 'approved'
        ELSE 'draft'
    END AS status,
    CASE
        WHEN drafted.revision_id <> decided.revision_id
            AND answered.revision_id IS NULL
            AND (adopted.stored_at IS NULL OR adopted.stored_at < drafted.stored_at)
            THEN drafted.revision_id
    END AS newer_revision_id,
    changed.updated_at,
    cases.stored_at
FROM cases
LEFT JOIN decided USING (case_id)
LEFT JOIN drafted USING (case_id)
LEFT JOIN answered ON answered.revision_id = drafted.revision_id
LEFT JOIN adopted ON adopted.case_id = cases.case_id
LEFT JOIN published
    ON published.case_id = cases.case_id AND published.revision_id = decided.revision_id
JOIN changed ON changed.case_id = cases.case_id
WHERE coalesce(decided.revision_id, drafted.revision_id) IS NOT NULL;
COMMENT ON VIEW case_states IS 'The current revision and the status of each case, and the newer draft that waits beside it.';

CREATE VIEW revision_details AS
WITH fact_values AS (
    SELECT
        revision_id,
        max(value) FILTER (name = 'title') AS title,
        max(value) FILTER (name = 'company') AS company,
        max(value) FILTER (name = 'industry') AS industry,
        try_cast(max(value) FILTER (name = 'year') AS INTEGER) AS year,
        max(value) FILTER (name = 'stage') AS stage,
        max(value) FILTER (name = 'narrator') AS narrator
    FROM facts
    GROUP BY revision_id
),
tagged AS (
    SELECT revision_id, list(slug ORDER BY n) AS tags
    FROM case_tags
    GROUP BY revision_id
)
SELECT
    revisions.revision_id,
    revisions.case_id,
    revisions.document_id,
    cases.source_id,
    sources.kind,
    coalesce(sources.canonical_url, sources.origin_url) AS url,
    fact_values.title,
    fact_values.company,
    fact_values.industry,
    fact_values.year,
    fact_values.stage,
    fact_values.narrator,
    coalesce(tagged.tags, []::VARCHAR[]) AS tags
FROM revisions
JOIN cases USING (case_id)
JOIN sources USING (source_id)
LEFT JOIN fact_values USING (revision_id)
LEFT JOIN tagged USING (revision_id);
COMMENT ON VIEW revision_details IS 'Each revision with its source''s address, its facts and its tags as columns.';

CREATE VIEW current_revisions AS
SELECT revisions.*, case_states.status
FROM revisions
JOIN case_states USING (case_id, revision_id);
COMMENT ON VIEW current_revisions IS 'The current revision of each case, with the case''s status.';

CREATE VIEW current_cases AS
WITH judged AS (
    SELECT document_id, max_by(verdict, stored_at) AS verdict
    FROM triages
    GROUP BY document_id
)
SELECT
    details.case_id,
    details.source_id,
    details.revision_id,
    details.document_id,
    case_states.status,
    details.kind,
    details.url,
    details.title,
    details.company,
    details.industry,
    details.year,
    details.stage,
    details.narrator,
    details.tags,
    judged.verdict,
    case_states.newer_revision_id,
    case_states.updated_at,
    case_states.stored_at
FROM revision_details AS details
JOIN case_states USING (case_id, revision_id)
LEFT JOIN judged USING (document_id);
COMMENT ON VIEW current_cases IS 'Each case as it is now: status, facts, tags and triage''s verdict.';

CREATE VIEW current_statements AS
SELECT
    details.case_id,
    case_states.status,
    details.title,
    details.company,
    details.industry,
    details.year,
    details.tags,
    details.url,
    statements.*
FROM statements
JOIN case_states USING (revision_id)
JOIN revision_details AS details USING (revision_id);
COMMENT ON VIEW current_statements IS 'The statements of each case''s current revision, with the case''s facts and tags.';

CREATE VIEW published_cases AS
WITH newest AS (
    SELECT *
    FROM current_publications
    QUALIFY stored_at = max(stored_at) OVER (PARTITION BY case_id)
)
SELECT
    details.case_id,
    details.source_id,
    details.revision_id,
    details.document_id,
    details.kind,
    details.url,
    details.title,
    details.company,
    details.industry,
    details.year,
    details.stage,
    details.narrator,
    details.tags,
    newest.target,
    newest.address,
    newest.happened_at AS published_at
FROM revision_details AS details
JOIN newest USING (case_id, revision_id);
COMMENT ON VIEW published_cases IS 'The cases that readers can see, as they were published.';

CREATE VIEW published_statements AS
SELECT
    published.case_id,
    published.title,
    published.company,
    published.industry,
    published.year,
    published.tags,
    published.url,
    published.published_at,
    statements.*
FROM statements
JOIN published_cases AS published USING (revision_id)
WHERE statements.support <> 'refuted';
COMMENT ON VIEW published_statements IS 'The statements that readers can see, with the case''s facts, tags and source address.';

-- What each stage achieved for a source, with the stage's place: 1 fetch, 2 extract, 3 triage,
-- 4 everything up to the draft, 5 publish. A refusal or an alias ends the chain as a draft does.
CREATE VIEW source_results AS
SELECT source_id, 1 AS place, stored_at FROM snapshots
UNION ALL
SELECT source_id, 2, stored_at FROM documents
UNION ALL
SELECT source_id, 2, stored_at FROM checks WHERE result IN ('same', 'moved')
UNION ALL
SELECT
    documents.source_id,
    if(triages.verdict = 'not_a_case_study', 4, 3),
    triages.stored_at
FROM triages
JOIN documents USING (document_id)
UNION ALL
SELECT source_id, 4, stored_at FROM aliases
UNION ALL
SELECT cases.source_id, 4, revisions.stored_at
FROM revisions
JOIN cases USING (case_id)
WHERE revisions.made_by = 'model'
UNION ALL
SELECT cases.source_id, 5, publications.stored_at
FROM publications
JOIN cases USING (case_id)
WHERE NOT publications.withdrawn;
COMMENT ON VIEW source_results IS 'The results of each stage for each source, to find out which failures were answered.';

-- A failed publishing is answered by a publication alone, and a publication answers nothing else.
CREATE VIEW open_failures AS
WITH newest AS (
    SELECT
        *,
        CASE stage
            WHEN 'fetch' THEN 1
            WHEN 'extract' THEN 2
            WHEN 'triage' THEN 3
            WHEN 'publish' THEN 5
            ELSE 4
        END AS place,
        count(*) OVER (PARTITION BY source_id) AS attempts
    FROM failures
    QUALIFY stored_at = max(stored_at) OVER (PARTITION BY source_id)
),
results AS (
    SELECT source_id, place, max(stored_at) AS stored_at
    FROM source_results
    GROUP BY source_id, place
)
SELECT newest.* EXCLUDE (place)
FROM newest
WHERE NOT EXISTS (
    FROM results
    WHERE results.source_id = newest.source_id
        AND results.stored_at > newest.stored_at
        AND results.place >= newest.place
        AND (results.place = 5) = (newest.place = 5)
);
COMMENT ON VIEW open_failures IS 'Each source''s newest failure, unless its stage or a later one succeeded since.';

CREATE VIEW refused_sources AS
SELECT documents.source_id, documents.title, triages.*
FROM triages
JOIN documents USING (document_id)
WHERE NOT EXISTS (FROM case_states WHERE case_states.source_id = documents.source_id)
QUALIFY triages.stored_at = max(triages.stored_at) OVER (PARTITION BY documents.source_id)
    AND triages.verdict = 'not_a_case_study';
COMMENT ON VIEW refused_sources IS 'Sources without a case that triage refused last.';

CREATE VIEW source_states AS
WITH led AS (
    SELECT source_id, max_by(same_as, stored_at) AS same_as
    FROM aliases
    GROUP BY source_id
),
own AS (
    SELECT
        sources.source_id,
        case_states.case_id,
        CASE
            WHEN case_states.status = 'rejected' THEN 'rejected'
            WHEN case_states.case_id IS NOT NULL THEN 'drafted'
            WHEN open_failures.source_id IS NOT NULL THEN 'failed'
            WHEN refused_sources.source_id IS NOT NULL THEN 'refused'
            ELSE 'unfinished'
        END AS state
    FROM sources
    LEFT JOIN case_states USING (source_id)
    LEFT JOIN open_failures USING (source_id)
    LEFT JOIN refused_sources USING (source_id)
)
SELECT
    coalesce(own.source_id, led.source_id) AS source_id,
    led.same_as,
    coalesce(other.case_id, own.case_id) AS case_id,
    coalesce(other.state, own.state, 'unfinished') AS state
FROM own
FULL JOIN led USING (source_id)
LEFT JOIN own AS other ON other.source_id = led.same_as;
COMMENT ON VIEW source_states IS 'Where each source stands: unfinished, failed, refused, rejected or drafted. One that leads to another stands where that one does.';

-- A pair is compared where the signatures of the newest texts share a band.
CREATE VIEW near_copies AS
WITH newest AS (
    SELECT document_id, source_id, signature
    FROM signatures
    QUALIFY stored_at = max(stored_at) OVER (PARTITION BY source_id)
),
pairs AS (
    SELECT DISTINCT mine.document_id, other.document_id AS other_document_id
    FROM signature_bands AS mine
    JOIN signature_bands AS other USING (band, hash)
    WHERE mine.source_id <> other.source_id
),
compared AS (
    SELECT
        mine.source_id,
        other.source_id AS other_source_id,
        list_sum(
            list_transform(
                list_zip(mine.signature, other.signature),
                lambda hashes: if(hashes[1] = hashes[2], 1, 0)
            )
        ) / len(mine.signature) AS similarity
    FROM pairs
    JOIN newest AS mine ON mine.document_id = pairs.document_id
    JOIN newest AS other ON other.document_id = pairs.other_document_id
    WHERE len(mine.signature) = len(other.signature)
)
SELECT source_id, other_source_id, similarity
FROM compared
WHERE similarity >= 0.5;
COMMENT ON VIEW near_copies IS 'Pairs of sources whose newest texts are much alike, in both directions.';

CREATE VIEW open_terms AS
SELECT
    key,
    min_by(name, stored_at) AS name,
    min_by(term_group, stored_at) AS term_group,
    count(DISTINCT document_id) AS documents,
    list(quote ORDER BY stored_at) AS quotes,
    min(stored_at) AS stored_at
FROM term_proposals
WHERE NOT EXISTS (FROM term_rulings WHERE term_rulings.key = term_proposals.key)
GROUP BY key;
COMMENT ON VIEW open_terms IS 'Proposed names that wait for a ruling.';

-- A row of accounts is a change to the account; what changed shows beside the row before.
CREATE VIEW audit_log AS
WITH changed AS (
    SELECT
        *,
        lag(secret) OVER of_name AS old_secret,
        lag(role) OVER of_name AS old_role,
        lag(active) OVER of_name AS old_active
    FROM accounts
    WINDOW of_name AS (PARTITION BY name ORDER BY stored_at)
)
SELECT happened_at, who, decision AS what, 'case' AS kind, case_id AS about, reason AS detail, stored_at
FROM reviews
UNION ALL
SELECT submitted_at, submitted_by, 'submit', 'source', source_id, coalesce(canonical_url, submitted), stored_at
FROM sources
UNION ALL
SELECT triages.decided_at, triages.overturned_by, 'overrule', 'source', documents.source_id, documents.title, triages.stored_at
FROM triages
JOIN documents USING (document_id)
WHERE triages.overturned_by IS NOT NULL
UNION ALL
SELECT happened_at, who, ruling, 'term', name, coalesce(slug, reason), stored_at
FROM term_rulings
UNION ALL
SELECT changed_at, changed_by, state, 'watch', watch_id, address, stored_at
FROM watches
UNION ALL
SELECT created_at, created_by, 'order', 'batch', batch_id, origin, stored_at
FROM batches
UNION ALL
SELECT happened_at, who, step, 'batch', batch_id, reason, stored_at
FROM batch_events
UNION ALL
SELECT happened_at, who, if(withdrawn, 'withdraw', 'publish'), 'publication', case_id, target, stored_at
FROM publications
UNION ALL
SELECT
    happened_at,
    who,
    CASE
        WHEN old_secret IS NULL THEN 'add'
        WHEN active <> old_active THEN if(active, 'enable', 'disable')
        WHEN role <> old_role THEN 'role'
        ELSE 'password'
    END,
    'account',
    name,
    role,
    stored_at
FROM changed
UNION ALL
SELECT happened_at, who, if(query = '', 'remove', 'keep'), 'view', name, query, stored_at
FROM saved_views
UNION ALL
SELECT created_at, created_by, 'make', 'report', report_id, title, stored_at
FROM reports
UNION ALL
SELECT happened_at, who, step, 'report', report_id, NULL, stored_at
FROM report_events;
COMMENT ON VIEW audit_log IS 'Every change by a person or a flow: who did what, when, and to what. kind is case, source, term, watch, batch, publication, account, view or report; about is its id or name, of a publication the case_id.';

CREATE VIEW published_reports AS
WITH newest AS (
    SELECT *
    FROM report_events
    QUALIFY stored_at = max(stored_at) OVER (PARTITION BY report_id)
)
SELECT reports.*, newest.happened_at AS published_at, newest.who AS published_by
FROM reports
JOIN newest ON newest.report_id = reports.report_id AND newest.step = 'publish'
QUALIFY newest.stored_at = max(newest.stored_at) OVER (PARTITION BY reports.name);
COMMENT ON VIEW published_reports IS 'The reports on the site: the edition of each name that was published last.';
