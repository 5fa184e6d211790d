"""Fetch the bytes at an address or path: pages, files, videos, papers and recordings."""
