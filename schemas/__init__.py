"""The types that travel between stages, ids, errors and the taxonomy."""
