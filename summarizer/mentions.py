"""Finds mentions of taxonomy terms and industries in a text."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from schemas.taxonomy import PRODUCTS, Term, load_taxonomy, term_key

_SEPARATORS = re.compile(r"[\s‐‑–.-]+")


class Mention(NamedTuple):
    """A mention of the term or industry ``slug`` at ``text[start:end]``."""

    slug: str
    start: int
    end: int


class NameIndex:
    """Finds slugs by their names; entries are (slug, name, pattern of the name)."""

    def __init__(self, entries: Iterable[tuple[str, str, str]]) -> None:
        longest_first = sorted(entries, key=lambda entry: -len(entry[1]))
        self._slugs: dict[str, str] = {}
        for slug, name, _ in longest_first:
            self._slugs.setdefault(term_key(name), slug)
        patterns = dict.fromkeys(pattern for _, _, pattern in longest_first)
        self._pattern = _whole("|".join(patterns))

    def mentions(self, text: str) -> list[Mention]:
        """Return the mentions in ``text``, in order and without overlaps."""
        return [*self.iterate(text)]

    def at(self, text: str, name: str) -> Mention | None:
        """Return the mention at the first place where ``text`` has exactly ``name``, if any."""
        start = text.find(name)
        found = self._pattern.match(text, start) if start >= 0 else None
        return Mention(self._slugs[term_key(name)], *found.span()) if found else None

    def iterate(self, text: str) -> Iterator[Mention]:
        """Yield the mentions in ``text``, in order and without overlaps."""
        keyed = ((match, term_key(match[0])) for match in self._pattern.finditer(text))
        slugs = self._slugs  # "q&as" is too short for term_key to drop its s
        for match, key in keyed:
            yield Mention(slugs.get(key) or slugs[key[:-1]], *match.span())


def names_of(terms: Iterable[Term]) -> NameIndex:
    """Return an index of the labels and synonyms of terms."""
    return NameIndex(
        (t.slug, n, _pattern(n, is_word=t.as_written, is_product=t.group in PRODUCTS))
        for t in terms
        for n in t.names
    )


@cache
def industry_cues() -> NameIndex:
    """Return an index of the words that indicate an industry."""
    industries = load_taxonomy().industries
    return NameIndex((one.slug, cue, _pattern(cue)) for one in industries for cue in one.cues)


@cache
def _term_names() -> NameIndex:
    return names_of(load_taxonomy().terms)


def terms_in(text: str) -> list[Term]:
    """Return the taxonomy terms mentioned in ``text``, once per mention."""
    taxonomy = load_taxonomy()
    found = (taxonomy.term(mention.slug) for mention in _term_names().mentions(text))
    return [term for term in found if term]


def mention_of(text: str, term: Term) -> Mention | None:
    """Return a mention of a term, also within the name of another one: if possible as written."""
    names, index = _index_of(term)
    joined = _joined(text)  # most terms are missing, which the pattern finds slowly
    if all(name not in joined for name in names):
        return None
    exact = (index.at(text, name) for name in term.names)
    return next(filter(None, exact), None) or next(index.iterate(text), None)


@lru_cache(maxsize=1000)
def _index_of(term: Term) -> tuple[list[str], NameIndex]:
    return [*map(_joined.__wrapped__, term.names)], names_of((term,))


@lru_cache(maxsize=1)
def _joined(text: str) -> str:
    """Return a text in lower case without the characters that may separate the words of a name."""
    return _SEPARATORS.sub("", text.lower())


def is_named(text: str, name: str, term: Term | None) -> bool:
    """Return whether ``text`` has the product ``name``, or a name of its ``term``."""
    names = (name, *(term.names if term else ()))
    is_word = term is not None and term.as_written
    patterns = (_pattern(one, is_word=is_word, is_product=True) for one in names)
    return _whole("|".join(patterns)).search(text) is not None


def _whole(pattern: str) -> re.Pattern[str]:
    """Return ``pattern`` for whole words, but not for another version ("GPT-4" in "GPT-4.1")."""
    return re.compile(rf"(?<![\w-])(?:{pattern})s?(?!\w|\.\d|-\d\b)")


def _pattern(name: str, *, is_word: bool = False, is_product: bool = False) -> str:
    """Return a pattern of the name, also with other separators.

    Ordinary words and names in capitals are case-sensitive. Only the names of products are found
    in compounds ("Kafka-based").
    """
    escaped = re.sub(r"\\[ -]", r"[\\s‐‑–-]?", re.escape(name)).replace(r"\.", "[.-]")
    spelled = escaped if is_word or name.isupper() else f"(?i:{escaped})"
    return spelled if is_product else f"{spelled}(?!s?-)"
