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
    SentenceRole,
    SpokenLine,
)

_NAMED = 3  # sources named in one sentence
_MAIN_ROLES = (SentenceRole.EVIDENCE, SentenceRole.AGAINST, SentenceRole.ADVICE)
_NUMBER = re.compile(r"\d|\{s:")
_READERS = (
    "A computer voice reads it.",
    "A language model turned the report into this conversation. Two computer voices read it.",
)

VoiceNumber = Literal[0, 1]
CitedText = tuple[str, str]  # a case and a text, since a paragraph has several sentences


class ScriptLine(Frozen):
    """A line for one voice, with the numbers of its sentences and their citations."""

    voice: VoiceNumber = 0
    text: str
    chapter: str  # its title
    sentences: tuple[int, ...] = ()
    citations: tuple[Citation, ...] = ()


def one_voice(report: Report) -> tuple[ScriptLine, ...]:
    """Return the lines of a report read by one voice."""
    return _lines(report, [[*_read(report, one)] for one in unrepeated(report)], others=0)


def two_voices(report: Report, written: Sequence[Sequence[SpokenLine]]) -> tuple[ScriptLine, ...]:
    """Return the lines of a conversation; ``written`` is by section of `unrepeated`."""
    return _lines(report, written, others=1)


def unrepeated(report: Report) -> tuple[ReportSection, ...]:
    """Return the sections that are spoken, without sentences that repeat a statement.

    A sentence that cites one statement is left out if an earlier one cites the same statement.
    Sentences that cite several statements are comparisons, and are kept. Of a report with claims,
    only the summary, the opening case and the main sentences about each claim are spoken.
    """
    read: set[CitedText] = set()
    sections = []
    for section in report.sections:
        kept = []
        for one in _main(section) if report.claims else _by_role(section):
            single = _single(one)
            if single not in read:
                kept.append(one)
            read |= {single} if single else set()
        sections.append(section.model_copy(update={"sentences": tuple(kept)}))
    return tuple(sections)


def _by_role(section: ReportSection) -> list[ReportSentence]:
    return [one for _, found in section.roles() for one in found]


def _main(section: ReportSection) -> list[ReportSentence]:
    """Return the summary or the opening case, or what matters most about a claim.

    That is its first evidence, one sentence with a number, what speaks against it, and advice.
    """
    found: dict[SentenceRole, list[ReportSentence]] = {}
    for one in section.sentences:
        found.setdefault(one.role, []).append(one)
    whole = found.get(SentenceRole.SUMMARY) or found.get(SentenceRole.OPENING)
    if whole:
        return whole
    told = [found.get(role, [])[:1] for role in _MAIN_ROLES]
    numbers = [one for one in section.sentences if one.citations and _NUMBER.search(one.text)]
    chosen = {one.n: one for part in (*told, numbers[:1]) for one in part}
    return [chosen[n] for n in sorted(chosen)]


def _lines(
    report: Report, written: Sequence[Sequence[SpokenLine]], others: VoiceNumber
) -> tuple[ScriptLine, ...]:
    """Return the lines of the opening and of the sections, each of which is one chapter."""
    sections = unrepeated(report)
    found = [*_opening(report, others)]
    for section, spoken in zip(sections, written, strict=True):
        found += _section(section, spoken) if spoken else ()
    lines = (one.model_copy(update={"text": speakable(one.text)}) for one in found)
    return tuple(one for one in lines if one.text)


def _opening(report: Report, others: VoiceNumber) -> Iterator[ScriptLine]:
    chapter = "Opening"
    cases, cited = count(report.release.cases, "published case"), len(report.case_ids)
    yield ScriptLine(text=with_full_stop(report.title), chapter=chapter)
    about = f"This report is based on {cases}, as of {day(report.release.day)}. It cites {cited}."
    yield ScriptLine(text=about, chapter=chapter)
    yield ScriptLine(text=_READERS[others], chapter=chapter)


def _section(section: ReportSection, spoken: Sequence[SpokenLine]) -> Iterator[ScriptLine]:
    chapter = section.heading
    yield ScriptLine(text=with_full_stop(section.heading), chapter=chapter)
    cited = {one.n: one.citations for one in section.sentences}
    for voice, text, numbers in spoken:
        sources = tuple(dict.fromkeys(one for n in numbers for one in cited[n]))
        more = {"sentences": numbers, "citations": sources}
        yield ScriptLine(voice=voice, text=sourced(text, sources), chapter=chapter, **more)


def _read(report: Report, section: ReportSection) -> Iterator[SpokenLine]:
    """Yield the sentences of a section, below the headings of their roles if they are grouped."""
    if report.claims:
        for one in section.sentences:
            yield SpokenLine(0, with_full_stop(report.shown(one)), (one.n,))
        return
    for role, found in section.roles():
        if heading := ROLE_HEADINGS.get(role):
            yield SpokenLine(0, with_full_stop(heading), ())
        for one in found:
            yield SpokenLine(0, with_full_stop(report.shown(one)), (one.n,))


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
