"""The structured case study: facts, statements and tags, each with its evidence and support."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal, get_args

from pydantic import Field

from schemas.frozen import Frozen
from schemas.sources import Heard

Match = StrEnum("Match", "EXACT CLOSE MISSING")
Match.__doc__ = """How closely a quote matches the document."""
Origin = StrEnum("Origin", "MODEL SOURCE SELECTED CURATOR")
Origin.__doc__ = """The author of a statement's wording.

Selected: the source's words, chosen by code and not by a model.
"""
Method = StrEnum(
    "Method", {"SELF_REPORTED": "self-reported", "AB_TEST": "A/B test", "AUDITED": "audited"}
)
Method.__doc__ = """How a result was measured, according to the source."""


class Evidence(Frozen):
    """A quote in the document's wording, and its position in the document."""

    quote: str  # in the model's wording if it was not found
    translation: str | None = None  # if the case study is in another language
    passage: int | None = None  # 0 is the page's own description, outside of the text
    start: int | None = None  # offsets in the text
    end: int | None = None
    match: Match = Match.MISSING
    score: float = 0.0  # the share of matching characters
    page: int | None = None
    seconds: float | None = None
    estimated: bool = False  # whether the seconds are interpolated within a long turn
    speaker: str | None = None
    heard: Heard | None = None  # the machine that heard the words

    @property
    def is_found(self) -> bool:
        """Whether readers can look it up in the source."""
        return self.match is not Match.MISSING and (self.start is not None or self.passage == 0)


SupportLevel = StrEnum("SupportLevel", "VERBATIM VERIFIED UNVERIFIED IMPORTED DOUBTFUL REFUTED")
SupportLevel.__doc__ = """How well the source supports a statement, from best to worst.

Verbatim: a sentence of the source that, if a judge was asked, is about this system. Verified: the
quote was found, and a judge model that sees the whole source says that it entails the statement.
Unverified: the quote was found, and nobody judged the meaning. Imported: taken from another
database, not compared with the source. Doubtful: the judge says that the source entails only a
part; or, without a judge, a number or name is missing from the quote, or the quote was found only
approximately.
Refuted: the quote is not in the source, or the judge says that the source does not support the
statement.
"""
NOT_JUDGED = "Not judged"
"""The beginning of the reason for a part without a verdict although a judge is configured."""

ONLY_HEARD = "A machine heard"
"""The beginning of the reason for a part that waits for a person to listen."""


class Support(Frozen):
    """The result of the checks, with a reason for the curator if something is wrong."""

    level: SupportLevel
    reason: str = ""
    confirmed_by: str | None = None  # the curator who accepted the part despite the reason

    @property
    def is_unjudged(self) -> bool:
        """Whether a judge was to be asked and gave no verdict, or has not given one yet."""
        return self.level is SupportLevel.UNVERIFIED and self.reason.startswith(NOT_JUDGED)

    @property
    def is_doubtful(self) -> bool:
        """Whether a curator has to look at the part: it is doubtful or unjudged."""
        return self.level is SupportLevel.DOUBTFUL or self.is_unjudged

    @property
    def is_publishable(self) -> bool:
        """Whether readers may see the part: nothing is wrong, or a curator confirmed it."""
        is_wrong = self.is_doubtful or self.level is SupportLevel.REFUTED
        return not is_wrong or self.confirmed_by is not None


class Section(StrEnum):
    """The sections of a case study, in the order in which statements are numbered."""

    ABSTRACT = "abstract"
    CONTEXT = "context"
    ARCHITECTURE = "architecture"
    CHALLENGES = "challenges"
    SOLUTIONS = "solutions"
    TECHNIQUES = "techniques"
    TOOLS = "tools"
    EVALUATION = "evaluation"
    RESULTS = "results"  # measured if they have a measure, else observed
    LESSONS = "lessons"
    FAILURES = "failures"
    PLANS = "plans"
    QUESTIONS = "questions"  # that the authors call open
    EXAMPLE = "example"  # a query, a prompt or an incident, quoted
    GAPS = "gaps"  # the editor's: what an engineer would ask and the source does not answer

    @property
    def heading(self) -> str:
        """The heading shown to readers."""
        return _HEADINGS.get(self.value, self.value.capitalize())


_HEADINGS = {
    "abstract": "Summary",
    "evaluation": "Evaluation and operations",
    "failures": "Failures and limits",
    "questions": "Open questions",
    "example": "An example",
    "gaps": "What the account leaves open",
}
READING_ORDER = tuple(
    sorted(Section, key=lambda section: section not in {Section.ABSTRACT, Section.RESULTS})
)
"""The sections as readers see them: the results follow the summary."""

Form = StrEnum("Form", "PARAGRAPH NEXT ITEM")
Form.__doc__ = """The layout of a statement: a new paragraph, the same one, or a list item."""


