"""Reports for readers, with citations resolved against the currently published cases."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from publishing.reports.checks import CitableParts, CitationState, citation_state, cited_row
from publishing.reports.numbers import plans
from publishing.site.charts import Chart, Link, bars
from publishing.site.groups import group_address
from publishing.wording import fact_text, listing
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
    """The sentences of a role, with its heading, if any."""

    role: SentenceRole
    heading: str | None
    sentences: tuple[SentenceView, ...]
    is_quoted: bool  # each is a statement itself


class SectionView(NamedTuple):
    """A section of a report for readers."""

    anchor: str
    heading: str
    address: str | None
    paragraphs: tuple[Paragraph, ...]
    has_charts: bool


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

    @property
    def noted(self) -> list[CitationView]:
        """The citations of sentences in a model's words; quoted sentences show their source."""
        every = (one for part in self.parts for one in part.paragraphs if not one.is_quoted)
        found = {cited for one in every for s in one.sentences for cited in s.cited}
        return sorted(found, key=lambda cited: cited.number)

    @property
    def folder(self) -> str:
        """The folder of the report's files, relative to the site's root."""
        return f"reports/{self.report.name}"

    @property
    def lead(self) -> str:
        """The first sentence that was not removed."""
        every = (s for part in self.parts for one in part.paragraphs for s in one.sentences)
        return next((one.text for one in every if one.pieces), self.report.title)

    @property
    def sentences(self) -> int:
        """The number of sentences with citations."""
        return sum(bool(one.citations) for one in self.report.sentences)


def view_of(report: Report, parts: CitableParts) -> ReportView:
    """Return a report for readers; ``parts`` are the current citable parts of its cases."""
    numbering: dict[Citation, CitationView] = {}
    for sentence in report.sentences:
        for one in sentence.citations:
            if one not in numbering:
                numbering[one] = _cited(len(numbering) + 1, one, parts)
    shown = {one.n: _shown(one, report, numbering) for one in report.sentences}
    states = Counter(one.state for one in shown.values())
    return ReportView(
        report=report,
        parts=tuple(_parts(report, shown)),
        charts=tuple(_charts(report)),
        cases=tuple(_cases(report, parts)),
        cited=tuple(one for one in numbering.values() if one.state != "withdrawn"),
        numbers=tuple(one for one in report.numbers if _case_of(one) in {"", *parts}),
        changed=states["changed"],
        withdrawn=states["withdrawn"],
    )


def _parts(report: Report, shown: Mapping[int, SentenceView]) -> Iterator[SectionView]:
    """Yield the sections, except those whose cases were all withdrawn."""
    charts = True
    for n, section in enumerate(report.sections, start=1):
        states = {shown[one.n].state for one in section.sentences if one.citations}
        if states == {"withdrawn"}:
            continue
        counts = charts and all(one.support == "computed" for one in section.sentences)
        charts = charts and not counts
        found = tuple(_paragraphs(section, shown))
        page = group_address("tag", section.tag) if section.tag else None
        yield SectionView(f"part-{n}", section.heading, page, found, counts)


def _case_of(number: ReportNumber) -> str:
    """Return the case id of a number that is a result, empty for a count."""
    return number.name[2:].partition(".")[0] if number.name.startswith("s:") else ""


def _cited(number: int, one: Citation, parts: CitableParts) -> CitationView:
    """Return a citation with the current names of its case."""
    row = cited_row(one, parts)
    address = f"cases/{row['slug']}/index.html#{row['anchor']}" if row else None
    now = row or next(iter(parts.get(one.case_id, ())), None)
    label, title, year = one.label, one.title, one.year
    if now:
        label, title, year = now["company"] or now["title"], now["title"], now["year"]
    level = WEAK_SUPPORT.get(row["support"]) if row else None
    state = citation_state(one, parts)
    return CitationView(number, label, title, year, one.text, one.quote, state, address, level)


def _shown(
    one: ReportSentence, report: Report, numbering: Mapping[Citation, CitationView]
) -> SentenceView:
    cited = tuple(numbering[citation] for citation in one.citations)
    states = {each.state for each in cited}
    if "withdrawn" in states:
        return SentenceView(one.n, (), one.support, (), "withdrawn")
    state: CitationState = "changed" if "changed" in states else "current"
    return SentenceView(one.n, tuple(_pieces(one, report)), one.support, cited, state)


def _pieces(one: ReportSentence, report: Report) -> Iterator[TextPiece]:
    numbers = {number.name: number for number in report.numbers}
    words = PLACEHOLDER.split(one.text)
    for place, text in enumerate(words):
        number = numbers.get(text) if place % 2 else None
        if text:
            yield TextPiece(number.value, number) if number else TextPiece(text)


def _paragraphs(section: ReportSection, shown: Mapping[int, SentenceView]) -> Iterator[Paragraph]:
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
