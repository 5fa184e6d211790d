"""What every form of captions is read into."""

from dataclasses import dataclass

COMMENT = "In a comment, which is not shown."
"""Why what a file sets aside is unseen."""


@dataclass(frozen=True, slots=True)
class Said:
    """One cue as it stands in a file: from ``start`` to ``end`` in seconds.

    ``text`` may hold WebVTT's tags and HTML's entities; ``speaker`` is who says it, where a field
    of its own tells; ``unseen`` says why no viewer sees it, and is empty where one does.
    """

    start: float
    end: float
    text: str
    speaker: str | None = None
    unseen: str = ""