class Measure(Frozen):
    """The parts of a result, in the wording of the source."""

    metric: str | None = None
    qualifier: str | None = None  # "more than", "up to"
    value: str | None = None
    number: float | None = None  # the value as a number in ``unit``
    unit: str | None = None
    baseline: str | None = None
    sample: str | None = None  # the period or the cases that were measured
    method: Method | None = None

    @property
    def shown_value(self) -> str | None:
        """The value with its qualifier, and with its unit unless the value includes it."""
        if not self.value:
            return None
        unit = "" if not self.unit or self.unit.casefold() in self.value.casefold() else self.unit
        unit = (
            "" if unit == "%" and "percent" in self.value.replace("per cent", "percent") else unit
        )
        joint = "" if unit == "%" else " "
        return " ".join(filter(None, (self.qualifier, f"{self.value}{joint}{unit}".strip())))


class Statement(Frozen):
    """One statement of a case study, with its evidence and support."""

    n: int  # from 1 within a revision
    section: Section
    text: str
    evidence: tuple[Evidence, ...]
    support: Support
    origin: Origin = Origin.MODEL
    answers: int | None = None  # for a solution: the ``n`` of the challenge that it solves
    rests_on: tuple[int, ...] = ()  # for the abstract: the ``n`` of the statements it summarizes
    measure: Measure | None = None  # for a result
    form: Form | None = None  # None in older drafts, which are lists


FactName = Literal[
    "title", "company", "industry", "year", "stage", "narrator", "scale", "seller", "builder"
]
FACT_NAMES: tuple[FactName, ...] = get_args(FactName)
_LABELS = {
    "stage": "Deployment", "narrator": "Account by", "seller": "Sold by", "builder": "Built by"
}  # fmt: skip
FACT_LABELS: Mapping[FactName, str] = {n: _LABELS.get(n, n.capitalize()) for n in FACT_NAMES}
STAGES = ("proof of concept", "internal tool", "limited production", "full production")
NARRATORS = ("builder", "vendor", "customer", "panel", "researcher")
TermGroup = Literal["technique", "tool", "model", "application", "concern"]


class Fact(Frozen):
    """A value with its evidence; None if the source does not state it."""

    name: FactName
    value: str | None = None
    evidence: tuple[Evidence, ...] = ()
    support: Support = Support(level=SupportLevel.UNVERIFIED)
    inferred: bool = False  # the quote suggests the value without stating it


NOT_IN_TEXT = "Not found in the text."
"""The reason of an imported tag that its text does not name."""


class Tag(Frozen):
    """A term of the taxonomy, with the quotes that justify it."""

    slug: str
    label: str
    group: TermGroup
    evidence: tuple[Evidence, ...]
    support: Support

    @property
    def is_set_aside(self) -> bool:
        """Whether it is an imported tag that the text does not name; such tags are not counted."""
        return self.support.level is SupportLevel.IMPORTED and self.support.reason == NOT_IN_TEXT


Part = Statement | Fact | Tag
"""A part of a case study with its own evidence and support."""


class CaseStudy(Frozen):
    """The structured summary of one deployment; missing entries are not stated by the source."""

    facts: tuple[Fact, ...] = ()
    statements: tuple[Statement, ...] = ()
    tags: tuple[Tag, ...] = Field(default=(), max_length=30)

    def fact(self, name: FactName) -> Fact:
        """Return the fact with this name, without a value if the source does not state it."""
        return next((fact for fact in self.facts if fact.name == name), Fact(name=name))

    def section(self, section: Section) -> tuple[Statement, ...]:
        """Return the statements of a section in order."""
        return tuple(s for s in self.statements if s.section is section)

    def map_parts(self, change: Callable[[Any], Any]) -> "CaseStudy":
        """Return the study with ``change`` applied to each part."""
        return CaseStudy(
            facts=tuple(map(change, self.facts)),
            statements=tuple(map(change, self.statements)),
            tags=tuple(map(change, self.tags)),
        )

    def sections(self) -> Iterator[tuple[Section, tuple[Statement, ...]]]:
        """Yield each section that has statements, in reading order: results after the summary."""
        for section in READING_ORDER:
            if found := self.section(section):
                yield section, found

    def counts(self) -> dict[str, int]:
        """Return the number of statements in each section, including empty sections."""
        return {section.value: len(self.section(section)) for section in Section}

    def support_counts(self) -> dict[str, int]:
        """Return the number of statements at each support level, including unused levels."""
        levels = [statement.support.level for statement in self.statements]
        return {level.value: levels.count(level) for level in SupportLevel}


def numbered(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Return statements sorted by section and numbered from 1, with updated references."""
    order = list(Section)
    ranked: Sequence[Statement] = sorted(statements, key=lambda s: order.index(s.section))
    new = {statement.n: number for number, statement in enumerate(ranked, start=1)}

    def changes(one: Statement) -> dict[str, object]:
        rests_on = tuple(new[n] for n in one.rests_on if n in new)
        return {"n": new[one.n], "answers": new.get(one.answers or 0), "rests_on": rests_on}

    return tuple(one.model_copy(update=changes(one)) for one in ranked)
