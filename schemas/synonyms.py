"""Words and phrases with the same meaning, for all searches: abbreviations and spellings.

They come from the names of the taxonomy's terms, as far as one name abbreviates another or is
spelled differently, and from ``synonyms.txt``, one set of phrases a line. Narrower and broader
terms are not synonyms: a search for HNSW should not find every semantic search.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files
from itertools import combinations

from schemas.taxonomy import Taxonomy, load_taxonomy, term_key

_WORD = re.compile(r"\w+")
_NUMERONYM = re.compile(r"([a-z])(\d+)([a-z])")
_word_key = lru_cache(100_000)(term_key)  # texts repeat their words
_UNSTRESSED = frozenset(("a", "and", "as", "for", "from", "in", "of", "on", "the", "to"))

Phrase = tuple[str, ...]
"""The words of a phrase without plural endings."""


class Synonyms:
    """Sets of phrases with the same meaning."""

    def __init__(self, sets: Iterable[Iterable[str]]) -> None:
        same: dict[Phrase, dict[Phrase, str]] = {}
        for phrases in sets:
            merged = {_key(text): text for text in phrases}
            for key in [*merged]:
                merged |= same.get(key, {})
            same |= dict.fromkeys(merged, merged) if len(merged) > 1 else {}
        self._same = same
        self._by_word: dict[str, list[Phrase]] = defaultdict(list)  # by the first, longest first
        for key in sorted(same, key=len, reverse=True):
            self._by_word[key[0]].append(key)

    @property
    def sets(self) -> list[list[str]]:
        """The sets of phrases."""
        return [[*texts.values()] for key, texts in self._same.items() if key == min(texts)]

    def split(self, query: str) -> list[tuple[str, ...]]:
        """Return the parts of a query, each with its synonyms: the words as given come first."""
        words, keys, start = _WORD.findall(query), _key(query), 0
        parts = list[tuple[str, ...]]()
        while start < len(words):
            key = next(self._at(keys, start), (keys[start],))
            given = " ".join(words[start : start + len(key)])
            others = (text for one, text in self._same.get(key, {}).items() if one != key)
            parts.append((given, *others))
            start += len(key)
        return parts

    def missing(self, text: str) -> list[str]:
        """Return the synonyms of what a text mentions that it does not contain itself."""
        words = _key(text)
        found = {key for start in range(len(words)) for key in self._at(words, start)}
        wanted = {one: text for key in found for one, text in self._same[key].items()}
        return sorted(text for key, text in wanted.items() if key not in found)

    def _at(self, words: Phrase, start: int) -> Iterator[Phrase]:
        """Yield the phrases with synonyms that begin at ``start``, longest first."""
        for key in self._by_word.get(words[start], ()):
            if key == words[start : start + len(key)]:
                yield key


@cache
def synonyms() -> Synonyms:
    """Return the synonyms of the built-in taxonomy and of the list."""
    lines = files("schemas").joinpath("synonyms.txt").read_text("utf-8").splitlines()
    return Synonyms([*(line.split("; ") for line in lines), *_of_terms(load_taxonomy())])


def _of_terms(taxonomy: Taxonomy) -> Iterator[tuple[str, str]]:
    for term in taxonomy.terms:
        for one, other in combinations(dict.fromkeys(map(str.casefold, term.names)), 2):
            if _is_same(one, other) or _is_same(other, one):
                yield one, other


def _is_same(short: str, full: str) -> bool:
    """Return whether a name is another spelling, the initials or a numeronym (k8s) of another."""
    key, words = term_key(short), _WORD.findall(full)
    if term_key(full) in {key, key.replace("2", "to")}:
        return True
    if numeronym := _NUMERONYM.fullmatch(short):
        first, between, last = numeronym.groups()
        return (full[0], full[-1], len(full)) == (first, last, int(between) + 2)
    stressed = [word for word in words if word not in _UNSTRESSED]
    initials = ("".join(word[0] for word in some) for some in (words, stressed))
    return len(words) > 1 and key in initials


def _key(text: str) -> Phrase:
    return tuple(map(_word_key, _WORD.findall(text)))
