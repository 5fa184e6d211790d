"""Reports for readers, with citations resolved against the currently published cases."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from publishing.reports.checks import (
    CitableParts,
    CitationState,
    citation_state,
    cited_row,
    correction_of,
)
from publishing.reports.numbers import plans
from publishing.reports.verbatim import IN_NUMBERS
from publishing.site.charts import Chart, Link, bars
from publishing.site.groups import group_address
from publishing.wording import fact_text, listing
from schemas.claims import Claim, Evidence
from schemas.reports import (
    PLACEHOLDER,
    ROLE_HEADINGS,
    WEAK_SUPPORT,
    Citation,
    Report,
    ReportNumber,
    ReportSection,
    ReportSentence,
    SentenceRole,
)

ADVICE = "Do this, not that"
LIMITS = "Limits"
_MARKS: Mapping[SentenceRole, str] = {
    SentenceRole.OPENING: "",
    SentenceRole.EVIDENCE: "",
    SentenceRole.RESULTS: "",
    SentenceRole.AGAINST: "Against it",
    SentenceRole.LIMITS: LIMITS,
    SentenceRole.ADVICE: "What to do",
}
"""The marks of paragraphs about a claim."""

_PROSE = _MARKS.keys() - {SentenceRole.RESULTS}  # results are also in sections about a theme

GONE = "A sentence was removed here, because its case is no longer published."


class CitationView(NamedTuple):
    """A citation with its number on the page, its state and its address."""

    number: int
    label: str
    title: str
    year: str | None
    text: str
    quote: str
    state: CitationState
    address: str | None
    level: str | None = None  # of the statement now, if it is weak: "unjudged", "imported"
    correction: str = ""  # what was wrong, if a mistake was found since


class TextPiece(NamedTuple):
    """Text of a sentence, or one of its numbers."""

    text: str
    number: ReportNumber | None = None


class SentenceView(NamedTuple):
    """A sentence for readers; empty if a cited case was withdrawn."""

    n: int
    pieces: tuple[TextPiece, ...]
    support: str
    cited: tuple[CitationView, ...]
    state: CitationState

    @property
    def text(self) -> str:
        """The text of the sentence."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def caution(self) -> str:
        """A note on the weak statements that the sentence cites, or an empty string."""
        levels = sorted({one.level for one in self.cited if one.level})
        return f"rests on {listing(levels)} statements" if levels else ""


class Paragraph(NamedTuple):
    """The sentences of a role, with its heading or a mark at its beginning, if any."""

    role: SentenceRole
    heading: str | None
    sentences: tuple[SentenceView, ...]
    is_quoted: bool  # each is a statement itself
    mark: str = ""


class EvidenceView(NamedTuple):
    """A finding for or against a claim, with the address of its first statement."""

    text: str
    label: str
    year: str | None
    effect: str
    address: str
    level: str | None  # of that statement, if it is weak


class ClaimView(NamedTuple):
    """The evidence of a claim that is still published, and its years: (year, for, against)."""

    condition: str | None
    supporting: tuple[EvidenceView, ...]
    opposing: tuple[EvidenceView, ...]
    years: tuple[tuple[str, int, int], ...]

    @property
    def sides(self) -> tuple[tuple[str, tuple[EvidenceView, ...]], ...]:
        """The evidence by side."""
        return ("For", self.supporting), ("Against", self.opposing)


class SectionView(NamedTuple):
    """A section of a report for readers."""

    anchor: str
    heading: str
    address: str | None
    paragraphs: tuple[Paragraph, ...]
    has_charts: bool
    claim: ClaimView | None = None
    advice: tuple[tuple[str, str, SentenceView], ...] = ()  # anchor and claim of its section


class CaseRow(NamedTuple):
    """A cited case, with the number of citations."""

    title: str
    company: str | None
    industry: str | None
    year: str | None
    address: str
    citations: int


