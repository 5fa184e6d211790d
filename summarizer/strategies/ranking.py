"""Which sentences of a document speak about which section, by cues kept as data.

Small models cannot search a document, so code does: each sentence is weighed per section by the
patterns of ``cues.toml``, by what it stands under, and by the terms of the taxonomy it names. A
section that no sentence speaks about stays empty.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from schemas.cases import Section
from summarizer.mentions import terms_in
from summarizer.numbers import numbers
from summarizer.sentences import Sentence, words
from summarizer.strategies.cues import (
    SectionCues,
    Setting,
    hits,
    load_cues,
    settings_of,
)

_LEAST_WORDS, _MOST_WORDS = 7, 48
# A maxim under a heading that says so may be short: "Keep the old path alive."
_LEAST_WORDS_HEADED = 5
# So may be what a named thing is for: "The vectors live in Qdrant."
_LEAST_WORDS_NAMED = 4
_PER_PASSAGE = 3
# With fewer sentences on it than this, the architecture can spare none for the abstract.
_FEWEST_PARTS = 2
_STRONG_AT_MOST = 4.0
# A short sentence that names a tool is about it; in a long one, a name is mostly in passing.
_SHORT = 12
_MOST_NAMED = 2
# A summary stands at the top; later only under a heading that says so.
_OPENING = 0.2
_STOP = frozenset(
    """
    the a an and or of to in on at for with by from as is are was were be been it its this that
    these those we our us they their he she his her you your not no so if then than but also can
    could will would should may might do does did have has had how what which who when where why
    into over under about out up down more most very just all any each every other some such only
    """.split()
)
_ENDS = re.compile(r"[.!][”’)\]]*$")
_STARTS = re.compile(r"[A-Z0-9]")


@dataclass(frozen=True)
class Pick:
    """A sentence chosen for a section, with its weight and the terms that it names."""

    section: Section
    sentence: Sentence
    weight: float
    named: frozenset[str] = frozenset()


def pick(sentences: Sequence[Sentence], title: str | None = None) -> dict[Section, list[Pick]]:
    """Return each section's sentences, best first, every sentence in one section at most.

    A sentence goes to the section it weighs most for, or to one that it weighs nearly as much for
    when the first is full. At most three sentences of one passage serve the same section; each of
    a section about named things names another one.
    """
    settings = settings_of(sentences, title)
    subject = _subject(title or "")
    weighed = [
        chosen
        for sentence, setting in zip(sentences, settings, strict=True)
        for chosen in _candidates(sentence, setting, subject)
    ]
    return _filled(sorted(weighed, key=lambda p: (-p.weight, p.sentence.start)))


def leaning(text: str) -> float:
    """Return how much ``text`` needs the sentence before it: 2 for a bare pronoun, 1, or 0."""
    cues = load_cues().leaning
    if hits([cues["own"]], text):
        return 0.0
    return 2.0 if hits([cues["hard"]], text) else float(hits([cues["soft"]], text))


def _candidates(sentence: Sentence, setting: Setting, title: frozenset[str]) -> list[Pick]:
    cues = load_cues()
    least = _LEAST_WORDS_HEADED if setting.headed else _LEAST_WORDS
    found = []
    for name, section in cues.sections.items():
        if not _is_usable(sentence, _LEAST_WORDS_NAMED if section.taxonomy else least):
            continue
        named = _named(sentence.text, section)
        weight = _weight(sentence, section, name, setting, named)
        weight += _summing_up(sentence, section, setting, title)
        if weight >= (section.threshold or cues.threshold):
            found.append(Pick(name, sentence, weight, named))
    return found


def _is_usable(sentence: Sentence, least_words: int) -> bool:
    """Return whether a sentence can stand alone as a statement: whole, and on the matter."""
    text = sentence.text
    is_whole = bool(_STARTS.match(text) and _ENDS.search(text))
    is_balanced = text.count("(") == text.count(")") and text.count("“") == text.count("”")
    fits = least_words <= len(words(text)) <= _MOST_WORDS and text.count('"') % 2 == 0
    return is_whole and is_balanced and fits and not hits(load_cues().junk["patterns"], text)


def _weight(
    sentence: Sentence, section: SectionCues, name: str, setting: Setting, named: frozenset[str]
) -> float:
    """Return how much speaks for ``sentence`` to be about the section ``name``."""
    text = sentence.text
    if (section.needs_number and not numbers(text)) or (section.taxonomy and not named):
        return 0.0
    strong = min(_STRONG_AT_MOST, 2.0 * hits(section.strong, text))
    kindred = 3.0 if setting.sections.intersection(section.kin) else 1.0
    own = strong + hits(section.light, text) + kindred * bool(hits(section.kin_cues, text))
    if named:
        is_short = len(words(text)) <= _SHORT and strong > 0
        own += 1.0 + min(len(named) - 1, _MOST_NAMED) + is_short
    if section.needs_cue and not own:
        return 0.0
    against = 3.0 * hits(section.against, text) + leaning(text)
    return own + _place(sentence, section, name, setting) - against


def _place(sentence: Sentence, section: SectionCues, name: str, setting: Setting) -> float:
    """Return what the place of a sentence weighs for a section."""
    if name in setting.headed:
        return 3.0 if setting.opens else 2.0
    if name in setting.announced:
        return 2.0
    # Under another section's own heading a sentence is more likely about that one.
    is_foreign = setting.sections and not setting.sections.intersection(section.kin)
    return (-1.0 if is_foreign else 0.0) + (1.0 if hits(section.hints, sentence.section) else 0.0)


def _summing_up(
    sentence: Sentence, section: SectionCues, setting: Setting, title: frozenset[str]
) -> float:
    """Return what place and title add for a section that stands at the opening."""
    if not section.early:
        return 0.0
    if sentence.position > _OPENING and Section.ABSTRACT not in setting.headed:
        return -10.0
    shared = len(title & _subject(sentence.text)) / len(title) if title else 0.0
    return 3.0 * shared - 5.0 * min(sentence.position, _OPENING)


def _named(text: str, section: SectionCues) -> frozenset[str]:
    """Return the terms of the section's group that ``text`` names."""
    if section.taxonomy is None:
        return frozenset()
    return frozenset(term.slug for term in terms_in(text) if term.group == section.taxonomy)


