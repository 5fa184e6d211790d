-- Reports make claims, each with findings for and against it, and have editions.

ALTER TABLE reports ADD COLUMN claims STRUCT(
    n INTEGER,
    "text" VARCHAR,
    theme VARCHAR,
    "condition" VARCHAR,
    supporting STRUCT(
        case_id VARCHAR, n INTEGER, "text" VARCHAR, effect VARCHAR, "label" VARCHAR,
        company VARCHAR, "year" VARCHAR, statements INTEGER[]
    )[],
    opposing STRUCT(
        case_id VARCHAR, n INTEGER, "text" VARCHAR, effect VARCHAR, "label" VARCHAR,
        company VARCHAR, "year" VARCHAR, statements INTEGER[]
    )[]
)[];
COMMENT ON COLUMN reports.claims IS 'what the report claims, with the findings for and against each claim, as they were then; the heading of a section is its claim';
ALTER TABLE reports ADD COLUMN edition INTEGER;
COMMENT ON COLUMN reports.edition IS 'from 1 within a name';
ALTER TABLE reports ADD COLUMN changes VARCHAR[];
COMMENT ON COLUMN reports.changes IS 'what is new in this edition, in words';
UPDATE reports SET claims = [], edition = 1, changes = [];
COMMENT ON COLUMN report_sentences.role IS 'summary, counts, did, challenges, worked, disagree, failed or results; in reports with claims opening, evidence, results, against, limits or advice';

CREATE OR REPLACE VIEW published_reports AS
WITH newest AS (
    SELECT *
    FROM report_events
    QUALIFY stored_at = max(stored_at) OVER (PARTITION BY report_id)
)
SELECT
    reports.*,
    newest.happened_at AS published_at,
    newest.who AS published_by,
    newest.stored_at = max(newest.stored_at) OVER (PARTITION BY reports.name) AS is_newest
FROM reports
JOIN newest ON newest.report_id = reports.report_id AND newest.step = 'publish';
COMMENT ON VIEW published_reports IS 'The reports on the site; is_newest is the edition of a name that was published last.';
