"""Checks any summary against its source, sentence by sentence, without a model. Pure.

Each signal adds to the log-odds that a sentence does not hold. What no reading can excuse (a number
or a name that the source does not have, a contradiction) makes it unsupported; otherwise the score
decides. The weights are few and rounded; how they were found and what they reach is in
``benchmarks/RESULTS.md``.
"""

import math
import re
from collections.abc import Callable, Sequence

from casebook.schemas.cases import SupportLevel
from casebook.schemas.errors import TextTooLong
from casebook.schemas.summary_checks import SentenceCheck, SummaryCheck
from casebook.summarizer.grounding.contrast import told_shift
from casebook.summarizer.grounding.signals import Signals, read_signals
from casebook.summarizer.grounding.source_text import SourceText, cut

# Log-odds that a sentence does not hold, before anything is known of it.
_PRIOR = -1.9
# What each signal adds, per occurrence up to its cap.
_NUMBER = 3.0
_CONTRADICTION = 3.0
_NAME, _NAMES = 1.5, 2
_LINK, _LINKS = 1.5, 2
_ELSEWHERE, _ELSEWHERES = 0.45, 2
_SHIFT = 2.0
_MISPLACED = 2.0
_ABOUT_ITSELF = -0.6
# Words that the source never uses, per this many content words: summaries paraphrase.
_NOVEL, _NOVELS, _PER_WORDS = 0.75, 5.0, 8
_REWORDED = 0.6
_HOLDS_FROM = 0.5
# The best score of a sentence, or a summary, with something that nothing excuses.
_UNSUPPORTED_AT_MOST = 0.45
# A summary is as good as its weakest sentences: the mean of this many.
_WEAKEST = 2
# A sentence of which less is covered has nothing to quote.
_QUOTABLE = 0.1
_UNRELATED = 0.25
# Its words may all occur and the sentence be foreign still: of a reworded one, some neighbours
# stand together in the source.
_SCATTERED, _SCATTERED_COVERED, _FEWEST_SCATTERED = 0.95, 0.6, 5
_SHOWN = 4
# What is checked in one go, in characters: the time grows with both texts, the memory with the
# source (RESULTS.md has both).
MOST_SOURCE, MOST_SUMMARY = 5_000_000, 200_000
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def check_summary(source: str, summary: str) -> SummaryCheck:
    """Check each sentence of ``summary``; an empty one has none and scores 1.0.

    Raises:
        TextTooLong: beyond 5,000,000 characters of source or 200,000 of summary.
    """
    for name, said, most in (("source", source, MOST_SOURCE), ("summary", summary, MOST_SUMMARY)):
        if len(said) > most:
            raise TextTooLong(
                f"the {name} has {len(said):,} characters; at most {most:,} are checked in one go"
            )
    # Half a surrogate pair is no character that could be cut or printed.
    source, summary = (_SURROGATE.sub("\ufffd", text) for text in (source, summary))
    text = SourceText(source)
    sentences = [check_sentence(summary[start:end], text) for start, end in cut(summary)]
    return SummaryCheck(score=_overall(sentences), sentences=sentences)


def check_sentence(text: str, source: SourceText) -> SentenceCheck:
    """Hold one sentence against the source."""
    signals = read_signals(text, source)
    score = _score(signals)
    fatal = _fatal(signals)
    if fatal is not None:
        score = min(score, _UNSUPPORTED_AT_MOST)
        level, reason = SupportLevel.UNSUPPORTED, fatal
    elif score < _HOLDS_FROM:
        level, reason = SupportLevel.WEAK, _doubt(signals)
    else:
        level, reason = SupportLevel.SUPPORTED, _assurance(signals)
    quote = signals.best if signals.covered >= _QUOTABLE else None
    return SentenceCheck(
        text=text,
        score=round(score, 3),
        support=level,
        quote=quote.text if quote else None,
        start=quote.start if quote else None,
        end=quote.end if quote else None,
        reason=reason,
    )


