"""Prompts as files: one folder a name, one file a version, and a lock of released hashes."""
