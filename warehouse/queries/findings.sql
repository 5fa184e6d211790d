-- The findings of cases.

-- name: finding_cases
-- Cases that readers see, or will after the next publication, newest first. ``characters`` is the
-- size of their statements with quotes, NULL without statements; ``is_known`` says whether they
-- have findings by this model, judge and these prompts, or without a model any findings.
WITH newest AS (
    SELECT * FROM finding_sets
    QUALIFY stored_at = max(stored_at) OVER (PARTITION BY revision_id)
),
quoted AS (
    SELECT revision_id, sum(length(quote)) AS characters
    FROM evidence
    WHERE part = 'statement'
    GROUP BY revision_id
),
stated AS (
    SELECT revision_id, sum(length(text)) AS characters
    FROM statements
    GROUP BY revision_id
)
SELECT
    states.case_id,
    (stated.characters + coalesce(quoted.characters, 0))::INTEGER AS characters,
    newest.set_id IS NOT NULL AND (
        $model IS NULL
        OR (
            newest.model IS NOT DISTINCT FROM $model
            AND newest.judge IS NOT DISTINCT FROM $judge
            AND newest.prompts = $prompts::VARCHAR[]
        )
    ) AS is_known
FROM case_states AS states
LEFT JOIN stated ON stated.revision_id = states.next_revision_id
LEFT JOIN quoted ON quoted.revision_id = states.next_revision_id
LEFT JOIN newest ON newest.revision_id = states.next_revision_id
WHERE states.next_revision_id IS NOT NULL
ORDER BY states.updated_at DESC, states.case_id;

-- name: with_new_findings
SELECT DISTINCT case_id FROM finding_sets WHERE created_at >= $since;

-- name: shown_findings
SELECT *
FROM current_findings
WHERE list_contains($ids::JSON::VARCHAR[], case_id) AND label IN ('entailed', 'not judged')
ORDER BY case_id, n;
