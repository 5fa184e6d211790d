"""What speaks for and against a sentence of a summary, when it is held against its source. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from casebook.summarizer.grounding.alignment import Alignment
from casebook.summarizer.grounding.contrast import contradiction, denied, followed, shifted
from casebook.summarizer.grounding.governing import governing
from casebook.summarizer.grounding.openers import disguised_names
from casebook.summarizer.grounding.source_text import (
    SourceSentence,
    SourceText,
    Token,
    known_names,
    neighbours,
    runs_of,
    tokens,
)
from casebook.summarizer.language.dates import whole_dates, without_dates
from casebook.summarizer.language.lexicon import lexicon
from casebook.summarizer.language.numerals import Figure, figures, numbers
from casebook.summarizer.language.quantities import is_count
from casebook.summarizer.language.units import has_measure, is_unit, other_rate, other_unit
from casebook.summarizer.language.wording import (
    by_initials,
    is_named,
    name_key,
    names,
    opening_names,
    words,
)

# The sentences before and after the best one that count as its surroundings.
_AROUND = 1
# The share of our words from which on the best sentence is about the same matter.
_ABOUT_THE_SAME = 0.5
# Smaller numbers, and years, stand in texts about anything.
_TELLING, _YEARS = 20, range(1900, 2100)
# So many content words on each side of a number, within so many characters, say what it counts.
_BESIDE, _REACH = 4, 60


@dataclass(frozen=True)
class Signals:
    """The evidence about one sentence.

    ``best`` is the source's sentence that shares most (weighted) content words, ``covered`` the
    share of the sentence's words that it and the one that adds most to it have. ``novel`` are words
    that the source never uses; ``numbers``, ``dates``, ``names`` and ``counts`` what it does not
    state; ``elsewhere`` what it states, but nowhere near; ``copied`` the share of runs of three
    words that are its own; ``misplaced`` numbers that it states of something else; ``anchored``
    that the aligned sentences have a telling number of ours; ``loose`` the share of neighbouring
    words that never stand together in it; ``links`` causes it does not state; ``contradiction`` a
    sentence in words; ``hedge`` the word by which the source leaves open what is asserted;
    ``denies`` that it negates, and the source nowhere near; ``shift`` our words and the source's
    where one of them alone leaves open whether it is so; ``governed`` what the source says over it.
    """

    about_itself: bool
    best: SourceSentence | None
    covered: float
    size: int
    novel: tuple[str, ...]
    numbers: tuple[str, ...]
    dates: tuple[str, ...]
    counts: tuple[str, ...]
    names: tuple[str, ...]
    elsewhere: tuple[str, ...]
    copied: float
    anchored: bool
    loose: float
    links: tuple[str, ...]
    misplaced: tuple[str, ...]
    hedge: str | None
    denies: bool
    shift: tuple[str, str] | None
    governed: str | None
    contradiction: str | None


def read_signals(text: str, source: SourceText) -> Signals:
    """Hold one sentence against the source."""
    ours = tokens(text)
    telling = _telling(text, ours)
    best, second, shared, covered = _aligned({t.stem for t in telling}, source)
    around = _around(best, second, source)
    numbers = source.stated.strange(text)
    nearest = source.nearest({t.stem for t in telling})
    pairs, governed = followed(text, nearest), governing(text, nearest)
    named = _names(text, source)
    missing = _missing_names(text, named, source)
    return Signals(
        about_itself=bool(lexicon().about_itself.search(text)),
        best=best,
        covered=covered,
        size=len(telling),
        novel=_unique(t.word for t in telling if not source.has(t.stem)),
        numbers=tuple(text[f.start : f.end] for f in numbers if not is_count(f, text)),
        counts=tuple(text[f.start : f.end] for f in numbers if is_count(f, text)),
        names=missing,
        elsewhere=_elsewhere(named, around, missing),
        copied=_share(runs_of([t.stem for t in ours]), source.runs),
        anchored=_anchored(text, best, second),
        loose=1.0 - _share(neighbours([t.stem for t in telling]), source.pairs),
        links=_unique(
            m[0] for m in lexicon().links.finditer(text) if m[0].casefold() not in source.folded
        ),
        misplaced=_unique(_misplaced(text, source)),
        hedge=_dropped_hedge(ours, best),
        dates=_unique(date.written for date in source.stated.undated(text)),
        denies=shared >= _ABOUT_THE_SAME and denied(text, around),
        shift=next(filter(None, map(shifted, pairs)), None),
        governed=governed.reason if governed else None,
        contradiction=_contradiction(text, pairs, around, source)
        or (_other_unit(text, best, source) if best else None),
    )


def _contradiction(
    text: str, pairs: Sequence[Alignment], around: str, source: SourceText
) -> str | None:
    """Say how the source's sentences that ``text`` follows contradict it, if none agrees."""
    told = [contradiction(text, pair, around, source.proper) for pair in pairs]
    return told[0] if told and all(told) else None


def _other_unit(text: str, best: SourceSentence, source: SourceText) -> str | None:
    """Name a number that the source has, but never in this unit, or for another time only."""
    stating = "\n".join(said.text for said in source.stating(sorted(numbers(text))))
    if rates := other_rate(text, stating):
        return f"It says “{rates[0]}” where the source says “{rates[1]}”."
    found = other_unit(text, best.text)
    if found is None or has_measure(found[0], source.stated.measures):
        return None
    return f"It says “{found[0].written}” where the source says “{found[1].written}”."


def _telling(text: str, ours: Iterable[Token]) -> list[Token]:
    """Return the content words that state something: no frame of a summary, no numbers."""
    counted = {w for f in figures(text) for w in words(text[f.start : f.end])}
    frame = lexicon().frame | {token.stem for w in counted for token in tokens(w)}
    return [t for t in ours if t.content and t.stem not in frame and not _has_digit(t.word)]