class ReportView(NamedTuple):
    """A report for readers."""

    report: Report
    parts: tuple[SectionView, ...]
    charts: tuple[tuple[str, Chart], ...]
    cases: tuple[CaseRow, ...]
    cited: tuple[CitationView, ...]
    numbers: tuple[ReportNumber, ...]
    changed: int
    withdrawn: int
    editions: tuple[Report, ...] = ()  # all that are published, the newest first

    @property
    def is_newest(self) -> bool:
        """Whether no newer edition is published."""
        return self.editions[:1] in {(), (self.report,)}

    @property
    def noted(self) -> list[CitationView]:
        """The citations of sentences in a model's words; quoted sentences show their source."""
        every = (one for part in self.parts for one in part.paragraphs if not one.is_quoted)
        found = {cited for one in every for s in one.sentences for cited in s.cited}
        return sorted(found, key=lambda cited: cited.number)

    @property
    def caution(self) -> str:
        """The note that all sentences with citations share, empty if they differ."""
        every = (s for part in self.parts for one in part.paragraphs for s in one.sentences)
        notes = {one.caution for one in every if one.cited}
        return notes.pop() if len(notes) == 1 else ""

    @property
    def folder(self) -> str:
        """The folder of the report's files, relative to the site's root."""
        return self.folder_of(self.report)

    def folder_of(self, report: Report) -> str:
        """Return the folder of an edition: the newest one has that of the name."""
        folder = f"reports/{report.name}"
        return (
            folder
            if report == (*self.editions, report)[0]
            else f"{folder}/edition-{report.edition}"
        )

    @property
    def lead(self) -> str:
        """The first sentence that was not removed."""
        every = (s for part in self.parts for one in part.paragraphs for s in one.sentences)
        return next((one.text for one in every if one.pieces), self.report.title)

    @property
    def sentences(self) -> int:
        """The number of sentences with citations."""
        return sum(bool(one.citations) for one in self.report.sentences)


def view_of(
    report: Report,
    parts: CitableParts,
    findings: Collection[tuple[str, str]] = (),
    editions: Sequence[Report] = (),
) -> ReportView:
    """Return a report for readers; ``parts`` are the current citable parts of its cases.

    ``findings`` are the case and text of current ones, ``editions`` the published ones of its name.
    """
    numbering: dict[Citation, CitationView] = {}
    for sentence in report.sentences:
        for one in sentence.citations:
            if one not in numbering:
                numbering[one] = _cited(len(numbering) + 1, one, parts, report.created_at)
    shown = {one.n: _shown(one, report, numbering) for one in report.sentences}
    states = Counter(one.state for one in shown.values())
    return ReportView(
        report=report,
        parts=tuple(_parts(report, shown, parts, findings)),
        charts=tuple(_charts(report)),
        cases=tuple(_cases(report, parts)),
        cited=tuple(one for one in numbering.values() if one.state != "withdrawn"),
        numbers=tuple(one for one in report.numbers if _case_of(one) in {"", *parts}),
        changed=states["changed"] + states["corrected"],
        withdrawn=states["withdrawn"],
        editions=tuple(editions),
    )


def _parts(
    report: Report,
    shown: Mapping[int, SentenceView],
    parts: CitableParts,
    findings: Collection[tuple[str, str]],
) -> Iterator[SectionView]:
    """Yield the sections, except those whose cases were all withdrawn; advice follows claims."""
    claims, advice = {one.text: one for one in report.claims}, list[tuple[str, str, SentenceView]]()
    for n, section in enumerate(report.sections, start=1):
        states = {shown[one.n].state for one in section.sentences if one.citations}
        if states == {"withdrawn"}:
            continue
        claim, anchor = claims.get(section.heading), f"part-{n}"
        if advice and claim is None:
            yield SectionView("advice", ADVICE, None, (), has_charts=False, advice=tuple(advice))
            advice = []
        own = (s for s in section.sentences if s.role is SentenceRole.ADVICE)
        advice += [(anchor, section.heading, shown[s.n]) for s in own if shown[s.n].pieces]
        yield SectionView(
            anchor,
            section.heading,
            group_address("tag", section.tag) if section.tag else None,
            tuple(_paragraphs(section, shown)),
            has_charts=section.heading == IN_NUMBERS,
            claim=_claim(claim, parts, findings) if claim else None,
        )


def _claim(claim: Claim, parts: CitableParts, findings: Collection[tuple[str, str]]) -> ClaimView:
    """Return the evidence of a claim that readers can still look up."""
    current = [
        [one for one in evidence if one.case_id in parts and (one.case_id, one.text) in findings]
        for _, evidence in claim.sides
    ]
    counts = [Counter(one.year for one in side if one.year) for side in current]
    years = sorted(counts[0].keys() | counts[1].keys())
    supporting, opposing = (tuple(_evidence(one, parts) for one in side) for side in current)
    by_year = tuple((year, counts[0][year], counts[1][year]) for year in years)
    return ClaimView(claim.condition, supporting, opposing, by_year)


