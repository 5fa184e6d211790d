"""A source cut into sentences and indexed, so that any sentence can be held against it. Pure."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from casebook.summarizer.language.lexicon import lexicon
from casebook.summarizer.language.numerals import numbers
from casebook.summarizer.language.quantities import Stated
from casebook.summarizer.language.sentences import spans
from casebook.summarizer.language.wording import (
    REMEMBERED_WORDS,
    STOP,
    by_initials,
    name_key,
    name_keys,
    names,
    opening_names,
    stem,
    words,
)

# Two content words count as standing together within this many content words.
_TOGETHER = 5
# Stems that share at least this many letters, and this share of the longer one, are one word.
_SHARED_LETTERS = 4
_SHARED_PART = 0.6
# Sentences that share nearly as much as the best one, and how many of them are looked at.
_NEARLY, _CANDIDATES = 0.8, 4
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_ACCENT = re.compile(r"[\u0300-\u036f]")
# Where the source says "we", a summary has a name.
_TELLERS = frozenset({"we", "i"})

Run = tuple[str, str, str]
"""Three words in a row, by stem."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word at ``text[start:end]`` of its sentence, with its stem."""

    word: str
    stem: str

    @property
    def content(self) -> bool:
        """Whether the word carries meaning."""
        return self.word.casefold() not in STOP and (len(self.stem) > 1 or self.stem.isdigit())


@lru_cache(REMEMBERED_WORDS)
def _token(word: str) -> Token:
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", word)).casefold().replace("’", "'")
    plain = plain.removesuffix("'s").removesuffix("'")
    return Token(word, lexicon().same_name.get(plain) or stem(plain))


def tokens(text: str) -> list[Token]:
    """Return the words of ``text`` in order, compounds in their parts."""
    whole = _GROUPED.sub("", text)  # "30,000" is one word
    parts = (part for word in words(whole) for part in re.split(r"[-/]", word))
    return [_token(part) for part in parts if part]


def content(text: Sequence[Token]) -> list[str]:
    """Return the stems of the words that carry meaning, in order."""
    return [token.stem for token in text if token.content]


def alike(one: str, other: str) -> bool:
    """Tell whether two stems are forms of one word: "negoti" and "negotiat"."""
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    return shared >= max(_SHARED_LETTERS, _SHARED_PART * max(len(one), len(other)))


