"""Types passed between stages, content ids, errors and the taxonomy."""