def _overall(sentences: Sequence[SentenceCheck]) -> float:
    weakest = sorted(s.score for s in sentences)[:_WEAKEST]
    score = sum(weakest) / len(weakest) if weakest else 1.0
    if any(s.support is SupportLevel.UNSUPPORTED for s in sentences):
        score = min(score, _UNSUPPORTED_AT_MOST)
    return round(score, 3)


def _score(found: Signals) -> float:
    """Return the probability that the sentence holds, between 0 and 1."""
    novel = len(found.novel) / max(found.size, _PER_WORDS) * _PER_WORDS
    against = (
        _PRIOR
        + _NOVEL * min(novel, _NOVELS)
        + _REWORDED * (1 - found.copied) / math.sqrt(max(found.size / _PER_WORDS, 1))
        + _NUMBER * bool(found.numbers or found.dates)
        + _CONTRADICTION * bool(found.contradiction)
        + _NAME * min(len(found.names), _NAMES)
        + _LINK * min(len(found.links), _LINKS)
        + _ELSEWHERE * min(len(found.elsewhere), _ELSEWHERES)
        + _SHIFT * bool(found.shift or found.denies or found.governed)
        + _MISPLACED * bool(found.misplaced)
        + _ABOUT_ITSELF * found.about_itself
    )
    return 1 / (1 + math.exp(against))


def _fatal(found: Signals) -> str | None:
    """Return the reason for which nothing else counts, or None."""
    if found.dates:
        return f"The date {_listed(found.dates)} is not in the source."
    if found.numbers:
        return f"The number {_listed(found.numbers)} is not in the source."
    if found.names:
        return f"{_listed(found.names)} is not named in the source."
    if found.contradiction:
        return found.contradiction
    if found.size and not found.about_itself and _foreign(found):
        return "The source speaks of something else."
    return None


def _foreign(found: Signals) -> bool:
    """Tell whether the source says nothing of the kind: few of its words, or none together.

    A number that both state speaks for a loose paraphrase.
    """
    if found.anchored:
        return False
    scattered = found.loose >= _SCATTERED and found.size >= _FEWEST_SCATTERED
    return found.covered < _UNRELATED or (scattered and found.covered < _SCATTERED_COVERED)


_DOUBTS: tuple[tuple[Callable[[Signals], bool], Callable[[Signals], str]], ...] = (
    (lambda s: s.denies, lambda _: "It negates, and the source does not where it speaks of this."),
    (lambda s: bool(s.governed), lambda s: s.governed or ""),
    (lambda s: bool(s.shift), lambda s: told_shift(*(s.shift or ("", "")))),
    (
        lambda s: bool(s.misplaced),
        lambda s: f"The source states {_listed(s.misplaced)}, but of something else.",
    ),
    (
        lambda s: bool(s.links) and not s.novel,
        lambda s: f"The source does not say “{s.links[0]}”: the connection may be invented.",
    ),
    (
        lambda s: bool(s.links),
        lambda s: f"The source does not say “{s.links[0]}”, and never uses: {_listed(s.novel)}.",
    ),
    (lambda s: bool(s.novel), lambda s: f"The source never uses: {_listed(s.novel)}."),
    (
        lambda s: bool(s.elsewhere),
        lambda s: f"{_listed(s.elsewhere)} is named elsewhere in the source, not beside this.",
    ),
)


def _doubt(found: Signals) -> str:
    for holds, words in _DOUBTS:
        if holds(found):
            return words(found)
    return "The source says it in other words, if at all."


def _assurance(found: Signals) -> str:
    if found.about_itself or not found.size:
        return "It speaks of the summary and states nothing."
    if found.hedge:
        return f"The source says so, but with “{found.hedge}”."
    if found.counts:
        return (
            f"The source says so; {_listed(found.counts)} is not stated there but may be counted."
        )
    if found.novel:
        return f"The source says so in other words; new is: {_listed(found.novel)}."
    return "The source says so."


def _listed(words: Sequence[str]) -> str:
    shown = ", ".join(words[:_SHOWN])
    return f"{shown} …" if len(words) > _SHOWN else shown
