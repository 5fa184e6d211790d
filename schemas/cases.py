"""The structured case study: facts, statements and tags, each with its evidence and support."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Literal, get_args

from pydantic import Field

from schemas.frozen import Frozen

Match = StrEnum("Match", "EXACT CLOSE MISSING")
Match.__doc__ = """How a quote was found in the document."""
Origin = StrEnum("Origin", "MODEL SOURCE CURATOR")
Origin.__doc__ = """Whose words a statement is in."""
Method = StrEnum(
    "Method", {"SELF_REPORTED": "self-reported", "AB_TEST": "A/B test", "AUDITED": "audited"}
)
Method.__doc__ = """How a result was measured, as far as the source says."""


class Evidence(Frozen):
    """A quote in the document's own wording, and where code found it."""

    quote: str  # as the model claimed it where it is missing
    passage: int | None = None
    start: int | None = None  # offsets in the text
    end: int | None = None
    match: Match = Match.MISSING
    score: float = 0.0  # the share of characters that agree
    page: int | None = None
    seconds: float | None = None
    speaker: str | None = None


SupportLevel = StrEnum("SupportLevel", "VERBATIM VERIFIED UNVERIFIED IMPORTED DOUBTFUL REFUTED")
SupportLevel.__doc__ = """How far a reader can rely on a statement, the most reliable first.

The source's own sentence; quote, numbers and names found, and entailed by the quote as a judge
model says; the same without a judge; taken over from another database without a quote; partly
entailed, a number or name not in the quote, or the
quote found only approximately; the quote not in the source, or not or contrary for the judge.
"""


class Support(Frozen):
    """The outcome of the checks, with a sentence for the curator where something is wrong."""

    level: SupportLevel
    reason: str = ""
    confirmed_by: str | None = None  # the curator who accepted a doubtful statement


class Section(StrEnum):
    """The parts of a case study in the order of reading."""

    ABSTRACT = "abstract"
    CONTEXT = "context"
    ARCHITECTURE = "architecture"
    CHALLENGES = "challenges"
    SOLUTIONS = "solutions"
    TECHNIQUES = "techniques"
    TOOLS = "tools"
    EVALUATION = "evaluation"
    RESULTS = "results"
    LESSONS = "lessons"
    FAILURES = "failures"
    PLANS = "plans"
    QUESTIONS = "questions"

    @property
    def heading(self) -> str:
        """The heading that readers see."""
        return _HEADINGS.get(self.value, self.value.capitalize())


_HEADINGS = {
    "abstract": "Summary",
    "evaluation": "Evaluation and operations",
    "failures": "Failures and limits",
    "questions": "Open questions",
}


class Measure(Frozen):
    """The parts of a result as the source writes them."""

    metric: str | None = None
    qualifier: str | None = None  # "more than", "up to"
    value: str | None = None
    number: float | None = None  # the value as code reads it, in the unit
    unit: str | None = None
    baseline: str | None = None
    sample: str | None = None  # the time or the cases that it was measured over
    method: Method | None = None

    @property
    def shown_value(self) -> str | None:
        """The value with its qualifier and unit, where it does not carry them already."""
        if not self.value:
            return None
        unit = "" if not self.unit or self.unit.casefold() in self.value.casefold() else self.unit
        joint = "" if unit == "%" else " "
        return " ".join(filter(None, (self.qualifier, f"{self.value}{joint}{unit}".strip())))


class Statement(Frozen):
    """One sentence with its evidence and support."""

    n: int  # counts the statements of a revision from 1
    section: Section
    text: str
    evidence: tuple[Evidence, ...]
    support: Support
    origin: Origin = Origin.MODEL
    answers: int | None = None  # the ``n`` of the challenge that a solution answers
    rests_on: tuple[int, ...] = ()  # the ``n`` of what a sentence of the abstract sums up
    measure: Measure | None = None  # of a result


FactName = Literal["title", "company", "industry", "year", "stage", "narrator", "scale"]
FACT_NAMES: tuple[FactName, ...] = get_args(FactName)
_LABELS = {"stage": "Deployment", "narrator": "Account by"}
FACT_LABELS: Mapping[FactName, str] = {n: _LABELS.get(n, n.capitalize()) for n in FACT_NAMES}
STAGES = ("proof of concept", "internal tool", "limited production", "full production")
NARRATORS = ("builder", "vendor", "customer", "panel", "researcher")
TermGroup = Literal["technique", "tool", "application", "concern"]


class Fact(Frozen):
    """One value with its evidence, None where the source does not say."""

    name: FactName
    value: str | None = None
    evidence: tuple[Evidence, ...] = ()
    support: Support = Support(level=SupportLevel.UNVERIFIED)
    inferred: bool = False  # whether the quote suggests the choice without stating it


class Tag(Frozen):
    """A term of the taxonomy, with the quote that earns it."""

    slug: str
    label: str
    group: TermGroup
    evidence: tuple[Evidence, ...]
    support: Support


class CaseStudy(Frozen):
    """The structured summary of one deployment; what has no entry, the source does not say."""

    facts: tuple[Fact, ...] = ()
    statements: tuple[Statement, ...] = ()
    tags: tuple[Tag, ...] = Field(default=(), max_length=30)

    def fact(self, name: FactName) -> Fact:
        """Return a fact, an empty one where the source does not say."""
        return next((fact for fact in self.facts if fact.name == name), Fact(name=name))

    def section(self, section: Section) -> tuple[Statement, ...]:
        """Return the statements of a section in order."""
        return tuple(s for s in self.statements if s.section is section)

    def sections(self) -> Iterator[tuple[Section, tuple[Statement, ...]]]:
        """Yield each section that has statements, in the order of reading."""
        for section in Section:
            if found := self.section(section):
                yield section, found

    def counts(self) -> dict[str, int]:
        """Return the number of statements per section, empty ones included."""
        return {section.value: len(self.section(section)) for section in Section}

    def support_counts(self) -> dict[str, int]:
        """Return the number of statements per support level, empty ones included."""
        levels = [statement.support.level for statement in self.statements]
        return {level.value: levels.count(level) for level in SupportLevel}


def numbered(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Return statements in the order of the sections, numbered from 1, with references kept."""
    order = list(Section)
    ranked: Sequence[Statement] = sorted(statements, key=lambda s: order.index(s.section))
    new = {statement.n: number for number, statement in enumerate(ranked, start=1)}

    def changes(one: Statement) -> dict[str, object]:
        rests_on = tuple(new[n] for n in one.rests_on if n in new)
        return {"n": new[one.n], "answers": new.get(one.answers or 0), "rests_on": rests_on}

    return tuple(one.model_copy(update=changes(one)) for one in ranked)
