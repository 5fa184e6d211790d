"""Rewrites a section of a report as a conversation whose lines are checked against it."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

from pydantic import Field

from publishing.reports.citation_checks import CitationChecker, CitingClaim, checked
from schemas.errors import AnswerInvalid, AnswerRefused, AnswerTruncated, ContextExceeded
from schemas.reports import Citation, Report, ReportSection, ReportSentence, SpokenLine
from summarizer.answers import Answer
from summarizer.asker import Asker
from summarizer.names import missing_names
from summarizer.quantities import missing_numbers
from summarizer.rendering import fence_for, one_line

STAGE = PROMPT = "report_audio"
_ASKING = 8  # maximum words in a question that introduces the next line
_LONGER_WORD = re.compile(r"\w{5,}")
_UNUSABLE = (AnswerInvalid, AnswerRefused, AnswerTruncated, ContextExceeded)


class LineAnswer(Answer):
    """A line with the numbers of the sentences that it covers."""

    voice: Literal["host", "guest"]
    text: str
    gives: list[int]


class ScriptAnswer(Answer):
    """The conversation about one section."""

    lines: list[LineAnswer] = Field(default_factory=list)


async def write_section(
    report: Report, section: ReportSection, asker: Asker, judge: Asker | None
) -> list[SpokenLine]:
    """Return a section as a conversation that covers each of its sentences once.

    Lines are checked against the sentences that they cover, like the sentences of a report. Lines
    that fail and missing sentences are replaced by the report's own sentences, as is the whole
    section if there is no usable answer.

    Raises:
        ModelError: if model or judge cannot be asked.
    """
    known = {one.n: one for _, found in section.roles() for one in found}
    listed = "\n".join(f"{n}. {_listed(report, one)}" for n, one in known.items())
    head = {"title": one_line(report.title), "heading": one_line(section.heading)}
    values = {"fence": fence_for(listed), **head, "sentences": listed}
    try:
        answer = await asker.ask(asker.prompt(PROMPT), values, ScriptAnswer, STAGE)
    except _UNUSABLE:
        answer = ScriptAnswer()
    statements = {n: _as_statement(report, one) for n, one in known.items()}
    checker = CitationChecker(listed, statements, (), {}, [section.heading])
    claims = [_claim(line) for line in answer.lines]
    judged = await checked([one for one in claims if one.cites], checker, judge)
    passed = {one.claim for one in judged if one.support}
    return [*_checked(report, known, answer.lines, passed)]


def _checked(
    report: Report,
    known: dict[int, ReportSentence],
    lines: Sequence[LineAnswer],
    passed: Collection[CitingClaim],
) -> Iterator[SpokenLine]:
    """Yield the lines that pass, and the sentences that they do not cover, each once."""
    left = dict(known)
    for line in lines:
        claim, numbers = _claim(line), [n for n in dict.fromkeys(line.gives) if n in left]
        is_new = not set(line.gives) - left.keys()
        is_complete = is_new and all(_covers(line.text, report.shown(known[n])) for n in numbers)
        if is_complete and (claim in passed or _is_mere_question(claim)):
            for n in numbers:
                del left[n]
            voice: Literal[0, 1] = 0 if line.voice == "host" else 1
            yield SpokenLine(voice, claim.text, tuple(numbers))
        else:
            for n in numbers:
                yield SpokenLine(1, report.shown(left.pop(n)), (n,))
    for n, one in left.items():
        yield SpokenLine(1, report.shown(one), (n,))


def _claim(line: LineAnswer) -> CitingClaim:
    return CitingClaim(text=one_line(line.text), cites=tuple(dict.fromkeys(line.gives)))


def _is_mere_question(claim: CitingClaim) -> bool:
    """Return whether a line is a short question that covers no sentence and claims nothing."""
    words = claim.text.split()
    is_plain = not missing_numbers(claim.text, "") and not missing_names(claim.text, "", (), "")
    return not claim.cites and claim.text.endswith("?") and len(words) <= _ASKING and is_plain


def _as_statement(report: Report, sentence: ReportSentence) -> Citation:
    """Return a sentence of the report as a statement that a line can cite."""
    labels = dict.fromkeys(one.label for one in sentence.citations)
    years = {one.year for one in sentence.citations}
    return Citation(
        case_id="",
        revision_id="",
        part="",
        text=report.shown(sentence),
        label=", ".join(labels) or "All cases",
        title="",
        year=years.pop() if len(years) == 1 else None,
    )


def _covers(text: str, sentence: str) -> bool:
    """Return whether ``text`` has the numbers and a third of the longer words of a sentence."""
    words = set(_LONGER_WORD.findall(sentence.lower()))
    shared = words & set(_LONGER_WORD.findall(text.lower()))
    return not missing_numbers(sentence, text) and len(shared) >= len(words) / 3


def _listed(report: Report, sentence: ReportSentence) -> str:
    """Return a sentence preceded by the names of its sources in brackets."""
    names = dict.fromkeys(
        ", ".join(filter(None, (one.label, one.year))) for one in sentence.citations
    )
    sources = f"[{'; '.join(names)}] " if names else ""
    return one_line(f"{sources}{report.shown(sentence)}")
