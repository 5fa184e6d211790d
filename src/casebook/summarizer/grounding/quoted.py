"""A statement beside the whole sentences that its quotes were taken from. Pure.

A quote may be cut so that it leaves out what turns its sentence round: a negation, a reservation,
of whom it speaks. So the sentence is what a statement is held against, not the quote alone.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from casebook.schemas.cases import Evidence, Support, SupportLevel
from casebook.summarizer.grounding.adding import added
from casebook.summarizer.grounding.alignment import Alignment, align
from casebook.summarizer.grounding.contrast import (
    COPIES,
    FOLLOWS,
    contradiction,
    followed,
    negated,
    shifted,
    told_shift,
)
from casebook.summarizer.grounding.governing import LONGEST, clause_of, governing, readable
from casebook.summarizer.grounding.placing import misplaced, other_things
from casebook.summarizer.grounding.source_text import SourceSentence, Token, content, tokens
from casebook.summarizer.language.wording import (
    is_named,
    name_keys,
    names,
    opening_names,
)

# What joins two facts in one sentence, and the fewest words that say something of a subject.
_CLAUSES = re.compile(r";|,? \b(?:while|whereas)\b|, (?:and|but)\b", re.IGNORECASE)
_PREDICATE = 2
# The longest subject, in words: what is longer is more than one.
_SUBJECT = 6
_OURSELVES = re.compile(r"\b(?:we|us|our|ours|i|my)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Quoted:
    """A quote that was found, the sentences that it was taken from, and its passage's text."""

    evidence: Evidence
    sentences: Sequence[SourceSentence]
    passage: str

    @property
    def clauses(self) -> list[SourceSentence]:
        """The clauses of its sentences that it stands in."""
        start, length = self.evidence.start or 0, len(self.evidence.quote)
        found = [clause_of(said, start - said.start, length) for said in self.sentences]
        return [SourceSentence(clause, start, start + length, 0) for clause in found]

    @property
    def alone(self) -> SourceSentence:
        """The quote as if it were a sentence."""
        return SourceSentence(self.evidence.quote, self.evidence.start or 0, 0, 0)


def severity(support: Support) -> int:
    """Return the place among levels, the gravest first."""
    return [SupportLevel.UNSUPPORTED, SupportLevel.WEAK, SupportLevel.SUPPORTED].index(
        support.level
    )


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
    hardly shorter and has words that the quote lacks. A "not" is that of its clause.
    """
    alone, pairs = align(text, quote.alone), followed(text, quote.sentences)
    if any(map(negated, (alone, *pairs))):
        clauses = followed(text, quote.clauses)
        if clauses and _told(text, clauses, around, proper) is None:
            return None
    told = _told(text, [alone] if alone.agreement >= FOLLOWS else [], around, proper)
    if told is not None:
        return Support(level=SupportLevel.UNSUPPORTED, reason=told)
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
    pairs = followed(text, [s for s in _sentences(quotes) if not s.text.endswith("?")])
    shifts = [shifted(pair) for pair in pairs]
    if not shifts or not all(shifts):
        return None
    return _weak(told_shift(*next(filter(None, shifts))))


def nothing_governs(text: str, quotes: Sequence[Quoted]) -> Support | None:
    """Look for what the sentences say over what ``text`` has of them: that it ended, that if."""
    found = governing(text, _sentences(quotes))
    level = SupportLevel.UNSUPPORTED if found and found.denies else SupportLevel.WEAK
    return Support(level=level, reason=found.reason) if found else None


def nothing_is_added(text: str, quotes: Sequence[Quoted]) -> Support | None:
    """Look for "all", a superlative or a cause that no sentence of the quotes has."""
    found = added(text, "\n".join(said.text for said in _sentences(quotes)))
    return _weak(f"It says “{found}”, which the source does not.") if found else None


def numbers_stay(text: str, quotes: Sequence[Quoted]) -> Support | None:
    """Look for numbers that the sentences have, but for something else, or of other things."""
    if len(text) > LONGEST:
        return None
    said = readable(_sentences(quotes))
    if found := misplaced(text, said):
        return _weak(f"The source says {', '.join(found)} of something else.")
    if things := other_things(text, said):
        return _weak(f"It counts “{things[0]}” where the source counts “{things[1]}”.")
    return None


def quotes_meet(text: str, quotes: Sequence[Quoted]) -> Support | None:
    """Look for what one quote says of its own subject, said of another, far quote's.

    "The classifier costs 1.9 cents", where nightly jobs do, and the classifier stands elsewhere.
    """
    for clause in filter(str.strip, _CLAUSES.split(text)):
        for quote in quotes:
            far = [q for q in quotes if q.evidence.passage != quote.evidence.passage]
            known = frozenset().union(*(said.stems for q in far for said in q.sentences))
            for said in quote.sentences if far else ():
                if subject := _other_subject(tokens(clause), said, known, quote.passage):
                    return _weak(f"The source says it of {subject}; the two stand apart.")
    return None


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


def _other_subject(
    clause: Sequence[Token], said: SourceSentence, known: frozenset[str], passage: str
) -> str | None:
    """Return whom the sentence speaks of where a clause opens with other words, all ``known``.

    The rest of the clause is the sentence's own, and its passage has not all the opening words.
    """
    shared = next((n for n, t in enumerate(clause) if t.content and t.stem in said.stems), None)
    if shared is None or shared > _SUBJECT:
        return None
    place = next(n for n, t in enumerate(said.tokens) if t.stem == clause[shared].stem)
    ours, theirs = (frozenset(content(t)) for t in (clause[:shared], said.tokens[:place]))
    rest = frozenset(content(clause[shared:]))
    swapped = ours and theirs and ours <= known and not ours <= frozenset(content(tokens(passage)))
    if swapped and place <= _SUBJECT and len(rest) >= _PREDICATE and rest <= said.stems:
        return f"“{' '.join(t.word for t in said.tokens[:place])}”"
    return None


def _sentences(quotes: Sequence[Quoted]) -> list[SourceSentence]:
    return [said for quote in quotes for said in quote.sentences]


def _weak(reason: str) -> Support:
    return Support(level=SupportLevel.WEAK, reason=reason)