def _filled(weighed: Sequence[Pick]) -> dict[Section, list[Pick]]:
    sections = load_cues().sections
    picked: dict[Section, list[Pick]] = {name: [] for name in sections}
    best: dict[int, float] = {}
    for candidate in weighed:
        best.setdefault(candidate.sentence.start, candidate.weight)
    used: set[int] = set()
    crowded: Counter[tuple[str, int]] = Counter()
    for candidate in weighed:
        name, sentence = candidate.section, candidate.sentence
        is_full = len(picked[name]) >= sections[name].keep
        is_second = candidate.weight < best[sentence.start] - 1
        named_before = frozenset[str]().union(*(p.named for p in picked[name]))
        repeats = bool(candidate.named) and candidate.named <= named_before
        place = (name, sentence.passage)
        is_taken = sentence.start in used or crowded[place] >= _PER_PASSAGE
        if not (is_full or is_second or repeats or is_taken):
            picked[name].append(candidate)
            used.add(sentence.start)
            crowded[place] += 1
    _open_with_system(picked)
    return picked


def _open_with_system(picked: dict[Section, list[Pick]]) -> None:
    """Let a text that nothing sums up begin with its first sentence on how the system works."""
    parts = sorted(picked[Section.ARCHITECTURE], key=lambda p: p.sentence.start)
    if picked[Section.ABSTRACT] or len(parts) < _FEWEST_PARTS or leaning(parts[0].sentence.text):
        return
    picked[Section.ARCHITECTURE].remove(parts[0])
    picked[Section.ABSTRACT].append(replace(parts[0], section=Section.ABSTRACT))


def _subject(text: str) -> frozenset[str]:
    """Return the words that carry meaning."""
    return frozenset(word.casefold() for word in words(text)) - _STOP
