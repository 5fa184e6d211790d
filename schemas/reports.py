"""Reports across cases: sentences with the statements they cite, and numbers with their SQL."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from schemas.cases import SupportLevel
from schemas.claims import Claim
from schemas.frozen import NOW, Frozen

SentenceRole = StrEnum(
    "SentenceRole",
    "SUMMARY COUNTS DID CHALLENGES WORKED DISAGREE FAILED RESULTS IMPORTED "
    "OPENING EVIDENCE AGAINST LIMITS ADVICE",
)
"""The subject of a sentence; a section groups its sentences by role, one about a claim does not.

Sentences of imported texts have a role of their own, since their subject is unknown.
"""

ROLE_HEADINGS: Mapping[SentenceRole, str] = {
    SentenceRole.DID: "Design and practice",
    SentenceRole.CHALLENGES: "Challenges",
    SentenceRole.WORKED: "Lessons",
    SentenceRole.DISAGREE: "Where they disagree",
    SentenceRole.FAILED: "Failures",
    SentenceRole.RESULTS: "Results",
    SentenceRole.IMPORTED: "From the texts of other databases",
}

WEAK_SUPPORT: Mapping[SupportLevel, str] = {
    SupportLevel.UNVERIFIED: "unjudged",
    SupportLevel.IMPORTED: "imported",
    SupportLevel.DOUBTFUL: "doubtful",
    SupportLevel.REFUTED: "refuted",
}
"""The levels of cited statements that readers and the judge see, in words before a noun."""

PLACEHOLDER = re.compile(r"\{([qs]:[\w.-]+)\}")
"""A number in a sentence: ``{q:cases}`` of a query, ``{s:CASE.results.7}`` of a statement."""


class Scope(Frozen):
    """The published cases that a report covers; ``words`` only rank their statements."""

    words: str = ""
    tags: tuple[str, ...] = ()
    industry: str | None = None
    company: str | None = None  # the key shared by all spellings of a name
    since: int | None = None  # a year
    added_since: date | None = None  # the date of an earlier release


class DatasetRelease(Frozen):
    """The version of the published cases used for a report: ``cases.jsonl`` of one day."""

    day: date
    sha256: str
    cases: int


class Citation(Frozen):
    """A statement of a published case, as cited."""

    case_id: str
    revision_id: str
    part: str  # s and the number of a statement, or p and that of a paragraph of an imported text
    text: str
    quote: str = ""  # in the source's words; empty for an imported text
    label: str  # the company, or the title if it is unknown
    title: str
    year: str | None = None


class ReportSentence(Frozen):
    """One sentence of a report; ``text`` has placeholders instead of numbers.

    Its support is verbatim (a cited statement), verified (a judge confirmed that the citations
    support it), unverified (a model wrote it and no judge is configured) or computed (code wrote it
    around its numbers, without citations).
    """

    n: int  # from 1 within a report
    role: SentenceRole
    text: str
    citations: tuple[Citation, ...] = ()
    support: SupportLevel | Literal["computed"]


class ReportSection(Frozen):
    """A section of a report about one theme, or about the claim that is its heading.

    ``tag`` is the slug of its taxonomy term, if any.
    """

    heading: str
    sentences: tuple[ReportSentence, ...]
    tag: str | None = None

    def roles(self) -> Iterator[tuple[SentenceRole, list[ReportSentence]]]:
        """Yield each role that has sentences, in reading order."""
        for role in SentenceRole:
            if found := [one for one in self.sentences if one.role is role]:
                yield role, found


class ReportNumber(Frozen):
    """A number in a report: its query, and its value as shown to readers."""

    name: str  # q:cases, s:CASE.results.7
    sql: str
    value: str
    meaning: str
    series: str = ""  # the chart formed by the numbers with the same series
    label: str = ""
    key: str = ""  # of a row in a chart: a year, an industry or a tag


class SpokenLine(NamedTuple):
    """A line spoken by voice 0 or 1, and the numbers of the sentences that it covers."""

    voice: Literal[0, 1]
    text: str
    sentences: tuple[int, ...]


class DroppedSentence(Frozen):
    """A sentence by a model that was left out of the report, and the reason."""

    text: str
    reason: str


class Report(Frozen):
    """A report as it was made; later editions reuse ``name``, which is its address."""

    report_id: str
    name: str
    title: str
    template: str
    scope: Scope
    release: DatasetRelease
    sections: tuple[ReportSection, ...]
    numbers: tuple[ReportNumber, ...]
    claims: tuple[Claim, ...] = ()
    edition: int = 1
    changes: tuple[str, ...] = ()  # what is new in this edition
    dropped: tuple[DroppedSentence, ...] = ()
    model: str | None = None  # None if every sentence is verbatim or computed
    judge: str | None = None
    prompts: tuple[str, ...] = ()
    generation_ids: tuple[str, ...] = ()
    created_by: str
    created_at: datetime = NOW

    @property
    def sentences(self) -> list[ReportSentence]:
        """All sentences in order."""
        return [sentence for section in self.sections for sentence in section.sentences]

    @property
    def case_ids(self) -> list[str]:
        """The cited cases, each once, in the order of their first citation."""
        cited = (one.case_id for sentence in self.sentences for one in sentence.citations)
        return list(dict.fromkeys(cited))

    def shown(self, sentence: ReportSentence) -> str:
        """Return a sentence with the values of its numbers filled in."""
        return with_numbers(sentence.text, {one.name: one for one in self.numbers})


def with_numbers(text: str, numbers: Mapping[str, ReportNumber]) -> str:
    """Return a text with its placeholders replaced by values; unknown placeholders remain."""
    return PLACEHOLDER.sub(lambda m: numbers[m[1]].value if m[1] in numbers else m[0], text)


def value_name(cited: Citation) -> str:
    """Return the name of a result's value: ``s:CASE.results.7``."""
    return f"s:{cited.case_id}.results.{cited.part.removeprefix('s')}"


