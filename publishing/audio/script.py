"""The script of a recording: the lines that are spoken."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from publishing.audio.speakable import speakable, with_full_stop
from publishing.wording import count, day, listing
from schemas.frozen import Frozen
from schemas.reports import (
    ROLE_HEADINGS,
    Citation,
    Report,
    ReportSection,
    ReportSentence,
    SpokenLine,
)

_NAMED = 3  # sources named in one sentence
_LAST = "The cases behind this report"
_READERS = (
    "A computer voice reads it.",
    "A language model turned the report into this conversation. Two computer voices read it.",
)

VoiceNumber = Literal[0, 1]
CitedText = tuple[str, str]  # a case and a text, since a paragraph has several sentences


class Chapter(Frozen):
    """A chapter of a recording, about a case if it has a ``case_id``."""

    title: str
    case_id: str | None = None


class ScriptLine(Frozen):
    """A line for one voice, with the numbers of its sentences and their citations."""

    voice: VoiceNumber = 0
    text: str
    chapter: Chapter
    sentences: tuple[int, ...] = ()
    citations: tuple[Citation, ...] = ()


def one_voice(report: Report) -> tuple[ScriptLine, ...]:
    """Return the lines of a report read by one voice."""
    return _lines(report, [[*_read(report, one)] for one in unrepeated(report)], others=0)


def two_voices(report: Report, written: Sequence[Sequence[SpokenLine]]) -> tuple[ScriptLine, ...]:
    """Return the lines of a conversation; ``written`` is by section of `unrepeated`."""
    return _lines(report, written, others=1)


def unrepeated(report: Report) -> tuple[ReportSection, ...]:
    """Return the sections, without sentences that repeat a statement.

    A sentence that cites one statement is left out if an earlier one cites the same statement.
    Sentences that cite several statements are comparisons, and are kept.
    """
    read: set[CitedText] = set()
    sections = []
    for section in report.sections:
        kept = []
        for one in (one for _, found in section.roles() for one in found):
            single = _single(one)
            if single not in read:
                kept.append(one)
            read |= {single} if single else set()
        sections.append(section.model_copy(update={"sentences": tuple(kept)}))
    return tuple(sections)


def _lines(
    report: Report, written: Sequence[Sequence[SpokenLine]], others: VoiceNumber
) -> tuple[ScriptLine, ...]:
    """Return the lines of the opening, the sections and the cases.

    A section is one chapter, since chapters per case would last seconds. At the end, each cited
    case has a chapter with the cited statements that no section has read out. Listeners therefore
    hear every source, and each fact once.
    """
    sections = unrepeated(report)
    found = [*_opening(report, others)]
    for section, spoken in zip(sections, written, strict=True):
        found += _section(section, spoken) if spoken else ()
    found += _cases(report, {_single(one) for part in sections for one in part.sentences}, others)
    lines = (one.model_copy(update={"text": speakable(one.text)}) for one in found)
    return tuple(one for one in lines if one.text)


def _opening(report: Report, others: VoiceNumber) -> Iterator[ScriptLine]:
    chapter = Chapter(title="Opening")
    cases, cited = count(report.release.cases, "published case"), len(report.case_ids)
    yield ScriptLine(text=with_full_stop(report.title), chapter=chapter)
    about = f"This report is based on {cases}, as of {day(report.release.day)}. It cites {cited}."
    yield ScriptLine(text=about, chapter=chapter)
    yield ScriptLine(text=_READERS[others], chapter=chapter)


def _section(section: ReportSection, spoken: Sequence[SpokenLine]) -> Iterator[ScriptLine]:
    chapter = Chapter(title=section.heading)
    yield ScriptLine(text=with_full_stop(section.heading), chapter=chapter)
    cited = {one.n: one.citations for one in section.sentences}
    for voice, text, numbers in spoken:
        sources = tuple(dict.fromkeys(one for n in numbers for one in cited[n]))
        more = {"sentences": numbers, "citations": sources}
        yield ScriptLine(voice=voice, text=sourced(text, sources), chapter=chapter, **more)


def _read(report: Report, section: ReportSection) -> Iterator[SpokenLine]:
    """Yield the sentences of a section below the headings of their roles."""
    for role, found in section.roles():
        if heading := ROLE_HEADINGS.get(role):
            yield SpokenLine(0, with_full_stop(heading), ())
        for one in found:
            yield SpokenLine(0, with_full_stop(report.shown(one)), (one.n,))


def _cases(
    report: Report, read: set[CitedText | None], reader: VoiceNumber
) -> Iterator[ScriptLine]:
    """Yield a chapter for each case: an introduction, and the citations not yet read."""
    cited: dict[str, dict[str, Citation]] = {}
    for one in (one for sentence in report.sentences for one in sentence.citations):
        cited.setdefault(one.case_id, {})[one.text] = one
    if cited:
        yield ScriptLine(text=with_full_stop(_LAST), chapter=Chapter(title=_LAST))
    for case_id, parts in cited.items():
        first = next(iter(parts.values()))
        has_name = _names(first.title, first.label)
        title = first.title if has_name else f"{first.label}: {first.title}"
        chapter = Chapter(title=title, case_id=case_id)
        yield ScriptLine(text=with_full_stop(_introduced(first)), chapter=chapter)
        for one in parts.values():
            if (one.case_id, one.text) not in read:
                text = with_full_stop(one.text)
                yield ScriptLine(voice=reader, text=text, chapter=chapter, citations=(one,))


def _introduced(one: Citation) -> str:
    """Return the company, year and title of a case, without repeating the company."""
    if one.label == one.title:
        return _dated(one.title, one.year)
    title = re.sub(rf"^{re.escape(one.label)}\s*[:–—-]\s*", "", one.title)
    return f"{_source(one)}: {title}"


def sourced(text: str, citations: Sequence[Citation]) -> str:
    """Return ``text`` with the names of the sources that it does not mention."""
    by_case = {one.case_id: one for one in citations}
    unnamed = [one for one in by_case.values() if not _names(text, one.label)]
    if not unnamed:
        return text
    if len(by_case) == 1:
        return f"{_source(unnamed[0])}: {text}"
    names = [_source(one, opens=False) for one in unnamed[:_NAMED]]
    if len(unnamed) > _NAMED:
        names.append(count(len(unnamed) - _NAMED, "other case"))
    return f"{with_full_stop(text)} This is from {listing(names)}."


def _source(one: Citation, *, opens: bool = True) -> str:
    """Return the source of a citation as spoken: Acme, in 2024."""
    the = "The" if opens else "the"
    name = one.label if one.label != one.title else f"{the} case {one.title.rstrip('.')}"
    return _dated(name, one.year) if opens else " in ".join(filter(None, (name, one.year)))


def _dated(name: str, year: str | None) -> str:
    return f"{name}, in {year}" if year else name


def _names(text: str, label: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(label)}(?!\w)", text, re.IGNORECASE))


def _single(one: ReportSentence) -> CitedText | None:
    """Return the cited text of a sentence with a single citation, else None."""
    cited = one.citations
    return (cited[0].case_id, cited[0].text) if len(cited) == 1 else None
