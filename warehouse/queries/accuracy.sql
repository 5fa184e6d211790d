-- How right the collection is: second readings, judges against curators, and reported mistakes.

-- name: reading_cases
-- The cases to be read twice, and those that a second reader began.
WITH begun AS (
    SELECT case_id, draft_id, approved_id, max_by(who, stored_at) AS reader, count(DISTINCT n) AS marked
    FROM readings
    WHERE NOT is_ruling
    GROUP BY case_id, draft_id, approved_id
),
approvers AS (
    SELECT revision_id, max_by(who, stored_at) AS who
    FROM reviews
    WHERE decision = 'approve'
    GROUP BY revision_id
),
chosen AS (
    SELECT
        begun.case_id,
        begun.draft_id,
        begun.approved_id,
        coalesce(approvers.who, '') AS approved_by,
        []::VARCHAR[] AS deciders,
        begun.reader,
        begun.marked
    FROM begun
    LEFT JOIN approvers ON approvers.revision_id = begun.approved_id
    UNION ALL
    SELECT case_id, draft_id, approved_id, approved_by, deciders, NULL, 0
    FROM reading_sample
    WHERE case_id NOT IN (SELECT case_id FROM begun)
),
counted AS (
    SELECT revision_id, count(*) AS statements FROM statements GROUP BY revision_id
)
SELECT chosen.*, titles.value AS title, counted.statements
FROM chosen
JOIN counted ON counted.revision_id = chosen.draft_id
LEFT JOIN facts AS titles ON titles.revision_id = chosen.draft_id AND titles.name = 'title'
WHERE $case_id IS NULL OR chosen.case_id = $case_id
ORDER BY chosen.case_id;

-- name: second_readings
SELECT *
FROM second_readings
WHERE $case_id IS NULL OR case_id = $case_id
ORDER BY read_at DESC, case_id, n;

-- name: reading_share
SELECT max_by(one_in, stored_at) AS one_in FROM reading_shares;

-- name: agreement
-- Cohen's kappa of the two readers of each statement, with the interval of Fleiss, Cohen and Everitt.
WITH counted AS (
    SELECT
        count(*) AS statements,
        count(DISTINCT case_id) AS cases,
        count(*) FILTER (first_right AND second_right) AS both_right,
        count(*) FILTER (first_right AND NOT second_right) AS first_only,
        count(*) FILTER (NOT first_right AND second_right) AS second_only,
        count(*) FILTER (NOT first_right AND NOT second_right) AS both_wrong
    FROM second_readings
    WHERE first_right IS NOT NULL
),
shares AS (
    SELECT
        *,
        both_right / statements AS p11,
        first_only / statements AS p10,
        second_only / statements AS p01,
        both_wrong / statements AS p00,
        p11 + p10 AS first,
        p11 + p01 AS second,
        first * second + (1 - first) * (1 - second) AS by_chance
    FROM counted
    WHERE statements > 0
),
agreed AS (
    SELECT *, (p11 + p00 - by_chance) / nullif(1 - by_chance, 0) AS kappa FROM shares
),
spread AS (
    SELECT
        *,
        p11 * power(1 - (first + second) * (1 - kappa), 2)
        + p00 * power(1 - (2 - first - second) * (1 - kappa), 2)
        + power(1 - kappa, 2) * (p10 * power(second + 1 - first, 2) + p01 * power(1 - second + first, 2))
        - power(kappa - by_chance * (1 - kappa), 2) AS spread
    FROM agreed
)
SELECT
    statements,
    cases,
    both_right,
    first_only,
    second_only,
    both_wrong,
    kappa,
    1.96 * sqrt(greatest(spread, 0) / statements) / (1 - by_chance) AS half,
    greatest(-1, kappa - half) AS low,
    least(1, kappa + half) AS high
FROM spread;