def _evidence(one: Evidence, parts: CitableParts) -> EvidenceView:
    rows = parts[one.case_id]
    cited = next((r for r in rows if r["part"] == f"s{one.statements[0]}"), rows[0])
    address = f"cases/{cited['slug']}/index.html#{cited['anchor']}"
    level = WEAK_SUPPORT.get(cited["support"])
    return EvidenceView(one.text, one.label, one.year, one.effect, address, level)


def _case_of(number: ReportNumber) -> str:
    """Return the case id of a number that is a result, empty for a count."""
    return number.name[2:].partition(".")[0] if number.name.startswith("s:") else ""


def _cited(number: int, one: Citation, parts: CitableParts, made_at: datetime) -> CitationView:
    """Return a citation with the current names of its case."""
    row = cited_row(one, parts)
    address = f"cases/{row['slug']}/index.html#{row['anchor']}" if row else None
    now = row or next(iter(parts.get(one.case_id, ())), None)
    label, title, year = one.label, one.title, one.year
    if now:
        label, title, year = now["company"] or now["title"], now["title"], now["year"]
    level = WEAK_SUPPORT.get(row["support"]) if row else None
    state, what = citation_state(one, parts, made_at), correction_of(one, parts, made_at)
    return CitationView(
        number, label, title, year, one.text, one.quote, state, address, level, what
    )


def _shown(
    one: ReportSentence, report: Report, numbering: Mapping[Citation, CitationView]
) -> SentenceView:
    cited = tuple(numbering[citation] for citation in one.citations)
    states = {each.state for each in cited}
    if "withdrawn" in states:
        return SentenceView(one.n, (), one.support, (), "withdrawn")
    worst: Sequence[CitationState] = ("corrected", "changed")
    state: CitationState = next((one for one in worst if one in states), "current")
    return SentenceView(one.n, tuple(_pieces(one, report)), one.support, cited, state)


def _pieces(one: ReportSentence, report: Report) -> Iterator[TextPiece]:
    numbers = {number.name: number for number in report.numbers}
    words = PLACEHOLDER.split(one.text)
    for place, text in enumerate(words):
        number = numbers.get(text) if place % 2 else None
        if text:
            yield TextPiece(number.value, number) if number else TextPiece(text)


def _paragraphs(section: ReportSection, shown: Mapping[int, SentenceView]) -> Iterator[Paragraph]:
    if any(one.role in _PROSE for one in section.sentences):  # in one run
        for mark, run in groupby(section.sentences, key=lambda one: _MARKS.get(one.role)):
            own = tuple(run)
            views = tuple(shown[one.n] for one in own)
            yield Paragraph(own[0].role, None, views, is_quoted=False, mark=mark or "")
        return
    for role, found in section.roles():
        quoted = all(one.support == "verbatim" for one in found)
        sentences = tuple(shown[one.n] for one in found)
        yield Paragraph(role, ROLE_HEADINGS.get(role), sentences, quoted)


def _charts(report: Report) -> Iterator[tuple[str, Chart]]:
    cases = next((one.value for one in report.numbers if one.name == "q:cases"), "")
    of_all = f", of {cases} cases" if cases else ""
    for name, plan in plans()["series"].items():
        found = [one for one in report.numbers if one.series == name and one.value]
        links = [Link(one.label, group_address(plan["pages"], one.key)) for one in found]
        values = [[float(one.value.replace(",", ""))] for one in found]
        if found:
            yield f"{plan['title']}{of_all}", bars([*zip(links, values, strict=True)])


def _cases(report: Report, parts: CitableParts) -> Sequence[CaseRow]:
    counts = Counter(one.case_id for s in report.sentences for one in s.citations)
    rows = {case_id: parts[case_id][0] for case_id in counts if case_id in parts}
    found = [
        CaseRow(
            title=row["title"],
            company=row["company"],
            industry=fact_text("industry", row["industry"]) if row["industry"] else None,
            year=row["year"],
            address=f"cases/{row['slug']}/index.html",
            citations=counts[case_id],
        )
        for case_id, row in rows.items()
    ]
    return sorted(found, key=lambda one: (-one.citations, one.title.casefold()))
