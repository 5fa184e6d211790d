-- Papers that were retracted or replaced.

COMMENT ON COLUMN checks.result IS 'same, moved, changed, replaced, retracted, gone or unreachable';
