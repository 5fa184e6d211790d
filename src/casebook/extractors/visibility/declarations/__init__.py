"""Declarations of CSS: their values worked out, and what each does to a text."""
