"""Doubts about numbers and names that only a machine heard, until a person has listened."""

import re
from collections.abc import Iterable, Sequence

from schemas.cases import (
    ONLY_HEARD,
    CaseStudy,
    Evidence,
    Fact,
    Part,
    Statement,
    Support,
    SupportLevel,
    Tag,
)
from schemas.sources import Document
from schemas.taxonomy import load_taxonomy
from summarizer.data import table
from summarizer.names import missing_names
from summarizer.quantities import missing_numbers

_UNSURE = 0.6  # of a recognizer's confidence in a passage; clear speech has 0.75 and more
_DIGITS = re.compile(r"\d[\d.,]*")
_MOST = 3  # words that a reason names


def heard_task(document: Document) -> str:
    """Return the addition to the drafting task for a source that a machine heard."""
    return f" {table('tasks')['heard']}" if _is_heard(document) else ""


def heard_lines(document: Document) -> list[str]:
    """Return the lines for the judge about a source that a machine heard."""
    return [table("tasks")["heard_note"]] if _is_heard(document) else []


def with_heard(study: CaseStudy, document: Document) -> CaseStudy:
    """Return the study, with statements and facts doubtful whose numbers or names were only heard.

    Names and numbers that the page itself writes, and names of well-known products, are certain. A
    level that is worse stays, and so does what a curator confirmed.
    """
    if not _is_heard(document):
        return study

    company = study.fact("company").value or ""  # a doubt of its own
    unheard = {s.n: s.evidence for s in study.statements if not s.support.confirmed_by}

    def listened(part: Part) -> Part:
        support = part.support
        if isinstance(part, Tag) or support.is_doubtful or not support.is_publishable:
            return part
        evidence = [*part.evidence]
        if isinstance(part, Statement):  # of the summary
            evidence += [one for n in part.rests_on for one in unheard.get(n, ())]
        heard = [one for one in evidence if one.heard]
        if support.confirmed_by or not (reason := _reason(part, heard, document, company)):
            return part
        doubt = Support(level=SupportLevel.DOUBTFUL, reason=reason)
        return part.model_copy(update={"support": doubt})

    return study.map_parts(listened)


def _is_heard(document: Document) -> bool:
    return any(passage.heard for passage in document.passages)


def _reason(
    part: Statement | Fact, heard: Sequence[Evidence], document: Document, company: str
) -> str:
    """Return why a person has to listen, or an empty string."""
    if not heard:
        return ""
    texts = _texts(part)
    written = _written(document)
    known = [one.speaker for one in heard if one.speaker]
    known += [company] if isinstance(part, Statement) else []
    words = [
        word
        for text in texts
        for word in (
            *_in_digits(missing_numbers(text, written, document.language), text),
            *missing_names(text, written, known, document.text, document.language),
        )
        if load_taxonomy().named(word) is None
    ]
    if words:
        whole = [
            one for one in dict.fromkeys(words) if not any(one in o for o in words if o != one)
        ]
        listed = ", ".join(f"“{word}”" for word in whole[:_MOST])
        return f"{ONLY_HEARD} {listed}; listen before you confirm."
    if _is_unsure(heard, document):
        return f"{ONLY_HEARD} these words with little confidence; listen before you confirm."
    return ""


def _in_digits(numbers: Iterable[str], text: str) -> list[str]:
    """Return the numbers that ``text`` writes in digits; “two” is hardly misheard."""
    return [one for one in numbers if any(digits in text for digits in _DIGITS.findall(one))]


def _texts(part: Statement | Fact) -> Sequence[str]:
    if isinstance(part, Fact):
        # A value that was inferred, such as the industry, is not in the words.
        return [] if part.inferred or part.name == "title" else [f"is {part.value or ''}"]
    parts = part.measure.model_dump(include={"value", "baseline", "sample"}) if part.measure else {}
    return [part.text, *filter(None, parts.values())]


def _written(document: Document) -> str:
    """Return the text that people wrote: title, site, description and slides."""
    slides = [document.passage_text(one) for one in document.passages if not one.heard]
    stated = (document.title, document.site, document.description, *slides)
    return "\n".join(filter(None, stated))


def _is_unsure(heard: Iterable[Evidence], document: Document) -> bool:
    passages = (document.passages[one.passage - 1] for one in heard if one.passage)
    return any(one.confidence is not None and one.confidence < _UNSURE for one in passages)
