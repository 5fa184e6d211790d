"""Recordings of reports: script, speech and audio files."""
