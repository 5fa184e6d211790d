"""The formats that casebook reads, with their readers; ``data/formats.toml`` lists them."""

from collections.abc import Sequence
from typing import NamedTuple

from extractors.data import table

OUR_TYPES = "application/vnd.casebook."  # our bundles; a server must not claim one


class Format(NamedTuple):
    """The files of a reader, a ``module`` with ``read(payload)``; texts record its ``version``."""

    module: str
    kind: str
    version: str
    media_types: Sequence[str]
    suffixes: Sequence[str] = ()


# The first format of a kind is the one for its files.
FORMATS = tuple(Format(**one) for one in table("formats")["formats"])
# Suffixes: of files that a reader accepts; of audio and video, which are transcribed first; of all
# local sources; of files that can be the transcript of a video or recording.
DOCUMENTS = tuple(suffix for one in FORMATS for suffix in one.suffixes)
RECORDINGS = (".mp3", ".m4a", ".mp4", ".wav", ".ogg", ".flac", ".webm")
SOURCES = DOCUMENTS + RECORDINGS
TRANSCRIPTS = (".vtt", ".srt", ".json", ".txt", ".md", ".docx")


def format_of(name: str) -> Format | None:
    """Return the format for the suffix of a file name, None for unknown suffixes."""
    _, dot, suffix = name.lower().rpartition(".")
    return next((one for one in FORMATS if f"{dot}{suffix}" in one.suffixes), None)