def _has_digit(word: str) -> bool:
    return any(c.isdigit() for c in word)


def _unique(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


def _share(asked: Collection[tuple[str, ...]], known: Collection[tuple[str, ...]]) -> float:
    """Return the share of ``asked`` that is known; 1.0 for none."""
    return sum(item in known for item in asked) / len(asked) if asked else 1.0


def _aligned(
    asked: set[str], source: SourceText
) -> tuple[SourceSentence | None, SourceSentence | None, float, float]:
    """Return the two sentences that carry most of the words, and what the first and both carry."""
    total = sum(source.weight(word) for word in sorted(asked))
    first, share = _most(asked, source)
    if first is None or not total:
        return None, None, 0.0, 0.0
    second, more = _most(asked - first.stems, source)
    return first, second, share / total, (share + more) / total


def _most(asked: Collection[str], source: SourceText) -> tuple[SourceSentence | None, float]:
    sums = source.shared(asked)
    if not sums:
        return None, 0.0
    place = max(sorted(sums), key=sums.__getitem__)
    return source.sentences[place], sums[place]


def _around(best: SourceSentence | None, second: SourceSentence | None, source: SourceText) -> str:
    """Return the text of the aligned sentences with their neighbours."""
    found = []
    for sentence in (best, second):
        if sentence is not None:
            begin = max(sentence.place - _AROUND, 0)
            found += source.sentences[begin : sentence.place + _AROUND + 1]
    return "\n".join(s.text for s in found)


def _missing_names(text: str, named: set[str], source: SourceText) -> tuple[str, ...]:
    """Return those of the names of ``text`` that the source does not have, in any spelling."""
    spelled = {part for term, run in by_initials(text) if term in source.short for part in run}
    return tuple(
        name
        for name in dict.fromkeys(w for w in words(text) if w in named)
        if not _named(name, source.called)
        and not set(re.split(r"[-.]", name)) <= spelled
        and not _of_the_field(name, source)
    )


def _of_the_field(name: str, source: SourceText) -> bool:
    """Tell whether a name is no more than the field's own: "AI", "AI-powered", "LLM"."""
    known = lexicon().field | (lexicon().of_models if source.on_models else frozenset())
    parts = re.split(r"[-/]", re.sub(r"['’]s?$", "", name))
    telling = [part for part in parts if any(c.isupper() or c.isdigit() for c in part)]
    return bool(telling) and all(name_key(part) in known for part in telling)


def _named(name: str, keys: set[str]) -> bool:
    """Tell whether a name is among ``keys`` in any spelling; of a compound, as a whole."""
    parts = tokens(name)
    if not parts or is_named(name, keys):
        return True
    spellings = known_names(name) - {name_key(part.word) for part in parts}
    return not keys.isdisjoint(spellings) or (len(parts) == 1 and parts[0].stem in keys)


def _names(text: str, source: SourceText) -> set[str]:
    """Return the names of ``text``; an opening word only if it looks like one."""
    text = without_dates(text)
    opening = {
        name
        for name in opening_names(text)
        if name.casefold() not in lexicon().openers
        and (name_key(name) in source.capitals or not source.has(tokens(name)[0].stem))
    } | {
        name
        for name in disguised_names(text, source.after_names)
        if name_key(name) in source.capitals or tokens(name)[0].stem not in source.words
    }
    inner = {n for n in names(text) if n.casefold() not in lexicon().openers}
    return {
        name
        for name in inner | opening
        if not re.fullmatch(r"[APap][Mm]|[\d.:-]+(?:[kKMB]|bn|mn)?", name) and not is_unit(name)
    }


def _anchored(text: str, *aligned: SourceSentence | None) -> bool:
    """Tell whether the aligned sentences state a telling number of ``text``: none that all have."""
    there = numbers("\n".join(s.text for s in aligned if s))
    return any(v in there for v in numbers(text) if v >= _TELLING and not _is_year(v))


def _is_year(value: float) -> bool:
    return value in _YEARS


def _misplaced(text: str, source: SourceText) -> Iterator[str]:
    """Yield the numbers in digits that stand in the source beside none of the words around them.

    Years and days are left out: they date many things.
    """
    dated = [(date.start, date.end) for date in whole_dates(text)]
    for figure in figures(text):
        written = text[figure.start : figure.end]
        in_date = any(start <= figure.start < end for start, end in dated)
        if in_date or not written[0].isdigit() or _is_year(figure.readings[0]):
            continue
        around, there = _beside(text, figure), source.stating(figure.readings)
        if around and there and not any(around & {t.stem for t in s.tokens} for s in there):
            yield written


def _beside(text: str, figure: Figure) -> set[str]:
    """Return the stems of the content words next to a figure, on both sides."""
    before = tokens(text[max(0, figure.start - _REACH) : figure.start])
    behind = tokens(text[figure.end : figure.end + _REACH])
    stems = [[t.stem for t in side if t.content] for side in (before, behind)]
    return {*stems[0][-_BESIDE:], *stems[1][:_BESIDE]}


def _elsewhere(named: set[str], around: str, missing: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that the source has, but not near the aligned sentences."""
    near = known_names(around)
    return tuple(name for name in sorted(named) if name not in missing and not _named(name, near))


def _dropped_hedge(ours: Iterable[Token], best: SourceSentence | None) -> str | None:
    """Return the source's word of doubt, where the sentence has none."""
    hedges = lexicon().hedges
    if best is None or any(t.stem in hedges for t in ours):
        return None
    return next((t.word for t in best.tokens if t.stem in hedges), None)
