"""The authors of a page: from the metadata, else as printed near the headline. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Any

from extractors.text import one_line
from extractors.web.page import WebPage, names_of
from extractors.web.patterns import pattern, words
from extractors.web.titles import is_name_of

_METAS = frozenset(words("authors", "metas"))
_NOT_A_NAME = pattern("authors", "not_a_name")
_BEFORE, _BEHIND = pattern("authors", "before"), pattern("authors", "behind")
_BY, _ELSEWHERE = pattern("authors", "by"), pattern("authors", "elsewhere")
_APART = re.compile(r"\s*;\s*|\s+(?:and|&|und|et|y)\s+|,\s+(?=[^\W\d_a-z][\w.'’-]*\s+[^\W\d_a-z])")
_NAME = re.compile(
    r"[^\W\d_a-z][\w.'’-]*(?:\s+(?:[^\W\d_a-z]|de|van|von|der|al|bin|la)[\w.'’-]*){0,4}$"
)
_NAMED = re.compile(r"author[-_]*name\b|byline-name", re.IGNORECASE)
_PAGES = frozenset({"body", "article", "main"})
_BY_HEADLINE = (
    "following::text()[normalize-space()][position() <= 20]",
    "preceding::text()[normalize-space()][position() <= 10]",
)
_LONGEST_NAME, _LONGEST_BYLINE, _LONGEST_LIST = 60, 120, 2_000
_NEAR, _MOST = 6, 20


def authors_of(page: WebPage, sites: Sequence[str]) -> tuple[str, ...]:
    """Return the authors of ``page``; ``sites`` are names of its site."""
    doubtful: tuple[str, ...] = ()
    for stated in _author_candidates(page):
        names = clean_authors(stated, sites)
        if any(_is_person(name, sites) for name in names):
            return names
        doubtful = doubtful or names
    return doubtful


def clean_authors(stated: Iterable[str], sites: Sequence[str] = ()) -> tuple[str, ...]:
    """Return distinct full names, else single words or names of ``sites``; roles are dropped."""
    parts = (part for text in stated for part in _APART.split(one_line(text)[:_LONGEST_LIST]))
    names = (_BEHIND.sub("", _BEFORE.sub("", part)).strip(" ,.-|") for part in parts)
    found = [name for name in dict.fromkeys(names) if _is_name(name)]
    persons = [name for name in found if _is_person(name, sites)]
    return tuple(persons or found)[:_MOST]


def _author_candidates(page: WebPage) -> Iterator[list[str]]:
    for article in page.articles[:1]:
        yield names_of(article.get("author"))
    yield [
        meta.get("content") or ""
        for meta in page.tree.iter("meta")
        if (meta.get("name") or meta.get("property") or "").lower() in _METAS
    ]
    if page.is_article:
        yield from _marked_authors(page.tree)
        yield from _authors_by_headline(page.tree)


def _marked_authors(tree: Any) -> Iterator[list[str]]:
    """Yield the first name outside cards for each kind of markup, most explicit kind first."""
    marked = [(kind, one) for one in tree.iter("*") if (kind := _kind_of(one)) is not None]
    for kind in sorted({kind for kind, _ in marked}):
        own = (one for its_kind, one in marked if its_kind == kind and not _is_elsewhere(one))
        lines = (one_line(" ".join(one.itertext())) for one in islice(own, _MOST))
        yield [next((line for line in lines if len(line) <= _LONGEST_BYLINE), "")]


def _kind_of(element: Any) -> int | None:
    """Return how clearly an element is marked as the author's: 0 is clearest, None not at all."""
    classes = element.get("class") or ""
    if element.get("itemprop") == "author" or element.get("rel") == "author":
        return 0
    if ("uthor" in classes or "yline" in classes) and element.tag not in _PAGES:
        return 1 if _NAMED.search(classes) else 2
    return 3 if element.tag == "a" and "/author" in (element.get("href") or "") else None


def _authors_by_headline(tree: Any) -> Iterator[list[str]]:
    """Yield names from lines near the first heading, such as "By Ada Example"."""
    for top in islice(tree.iter("h1"), 1):
        for side in _BY_HEADLINE:
            lines = [*map(one_line, top.xpath(side)), ""]
            for line, below in pairwise(lines):
                by = _BY.fullmatch(line) if len(line) <= _LONGEST_BYLINE else None
                if by and _NAME.match(_BEHIND.sub("", by[1] or below)):
                    yield [by[1] or below]


def _is_elsewhere(element: Any) -> bool:
    around = islice(element.iterancestors(), _NEAR)
    return any(_ELSEWHERE.search(f"{one.get('class')} {one.get('id')}") for one in around)


def _is_person(name: str, sites: Sequence[str]) -> bool:
    return " " in name and not any(is_name_of(name, site) for site in sites)


def _is_name(name: str) -> bool:
    has_letter = any(character.isalpha() for character in name)
    return has_letter and 1 < len(name) <= _LONGEST_NAME and not _NOT_A_NAME.search(name)
