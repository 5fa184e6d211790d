-- The audit log as it is sealed. The hash of a row covers its values and the microseconds of its times.

-- name: audit_kinds
SELECT DISTINCT kind FROM audit_log ORDER BY kind;

-- name: unsealed_rows
SELECT count(*) AS rows FROM audit_log WHERE $after::TIMESTAMPTZ IS NULL OR stored_at > $after;

-- name: sealed_rows
WITH hashed AS (
    SELECT
        stored_at,
        sha256(to_json([
            epoch_us(happened_at)::VARCHAR, who, what, kind, about, detail, epoch_us(stored_at)::VARCHAR
        ])::VARCHAR) AS hash
    FROM audit_log
    WHERE
        stored_at <= $upto
        AND ($after::TIMESTAMPTZ IS NULL OR stored_at > $after)
        AND list_contains($kinds, kind)
)

SELECT
    count(*) AS rows,
    sha256(coalesce(string_agg(hash, '' ORDER BY stored_at, hash), '')) AS digest,
    coalesce(list(('0x' || hash[:16])::UBIGINT ORDER BY stored_at, hash), []) AS row_hashes
FROM hashed;

-- name: changed_rows
-- The rows of a seal's stretch that it does not cover as they are now.
WITH hashed AS (
    SELECT
        *,
        sha256(to_json([
            epoch_us(happened_at)::VARCHAR, who, what, kind, about, detail, epoch_us(stored_at)::VARCHAR
        ])::VARCHAR) AS hash
    FROM audit_log
    WHERE
        stored_at <= $upto
        AND ($after::TIMESTAMPTZ IS NULL OR stored_at > $after)
        AND list_contains($kinds, kind)
)

SELECT happened_at AS at, who, what, kind, about, detail
FROM hashed
WHERE ('0x' || hash[:16])::UBIGINT NOT IN (SELECT unnest(row_hashes) FROM audit_seals WHERE n = $n)
ORDER BY stored_at
LIMIT 20;

-- name: audit_seals
SELECT * FROM audit_seals ORDER BY n;
