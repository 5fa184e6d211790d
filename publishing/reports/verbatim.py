"""Reports without a writing model: verbatim statements under headings."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import count

from publishing.reports.numbers import Counts
from publishing.reports.templates import Template
from schemas.cases import SupportLevel
from schemas.reports import (
    PLACEHOLDER,
    Material,
    ReportSection,
    ReportSentence,
    SentenceRole,
    Theme,
)

IN_NUMBERS = "In numbers"
_PER_ROLE, _IMPORTED = 3, 12


def in_numbers(counts: Counts, template: Template) -> ReportSection:
    """Return the first section, with the counts of a template."""
    names = ["all" if name == "cases" and counts.is_all else name for name in template.sentences]
    texts = [text for name in names if (text := counts.sentence(name))]
    for name in template.charts:
        counts.series(name)
    return ReportSection(heading=IN_NUMBERS, sentences=tuple(map(counted, texts)))


def counted(text: str) -> ReportSentence:
    """Return a sentence with counts and without citations, not numbered yet."""
    return ReportSentence(n=0, role=SentenceRole.COUNTS, text=text, support="computed")


def about_theme(counts: Counts, theme: Theme) -> list[ReportSentence]:
    """Return the sentences with counts of a theme's cases, none unless it is a tag."""
    if theme.tag is None:
        return []
    names = ("theme", "challenge")
    found = [counts.sentence(name, theme.tag, theme.heading) for name in names]
    return [counted(text) for text in found if text]


def section(counts: Counts, theme: Theme) -> ReportSection:
    """Return the best statements of a theme by role, one per company first."""
    sentences = about_theme(counts, theme)
    for role in SentenceRole:
        own = [one for one in theme.material if one.role is role]
        most = _IMPORTED if role is SentenceRole.IMPORTED else _PER_ROLE
        sentences += [quoted(one) for one in _interleaved(own)[:most]]
    return ReportSection(heading=theme.heading, sentences=tuple(sentences), tag=theme.tag)


def quoted(one: Material) -> ReportSentence:
    """Return a statement as a sentence that cites itself."""
    text = PLACEHOLDER.sub(lambda found: f"({found[1]})", one.citation.text)  # it is foreign
    return ReportSentence(
        n=0,
        role=one.role or SentenceRole.DID,
        text=text,
        citations=(one.citation,),
        support=SupportLevel.VERBATIM,
    )


def numbered(sections: Sequence[ReportSection]) -> tuple[ReportSection, ...]:
    """Return the sections that have sentences, with the sentences numbered from 1."""
    n, found = count(1), []
    for one in filter(lambda section: section.sentences, sections):
        sentences = tuple(s.model_copy(update={"n": next(n)}) for s in one.sentences)
        found.append(one.model_copy(update={"sentences": sentences}))
    return tuple(found)


def _interleaved(found: Sequence[Material]) -> list[Material]:
    """Return material in rounds of one statement per company."""
    rounds: dict[str, count[int]] = defaultdict(count)
    return sorted(found, key=lambda one: next(rounds[one.company]))
