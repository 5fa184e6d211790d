"""What a model proposes, with its quotes, before code has checked anything."""

from typing import Annotated

from pydantic import AfterValidator

from schemas.cases import FactName, Measure, Origin, Section, TermGroup
from schemas.frozen import Frozen
from schemas.reviews import Unread
from summarizer.profiles import Strategy


def _printable(text: str) -> str:
    """Return ``text`` on one line, without control and format characters."""
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())


Text = Annotated[str, AfterValidator(_printable)]


class Claim(Frozen):
    """A statement with the quotes that should carry it.

    ``answers`` is the place (from 0) of a challenge among the draft's claims; ``rests_on`` are the
    places of the claims that a sentence of the abstract sums up.
    """

    section: Section
    text: Text
    quotes: tuple[str, ...] = ()
    origin: Origin = Origin.MODEL
    measure: Measure | None = None
    answers: int | None = None
    rests_on: tuple[int, ...] = ()


class FactClaim(Frozen):
    """A value with the quotes that should carry it; none where the page itself states it."""

    name: FactName
    value: Text
    quotes: tuple[str, ...] = ()
    inferred: bool = False


class TagClaim(Frozen):
    """A name that the model would file the case under, with the quote that shows it."""

    name: Text
    group: TermGroup
    quotes: tuple[str, ...]


class Draft(Frozen):
    """All that was proposed for one document.

    ``strategy`` is the one that made it, which may not be the planned one; ``unread`` are passages
    that it does not cover.
    """

    strategy: Strategy
    strategy_reason: str
    facts: tuple[FactClaim, ...] = ()
    claims: tuple[Claim, ...] = ()
    tags: tuple[TagClaim, ...] = ()
    unread: tuple[Unread, ...] = ()
    generation_ids: tuple[str, ...] = ()
