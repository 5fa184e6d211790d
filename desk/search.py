"""Searches of the desk: words with their synonyms as FTS5 queries, and their spelling."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from publishing.similarity import FUNCTION_WORDS
from schemas.synonyms import synonyms

Part = tuple[str, ...]
"""A word or phrase and its synonyms."""

_TERMS = re.compile(r'"([^"]+)"|([^"]+)|"')
_WORD, _QUOTES = re.compile(r"\w+"), re.compile("[“”„«»]")
_SPELLED = re.compile(r'"[^"]+"|[^\W\d_]{4,}')
_LONG = 8  # letters from which a word may have two mistakes
_NOTHING = '""'


@dataclass(frozen=True)
class Search:
    """A search for every word of a text, or for most of them; quoted phrases are exact.

    ``typed`` is the text before its spelling was corrected, empty if it was not.
    """

    text: str
    typed: str = ""
    every_word: bool = True

    @property
    def corrected(self) -> str | None:
        """The corrected text, None if it is as typed."""
        return self.text if self.typed else None

    @property
    def uncorrected(self) -> str:
        """The text as typed, with the words that were corrected in quotation marks."""
        pairs = zip(self.typed.split(), self.text.split(), strict=True)
        return " ".join(one if one == other else f'"{one}"' for one, other in pairs)

    @property
    def parts(self) -> list[str]:
        """The FTS5 query of each word or phrase.

        The last word is a prefix if all are searched for and it has two letters or more: one
        letter would match nearly every text.
        """
        found = [[f'"{phrase}"' for phrase in part] for part in parts_of(self.text)]
        is_typing = self.every_word and re.search(r"\w\w\W*$", self.text)
        if found and is_typing and not straight(self.text).rstrip().endswith('"'):
            found[-1][0] += "*"
        return [f"({' OR '.join(part)})" if len(part) > 1 else part[0] for part in found]

    @property
    def match(self) -> str:
        """The FTS5 query."""
        return (" AND " if self.every_word else " OR ").join(self.parts) or _NOTHING


@lru_cache(100)
def parts_of(text: str) -> list[Part]:
    """Return the words and phrases of a search, without function words unless it has no others."""
    found = list[Part]()
    for phrase, plain in _TERMS.findall(straight(text)):
        found += [(phrase,)] if _WORD.search(phrase) else _with_synonyms(plain)
    return [one for one in found if one[0].casefold() not in FUNCTION_WORDS] or found


def _with_synonyms(text: str) -> Iterator[Part]:
    """Yield the parts of a text; words that only punctuation separates (GPT-4) are a phrase."""
    words, at, phrase = [*_WORD.finditer(text)], 0, list[str]()
    for given, *others in synonyms().split(text):
        is_joined = at and not re.search(r"\s", text[words[at - 1].end() : words[at].start()])
        if phrase and (others or not is_joined):
            yield (" ".join(phrase),)
            phrase.clear()
        if others:
            yield given, *others
        else:
            phrase.append(given)
        at += len(given.split())
    if phrase:
        yield (" ".join(phrase),)


def corrected(
    text: str, is_known: Callable[[str], bool], closest: Callable[[str], str | None]
) -> str:
    """Return a search with the closest word for each word of which no FTS5 query finds any text.

    The last word may also begin a known word. Quoted phrases stay as they are.
    """

    def spelled(found: re.Match[str]) -> str:
        word, is_last = found[0], found.end() == len(text.rstrip())
        query = f'"{word}"{"*" if is_last else ""}'
        return word if word[0] == '"' or is_known(query) else closest(word) or word

    return _SPELLED.sub(spelled, text)


def closest_word(word: str, known: Mapping[str, int]) -> str | None:
    """Return the known word with the fewest mistakes, the most frequent of several."""
    most = 2 if len(word) >= _LONG else 1
    found = process.extract(
        word.casefold(), known.keys(), scorer=OSA.distance, score_cutoff=most, limit=None
    )
    best = min(((distance, -known[one], one) for one, distance, _ in found), default=None)
    return best[-1] if best else None


def straight(text: str) -> str:
    """Return a search with straight quotation marks."""
    return _QUOTES.sub('"', text.replace("\0", " "))
