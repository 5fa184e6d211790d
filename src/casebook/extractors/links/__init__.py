"""From bytes to the addresses they lead to: feeds, sitemaps, outlines, lists, talks."""
