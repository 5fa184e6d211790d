"""Reports across cases: sentences with the statements they cite, and numbers with their SQL."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from schemas.cases import SupportLevel
from schemas.frozen import NOW, Frozen

SentenceRole = StrEnum(
    "SentenceRole", "SUMMARY COUNTS DID CHALLENGES WORKED DISAGREE FAILED RESULTS"
)
"""What a sentence is about; within a section, sentences of the same role stand together."""

ROLE_HEADINGS: Mapping[SentenceRole, str] = {
    SentenceRole.DID: "What teams did",
    SentenceRole.CHALLENGES: "Challenges",
    SentenceRole.WORKED: "What worked",
    SentenceRole.DISAGREE: "Where they disagree",
    SentenceRole.FAILED: "What failed",
    SentenceRole.RESULTS: "Results",
}

PLACEHOLDER = re.compile(r"\{([qs]:[\w.-]+)\}")
"""A number in a sentence: ``{q:cases}`` of a query, ``{s:CASE.results.7}`` of a statement."""


class Scope(Frozen):
    """Which published cases a report is about; ``words`` only rank what they state."""

    words: str = ""
    tags: tuple[str, ...] = ()
    industry: str | None = None
    company: str | None = None  # the key that all spellings of a name share
    since: int | None = None  # a year
    added_since: date | None = None  # the day of an earlier release


class DatasetRelease(Frozen):
    """The state of the published cases that a report was made from: ``cases.jsonl`` of a day."""

    day: date
    sha256: str
    cases: int


class Citation(Frozen):
    """A statement of a published case as it was cited.

    ``part`` is ``s`` and the number of a statement, or ``p`` and the number of a paragraph of an
    imported text. ``quote`` has the source's words; an imported text has none.
    """

    case_id: str
    revision_id: str
    part: str
    text: str
    quote: str = ""
    label: str  # the company, else the title
    title: str
    year: str | None = None


class ReportSentence(Frozen):
    """One sentence; ``text`` has placeholders instead of numbers.

    Its support is verbatim (a cited statement itself), verified (a judge found that the citations
    carry it), unverified (written by a model, and no judge is configured) or, without citations,
    computed: then code wrote it around its numbers.
    """

    n: int  # counts the sentences of a report from 1
    role: SentenceRole
    text: str
    citations: tuple[Citation, ...] = ()
    support: SupportLevel | Literal["computed"]


class ReportSection(Frozen):
    """A theme of a report; ``tag`` is the term of the taxonomy that it is about, if any."""

    heading: str
    sentences: tuple[ReportSentence, ...]
    tag: str | None = None

    def roles(self) -> Iterator[tuple[SentenceRole, list[ReportSentence]]]:
        """Yield each role that has sentences, in the order of reading."""
        for role in SentenceRole:
            if found := [one for one in self.sentences if one.role is role]:
                yield role, found


class ReportNumber(Frozen):
    """A number of a report: the query that gives it, and what it gave, as readers see it.

    Numbers of the same ``series`` make a chart, each with its ``label``.
    """

    name: str  # q:cases, s:CASE.results.7
    sql: str
    value: str
    meaning: str
    series: str = ""
    label: str = ""
    key: str = ""  # of a chart's row: a year, an industry or a tag


class SpokenLine(NamedTuple):
    """A line of voice 0 or 1, and the numbers of the sentences that it gives."""

    voice: Literal[0, 1]
    text: str
    sentences: tuple[int, ...]


class DroppedSentence(Frozen):
    """A sentence that a model wrote and no reader sees, and why."""

    text: str
    reason: str


class Report(Frozen):
    """A report as it was made. ``name`` is its address, which a later edition takes over."""

    report_id: str
    name: str
    title: str
    template: str
    scope: Scope
    release: DatasetRelease
    sections: tuple[ReportSection, ...]
    numbers: tuple[ReportNumber, ...]
    dropped: tuple[DroppedSentence, ...] = ()
    model: str | None = None  # None where every sentence is verbatim or computed
    judge: str | None = None
    prompts: tuple[str, ...] = ()
    generation_ids: tuple[str, ...] = ()
    created_by: str
    created_at: datetime = NOW

    @property
    def sentences(self) -> list[ReportSentence]:
        """All sentences in their order."""
        return [sentence for section in self.sections for sentence in section.sentences]

    @property
    def case_ids(self) -> list[str]:
        """The cases that are cited, each once, in the order of the citations."""
        cited = (one.case_id for sentence in self.sentences for one in sentence.citations)
        return list(dict.fromkeys(cited))

    def shown(self, sentence: ReportSentence) -> str:
        """Return a sentence with its numbers."""
        return with_numbers(sentence.text, {one.name: one for one in self.numbers})


def with_numbers(text: str, numbers: Mapping[str, ReportNumber]) -> str:
    """Return a text with the values of its placeholders, those that are known."""
    return PLACEHOLDER.sub(lambda m: numbers[m[1]].value if m[1] in numbers else m[0], text)


def value_name(cited: Citation) -> str:
    """Return the name of the value of a result: ``s:CASE.results.7``."""
    return f"s:{cited.case_id}.results.{cited.part.removeprefix('s')}"


ReportStep = StrEnum("ReportStep", "PUBLISH WITHDRAW")
"""What a curator can do with a report."""


class ReportEvent(Frozen):
    """A report was put on the site, or taken from it."""

    report_id: str
    step: ReportStep
    who: str
    at: datetime = NOW


class Material(Frozen):
    """Something that a report may cite: a statement, or a sentence of an imported text."""

    citation: Citation
    section: str  # of the case
    company: str  # the key that its names share, else the case
    value: str | None = None  # of a measured result
    score: float = 0.0  # how well it fits what was asked for

    @property
    def role(self) -> SentenceRole | None:
        """What it can be cited for; plans and questions report nothing that was done."""
        return _ROLES.get(self.section)


_ROLES: Mapping[str, SentenceRole] = {
    **dict.fromkeys(
        "context architecture solutions techniques tools evaluation".split(), SentenceRole.DID
    ),
    "challenges": SentenceRole.CHALLENGES,
    "lessons": SentenceRole.WORKED,
    "failures": SentenceRole.FAILED,
    "results": SentenceRole.RESULTS,
}


class Theme(Frozen):
    """Material about the same thing, the best first; the heading of a section to be written."""

    heading: str
    material: tuple[Material, ...]
    tag: str | None = None


class ReportLine(Frozen):
    """A report as lists show it; without ``published_at`` it is not on the site."""

    report_id: str
    name: str
    title: str
    template: str
    model: str | None
    created_at: datetime
    created_by: str
    sentences: int
    cited_cases: int
    published_at: datetime | None


class ReportEstimate(Frozen):
    """What a report is made of, and what writing it is likely to take."""

    title: str
    template: str
    cases: int
    statements: int
    themes: tuple[tuple[str, int], ...]  # each with the number of its statements
    model: str | None
    calls: int
    tokens: int
    cost_usd: float | None


Outcome = StrEnum("Outcome", "ANSWERED STATEMENTS SILENT")
"""A model's answer, the best statements themselves, or that the cases do not say."""


class RelatedStatement(Frozen):
    """A statement that is near a question, and its address on the site."""

    citation: Citation
    address: str


class CitedAnswer(Frozen):
    """What the cases say to a question: sentences that cite, or the statements nearest to it."""

    question: str
    outcome: Outcome
    sentences: tuple[ReportSentence, ...] = ()
    statements: tuple[RelatedStatement, ...]
    model: str | None = None
