"""What of a page a reader sees: what lies under and over its type, and what is pinned to it."""