@dataclass(frozen=True)
class SourceSentence:
    """``source[start:end]``, number ``place``, with its words, names and numbers."""

    text: str
    start: int
    end: int
    place: int

    @cached_property
    def tokens(self) -> list[Token]:
        """Its words in order."""
        return tokens(self.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of its content words."""
        return frozenset(content(self.tokens))

    @cached_property
    def names(self) -> set[str]:
        """The comparison keys of its words, among which a name must be found."""
        return known_names(self.text)


def known_names(text: str) -> set[str]:
    """Return the keys under which a name counts as named in ``text``, other spellings too."""
    keys = name_keys(text)
    same = lexicon().same_name
    return (
        keys
        | {_ACCENT.sub("", unicodedata.normalize("NFKD", key)) for key in keys}
        | {same[key] for key in keys if key in same}
    )


class SourceText:
    """A source to check sentences against. ``sentences`` are in order, offsets in ``text``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = text.casefold()
        self.sentences = [
            SourceSentence(text[a:b], a, b, place) for place, (a, b) in enumerate(cut(text))
        ]
        self.stems = frozenset().union(*(s.stems for s in self.sentences))
        self.words = frozenset(t.stem for s in self.sentences for t in s.tokens)
        self.names = known_names(text)
        self.stated = Stated(text)
        self.capitals = {name_key(name) for name in names(text)}
        self.proper = self.capitals - {word for word in words(text) if word.islower()}
        self.short = {name_key(word) for word in words(text) if word.isupper()}
        self._frequency = Counter(word for s in self.sentences for word in s.stems)
        self._by_prefix: dict[str, list[str]] = {}
        for word in self.stems:
            self._by_prefix.setdefault(word[:_SHARED_LETTERS], []).append(word)
        self._places: dict[str, list[int]] = {}
        for place, sentence in enumerate(self.sentences):
            for word in sentence.stems:
                self._places.setdefault(word, []).append(place)

    def has(self, word: str) -> bool:
        """Tell whether the source uses the word of this stem, in any form."""
        if word in self.words:
            return True
        return any(alike(word, other) for other in self._by_prefix.get(word[:_SHARED_LETTERS], ()))

    def weight(self, word: str) -> float:
        """Return how telling a stem is: more, the fewer sentences of the source have it."""
        return math.log(1 + max(len(self.sentences), 1) / (0.5 + self._frequency[word]))

    def places(self, word: str) -> Sequence[int]:
        """Return the numbers of the sentences with this stem."""
        return self._places.get(word, ())

    def shared(self, stems: Collection[str]) -> dict[int, float]:
        """Return how much (by weight) each sentence has of ``stems``, by its number."""
        sums: dict[int, float] = {}
        for word in sorted(stems):
            weight = self.weight(word)
            for place in self.places(word):
                sums[place] = sums.get(place, 0.0) + weight
        return sums

    def nearest(self, stems: Collection[str]) -> list[SourceSentence]:
        """Return the few sentences that have most of ``stems``, the best first."""
        sums = self.shared(stems)
        ranked = sorted(sums, key=lambda place: (-sums[place], place))[:_CANDIDATES]
        return [self.sentences[p] for p in ranked if sums[p] >= _NEARLY * sums[ranked[0]]]

    @cached_property
    def initials(self) -> frozenset[str]:
        """The initials of every three to five words in a row, which an abbreviation may be."""
        return frozenset(term for s in self.sentences for term, _ in by_initials(s.text))

    @cached_property
    def on_models(self) -> bool:
        """Whether it speaks of models, whatever it calls them."""
        known = lexicon().field | lexicon().of_models | {"model"}
        return not known.isdisjoint(self.words)

    @cached_property
    def _stating(self) -> Mapping[float, Sequence[SourceSentence]]:
        found: dict[float, list[SourceSentence]] = {}
        for sentence in self.sentences:
            for value in numbers(sentence.text):
                found.setdefault(value, []).append(sentence)
        return found

    def stating(self, values: Iterable[float]) -> list[SourceSentence]:
        """Return the sentences with a number that is one of ``values``."""
        return [sentence for value in values for sentence in self._stating.get(value, ())]

    @cached_property
    def called(self) -> set[str]:
        """The keys and the abbreviations under which a name counts as named."""
        return self.names | self.initials

    @cached_property
    def runs(self) -> frozenset[tuple[str, ...]]:
        """Every run of three words of a sentence, by stem."""
        return frozenset(run for s in self.sentences for run in runs_of([t.stem for t in s.tokens]))

    @cached_property
    def after_names(self) -> frozenset[Run]:
        """Every run of three words that follows a name or "we"."""
        return frozenset(run for s in self.sentences for run in runs_after_names(s.text))

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Every pair of content words that stand near each other, in their order."""
        return frozenset(pair for s in self.sentences for pair in _near_pairs(content(s.tokens)))


def _near_pairs(stems: Sequence[str]) -> Iterator[tuple[str, str]]:
    for place, word in enumerate(stems):
        for other in stems[place + 1 : place + _TOGETHER]:
            yield word, other


def runs_after_names(text: str) -> frozenset[Run]:
    """Return the runs of three words, by stem, that follow a name or "we" in ``text``."""
    spoken = tokens(text)
    named = names(text) | opening_names(text)
    parts = {part for name in named for part in re.split(r"[-/]", name)}
    following = runs_of([token.stem for token in spoken[1:]])
    return frozenset(
        run
        for token, run in zip(spoken, following, strict=False)
        if token.word in parts or token.word.casefold() in _TELLERS
    )


def runs_of(stems: Sequence[str]) -> list[Run]:
    """Return the runs of three."""
    return list(zip(stems, stems[1:], stems[2:], strict=False))


def neighbours(stems: Sequence[str]) -> list[tuple[str, str]]:
    """Return each word with the next."""
    return list(pairwise(stems))


def cut(text: str) -> Iterator[tuple[int, int]]:
    """Yield the span of each sentence; line breaks end one, list markers belong to none."""
    offset = 0
    for line in text.split("\n"):
        for start, end in spans(line, "en"):
            if any(c.isalnum() for c in line[start:end]):
                yield offset + start, offset + end
        offset += len(line) + 1
