"""From an address or a path to bytes: pages, files, videos, papers and recordings."""
