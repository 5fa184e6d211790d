"""``eval``: drafts of the gold cases, scored and compared with an earlier run."""
