"""A statement beside the whole sentences that its quotes were taken from. Pure.

A quote may be cut so that it leaves out what turns its sentence round: a negation, a reservation,
of whom it speaks. So the sentence is what a statement is held against, not the quote alone.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from casebook.schemas.cases import Evidence, Support, SupportLevel
from casebook.summarizer.grounding.alignment import Alignment, align
from casebook.summarizer.grounding.contrast import (
    COPIES,
    FOLLOWS,
    contradiction,
    followed,
    shifted,
    told_shift,
)
from casebook.summarizer.grounding.source_text import SourceSentence
from casebook.summarizer.language.wording import (
    is_named,
    name_keys,
    names,
    negations,
    opening_names,
)

# A statement and a quote at least this alike (rapidfuzz token set ratio) have the same words.
_ALIKE = 90.0
_OURSELVES = re.compile(r"\b(?:we|us|our|ours|i|my)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Quoted:
    """A quote that was found, and the sentences that it was taken from."""

    evidence: Evidence
    sentences: Sequence[SourceSentence]

    @property
    def alone(self) -> SourceSentence:
        """The quote as if it were a sentence."""
        return SourceSentence(self.evidence.quote, self.evidence.start or 0, 0, 0)


def severity(support: Support) -> int:
    """Return the place among levels, the gravest first."""
    return [SupportLevel.UNSUPPORTED, SupportLevel.WEAK, SupportLevel.SUPPORTED].index(
        support.level
    )


def polarity_holds(text: str, quotes: Sequence[Quoted]) -> Support | None:
    """Compare negation where statement and quotes are otherwise nearly the same words."""
    quoted = " … ".join(q.evidence.quote for q in quotes)
    if fuzz.token_set_ratio(text, quoted, processor=str.casefold) < _ALIKE:
        return None
    whole = [said.text for q in quotes for said in q.sentences]
    if negations(text) % 2 in {negations(said) % 2 for said in (quoted, *whole)}:
        return None
    return _weak("The quote may say the opposite: one of them negates.")


def contrasts_hold(
    text: str, quotes: Sequence[Quoted], around: str, proper: Collection[str]
) -> Support | None:
    """Look for another number, name or an opposite in the place of the source's own.

    Where one quote of several has another, the others may carry the statement.
    """
    told = [_contradicted(text, quote, around, proper) for quote in quotes]
    if not any(told):
        return None
    worst = min(filter(None, told), key=severity)
    return worst if all(told) else _weak(worst.reason)


def _contradicted(text: str, quote: Quoted, around: str, proper: Collection[str]) -> Support | None:
    """Say how a quote contradicts ``text``, or all the sentences of it that ``text`` follows.

    A clause may hold by itself where its sentence says more: a whole sentence refuses only what is
    hardly shorter and has words that the quote lacks.
    """
    alone = align(text, quote.alone)
    told = _told(text, [alone] if alone.agreement >= FOLLOWS else [], around, proper)
    if told is not None:
        return Support(level=SupportLevel.UNSUPPORTED, reason=told)
    pairs = followed(text, quote.sentences)
    told = _told(text, pairs, around, proper)
    if told is None:
        return None
    if alone.agreement >= COPIES or any(pair.is_part for pair in pairs):
        return _weak(told)
    return Support(level=SupportLevel.UNSUPPORTED, reason=told)


def _told(
    text: str, pairs: Sequence[Alignment], around: str, proper: Collection[str]
) -> str | None:
    """Return in words how sentences contradict ``text``, if all of them do."""
    reasons = [contradiction(text, pair, around, proper) for pair in pairs]
    return reasons[0] if reasons and all(reasons) else None


def assertions_hold(text: str, quotes: Sequence[Quoted]) -> Support | None:
    """Look for what is certain on one side only: "may move" and "moved"."""
    pairs = followed(text, [said for quote in quotes for said in quote.sentences])
    shifts = [shifted(pair) for pair in pairs]
    if not shifts or not all(shifts):
        return None
    return _weak(told_shift(*next(filter(None, shifts))))


def teller_holds(text: str, quotes: Sequence[Quoted], own: Collection[str]) -> Support | None:
    """Look for whom a sentence speaks of before its quote begins, where ``text`` says ourselves.

    ``own`` are the keys of our names: "we" and they are no other.
    """
    ours = name_keys(text)
    if ours.isdisjoint(own):
        return None
    for quote in quotes:
        for said in quote.sentences:
            before = said.text[: max((quote.evidence.start or 0) - said.start, 0)]
            named = names(before) | opening_names(before)
            others = sorted(name for name in named if not is_named(name, ours))
            if others and said.names.isdisjoint(own) and not _OURSELVES.search(said.text):
                return _weak(f"The source may say it of {', '.join(others)}.")
    return None


def _weak(reason: str) -> Support:
    return Support(level=SupportLevel.WEAK, reason=reason)
