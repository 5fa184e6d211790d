"""The structured summary, and what checking found for each part of it."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Literal

from pydantic import Field

from casebook.schemas.frozen import Frozen


class Match(StrEnum):
    """How a quote was found in the document."""

    EXACT = "exact"
    FUZZY = "fuzzy"
    MISSING = "missing"


class Evidence(Frozen):
    """A verbatim quote and where code found it.

    ``start`` and ``end`` are offsets in the document's text and ``passage`` its number; all three
    are None for a missing quote, and then ``quote`` is what the model claimed. For a found one,
    ``quote`` is the document's own wording. ``score`` is 1.0 for an exact match, else the share of
    characters that agree.
    """

    quote: str
    passage: int | None = None
    start: int | None = None
    end: int | None = None
    match: Match = Match.MISSING
    score: float = 0.0


class SupportLevel(StrEnum):
    """How well the evidence carries the statement."""

    SUPPORTED = "supported"
    WEAK = "weak"
    UNSUPPORTED = "unsupported"


class Support(Frozen):
    """What checking found; ``reason`` is a sentence that a person understands."""

    level: SupportLevel
    reason: str


class Origin(StrEnum):
    """Whose words a statement is in."""

    MODEL = "model"
    SOURCE = "source"
    CURATOR = "curator"


class Statement(Frozen):
    """One sentence in our words (or the source's own) with its evidence and support."""

    text: str
    evidence: Sequence[Evidence]
    support: Support
    origin: Origin = Origin.MODEL


class Result(Statement):
    """A measured outcome: ``statement`` in words, and its parts where the source names them."""

    metric: str | None = None
    value: str | None = None
    baseline: str | None = None
    method: str | None = None


class Fact(Frozen):
    """One value (a title, a company, a year) with its evidence; None where the source is silent."""

    value: str | None = None
    evidence: Sequence[Evidence] = ()
    support: Support = Support(level=SupportLevel.WEAK, reason="The source does not say.")


class DeploymentStage(StrEnum):
    """How far the system had come when the source was written."""

    PROOF_OF_CONCEPT = "proof of concept"
    INTERNAL_TOOL = "internal tool"
    LIMITED = "limited production"
    PRODUCTION = "full production"


NARRATORS = ("builder", "vendor", "customer", "panel", "researcher")
"""Who may tell a case."""


class Tag(Frozen):
    """A term of the taxonomy, with the words of the source that earn it."""

    slug: str
    label: str
    group: Literal["technique", "tool", "application", "concern"]
    evidence: Sequence[Evidence]
    support: Support


FACT_FIELDS = ("title", "company", "industry", "year", "deployment", "narrator")
STATEMENT_FIELDS = (
    "summary",
    "architecture",
    "techniques",
    "tools",
    "challenges",
    "solutions",
    "lessons",
    "results",
    "failures",
)


class CaseStudy(Frozen):
    """The structured summary of one deployment, as told by its sources.

    An empty list means that the source does not say; nothing is filled in.
    """

    title: Fact = Fact()
    company: Fact = Fact()
    industry: Fact = Fact()
    year: Fact = Fact()
    deployment: Fact = Fact()
    narrator: Fact = Fact()
    summary: Sequence[Statement] = ()
    architecture: Sequence[Statement] = ()
    techniques: Sequence[Statement] = ()
    tools: Sequence[Statement] = ()
    challenges: Sequence[Statement] = ()
    solutions: Sequence[Statement] = ()
    lessons: Sequence[Statement] = ()
    results: Sequence[Result] = ()
    failures: Sequence[Statement] = ()
    tags: Sequence[Tag] = Field(default=(), max_length=15)

    def facts(self) -> Iterator[tuple[str, Fact]]:
        """Yield each fact field's name and value, in order."""
        for name in FACT_FIELDS:
            yield name, getattr(self, name)

    def statements(self) -> Iterator[tuple[str, Statement]]:
        """Yield the field name and the statement, for every statement in order."""
        for name in STATEMENT_FIELDS:
            for statement in getattr(self, name):
                yield name, statement

    def counts(self) -> dict[str, int]:
        """Return the number of statements per field, empty fields included."""
        return {name: len(getattr(self, name)) for name in STATEMENT_FIELDS}

    def support_counts(self) -> dict[str, int]:
        """Return how many statements are supported, weak and unsupported."""
        levels = [statement.support.level for _, statement in self.statements()]
        return {level.value: levels.count(level) for level in SupportLevel}
