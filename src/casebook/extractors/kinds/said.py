"""What every form of captions is read into."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """One cue as it stands in a file: from ``start`` to ``end`` in seconds.

    ``text`` may hold WebVTT's tags and HTML's entities; ``speaker`` is who says it, where a field
    of its own tells.
    """

    start: float
    end: float
    text: str
    speaker: str | None = None
