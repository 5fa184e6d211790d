"""The claims of a draft, with their quotes, before they are checked."""

from typing import Annotated

from pydantic import AfterValidator

from schemas.cases import FactName, Form, Measure, Origin, Section, TermGroup
from schemas.frozen import Frozen
from schemas.reviews import LeftOut, Unread
from summarizer.profiles import Strategy


def _printable(text: str) -> str:
    """Return ``text`` on one line, without control characters."""
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())


Text = Annotated[str, AfterValidator(_printable)]


class Claim(Frozen):
    """A statement with the quotes that should support it."""

    section: Section
    text: Text
    quotes: tuple[str, ...] = ()
    translations: tuple[str, ...] = ()  # of the quotes, if their language is another one
    form: Form | None = None
    origin: Origin = Origin.MODEL
    measure: Measure | None = None
    answers: int | None = None  # the index of a challenge among the draft's claims
    rests_on: tuple[int, ...] = ()  # for the abstract: the indexes of the summarized claims


class FactClaim(Frozen):
    """A value with the quotes that should support it; page metadata needs no quotes."""

    name: FactName
    value: Text
    quotes: tuple[str, ...] = ()
    inferred: bool = False


class TagClaim(Frozen):
    """A proposed tag with the quotes that should support it."""

    name: Text
    group: TermGroup
    quotes: tuple[str, ...]


class Draft(Frozen):
    """All claims about one document."""

    strategy: Strategy  # the one used, which can differ from the plan
    strategy_reason: str
    facts: tuple[FactClaim, ...] = ()
    claims: tuple[Claim, ...] = ()
    tags: tuple[TagClaim, ...] = ()
    unread: tuple[Unread, ...] = ()  # passages that the draft does not cover
    left_out: tuple[LeftOut, ...] = ()  # claims about windows that the merge did not choose
