-- The statements that open the front page: sound ones that fit there, in the order of the rule.
-- Those from texts of other databases come last, and only if an entailed finding rests on them.

-- name: compared
-- Measured results with a baseline. Those on which an entailed finding rests come first, with its
-- text, then those of the highest grade, then the newest cases.
SELECT
    shown.* REPLACE (coalesce(finding.text, shown.text) AS text),
    finding.text IS NOT NULL AS is_finding,
    cases.basis
FROM shown_statements AS shown
JOIN published_cases AS cases USING (case_id)
LEFT JOIN findings AS finding
    ON finding.case_id = shown.case_id
    AND finding.label = 'entailed'
    AND finding.number = shown.number
    AND list_contains(finding.statements, shown.n)
WHERE shown.section = 'results'
    AND shown.number > 0
    AND shown.baseline <> ''
    AND (
        shown.support IN ('verbatim', 'verified')
        OR (shown.support = 'imported' AND finding.text IS NOT NULL)
    )
    AND coalesce(shown.mark, '') = ''
    AND length(coalesce(finding.text, shown.text)) BETWEEN 30 AND 240
ORDER BY
    finding.text IS NULL,
    shown.support = 'imported',
    len(shown.grade_parts) DESC,
    shown.place,
    shown.n,
    finding.n;

-- name: lessons
-- Lessons with a theme: those of an entailed finding that rests on one, or its case's first tag.
SELECT
    shown.* REPLACE (coalesce(finding.text, shown.text) AS text),
    coalesce(finding.theme, shown.tags[1], shown.case_id) AS theme
FROM shown_statements AS shown
LEFT JOIN findings AS finding
    ON finding.case_id = shown.case_id
    AND finding.label = 'entailed'
    AND list_contains(finding.statements, shown.n)
WHERE shown.section = 'lessons'
    AND (
        shown.support IN ('verbatim', 'verified')
        OR (shown.support = 'imported' AND finding.text IS NOT NULL)
    )
    AND coalesce(shown.mark, '') = ''
    AND length(coalesce(finding.text, shown.text)) BETWEEN 60 AND 240
ORDER BY shown.support = 'imported', shown.place, finding.theme IS NULL, shown.n, finding.n;
