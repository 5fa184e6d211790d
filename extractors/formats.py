"""Everything that is read, from ``data/formats.toml``. Imports nothing heavy, for ``--help``."""

from collections.abc import Sequence
from typing import NamedTuple

from extractors.data import table

OUR_TYPES = "application/vnd.casebook."
"""The start of the media types of our own bundles; the fetcher lets no server claim one."""


class Format(NamedTuple):
    """What one reader reads: ``module`` has ``read(payload)``, ``version`` is stored with texts."""

    module: str
    kind: str
    version: str
    media_types: Sequence[str]
    suffixes: Sequence[str] = ()


FORMATS = tuple(Format(**one) for one in table("formats")["formats"])
"""Of several formats of a kind the first is the one for its files."""

DOCUMENTS = tuple(suffix for one in FORMATS for suffix in one.suffixes)
"""Suffixes of files that a reader takes as they are."""

RECORDINGS = (".mp3", ".m4a", ".mp4", ".wav", ".ogg", ".flac", ".webm")
"""Suffixes of audio and video files, which are transcribed before anything reads them."""

SOURCES = DOCUMENTS + RECORDINGS
"""Suffixes that a local source may have."""

TRANSCRIPTS = (".vtt", ".srt", ".txt", ".md", ".docx")
"""Suffixes of files that may hold the words of a video or recording."""


def format_of(name: str) -> Format | None:
    """Return the format that the suffix of a file's name stands for, None for others."""
    _, dot, suffix = name.lower().rpartition(".")
    return next((one for one in FORMATS if f"{dot}{suffix}" in one.suffixes), None)
