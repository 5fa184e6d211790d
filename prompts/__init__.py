"""Prompts as files: a folder per name, a file per version, and a lock file of released hashes."""
