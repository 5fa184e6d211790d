"""What a curator is told of text that no reader sees: worth a look, said once, bounded. Pure."""

from collections.abc import Iterable

from casebook.extractors.text.characters import one_line, smuggled
from casebook.schemas.documents import HiddenKind, HiddenText

MOST_REPORTED = 20
LONGEST_REPORT = 300
FEWEST_WORDS = 4


def report(
    found: Iterable[tuple[HiddenKind, str, str]], *, fewest: int = FEWEST_WORDS
) -> list[HiddenText]:
    """Return the pieces worth a curator's look: ``fewest`` words, no repetition, bounded."""
    pieces: dict[str, HiddenText] = {}
    for kind, text, reason in found:
        for piece in smuggled(text):
            pieces.setdefault(piece.text, piece)
        line = one_line(text)[:LONGEST_REPORT]
        if len(line.split()) >= fewest:
            pieces.setdefault(line, HiddenText(kind=kind, text=line, reason=reason))
    return list(pieces.values())[:MOST_REPORTED]
