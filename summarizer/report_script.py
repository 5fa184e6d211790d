"""The section of a report as a conversation of two voices, each line held to its sentences."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from pydantic import Field

from schemas.errors import AnswerInvalid, AnswerRefused, AnswerTruncated, ContextExceeded
from schemas.reports import Report, ReportSection, Sentence
from summarizer.agreement import missing_names, missing_numbers
from summarizer.answers import Answer
from summarizer.asking import Asker
from summarizer.rendering import fence_for, one_line

STAGE = PROMPT = "report_audio"
_LONGER_WORD = re.compile(r"\w{5,}")
_UNUSABLE = (AnswerInvalid, AnswerRefused, AnswerTruncated, ContextExceeded)


class LineAnswer(Answer):
    """A line, and the numbers of the sentences whose content it gives."""

    voice: Literal["host", "guest"]
    text: str
    gives: list[int]


class ScriptAnswer(Answer):
    """The conversation about one section."""

    lines: list[LineAnswer] = Field(default_factory=list)


class ScriptLine(NamedTuple):
    """A line of host (0) or guest (1), and the numbers of the sentences that it gives."""

    voice: Literal[0, 1]
    text: str
    sentences: tuple[int, ...]


async def write_section(report: Report, section: ReportSection, asker: Asker) -> list[ScriptLine]:
    """Return a section as a conversation in which each of its sentences is given once.

    Sentences of lines that fail a check, and those that no line gives, are read as they stand in
    the report; so is the whole section where there is no usable answer.

    Raises:
        ModelError: if the model cannot be asked.
    """
    known = {one.n: one for _, found in section.roles() for one in found}
    listed = "\n".join(f"{n}. {_listed(report, one)}" for n, one in known.items())
    head = {"title": one_line(report.title), "heading": one_line(section.heading)}
    values = {"fence": fence_for(listed), **head, "sentences": listed}
    try:
        answer = await asker.ask(asker.prompt(PROMPT), values, ScriptAnswer, STAGE)
    except _UNUSABLE:
        answer = ScriptAnswer()
    return [*_checked(report, section, known, answer.lines)]


def _checked(
    report: Report,
    section: ReportSection,
    known: dict[int, Sentence],
    lines: Sequence[LineAnswer],
) -> Iterator[ScriptLine]:
    """Yield the lines that pass, and the sentences that none of them gives, each once."""
    left = dict(known)
    for line in lines:
        numbers = [n for n in dict.fromkeys(line.gives) if n in left]
        if set(line.gives) - left.keys() or not _agrees(report, section, line, known):
            for n in numbers:
                yield ScriptLine(1, report.shown(left.pop(n)), (n,))
        else:
            for n in numbers:
                del left[n]
            voice: Literal[0, 1] = 0 if line.voice == "host" else 1
            yield ScriptLine(voice, one_line(line.text), tuple(numbers))
    for n, one in left.items():
        yield ScriptLine(1, report.shown(one), (n,))


def _agrees(
    report: Report, section: ReportSection, line: LineAnswer, known: dict[int, Sentence]
) -> bool:
    """Return whether a line gives its sentences, and no number or name that they lack.

    A line without sentences must be a question: anything else would be a claim of the model.
    """
    given = [known[n] for n in line.gives]
    passage = " ".join((section.heading, *(_listed(report, one) for one in given)))
    absent = missing_numbers(line.text, passage) + missing_names(line.text, passage, (), passage)
    is_whole = all(_gives(line.text, report.shown(one)) for one in given)
    return not absent and is_whole and (bool(given) or line.text.rstrip().endswith("?"))


def _gives(text: str, sentence: str) -> bool:
    """Return whether ``text`` has the numbers of a sentence, and a third of its longer words."""
    words = set(_LONGER_WORD.findall(sentence.lower()))
    shared = words & set(_LONGER_WORD.findall(text.lower()))
    return not missing_numbers(sentence, text) and len(shared) >= len(words) / 3


def _listed(report: Report, sentence: Sentence) -> str:
    """Return a sentence after the names of its sources, in brackets."""
    names = dict.fromkeys(
        ", ".join(filter(None, (one.label, one.year))) for one in sentence.citations
    )
    sources = f"[{'; '.join(names)}] " if names else ""
    return one_line(f"{sources}{report.shown(sentence)}")
