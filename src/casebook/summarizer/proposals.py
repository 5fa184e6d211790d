"""What a strategy proposes, before code has checked a word of it."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from casebook.schemas.cases import Origin
from casebook.schemas.frozen import Frozen


class Claim(Frozen):
    """One statement with the quotes that shall carry it."""

    text: str
    quotes: Sequence[str]
    origin: Origin = Origin.MODEL
    metric: str | None = None
    value: str | None = None
    baseline: str | None = None
    method: str | None = None


class FactClaim(Frozen):
    """One value with the quotes that shall carry it."""

    value: str
    quotes: Sequence[str] = ()


class Proposal(Frozen):
    """Claims by field name. Names are those of CaseStudy."""

    facts: Mapping[str, FactClaim] = Field(default_factory=dict)
    statements: Mapping[str, Sequence[Claim]] = Field(default_factory=dict)
