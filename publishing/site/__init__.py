"""The static site: its pages, search index, data files and feeds."""
