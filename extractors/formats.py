"""The formats that casebook reads, with their readers; ``data/formats.toml`` lists them."""

from collections.abc import Sequence
from typing import NamedTuple

from extractors.data import table

OUR_TYPES = "application/vnd.casebook."  # of our own bundles; no server may claim one


class Format(NamedTuple):
    """What one reader reads: ``module`` has ``read(payload)``, ``version`` is stored with texts."""

    module: str
    kind: str
    version: str
    media_types: Sequence[str]
    suffixes: Sequence[str] = ()


# Of several formats of a kind the first is the one for its files.
FORMATS = tuple(Format(**one) for one in table("formats")["formats"])
# Suffixes: of files that a reader takes as they are; of sound and video, which are transcribed
# first; of all local sources; of files that may hold the words of a video or recording.
DOCUMENTS = tuple(suffix for one in FORMATS for suffix in one.suffixes)
RECORDINGS = (".mp3", ".m4a", ".mp4", ".wav", ".ogg", ".flac", ".webm")
SOURCES = DOCUMENTS + RECORDINGS
TRANSCRIPTS = (".vtt", ".srt", ".txt", ".md", ".docx")


def format_of(name: str) -> Format | None:
    """Return the format that the suffix of a file's name stands for, None for others."""
    _, dot, suffix = name.lower().rpartition(".")
    return next((one for one in FORMATS if f"{dot}{suffix}" in one.suffixes), None)
