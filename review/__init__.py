"""The rules of review: decisions, edits, conflicts, newer drafts, doubts and terms."""
