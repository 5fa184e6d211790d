-- Rounds: a fixed list of drafts that a curator reviews in a number of minutes.

CREATE TABLE rounds (
    round_id VARCHAR,
    who VARCHAR,
    name VARCHAR,
    minutes INTEGER,
    seconds DOUBLE,
    case_ids VARCHAR[],
    revision_ids VARCHAR[],
    begun_at TIMESTAMPTZ,
    ended BOOLEAN,
    happened_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ
);
COMMENT ON TABLE rounds IS 'Rounds of curators through the queue; the newest row of a round counts.';
COMMENT ON COLUMN rounds.name IS 'that the curator gave it, else empty';
COMMENT ON COLUMN rounds.minutes IS 'for which it was planned';
COMMENT ON COLUMN rounds.seconds IS 'per doubt or look at a draft, at the curator''s pace when it began';
COMMENT ON COLUMN rounds.case_ids IS 'the drafts in their order, fixed when it began';
COMMENT ON COLUMN rounds.revision_ids IS 'of these drafts when it began';
COMMENT ON COLUMN rounds.ended IS 'whether the curator ended it';
