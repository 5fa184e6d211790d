"""What a strategy proposes, before code has checked a word of it."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from casebook.schemas.cases import Method, Origin, TermGroup
from casebook.schemas.frozen import Frozen
from casebook.schemas.reviews import Unread
from casebook.schemas.steering import STEERING
from casebook.summarizer.models.profiles import Strategy

_STEERING = re.compile(f"[{STEERING}]")


def _as_seen(text: str) -> str:
    return _STEERING.sub("", text)


Words = Annotated[str, AfterValidator(_as_seen)]
"""What a model writes, as it reads: without characters that steer a terminal or turn figures."""


class Claim(Frozen):
    """One statement with the quotes that shall carry it; for a result, what it measures."""

    text: Words
    quotes: Sequence[str]
    origin: Origin = Origin.MODEL
    metric: Words | None = None
    value: Words | None = None
    unit: Words | None = None
    baseline: Words | None = None
    window: Words | None = None
    method: Method = Method.NONE


class FactClaim(Frozen):
    """One value with the quotes that shall carry it."""

    value: Words
    quotes: Sequence[str] = ()


class TagClaim(Frozen):
    """A topic or product that the model names, with the words that shall show it."""

    name: Words
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
