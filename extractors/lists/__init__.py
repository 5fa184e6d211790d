"""Lists of sources: feeds, sitemaps, outlines, tables, texts and pages of links."""
