-- Second readings: a second curator marks the statements of a published case's draft right or wrong,
-- without seeing what the judge or the first curator said of them.

CREATE TABLE readings (
    case_id VARCHAR,
    draft_id VARCHAR,
    approved_id VARCHAR,
    n INTEGER,
    who VARCHAR,
    is_right BOOLEAN,
    is_ruling BOOLEAN,
    note VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE readings IS 'Marks of second readers on the statements of drafts, and rulings on those where the two readers differ; the newest of each counts.';
COMMENT ON COLUMN readings.draft_id IS 'the revision by a model that was read';
COMMENT ON COLUMN readings.approved_id IS 'the revision that readers saw at that time, with which the draft is compared';
COMMENT ON COLUMN readings.n IS 'of the statement in the draft';
COMMENT ON COLUMN readings.is_ruling IS 'whether it settles a difference';

CREATE TABLE reading_shares (
    one_in INTEGER,
    who VARCHAR,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE reading_shares IS 'Of how many published cases one is read twice; the newest row counts, 10 without any.';

CREATE VIEW approval_lineages AS
WITH RECURSIVE approved AS (
    SELECT
        case_id,
        max_by(revision_id, stored_at) AS approved_id,
        max_by(who, stored_at) AS approved_by,
        max_by(happened_at, stored_at) AS approved_at
    FROM reviews
    WHERE decision = 'approve'
    GROUP BY case_id
),
lineage AS (
    SELECT approved.*, 0 AS depth, revisions.revision_id, revisions.parent_id
    FROM approved
    JOIN revisions ON revisions.revision_id = approved.approved_id
    UNION ALL
    SELECT
        lineage.case_id,
        lineage.approved_id,
        lineage.approved_by,
        lineage.approved_at,
        lineage.depth + 1,
        revisions.revision_id,
        revisions.parent_id
    FROM lineage
    JOIN revisions ON revisions.revision_id = lineage.parent_id
)
SELECT * EXCLUDE (parent_id) FROM lineage;
COMMENT ON VIEW approval_lineages IS 'The revision of each case that was approved last, and those that it was made from, nearest first by depth.';

CREATE VIEW approved_drafts AS
SELECT
    case_id,
    approved_id,
    approved_by,
    approved_at,
    min_by(revision_id, depth) AS draft_id
FROM approval_lineages
JOIN revisions USING (case_id, revision_id)
WHERE revisions.made_by = 'model'
GROUP BY ALL;
COMMENT ON VIEW approved_drafts IS 'The draft by a model behind the revision of each case that was approved last.';

-- Nobody can choose the cases: the hash of their id does. A larger share keeps those of a smaller one.
CREATE VIEW reading_sample AS
WITH share AS (
    SELECT coalesce(max_by(one_in, stored_at), 10) AS one_in FROM reading_shares
),
decided AS (
    SELECT case_id, list(DISTINCT who) AS deciders
    FROM reviews
    WHERE decision IN ('approve', 'reject', 'edit', 'reopen', 'withdraw', 'adopt_draft')
    GROUP BY case_id
)
SELECT drafts.*, decided.deciders
FROM approved_drafts AS drafts
JOIN case_states AS states
    ON states.case_id = drafts.case_id AND states.published_revision_id = drafts.approved_id
JOIN decided ON decided.case_id = drafts.case_id
CROSS JOIN share
WHERE md5_number_lower(drafts.case_id) % 1000000 * share.one_in < 1000000;
COMMENT ON VIEW reading_sample IS 'The published cases that should be read twice, with the people who decided on them and so cannot be the second reader.';

CREATE VIEW second_readings AS
WITH marks AS (
    SELECT
        case_id,
        draft_id,
        approved_id,
        n,
        max_by(who, stored_at) FILTER (NOT is_ruling) AS second_reader,
        max_by(is_right, stored_at) FILTER (NOT is_ruling) AS second_right,
        max_by(coalesce(note, ''), stored_at) FILTER (NOT is_ruling) AS note,
        max(happened_at) FILTER (NOT is_ruling) AS read_at,
        max_by(who, stored_at) FILTER (is_ruling) AS decided_by,
        max_by(is_right, stored_at) FILTER (is_ruling) AS decided_right
    FROM readings
    GROUP BY ALL
),
approvers AS (
    SELECT revision_id, max_by(who, stored_at) AS first_reader
    FROM reviews
    WHERE decision = 'approve'
    GROUP BY revision_id
),
-- Wherever the statement is now, in any section.
kept AS (
    SELECT revision_id, text, bool_or(NOT is_held_back) AS is_shown
    FROM parts
    WHERE part = 'statement'
    GROUP BY revision_id, text
)
SELECT
    marks.*,
    drafted.place AS section,
    drafted.text,
    drafted.support IN ('doubtful', 'refuted') OR drafted.is_unjudged AS is_flagged,
    approvers.first_reader,
    CASE
        WHEN kept.is_shown IS NULL THEN false
        WHEN kept.is_shown THEN true
    END AS first_right,
    coalesce(marks.decided_right, marks.second_right) AS is_right
FROM marks
JOIN parts AS drafted
    ON drafted.revision_id = marks.draft_id
    AND drafted.part = 'statement'
    AND drafted.key = marks.n::VARCHAR
LEFT JOIN approvers ON approvers.revision_id = marks.approved_id
LEFT JOIN kept ON kept.revision_id = marks.approved_id AND kept.text = drafted.text
WHERE marks.second_right IS NOT NULL;
COMMENT ON VIEW second_readings IS 'The statements that were read twice. first_right: unchanged in the approved revision, in any section, or confirmed; false if dropped or reworded; NULL if the approval left it out without a decision. is_right is the ruling, or else what the second reader says.';

-- A part that was verified in a draft and kept in ten edits counts once, by its first verdict.
CREATE OR REPLACE VIEW judged_parts AS
WITH judged AS (
    SELECT
        lineage.* EXCLUDE (depth),
        revisions.stored_at,
        coalesce(reviews.who, if(revisions.made_by = 'model', revisions.judge, NULL)) AS judge,
        list_filter(revisions.prompts, lambda one: starts_with(one, 'judge/'))[1] AS prompt
    FROM approval_lineages AS lineage
    JOIN revisions USING (case_id, revision_id)
    LEFT JOIN reviews
        ON reviews.revision_id = lineage.revision_id AND reviews.decision = 'judge'
),
verdicts AS (
    SELECT
        judged.case_id,
        judged.approved_id,
        judged.approved_at,
        parts.part,
        parts.place,
        parts.text,
        min_by(judged.judge, judged.stored_at) AS judge,
        min_by(coalesce(judged.prompt, ''), judged.stored_at) AS prompt,
        min_by(parts.support, judged.stored_at) AS verdict
    FROM judged
    JOIN parts USING (revision_id)
    WHERE judged.judge IS NOT NULL
        AND (
            parts.support IN ('verbatim', 'verified', 'doubtful')
            -- The judge is not asked about a part without a quote in the source.
            OR parts.support = 'refuted' AND (
                parts.has_base OR EXISTS (
                    FROM evidence
                    WHERE evidence.revision_id = parts.revision_id
                        AND evidence.part = parts.part
                        AND evidence.key = parts.key
                        AND evidence.match <> 'missing'
                )
            )
        )
    GROUP BY ALL
),
approved_parts AS (
    SELECT revision_id, part, text, bool_or(NOT is_held_back) AS is_shown
    FROM parts
    WHERE revision_id IN (SELECT approved_id FROM approval_lineages)
    GROUP BY revision_id, part, text
),
read_twice AS (
    SELECT case_id, text, bool_and(is_right) AS is_right FROM second_readings GROUP BY case_id, text
)
SELECT
    verdicts.* EXCLUDE (approved_id),
    coalesce(approved_parts.is_shown, false) AS is_kept,
    coalesce(NOT approved_parts.is_shown, false) AS is_left_out,
    read_twice.is_right AS second_right,
    sources.kind
FROM verdicts
JOIN cases USING (case_id)
JOIN sources USING (source_id)
LEFT JOIN approved_parts
    ON approved_parts.revision_id = verdicts.approved_id
    AND approved_parts.part = verdicts.part
    AND approved_parts.text = verdicts.text
LEFT JOIN read_twice
    ON verdicts.part = 'statement'
    AND read_twice.case_id = verdicts.case_id
    AND read_twice.text = verdicts.text;
COMMENT ON VIEW judged_parts IS 'The parts that a judge verified, doubted or refuted on the way to the approved revision of a case; whether that revision keeps them for readers, or leaves them out without a decision; and what a second reading says.';
