"""Which sentences of a document speak about which section, by cues kept as data.

Small models cannot search a document, so code does: each sentence is weighed per section by the
patterns of ``cues.toml``, by what it stands under, and by the terms of the taxonomy it names. A
section that no sentence speaks about stays empty.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from schemas.cases import Section
from summarizer.agreement import numbers
from summarizer.measures import measure_in
from summarizer.mentions import terms_in
from summarizer.sentences import Sentence, words
from summarizer.strategies.cues import SectionCues, has_any, hits, load_cues

_LEAST_WORDS, _MOST_WORDS = 7, 45
_ANNOUNCEMENT_WORDS, _RUN_IN_WORDS, _REACH = 16, 6, 4
# Longer headings are titles of posts, which name no section of what stands below.
_HEADING_WORDS = 9
# A maxim under a heading that says so may be short: "Keep the old path alive." So may be what a
# named thing is for: "The vectors live in Qdrant."
_LEAST_HEADED, _LEAST_NAMED, _LEAST_MEANING = 5, 4, 4
_PER_PASSAGE, _STRONG_AT_MOST = 4, 4.0
_FEWEST = 2  # a section with fewer sentences also takes what weighs little
_MOST_NAMED, _LEAST_WORTH = 3, 1.0
_ANNOUNCING = 10  # words of a sentence that only leads to the next: "Three things were hard."
_OPENING = 0.2
_OFTEN = 4  # a name that the text has so often is its subject
_WHOLE = re.compile(r"[(]?[A-Z0-9].*[.!][”’)\]]*$", re.DOTALL)
_OWN = re.compile(r"\b(?:we|our|us|wir|uns|unser\w{0,2})\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[\w,] )[A-Z][\w'’-]*[a-z][\w-]*")
# What each sentence of a summary is drawn from, and what the place in the document takes away.
_PARTS: tuple[tuple[Mapping[Section, float], float], ...] = (
    ({Section.CHALLENGES: 1.0, Section.CONTEXT: 0.0}, 10.0),
    ({Section.ABSTRACT: 2.0, Section.ARCHITECTURE: 0.0}, 5.0),
    ({Section.ARCHITECTURE: 0.0, Section.SOLUTIONS: -2.0}, 0.0),
    ({Section.RESULTS: 0.0}, 0.0),
)


class SentenceContext(NamedTuple):
    """The sections that heading or announcement name, and whether a sentence opens a paragraph."""

    headed: frozenset[Section]
    announced: frozenset[Section]
    opens: bool


class Excerpt(NamedTuple):
    """A sentence that can be read alone, or with the one before it that it leans on."""

    text: str
    sentence: Sentence
    setting: SentenceContext
    before: Sentence | None = None


class Pick(NamedTuple):
    """What speaks about a section, with its weight and the terms that it names."""

    section: Section
    unit: Excerpt
    weight: float
    named: frozenset[str] = frozenset()


def candidates(sentences: Sequence[Sentence], title: str | None = None) -> list[Pick]:
    """Return what could be said in each section, best first."""
    counts = Counter(name.casefold() for s in sentences for name in _NAME.findall(s.text))
    subject = _meaning(title or "") | {name for name, count in counts.items() if count >= _OFTEN}
    found = [p for unit in _units(sentences, title) for p in _weighed(unit, subject)]
    return sorted(found, key=lambda p: (-p.weight, p.unit.sentence.start))


def filled(weighed: Sequence[Pick]) -> dict[Section, list[Pick]]:
    """Return each section's picks, best first, every sentence in one section at most.

    A sentence goes to the section it weighs most for, or to the next when that is full. A passage
    serves a section with few sentences; each sentence about named things names another one.
    """
    cues = load_cues()
    weighed = [one for one in weighed if one.section is not Section.ABSTRACT]
    picked: dict[Section, list[Pick]] = {name: [] for name in cues.sections}
    used: set[int] = set()
    for one in weighed:
        chosen, unit = picked[one.section], one.unit
        own = {s.start for s in (unit.before, unit.sentence) if s}
        few = 0 if one.named else _FEWEST
        most = cues.sections[one.section].keep if one.weight >= cues.threshold else few
        repeats = bool(one.named) and any(one.named <= p.named for p in chosen)
        beside = sum(p.unit.sentence.passage == unit.sentence.passage for p in chosen)
        if not (len(chosen) >= most or repeats or own & used or beside >= _PER_PASSAGE):
            chosen.append(one)
            used |= own
    return picked


def opening(weighed: Sequence[Pick]) -> list[Excerpt]:
    """Return the sentences that sum a document up: problem, system, how it works, outcome."""
    chosen: list[Excerpt] = []
    for sections, early in _PARTS:
        fitting = [p for p in weighed if p.section in sections and p.unit not in chosen]
        worths = [p.weight + sections[p.section] - _unfit(p, early) for p in fitting]
        most = max(worths, default=0.0)
        chosen += [fitting[worths.index(most)].unit] if most >= _LEAST_WORTH else []
    return [*chosen[:1], *sorted(chosen[1:3], key=lambda u: u.sentence.start), *chosen[3:]]


def _unfit(one: Pick, early: float) -> float:
    """Return what speaks against a sentence in a summary: it stands late, is long, or vague."""
    is_vague = one.section is Section.RESULTS and measure_in(one.unit.text) is None
    return early * one.unit.sentence.position + bool(one.unit.before) + 3.0 * is_vague


def _units(sentences: Sequence[Sentence], title: str | None) -> Iterator[Excerpt]:
    """Yield what can stand alone; a sentence that leans takes along the one before."""
    settings, leaning = _settings(sentences, title), load_cues().leaning
    for (before, one), setting in zip(pairwise([None, *sentences]), settings, strict=True):
        if one is None or not _is_usable(one):
            continue
        if not has_any(leaning, one.text):
            yield Excerpt(one.text, one, setting)
        elif before and not one.opens and _is_usable(before) and not has_any(leaning, before.text):
            joined = f"{before.text} {one.text}"
            if len(words(joined)) <= _MOST_WORDS:
                yield Excerpt(joined, one, setting, before)


def _is_usable(sentence: Sentence) -> bool:
    """Return whether a sentence is whole, and on the matter."""
    text, cues = sentence.text, load_cues()
    pairs = (("(", ")"), ("“", "”"), ("[", "]"))
    is_balanced = all(text.count(a) == text.count(b) for a, b in pairs) and not text.count('"') % 2
    is_whole = bool(_WHOLE.match(text)) and is_balanced
    is_whole &= _LEAST_NAMED <= len(words(text)) <= _MOST_WORDS
    is_apart = has_any(cues.junk, text) or has_any([cues.apart], sentence.section)
    return is_whole and not (is_apart or _sections_named(text, "announces", _ANNOUNCING))


def _weighed(unit: Excerpt, subject: frozenset[str]) -> Iterator[Pick]:
    count, cues = len(words(unit.text)), load_cues()
    least = _LEAST_HEADED if unit.setting.headed else _LEAST_WORDS
    is_full = count >= least and len(_meaning(unit.text)) >= _LEAST_MEANING
    for name, section in cues.sections.items():
        terms = terms_in(unit.text) if section.taxonomy else ()
        named = frozenset(term.slug for term in terms if term.group == section.taxonomy)
        if named or (is_full and not section.taxonomy):
            weight = _weight(unit, section, name, named, subject)
            if weight >= cues.least:
                yield Pick(name, unit, weight, named)


def _weight(
    unit: Excerpt,
    section: SectionCues,
    name: Section,
    named: frozenset[str],
    subject: frozenset[str],
) -> float:
    """Return how much speaks for ``unit`` to be about the section ``name``."""
    text = unit.sentence.text
    strong = min(_STRONG_AT_MOST, 2.0 * hits(section.strong, text))
    if name is Section.RESULTS and not (strong and numbers(text)):
        return 0.0
    if named:
        strong += min(len(named), _MOST_NAMED)
    headed, announced, opens = unit.setting
    around, light = headed | announced, hits(section.light, text)
    # A heading alone is not enough, nor is a word or two.
    if not strong and not (name in around and light):
        return 0.0
    shared = len(subject & _meaning(text))
    # What the authors did, or what their subject does, says more than what is so in general.
    own = 1.0 if shared or _OWN.search(text) else 0.0
    # Under another section's own heading a sentence is more likely about that one.
    place = -1.0 if around and not around & set(section.kin) else 0.0
    if name in around:
        place = 3.0 if name in headed and opens else 2.0
    weight = strong + light + own + place
    if name is Section.ABSTRACT:
        weight += min(shared, 3) - (10.0 if unit.sentence.position > _OPENING else 0.0)
    return weight - 3.0 * hits(section.against, text)


def _settings(sentences: Sequence[Sentence], title: str | None) -> list[SentenceContext]:
    """Return for each sentence what it stands under; the document's own title does not count."""
    settings: list[SentenceContext] = []
    announced: dict[Section, int] = {}
    before: Sentence | None = None
    for sentence in sentences:
        if before is None or before.section != sentence.section:
            announced = {}
        # A head may stand in its paragraph: "Noise. Sound levels …".
        is_run_in = before and before.opens and len(words(before.text)) <= _RUN_IN_WORDS
        is_title = sentence.section == title
        headed = () if is_title else _sections_named(sentence.section, "headings", _HEADING_WORDS)
        opens = sentence.opens or bool(is_run_in)
        settings.append(SentenceContext(frozenset(headed), frozenset(announced), opens))
        announced = {name: left - 1 for name, left in announced.items() if left > 1}
        found = _sections_named(sentence.text, "announces", _ANNOUNCEMENT_WORDS)
        announced = dict.fromkeys(found, _REACH) or announced
        before = sentence
    return settings


@cache
def _sections_named(text: str, cue: str, most_words: int) -> tuple[Section, ...]:
    """Return the sections whose ``headings`` or ``announces`` a short text has."""
    if len(words(text)) > most_words:
        return ()
    sections = load_cues().sections.items()
    return tuple(name for name, cues in sections if hits(getattr(cues, cue), text))


def _meaning(text: str) -> frozenset[str]:
    """Return the words that carry meaning."""
    return frozenset(word.casefold() for word in words(text)) - load_cues().stop
