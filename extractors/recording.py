"""Recordings: what a transcription heard, by second, from the bundle that was made of it."""

from extractors import video
from schemas.documents import Extracted
from schemas.sources import Payload, SourceKind


def read(payload: Payload) -> Extracted:
    """Return the words of a recording; raise Unreadable if the bundle is damaged."""
    return video.read(payload, SourceKind.RECORDING)
