-- Sources whose run was cut off, or is still at work: no case, no refusal, no open failure.
-- A file that could not be read is known by its path. Once it could, its bytes are a source of
-- their own, and the path is no longer waiting for anything.

CREATE VIEW source_unfinished AS
SELECT sources.*
FROM sources
WHERE NOT EXISTS (FROM cases WHERE cases.source_id = sources.source_id)
    AND NOT EXISTS (FROM source_refused WHERE source_refused.source_id = sources.source_id)
    AND NOT EXISTS (FROM failure_open WHERE failure_open.source_id = sources.source_id)
    AND NOT (
        sources.canonical_url IS NULL
        AND EXISTS (
            FROM failures
            WHERE failures.source_id = sources.source_id AND failures.stage = 'fetch'
        )
    );
