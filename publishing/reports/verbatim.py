"""A report without a writing model: what cases state, word for word, under headings."""

from collections.abc import Iterator, Sequence

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
_PER_ROLE = 3


def in_numbers(counts: Counts, template: Template) -> ReportSection:
    """Return the first section: the sentences of a template that only count."""
    names = ["all" if name == "cases" and counts.is_all else name for name in template.sentences]
    texts = [text for name in names if (text := counts.sentence(name))]
    for name in template.charts:
        counts.series(name)
    return ReportSection(heading=IN_NUMBERS, sentences=tuple(map(counted, texts)))


def counted(text: str) -> ReportSentence:
    """Return a sentence that only counts; its number comes later."""
    return ReportSentence(n=0, role=SentenceRole.COUNTS, text=text, support="computed")


def about_theme(counts: Counts, theme: Theme) -> list[ReportSentence]:
    """Return the sentences that count the cases of a theme, none where it is not a tag."""
    if theme.tag is None:
        return []
    names = ("theme", "challenge")
    found = [counts.sentence(name, theme.tag, theme.heading) for name in names]
    return [counted(text) for text in found if text]


def section(counts: Counts, theme: Theme) -> ReportSection:
    """Return a theme with its best statements by role, first one of each company."""
    sentences = about_theme(counts, theme)
    for role in SentenceRole:
        own = [one for one in theme.material if one.role is role]
        sentences += [quoted(one) for one in _interleaved(own)[:_PER_ROLE]]
    return ReportSection(heading=theme.heading, sentences=tuple(sentences), tag=theme.tag)


def quoted(one: Material) -> ReportSentence:
    """Return a statement as a sentence that cites it."""
    text = PLACEHOLDER.sub(lambda found: f"({found[1]})", one.citation.text)  # it is foreign
    return ReportSentence(
        n=0,
        role=one.role or SentenceRole.DID,
        text=text,
        citations=(one.citation,),
        support=SupportLevel.VERBATIM,
    )


def numbered(sections: Sequence[ReportSection]) -> tuple[ReportSection, ...]:
    """Return the sections that have sentences, these numbered from 1."""
    return tuple(_numbered(sections))


def _numbered(sections: Sequence[ReportSection]) -> Iterator[ReportSection]:
    n = 0
    for one in sections:
        sentences = [s.model_copy(update={"n": n + i}) for i, s in enumerate(one.sentences, 1)]
        n += len(sentences)
        if sentences:
            yield one.model_copy(update={"sentences": tuple(sentences)})


def _interleaved(found: Sequence[Material]) -> list[Material]:
    """Return material with the first of each company before the second of any."""
    seen: dict[str, int] = {}
    ranked = []
    for place, one in enumerate(found):
        seen[one.company] = seen.get(one.company, 0) + 1
        ranked.append((seen[one.company], place, one))
    return [one for _, _, one in sorted(ranked, key=lambda entry: entry[:2])]
