"""Where a text names terms and industries of the taxonomy."""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from schemas.taxonomy import Term, load_taxonomy, term_key


class Mention(NamedTuple):
    """``text[start:end]`` names the term or industry with this slug."""

    slug: str
    start: int
    end: int


class Names:
    """Slugs by their names; a name in capitals matches as written, any other in any case."""

    def __init__(self, entries: Iterable[tuple[str, Iterable[str]]]) -> None:
        slugs: dict[str, str] = {}
        for slug, names in entries:
            for name in names:
                slugs.setdefault(name if name.isupper() else name.lower(), slug)
        self._slugs = {term_key(name): slug for name, slug in slugs.items()}
        parts = map(_part, sorted(slugs, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})s?(?![\w-])")

    def mentions(self, text: str) -> list[Mention]:
        """Return where ``text`` has the names, in order and not overlapping."""
        found = self._pattern.finditer(text)
        keyed = ((match, term_key(match[0])) for match in found)
        slugs = self._slugs  # which know "q&a", and not "q&as": so short a word has no plural
        return [Mention(slugs.get(k) or slugs[k[:-1]], *match.span()) for match, k in keyed]


def names_of(terms: Iterable[Term]) -> Names:
    """Return the labels and synonyms of terms."""
    return Names((term.slug, (term.label, *term.synonyms)) for term in terms)


@cache
def industry_cues() -> Names:
    """Return the words that speak for an industry."""
    return Names((industry.slug, industry.cues) for industry in load_taxonomy().industries)


def terms_in(text: str) -> list[Term]:
    """Return the terms of the taxonomy that ``text`` names, as often as it does."""
    taxonomy = load_taxonomy()
    found = (taxonomy.term(mention.slug) for mention in _term_names().mentions(text))
    return [term for term in found if term]


_term_names = cache(lambda: names_of(load_taxonomy().terms))


def _part(name: str) -> str:
    escaped = re.escape(name).replace(r"\ ", r"[ -]").replace(r"\-", r"[ -]")
    return escaped if name.isupper() else f"(?i:{escaped})"
