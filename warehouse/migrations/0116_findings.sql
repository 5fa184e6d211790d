-- Findings: what engineers elsewhere could learn from a case. Each set is made once for a revision.

CREATE TABLE finding_sets (
    set_id VARCHAR,
    case_id VARCHAR,
    revision_id VARCHAR,
    model VARCHAR,
    judge VARCHAR,
    prompts VARCHAR[],
    generation_ids VARCHAR[],
    dropped VARCHAR[],
    created_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE finding_sets IS 'The findings of a revision, made together; the newest set of a revision counts.';
COMMENT ON COLUMN finding_sets.model IS 'NULL for code, which takes results, lessons, failures and solutions as they are';
COMMENT ON COLUMN finding_sets.judge IS 'the model that judged them; NULL if none was asked';
COMMENT ON COLUMN finding_sets.generation_ids IS 'the calls behind the findings and their verdicts';
COMMENT ON COLUMN finding_sets.dropped IS 'texts of the model that code refused, each with the reason';

CREATE TABLE findings (
    set_id VARCHAR,
    n INTEGER,
    text VARCHAR,
    done VARCHAR,
    condition VARCHAR,
    effect VARCHAR,
    value VARCHAR,
    number DOUBLE,
    unit VARCHAR,
    theme VARCHAR,
    statements INTEGER[],
    made_by VARCHAR,
    label VARCHAR,
    reason VARCHAR,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE findings IS 'What a team did, under which condition, and with which effect.';
COMMENT ON COLUMN findings.n IS 'from 1 within its set';
COMMENT ON COLUMN findings.text IS 'one sentence that can be read alone';
COMMENT ON COLUMN findings.effect IS 'better, worse, none or unknown';
COMMENT ON COLUMN findings.value IS 'the number as written in the statements';
COMMENT ON COLUMN findings.number IS 'the value, if it is a single number';
COMMENT ON COLUMN findings.theme IS 'a short noun phrase';
COMMENT ON COLUMN findings.statements IS 'the n of the statements that it rests on';
COMMENT ON COLUMN findings.made_by IS 'model or code';
COMMENT ON COLUMN findings.label IS 'of the judge: entailed, partly, not, contrary; or not judged';

CREATE VIEW current_findings AS
WITH newest AS (
    SELECT revision_id, max_by(set_id, stored_at) AS set_id
    FROM finding_sets
    GROUP BY revision_id
)
SELECT
    sets.case_id,
    sets.revision_id,
    sets.model,
    sets.judge,
    findings.*
FROM case_states AS states
JOIN newest ON newest.revision_id = states.next_revision_id
JOIN finding_sets AS sets ON sets.set_id = newest.set_id
JOIN findings ON findings.set_id = newest.set_id;
COMMENT ON VIEW current_findings IS 'The findings of each case as readers see it, or will after the next publication.';
