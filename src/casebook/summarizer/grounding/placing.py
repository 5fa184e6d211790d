"""Which words of its sentence a number belongs to, where the sentence has several numbers. Pure.

"The router answers in 90 ms, the drafter in 1,400 ms": a claim with a number must not speak of
what its sentence has another number for, and of nothing that it has for this one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from casebook.summarizer.grounding.source_text import SourceSentence, Token, content, tokens
from casebook.summarizer.language.dates import whole_dates
from casebook.summarizer.language.numerals import Figure, figures
from casebook.summarizer.language.units import is_unit

_BREAK = re.compile(
    r"[;:]|,(?!\d)|\b(?:and|or|but|while|whereas|versus|vs|against|compared)\b", re.IGNORECASE
)
# What stands between a number and what it counts: "40 percent of", "about 12 of the".
_COUNTED = re.compile(r"\W{1,3}(?:of\s+(?:the\s+|our\s+|all\s+|its\s+)?)?([^\W\d_][\w-]*)")
# Words right behind a number that count nothing.
_NO_NOUN = frozenset("per times percent percentage points and".split())
# Before a number that counts what was named already: "of which 35".
_OF_THOSE = re.compile(r"\b(?:of|and)\s(?:which|them|these|those)\s(?:\w+\s)?\Z", re.IGNORECASE)
# A plural within so many words, and characters, behind a number is what it counts.
_NEAR, _REACH = 3, 60
# With more amounts a sentence is a row of figures.
_MOST = 40
# Fewer than this are counted of many things in any text.
_LEAST = 10
_YEARS = range(1900, 2100)


@dataclass(frozen=True)
class _Part:
    """A stretch of a sentence with its numbers, and the stems of its telling words."""

    figures: Sequence[Figure]
    stems: frozenset[str]

    def states(self, figure: Figure) -> bool:
        return any(not set(f.readings).isdisjoint(figure.readings) for f in self.figures)


def misplaced(text: str, sentences: Sequence[SourceSentence]) -> list[str]:
    """Return the amounts of ``text`` that its sentences have, each for something else.

    Years, days, ordinals and small numbers in words are no amounts here: any text has them.
    """
    stated = [(said.text, _parts(said.text)) for said in sentences]
    return [
        text[figure.start : figure.end]
        for part in _parts(text)
        for figure in part.figures
        if (
            len(part.figures) == 1
            and _of_another(figure, part.stems, [parts for _, parts in stated])
        )
        or _counts_another(figure, text, stated)
    ]


def _of_another(figure: Figure, ours: frozenset[str], stated: Sequence[Sequence[_Part]]) -> bool:
    """Tell whether ``ours`` has words of other numbers' parts, and none of its own part's."""
    stating = [parts for parts in stated if any(part.states(figure) for part in parts)]
    return bool(stating) and all(_elsewhere(figure, ours, parts) for parts in stating)


def _elsewhere(figure: Figure, ours: frozenset[str], parts: Sequence[_Part]) -> bool:
    """Tell it by the words that only its part has, or only others' have.

    A later part may leave out what an earlier one says ("the drafter in 1,400 ms"), so all that it
    has speaks for it, where not all of the earlier one's is there.
    """
    first = next(n for n, part in enumerate(parts) if part.states(figure))
    home = _union(part.stems for part in parts if part.states(figure))
    others = _union(part.stems for part in parts if not part.states(figure))
    own, foreign = home - others, others - home
    if not own or ours.isdisjoint(foreign) or own <= ours:
        return False
    later = (part.stems - home for part in parts[first + 1 :])
    return ours.isdisjoint(own) or any(stems and stems <= ours for stems in later)


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def _parts(text: str) -> list[_Part]:
    """Return the stretches of a sentence that have an amount, each with what belongs to it."""
    amounts = _amounts(text)
    if len(amounts) > _MOST:
        return []
    found: list[_Part] = []
    before: frozenset[str] = frozenset()
    for start, end in _stretches(text):
        stems = _telling(text, start, end) | before
        held = [f for f in amounts if start <= f.start < end]
        if held:
            found.append(_Part(held, stems))
        before = frozenset() if held else stems
    if found and before:
        found[-1] = _Part(found[-1].figures, found[-1].stems | before)
    return found


def _amounts(text: str) -> list[Figure]:
    dated = [(date.start, date.end) for date in whole_dates(text)]
    return [
        f
        for f in figures(text)
        if text[f.start].isdigit()
        and not text[: f.start].endswith(("-", "–"))
        and not text[f.start : f.end].endswith(("st", "nd", "rd", "th"))
        and f.readings[0] not in _YEARS
        and not any(start <= f.start < end for start, end in dated)
    ]


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    numbered = [(f.start, f.end) for f in figures(text)]
    start = 0
    for edge in _BREAK.finditer(text):
        if not any(a <= edge.start() < b for a, b in numbered):
            yield start, edge.start()
            start = edge.end()
    yield start, len(text)


def _telling(text: str, start: int, end: int) -> frozenset[str]:
    words = [t for t in tokens(text[start:end]) if not is_unit(t.word)]
    return frozenset(stem for stem in content(words) if not stem[0].isdigit())


def _counts_another(
    figure: Figure, text: str, stated: Sequence[tuple[str, Sequence[_Part]]]
) -> bool:
    """Tell whether it counts what is counted by another number in its sentences."""
    ours = _counted(figure, text)
    pairs = [(f, _counted(f, said)) for said, parts in stated for p in parts for f in p.figures]
    same = {noun for f, noun in pairs if not set(f.readings).isdisjoint(figure.readings)}
    others = {noun for f, noun in pairs if set(f.readings).isdisjoint(figure.readings)}
    return ours in others and bool(same) and None not in same and ours not in same | {None}


def other_things(text: str, sentences: Sequence[SourceSentence]) -> tuple[str, str] | None:
    """Return what ``text`` counts and its sentences count by the same number, if not the same.

    Only plurals that stand close behind the number, of which neither side knows the other's.
    """
    there = {t.stem for s in sentences for t in tokens(s.text)}
    here = {t.stem for t in tokens(text)}
    counted = [(f, _plural(f, s.text)) for s in sentences for f in figures(s.text)]
    for figure in figures(text):
        ours = _plural(figure, text)
        if (
            ours is None
            or not figure.readings[0] >= _LEAST
            or figure.readings[0] in _YEARS
            or ours.stem in there
        ):
            continue
        theirs = [noun for f, noun in counted if not set(f.readings).isdisjoint(figure.readings)]
        if theirs and all(noun is not None and noun.stem not in here for noun in theirs):
            return ours.word, theirs[0].word if theirs[0] else ""
    return None


def _plural(figure: Figure, text: str) -> Token | None:
    """Return the first plural of the few words behind a number."""
    for token in tokens(text[figure.end : figure.end + _REACH])[:_NEAR]:
        if token.word.casefold() in _NO_NOUN:
            return None
        if not token.content and token.word.casefold() not in ("of", "the"):
            return None
        if token.word.endswith("s") and not token.word.endswith(("ss", "us", "is")):
            return None if is_unit(token.word) else token
    return None


def _counted(figure: Figure, text: str) -> str | None:
    token = _noun(figure, text)
    return token.stem if token else None


def _noun(figure: Figure, text: str) -> Token | None:
    """Return the word that stands right behind a number, if it may be what is counted."""
    if _OF_THOSE.search(text[max(figure.start - _REACH, 0) : figure.start]):
        return None
    found = _COUNTED.match(text, figure.end)
    token = tokens(found[1])[0] if found and found[1].casefold() not in _NO_NOUN else None
    return token if token and token.content else None
