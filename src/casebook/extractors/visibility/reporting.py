"""What a curator is told of text that no reader sees: worth a look, said once, bounded. Pure."""

from collections.abc import Container, Iterable

from casebook.extractors.text.characters import one_line, smuggled
from casebook.schemas.documents import HiddenKind, HiddenText

MOST_REPORTED = 20
LONGEST_REPORT = 300
FEWEST_WORDS = 4


def report(
    found: Iterable[tuple[HiddenKind, str, str]],
    *,
    fewest: int = FEWEST_WORDS,
    telling: Container[str] = (),
) -> list[HiddenText]:
    """Return the pieces worth a curator's look: ``fewest`` words, no repetition, bounded.

    What is hidden for one of the ``telling`` reasons is worth one in any length ("not"); what is
    shorter comes last.
    """
    pieces: dict[str, HiddenText] = {}
    short: dict[str, HiddenText] = {}
    for kind, text, reason in found:
        for piece in smuggled(text):
            pieces.setdefault(piece.text, piece)
        line = one_line(text)[:LONGEST_REPORT]
        if len(line.split()) >= fewest:
            pieces.setdefault(line, HiddenText(kind=kind, text=line, reason=reason))
        elif reason in telling and any(map(str.isalnum, line)):
            short.setdefault(line, HiddenText(kind=kind, text=line, reason=reason))
    return [*pieces.values(), *short.values()][:MOST_REPORTED]