ReportStep = StrEnum("ReportStep", "PUBLISH WITHDRAW")
"""The actions of a curator on a report."""


class ReportEvent(Frozen):
    """The publication of a report on the site, or its withdrawal."""

    report_id: str
    step: ReportStep
    who: str
    at: datetime = NOW


class Material(Frozen):
    """A statement or a sentence of an imported text that a report can cite."""

    citation: Citation
    section: str  # of the case
    company: str  # the key shared by its names, or the case if it has none
    value: str | None = None  # of a measured result
    support: SupportLevel | None = None
    score: float = 0.0  # the relevance to the report's scope or to a question

    @property
    def role(self) -> SentenceRole | None:
        """The role of sentences that cite it; None for plans and questions."""
        return _ROLES.get(self.section)


_ROLES: Mapping[str, SentenceRole] = {
    **dict.fromkeys(
        "context architecture solutions techniques tools evaluation".split(), SentenceRole.DID
    ),
    "challenges": SentenceRole.CHALLENGES,
    "lessons": SentenceRole.WORKED,
    "failures": SentenceRole.FAILED,
    "results": SentenceRole.RESULTS,
    "imported": SentenceRole.IMPORTED,
}


class Theme(Frozen):
    """Material on one subject, best first, and the heading of the section to be written."""

    heading: str
    material: tuple[Material, ...]
    tag: str | None = None


class ReportLine(Frozen):
    """A report in lists; ``published_at`` is None if it is not on the site."""

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
    """The content of a report that is not written yet, and its expected cost."""

    title: str
    template: str
    cases: int
    makes_claims: bool
    subjects: tuple[tuple[str, int], ...]  # themes with their statements, or the findings
    model: str | None
    calls: int
    tokens: int
    cost_usd: float | None


Outcome = StrEnum("Outcome", "ANSWERED STATEMENTS SILENT")
"""Whether a question got a model's answer, only the best statements, or no answer."""


class RelatedStatement(Frozen):
    """A statement related to a question, and its address on the site."""

    citation: Citation
    address: str


class CitedAnswer(Frozen):
    """The answer to a question: sentences with citations, or the most related statements."""

    question: str
    outcome: Outcome
    sentences: tuple[ReportSentence, ...] = ()
    statements: tuple[RelatedStatement, ...]
    model: str | None = None
