"""The three ways from a document to a draft: single, map_reduce and guided."""
