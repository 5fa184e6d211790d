-- Edits are judged, unjudged parts count like doubtful ones, and curators can keep refuted parts.

COMMENT ON COLUMN reviews.decision IS 'approve, reject, edit, reopen, withdraw, comment, resolve, assign, adopt_draft, refuse_draft, or judge: a judge''s verdicts on edits, by the model in who';
COMMENT ON COLUMN statements.confirmed_by IS 'the curator who accepted a doubtful, unjudged or refuted statement';

CREATE VIEW parts AS
WITH every AS (
    SELECT
        revision_id,
        'statement' AS part,
        n::VARCHAR AS key,
        section AS place,
        text,
        support,
        reason,
        confirmed_by,
        len(rests_on) > 0 AS has_base
    FROM statements
    UNION ALL
    SELECT revision_id, 'fact', name, name, value, support, reason, confirmed_by, false
    FROM facts
    WHERE value IS NOT NULL
    UNION ALL
    SELECT revision_id, 'tag', slug, 'tags', slug, support, reason, confirmed_by, false
    FROM case_tags
)
SELECT
    *,
    support = 'unverified' AND starts_with(coalesce(reason, ''), 'Not judged') AS is_unjudged,
    (support IN ('doubtful', 'refuted') OR is_unjudged) AND confirmed_by IS NULL AS is_held_back
FROM every;
COMMENT ON VIEW parts IS 'The statements, facts and tags of each revision, and whether they are held back from readers: doubtful, refuted or unjudged, and not confirmed.';

CREATE OR REPLACE VIEW published_statements AS
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
SEMI JOIN (
    SELECT revision_id, key::INTEGER AS n FROM parts WHERE part = 'statement' AND NOT is_held_back
) AS shown USING (revision_id, n);
COMMENT ON VIEW published_statements IS 'The statements that readers can see, with the case''s facts, tags and source address.';

-- A part that was verified in a draft and kept in ten edits counts once, by its first verdict.
CREATE VIEW judged_parts AS
WITH RECURSIVE approved AS (
    SELECT
        case_id,
        max_by(revision_id, stored_at) AS approved_id,
        max_by(happened_at, stored_at) AS approved_at
    FROM reviews
    WHERE decision = 'approve'
    GROUP BY case_id
),
lineage AS (
    SELECT approved.*, revisions.revision_id, revisions.parent_id
    FROM approved
    JOIN revisions ON revisions.revision_id = approved.approved_id
    UNION ALL
    SELECT
        lineage.case_id,
        lineage.approved_id,
        lineage.approved_at,
        revisions.revision_id,
        revisions.parent_id
    FROM lineage
    JOIN revisions ON revisions.revision_id = lineage.parent_id
),
judged AS (
    SELECT
        lineage.*,
        revisions.stored_at,
        coalesce(reviews.who, if(revisions.made_by = 'model', revisions.judge, NULL)) AS judge
    FROM lineage
    JOIN revisions USING (revision_id)
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
        min_by(parts.support, judged.stored_at) AS verdict
    FROM judged
    JOIN parts USING (revision_id)
    WHERE judged.judge IS NOT NULL
        AND (
            parts.support IN ('verified', 'doubtful')
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
)
SELECT
    verdicts.* EXCLUDE (approved_id),
    EXISTS (
        FROM parts
        WHERE parts.revision_id = verdicts.approved_id
            AND parts.part = verdicts.part
            AND parts.place = verdicts.place
            AND parts.text = verdicts.text
            AND NOT parts.is_held_back
    ) AS is_kept
FROM verdicts;
COMMENT ON VIEW judged_parts IS 'The parts that a judge verified, doubted or refuted on the way to the approved revision of a case, and whether that revision keeps them for readers.';
