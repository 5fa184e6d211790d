-- The audit log as it is sealed. The hash of a row covers its values and the microseconds of its times.

-- name: audit_kinds
SELECT DISTINCT kind FROM audit_log ORDER BY kind;

-- name: unsealed_rows
SELECT count(*) AS rows FROM audit_log WHERE $after::TIMESTAMPTZ IS NULL OR stored_at > $after;

-- name: sealed_rows
-- With the number of a seal, also up to 20 rows that it does not cover as they are now.
WITH hashed AS (
    SELECT
        stored_at,
        strftime(happened_at, '%Y-%m-%d %H:%M') || concat(' ', who, ' ', what, ' ', kind, ' ', about) AS words,
        sha256(to_json([
            epoch_us(happened_at)::VARCHAR, who, what, kind, about, detail, epoch_us(stored_at)::VARCHAR
        ])::VARCHAR) AS hash,
        ('0x' || hash[:16])::UBIGINT AS short
    FROM audit_log
    WHERE
        stored_at <= $upto
        AND ($after::TIMESTAMPTZ IS NULL OR stored_at > $after)
        AND list_contains($kinds, kind)
),
sealed AS (
    SELECT DISTINCT unnest(row_hashes) AS short FROM audit_seals WHERE n = $n
)

SELECT
    count(*) AS rows,
    sha256(coalesce(string_agg(hash, '' ORDER BY stored_at, hash), '')) AS digest,
    coalesce(list(hashed.short ORDER BY stored_at, hash), []) AS row_hashes,
    coalesce(
        (list(words ORDER BY stored_at) FILTER ($n IS NOT NULL AND sealed.short IS NULL))[:20], []
    ) AS changed
FROM hashed
LEFT JOIN sealed ON sealed.short = hashed.short;

-- name: audit_seals
SELECT * FROM audit_seals ORDER BY n;