-- name: judge_accuracy
-- Judges against curators in approved cases. Right flags are those whose part curators dropped or
-- changed, wrong ones those that they kept; parts that were left out without a decision are no answer.
-- Of the statements that a judge did not flag, ``read`` were read twice, and ``missed`` of them are wrong.
-- Recall counts the flags of all approved cases, and weighs each missed statement by unflagged / read.
-- The intervals of 95 % are Wilson's; that of recall carries over the one of missed / read.
WITH sided AS (
    SELECT
        *,
        unnest([
            {'side': 'all', 'value': ''},
            {'side': 'judge', 'value': judge},
            {'side': 'prompt', 'value': prompt},
            {'side': 'part', 'value': if(part = 'fact', 'facts', place)},
            {'side': 'source', 'value': kind}
        ]) AS member,
        verdict IN ('doubtful', 'refuted') AS is_flagged
    FROM judged_parts
),
counted AS (
    SELECT
        member.side AS side,
        member.value AS value,
        count(*) FILTER (is_flagged AND NOT is_kept AND NOT is_left_out) AS right_flags,
        count(*) FILTER (is_flagged AND is_kept) AS wrong_flags,
        count(*) FILTER (is_flagged AND is_left_out) AS left_out,
        count(*) FILTER (
            is_flagged AND NOT is_kept AND NOT is_left_out AND part = 'statement'
        ) AS found,
        count(*) FILTER (NOT is_flagged AND part = 'statement') AS unflagged,
        count(*) FILTER (
            NOT is_flagged AND part = 'statement' AND second_right IS NOT NULL
        ) AS read,
        count(*) FILTER (NOT is_flagged AND part = 'statement' AND NOT second_right) AS missed
    FROM sided
    WHERE member.value <> '' OR member.side = 'all'
    GROUP BY ALL
),
shares AS (
    SELECT
        *,
        right_flags + wrong_flags AS flags,
        right_flags / nullif(flags, 0) AS precision,
        missed / nullif(read, 0) AS missed_share,
        3.8416 / nullif(flags, 0) AS flags_spread,
        3.8416 / nullif(read, 0) AS read_spread,
        sqrt(flags_spread * (precision * (1 - precision) + flags_spread / 4)) AS flags_half,
        sqrt(read_spread * (missed_share * (1 - missed_share) + read_spread / 4)) AS read_half
    FROM counted
)
SELECT
    * EXCLUDE (flags_spread, read_spread, flags_half, read_half),
    (precision + flags_spread / 2 - flags_half) / (1 + flags_spread) AS precision_low,
    (precision + flags_spread / 2 + flags_half) / (1 + flags_spread) AS precision_high,
    (missed_share + read_spread / 2 - read_half) / (1 + read_spread) AS missed_low,
    (missed_share + read_spread / 2 + read_half) / (1 + read_spread) AS missed_high,
    found / nullif(found + missed_share * unflagged, 0) AS recall,
    found / nullif(found + missed_high * unflagged, 0) AS recall_low,
    found / nullif(found + missed_low * unflagged, 0) AS recall_high
FROM shares
ORDER BY side, flags + read DESC, value;

-- name: accuracy_numbers
-- The newest draft of each case, what became of the drafts of approved cases, and what was found later.
WITH drafts AS (
    SELECT case_id, max_by(revision_id, stored_at) AS revision_id
    FROM revisions
    WHERE made_by = 'model'
    GROUP BY case_id
),
drafted AS (
    SELECT
        count(*) AS drafted,
        count(*) FILTER (support IN ('doubtful', 'refuted') OR is_unjudged) AS flagged
    FROM parts
    WHERE part = 'statement' AND revision_id IN (SELECT revision_id FROM drafts)
),
kept AS (
    SELECT DISTINCT revision_id, text
    FROM statements
    WHERE revision_id IN (SELECT approved_id FROM approved_drafts)
),
corrected AS (
    SELECT count(*) AS approved, count(*) FILTER (kept.text IS NULL) AS corrected
    FROM approved_drafts AS drafts
    JOIN statements ON statements.revision_id = drafts.draft_id
    LEFT JOIN kept ON kept.revision_id = drafts.approved_id AND kept.text = statements.text
),
twice AS (
    SELECT
        count(*) AS read_twice,
        count(DISTINCT case_id) AS cases_read_twice,
        count(*) FILTER (first_right <> second_right) AS differences
    FROM second_readings
),
reported AS (
    SELECT
        count(*) AS mistakes,
        count(*) FILTER (ruling IS NULL) AS undecided,
        count(*) FILTER (ruling = 'refuse') AS refused_mistakes,
        count(*) FILTER (ruling = 'accept') AS corrections,
        count(*) FILTER (ruling = 'accept' AND mended_at IS NOT NULL) AS mended,
        median(epoch(mended_at - happened_at) / 86400)
            FILTER (ruling = 'accept' AND mended_at IS NOT NULL) AS median_days
    FROM current_mistakes
)
SELECT *
FROM drafted
CROSS JOIN corrected
CROSS JOIN twice
CROSS JOIN reported;

-- name: undecided_mistakes
SELECT count(*) AS reports FROM mistakes ANTI JOIN mistake_rulings USING (mistake_id);

-- name: current_mistakes
SELECT * FROM current_mistakes ORDER BY stored_at DESC;
