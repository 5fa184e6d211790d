"""Finds mentions of taxonomy terms and industries in a text."""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from schemas.taxonomy import Term, load_taxonomy, term_key


class Mention(NamedTuple):
    """A mention of the term or industry ``slug`` at ``text[start:end]``."""

    slug: str
    start: int
    end: int


class NameIndex:
    """Finds slugs by their names; names in capitals are case-sensitive, others are not."""

    def __init__(self, entries: Iterable[tuple[str, Iterable[str]]]) -> None:
        slugs: dict[str, str] = {}
        for slug, names in entries:
            for name in names:
                slugs.setdefault(name if name.isupper() else name.lower(), slug)
        self._slugs = {term_key(name): slug for name, slug in slugs.items()}
        parts = map(_part, sorted(slugs, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})s?(?![\w-])")

    def mentions(self, text: str) -> list[Mention]:
        """Return the mentions in ``text``, in order and without overlaps."""
        found = self._pattern.finditer(text)
        keyed = ((match, term_key(match[0])) for match in found)
        slugs = self._slugs  # "q&as" is too short for term_key to drop its s
        return [Mention(slugs.get(k) or slugs[k[:-1]], *match.span()) for match, k in keyed]


def names_of(terms: Iterable[Term]) -> NameIndex:
    """Return an index of the labels and synonyms of terms."""
    return NameIndex((term.slug, (term.label, *term.synonyms)) for term in terms)


@cache
def industry_cues() -> NameIndex:
    """Return an index of the words that indicate an industry."""
    return NameIndex((industry.slug, industry.cues) for industry in load_taxonomy().industries)


@cache
def _term_names() -> NameIndex:
    return names_of(load_taxonomy().terms)


def terms_in(text: str) -> list[Term]:
    """Return the taxonomy terms mentioned in ``text``, once per mention."""
    taxonomy = load_taxonomy()
    found = (taxonomy.term(mention.slug) for mention in _term_names().mentions(text))
    return [term for term in found if term]


def _part(name: str) -> str:
    escaped = re.escape(name).replace(r"\ ", r"[ -]").replace(r"\-", r"[ -]")
    return escaped if name.isupper() else f"(?i:{escaped})"
