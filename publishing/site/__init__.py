"""The static site: pages, search index, data files and feeds."""
