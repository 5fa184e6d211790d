"""What a strategy proposes, before code has checked a word of it."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from casebook.schemas.cases import Method, Origin, TermGroup
from casebook.schemas.frozen import Frozen
from casebook.schemas.reviews import Unread
from casebook.summarizer.models.profiles import Strategy


class Claim(Frozen):
    """One statement with the quotes that shall carry it; for a result, what it measures."""

    text: str
    quotes: Sequence[str]
    origin: Origin = Origin.MODEL
    metric: str | None = None
    value: str | None = None
    unit: str | None = None
    baseline: str | None = None
    window: str | None = None
    method: Method = Method.NONE


class FactClaim(Frozen):
    """One value with the quotes that shall carry it."""

    value: str
    quotes: Sequence[str] = ()


class TagClaim(Frozen):
    """A topic or product that the model names, with the words that shall show it."""

    name: str
    group: TermGroup
    quotes: Sequence[str] = ()


class Proposal(Frozen):
    """Claims by field name. Names are those of CaseStudy. ``unread`` is what was left out.

    ``strategy`` is told where another one than the chosen one made it, with the reason.
    """

    facts: Mapping[str, FactClaim] = Field(default_factory=dict)
    statements: Mapping[str, Sequence[Claim]] = Field(default_factory=dict)
    tags: Sequence[TagClaim] = ()
    unread: Sequence[Unread] = ()
    strategy: Strategy | None = None
    strategy_reason: str | None = None
