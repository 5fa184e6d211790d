"""The structured summary, and what checking found for each part of it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Literal, TypeVar

from pydantic import Field, model_validator

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


def places_of(evidence: Iterable[Evidence]) -> set[int]:
    """Return the characters of the document that the quotes which were found take up."""
    return {
        place
        for e in evidence
        if e.start is not None and e.end is not None
        for place in range(e.start, e.end)
    }


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


class Method(StrEnum):
    """How a result was measured, as far as the source tells; ``NONE`` where it does not."""

    SELF_REPORTED = "self-reported"
    AB_TEST = "A/B test"
    AUDITED = "audited"
    NONE = "none"


# How methods were written while they were free text.
_METHOD_SAID = (
    (
        Method.AB_TEST,
        re.compile(
            r"\ba/b\b|\bab[- ]test|split test|randomi[sz]|(?:control|treatment) group",
            re.IGNORECASE,
        ),
    ),
    (Method.AUDITED, re.compile(r"\baudit|third[- ]party|independent", re.IGNORECASE)),
)

MEASURES = ("metric", "value", "unit", "baseline", "window", "method")
"""What a result names beside its sentence, in the order in which one reads it."""


class Result(Statement):
    """A measured outcome: a sentence, and its parts where the source names them.

    ``value`` and ``baseline`` are as the source writes them, ``unit`` is that of ``value``,
    ``window`` the time or the sample that it was measured over. ``number`` is the value of
    ``value`` where it is one number, so that results can be compared and sorted; code reads it.
    ``method_note`` keeps how it was measured in words, where ``method`` alone says less.
    """

    metric: str | None = None
    value: str | None = None
    unit: str | None = None
    baseline: str | None = None
    window: str | None = None
    method: Method = Method.NONE
    method_note: str | None = None
    number: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_free_method(cls, data: object) -> object:
        """Take a method in free words, as results were stored at first, and keep the words."""
        if not isinstance(data, Mapping):
            return data
        said = data.get("method")
        if said is None:
            return {name: value for name, value in data.items() if name != "method"}
        if said in set(Method):
            return data
        return {**data, "method": method_of(str(said)), "method_note": said}

    @property
    def shown_value(self) -> str | None:
        """The value with its unit, where it does not carry it already."""
        if not self.value or not self.unit or self.unit.casefold() in self.value.casefold():
            return self.value
        return f"{self.value}{'' if self.unit == '%' else ' '}{self.unit}"

    @property
    def shown_method(self) -> str | None:
        """How it was measured: in the words that were kept, else the kind of method, if any."""
        return self.method_note or (None if self.method is Method.NONE else self.method.value)


def method_of(said: str) -> Method:
    """Return the method that ``said`` is or tells of in other words."""
    if said in set(Method):
        return Method(said)
    named = (method for method, pattern in _METHOD_SAID if pattern.search(said))
    return next(named, Method.SELF_REPORTED if said.strip() else Method.NONE)


def is_told(method: Method, text: str) -> bool:
    """Tell whether ``text`` has words for a method that would have to be told."""
    patterns = dict(_METHOD_SAID)
    return method not in patterns or patterns[method].search(text) is not None


SILENT = Support(level=SupportLevel.WEAK, reason="The source does not say.")


class Fact(Frozen):
    """One value (a title, a company, a year) with its evidence; None where the source is silent."""

    value: str | None = None
    evidence: Sequence[Evidence] = ()
    support: Support = SILENT


class DeploymentStage(StrEnum):
    """How far the system had come when the source was written."""

    PROOF_OF_CONCEPT = "proof of concept"
    INTERNAL_TOOL = "internal tool"
    LIMITED = "limited production"
    PRODUCTION = "full production"


class Narrator(StrEnum):
    """Who tells the story.

    The builder runs the system and tells of it; the vendor tells of a customer's; the customer of
    what a vendor built for it; a panel of several; a researcher of what others run.
    """

    BUILDER = "builder"
    VENDOR = "vendor"
    CUSTOMER = "customer"
    PANEL = "panel"
    RESEARCHER = "researcher"


# Other words for a stage, as models and earlier versions wrote them.
_STAGE_SAID = {
    "poc": DeploymentStage.PROOF_OF_CONCEPT,
    "prototype": DeploymentStage.PROOF_OF_CONCEPT,
    "internal": DeploymentStage.INTERNAL_TOOL,
    "limited": DeploymentStage.LIMITED,
    "pilot": DeploymentStage.LIMITED,
    "beta": DeploymentStage.LIMITED,
    "production": DeploymentStage.PRODUCTION,
    "in production": DeploymentStage.PRODUCTION,
    "full": DeploymentStage.PRODUCTION,
}
_Choice = TypeVar("_Choice", bound=StrEnum)


def _chosen(data: object, choices: type[_Choice], also: Mapping[str, _Choice]) -> object:
    """Return the data of a fact with its value as one of ``choices``, or as silence."""
    if isinstance(data, Fact):
        data = data.model_dump()
    said = data.get("value") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or said is None:
        return data
    wanted = " ".join(str(said).casefold().replace("-", " ").split())
    value = next((c for c in choices if c.value == wanted), also.get(wanted))
    if value is None:
        reason = f"The draft said {said!r}, which is none of the choices."
        return {"evidence": (), "support": Support(level=SupportLevel.WEAK, reason=reason)}
    return {**data, "value": value}


class DeploymentFact(Fact):
    """How far the system had come, with the words that say so."""

    value: DeploymentStage | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_of_the_stages(cls, data: object) -> object:
        return _chosen(data, DeploymentStage, _STAGE_SAID)


class NarratorFact(Fact):
    """Who tells the story, with the words that show it."""

    value: Narrator | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_of_the_narrators(cls, data: object) -> object:
        return _chosen(data, Narrator, {})


TermGroup = Literal["technique", "tool", "application", "concern"]


class Tag(Frozen):
    """A term of the taxonomy, with the words of the source that earn it."""

    slug: str
    label: str
    group: TermGroup
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
    "open_questions",
)


class CaseStudy(Frozen):
    """The structured summary of one deployment, as told by its sources.

    An empty list means that the source does not say; nothing is filled in. ``open_questions`` are
    what the tellers themselves leave open; what they are silent about, ``silent`` tells.
    """

    title: Fact = Fact()
    company: Fact = Fact()
    industry: Fact = Fact()
    year: Fact = Fact()
    deployment: DeploymentFact = DeploymentFact()
    narrator: NarratorFact = NarratorFact()
    summary: Sequence[Statement] = ()
    architecture: Sequence[Statement] = ()
    techniques: Sequence[Statement] = ()
    tools: Sequence[Statement] = ()
    challenges: Sequence[Statement] = ()
    solutions: Sequence[Statement] = ()
    lessons: Sequence[Statement] = ()
    results: Sequence[Result] = ()
    failures: Sequence[Statement] = ()
    open_questions: Sequence[Statement] = ()
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

    def silent(self) -> list[str]:
        """Return the names of the facts and fields that the source says nothing about.

        That the tellers leave nothing open is no silence.
        """
        facts = [name for name, fact in self.facts() if fact.value is None]
        fields = [name for name in STATEMENT_FIELDS if not getattr(self, name)]
        return [name for name in facts + fields if name != "open_questions"]

    def counts(self) -> dict[str, int]:
        """Return the number of statements per field, empty fields included."""
        return {name: len(getattr(self, name)) for name in STATEMENT_FIELDS}

    def support_counts(self) -> dict[str, int]:
        """Return how many statements are supported, weak and unsupported."""
        levels = [statement.support.level for _, statement in self.statements()]
        return {level.value: levels.count(level) for level in SupportLevel}
