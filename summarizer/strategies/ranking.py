"""Assigns sentences of a document to the sections of a case study, by the cues of ``cues.toml``.

Small models cannot search a document, so code does: each sentence gets a weight per section from
cues, headings and terms of the taxonomy. A section without matching sentences stays empty.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import pairwise
from typing import NamedTuple

from schemas.cases import Section
from summarizer.mentions import terms_in
from summarizer.quantities import quantities
from summarizer.sentences import Sentence, word_set, words
from summarizer.strategies.cues import has_any, hits, load_cues

_LEAST_WORDS, _MOST_WORDS = 7, 45
_ANNOUNCEMENT_WORDS, _REACH = 16, 4
# Sentences can be shorter if they name a term ("The vectors live in Qdrant.").
_LEAST_NAMED, _STRONG_AT_MOST = 4, 4.0
_FEWEST = 2  # sections with fewer sentences also accept low weights
_ANNOUNCING = 10  # words of a sentence that only introduces the next: "Three things were hard."
_VOTE = 3.0  # added to the weight for the section that a model chose
_OFTEN = 4  # names mentioned this often are the subject of the text
_WHOLE = re.compile(r"[(]?[A-Z0-9].*[.!][”’)\]]*$", re.DOTALL)
_OWN = re.compile(r"\b(?:we|our|us|wir|uns|unser\w{0,2})\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[\w,] )[A-Z][\w'’-]*[a-z][\w-]*")
# The sections for each sentence of a summary.
_PARTS = (
    {Section.ABSTRACT, Section.CONTEXT},
    {Section.CHALLENGES, Section.CONTEXT},
    {Section.ARCHITECTURE, Section.SOLUTIONS},
)


class SentenceContext(NamedTuple):
    """The sections named by heading and announcement; whether a sentence opens a paragraph."""

    headed: frozenset[Section]
    announced: frozenset[Section]
    opens: bool


class Excerpt(NamedTuple):
    """A sentence that can be read alone, or together with the previous one that it refers to."""

    text: str
    sentence: Sentence
    context: SentenceContext
    before: Sentence | None = None


class Pick(NamedTuple):
    """An excerpt for a section, with its weight and the terms that it names."""

    section: Section
    excerpt: Excerpt
    weight: float
    named: frozenset[str] = frozenset()
    is_voted: bool = False  # a model chose it

    @property
    def starts(self) -> frozenset[int]:
        """The starts of its sentences."""
        return frozenset(s.start for s in (self.excerpt.before, self.excerpt.sentence) if s)


Votes = Mapping[Section, frozenset[int] | set[int]]
"""The starts of the sentences that a model chose for each section."""


def candidates(
    sentences: Sequence[Sentence], title: str | None = None, votes: Votes | None = None
) -> list[Pick]:
    """Return the possible picks for all sections, best first."""
    counts = Counter(name.casefold() for s in sentences for name in _NAME.findall(s.text))
    subject = _keywords(title or "") | {name for name, count in counts.items() if count >= _OFTEN}
    weigh = partial(_weighed, subject=subject, votes=votes or {})
    found = [pick for one in _excerpts(sentences, title) for pick in weigh(one)]
    return sorted(found, key=lambda p: (-p.weight, p.excerpt.sentence.start))


def filled(weighed: Sequence[Pick]) -> dict[Section, list[Pick]]:
    """Return each section's picks, best first; a sentence is picked for one section only.

    It goes to the section with its highest weight, or to the next if that is full. Sentences with
    named terms must add a new one.
    """
    cues = load_cues()
    weighed = [one for one in weighed if one.section is not Section.ABSTRACT]
    picked: dict[Section, list[Pick]] = {name: [] for name in cues.sections}
    used: set[int] = set()
    for one in weighed:
        chosen = picked[one.section]
        few = 0 if one.named else _FEWEST
        most = cues.sections[one.section].keep if one.weight >= cues.threshold else few
        repeats = bool(one.named) and any(one.named <= p.named for p in chosen)
        if not (len(chosen) >= most or repeats or one.starts & used):
            chosen.append(one)
            used |= one.starts
    return picked


def opening(weighed: Sequence[Pick]) -> list[Pick]:
    """Return the picks for a summary: the system, its problem and its design, as far as known."""
    chosen: list[Pick] = []
    for sections in _PARTS:
        used = {start for one in chosen for start in one.starts}
        fitting = [p for p in weighed if p.section in sections and not p.starts & used]
        worths = [p.weight - bool(p.excerpt.before) for p in fitting]  # two sentences are long
        chosen += [fitting[worths.index(max(worths))]] if fitting else []
    return [*chosen[:1], *sorted(chosen[1:], key=lambda p: p.excerpt.sentence.start)]


def _excerpts(sentences: Sequence[Sentence], title: str | None) -> Iterator[Excerpt]:
    """Yield excerpts; a sentence that refers to the previous one includes it."""
    contexts, leaning = _contexts(sentences, title), load_cues().leaning
    for (before, one), context in zip(pairwise([None, *sentences]), contexts, strict=True):
        if one is None or not _is_usable(one):
            continue
        if not has_any(leaning, one.text):
            yield Excerpt(one.text, one, context)
        elif before and not one.opens and _is_usable(before) and not has_any(leaning, before.text):
            joined = f"{before.text} {one.text}"
            if len(words(joined)) <= _MOST_WORDS:
                yield Excerpt(joined, one, context, before)


def _is_usable(sentence: Sentence) -> bool:
    """Return whether a sentence is complete and part of the actual content."""
    text, cues = sentence.text, load_cues()
    pairs = (("(", ")"), ("“", "”"), ("[", "]"))
    is_balanced = all(text.count(a) == text.count(b) for a, b in pairs) and not text.count('"') % 2
    is_whole = bool(_WHOLE.match(text)) and is_balanced
    is_whole &= _LEAST_NAMED <= len(words(text)) <= _MOST_WORDS
    is_apart = has_any(cues.junk, text) or has_any([cues.apart], sentence.section)
    return is_whole and not (is_apart or _sections_named(text, "announces", _ANNOUNCING))


def _weighed(excerpt: Excerpt, subject: frozenset[str], votes: Votes) -> Iterator[Pick]:
    text, cues = excerpt.text, load_cues()
    is_full = len(words(text)) >= _LEAST_WORDS
    starts = {s.start for s in (excerpt.before, excerpt.sentence) if s}
    chosen = {name for name, several in votes.items() if starts & several}
    for name, section in cues.sections.items():
        terms = terms_in(text) if section.taxonomy else ()
        named = frozenset(term.slug for term in terms if term.group == section.taxonomy)
        fits = named or (is_full and not section.taxonomy)
        weight = _weight(excerpt, name, named, subject) if fits else 0.0
        if name in chosen:
            yield Pick(name, excerpt, max(weight, 0.0) + _VOTE, named, is_voted=True)
        elif weight >= cues.least:
            yield Pick(name, excerpt, weight, named, is_voted=bool(chosen))


def _weight(one: Excerpt, name: Section, named: frozenset[str], subject: frozenset[str]) -> float:
    """Return the weight of an excerpt for the section ``name``."""
    text, section = one.sentence.text, load_cues().sections[name]
    strong = min(_STRONG_AT_MOST, 2.0 * hits(section.strong, text))
    if name is Section.RESULTS and not (strong and quantities(text)):
        return 0.0
    strong += len(named)
    headed, announced, opens = one.context
    around, light = headed | announced, hits(section.light, text)
    # Neither a heading nor a word or two are enough alone.
    if not strong and not (name in around and light):
        return 0.0
    shared = len(subject & _keywords(text))
    # The work of the authors or their system is more relevant than general remarks.
    own = 1.0 if shared or _OWN.search(text) else 0.0
    # Under another section's heading, a sentence is more likely about that section.
    place = -1.0 if around and not around & set(section.kin) else 0.0
    if name in around:
        place = 3.0 if name in headed and opens else 2.0
    weight = strong + light + own + place
    if name is Section.ABSTRACT:
        weight += min(shared, 3)
    return weight - 3.0 * hits(section.against, text)


def _contexts(sentences: Sequence[Sentence], title: str | None) -> list[SentenceContext]:
    """Return the context of each sentence; the document's title does not count as a heading."""
    contexts: list[SentenceContext] = []
    announced: dict[Section, int] = {}
    before: Sentence | None = None
    for sentence in sentences:
        if before is None or before.section != sentence.section:
            announced = {}
        is_title = sentence.section == title
        headed = () if is_title else _sections_named(sentence.section, "headings")
        contexts.append(SentenceContext(frozenset(headed), frozenset(announced), sentence.opens))
        announced = {name: left - 1 for name, left in announced.items() if left > 1}
        found = _sections_named(sentence.text, "announces", _ANNOUNCEMENT_WORDS)
        announced = dict.fromkeys(found, _REACH) or announced
        before = sentence
    return contexts


@cache
def _sections_named(text: str, cue: str, most_words: int | None = None) -> tuple[Section, ...]:
    """Return the sections whose ``headings`` or ``announces`` match a text of so many words."""
    if most_words is not None and len(words(text)) > most_words:
        return ()
    sections = load_cues().sections.items()
    return tuple(name for name, cues in sections if hits(getattr(cues, cue), text))


def _keywords(text: str) -> frozenset[str]:
    """Return the words of a text without stop words."""
    return word_set(text) - load_cues().stop
