-- A source can describe several subjects: each one has a case of its own.

ALTER TABLE cases ADD COLUMN subject_id VARCHAR;
COMMENT ON TABLE cases IS 'The stories: one per subject of a source that has a draft.';
COMMENT ON COLUMN cases.subject_id IS 'the subject of its source; NULL for the main one';

ALTER TABLE failures ADD COLUMN subject_id VARCHAR;
COMMENT ON COLUMN failures.subject_id IS 'the subject whose draft failed; NULL for the source, or its main subject';

CREATE TABLE subjects (
    source_id VARCHAR,
    subject_id VARCHAR,
    company VARCHAR,
    system VARCHAR,
    state VARCHAR,
    triage_id VARCHAR,
    who VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE subjects IS 'Changes to the subjects of sources with several: the newest row of a subject counts.';
COMMENT ON COLUMN subjects.subject_id IS 'stays when the subject is renamed; NULL for the main one';
COMMENT ON COLUMN subjects.state IS 'proposed: named, not drafted; confirmed: has a case, or gets one; dropped: has none';
COMMENT ON COLUMN subjects.triage_id IS 'the verdict that named it; NULL if a curator did';
COMMENT ON COLUMN subjects.who IS 'the curator who changed it; NULL for a verdict';

CREATE VIEW current_subjects AS
WITH newest AS (
    SELECT
        *,
        min(stored_at) OVER of_subject AS added_at,
        list({'company': company, 'system': system}) OVER of_subject AS names
    FROM subjects
    WINDOW of_subject AS (PARTITION BY source_id, subject_id)
    QUALIFY stored_at = max(stored_at) OVER of_subject
)
SELECT newest.*, cases.case_id
FROM newest
LEFT JOIN cases
    ON cases.source_id = newest.source_id
    AND cases.subject_id IS NOT DISTINCT FROM newest.subject_id;
COMMENT ON VIEW current_subjects IS 'The subjects of sources with several, as they are now, with their cases.';

CREATE VIEW source_cases AS
SELECT
    cases.source_id,
    min_by(cases.case_id, (cases.subject_id IS NOT NULL, cases.stored_at)) AS case_id,
    count(*) AS cases,
    bool_and(case_states.status = 'rejected') AS are_rejected
FROM cases
JOIN case_states USING (case_id)
GROUP BY cases.source_id;
COMMENT ON VIEW source_cases IS 'One row per source with cases: case_id is that of the main subject, or the first one.';

-- A draft answers the failures of its subject only; to drop a subject answers them too.
CREATE OR REPLACE VIEW source_results AS
SELECT source_id, 1 AS place, stored_at, NULL::VARCHAR AS subject_id FROM snapshots
UNION ALL
SELECT source_id, 2, stored_at, NULL FROM documents
UNION ALL
SELECT source_id, 2, stored_at, NULL FROM checks WHERE result IN ('same', 'moved')
UNION ALL
SELECT
    documents.source_id,
    if(triages.verdict = 'not_a_case_study', 4, 3),
    triages.stored_at,
    NULL
FROM triages
JOIN documents USING (document_id)
UNION ALL
SELECT source_id, 4, stored_at, NULL FROM aliases
UNION ALL
SELECT cases.source_id, 4, revisions.stored_at, cases.subject_id
FROM revisions
JOIN cases USING (case_id)
WHERE revisions.made_by = 'model'
UNION ALL
SELECT source_id, 4, stored_at, subject_id FROM subjects WHERE state = 'dropped'
UNION ALL
SELECT cases.source_id, 5, publications.stored_at, NULL
FROM publications
JOIN cases USING (case_id)
WHERE NOT publications.withdrawn;
COMMENT ON VIEW source_results IS 'The results of each stage for each source, to find out which failures were answered.';

CREATE OR REPLACE VIEW open_failures AS
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
        count(*) OVER (PARTITION BY source_id, subject_id) AS attempts
    FROM failures
    QUALIFY stored_at = max(stored_at) OVER (PARTITION BY source_id, subject_id)
),
results AS (
    SELECT source_id, subject_id, place, max(stored_at) AS stored_at
    FROM source_results
    GROUP BY source_id, subject_id, place
)
SELECT newest.* EXCLUDE (place)
FROM newest
WHERE NOT EXISTS (
    FROM results
    WHERE results.source_id = newest.source_id
        AND results.subject_id IS NOT DISTINCT FROM newest.subject_id
        AND results.stored_at > newest.stored_at
        AND results.place >= newest.place
        AND (results.place = 5) = (newest.place = 5)
);
COMMENT ON VIEW open_failures IS 'The newest failure of each source, and of each further subject, unless its stage or a later one succeeded since.';

-- A source is drafted once all its confirmed subjects are.
CREATE OR REPLACE VIEW source_states AS
WITH led AS (
    SELECT source_id, max_by(same_as, stored_at) AS same_as
    FROM aliases
    GROUP BY source_id
),
waiting AS (
    SELECT DISTINCT source_id FROM current_subjects WHERE state = 'confirmed' AND case_id IS NULL
),
failed AS (
    SELECT DISTINCT source_id FROM open_failures
),
own AS (
    SELECT
        sources.source_id,
        source_cases.case_id,
        CASE
            WHEN source_cases.case_id IS NOT NULL AND waiting.source_id IS NULL
                THEN if(source_cases.are_rejected, 'rejected', 'drafted')
            WHEN failed.source_id IS NOT NULL THEN 'failed'
            WHEN refused_sources.source_id IS NOT NULL THEN 'refused'
            ELSE 'unfinished'
        END AS state
    FROM sources
    LEFT JOIN source_cases USING (source_id)
    LEFT JOIN waiting USING (source_id)
    LEFT JOIN failed USING (source_id)
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
COMMENT ON VIEW source_states IS 'The state of each source: unfinished, failed, refused, rejected or drafted. An alias has the state of its source; a source with several subjects is drafted once all confirmed ones are.';
