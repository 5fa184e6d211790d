"""A page: its address, its metadata (JSON-LD), and its texts. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from extractors.text import count_words, one_line
from extractors.web.patterns import WALLS, pattern

JsonLdNode = Mapping[str, Any]

FEWEST_WORDS = 50  # fewer are not worth a summary
_WORD, _QUOTED = re.compile(r"\w+"), pattern("page", "quoted")
_ARTICLE = pattern("page", "article_types")
_DEEPEST = 4
_MOST_THINGS = 200
_LONGEST_SCRIPT = 500_000
_MANUAL_HOST, _MANUAL_PATH = pattern("page", "manual_host"), pattern("page", "manual_path")
_MANUAL_MAKER = pattern("page", "manual_maker")
_POST_PATH, _POST_CLASS = pattern("page", "post_path"), pattern("page", "post_class")
_NO_POST = pattern("page", "no_post")


class WebPage:
    """The tree of a page, its address (None for a file) and its own statements."""

    def __init__(self, tree: Any, url: str | None) -> None:
        self.tree = tree
        self.url = url

    @cached_property
    def metas(self) -> dict[str, str]:
        """The first content of each ``<meta>``, by its lower-case property or name."""
        found: dict[str, str] = {}
        for meta in self.tree.iter("meta"):
            name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
            content = one_line(meta.get("content") or "")
            if content:
                found.setdefault(name.lower(), content)
        return found

    @cached_property
    def json_ld(self) -> list[JsonLdNode]:
        """The JSON-LD nodes of the page, outer ones first; invalid JSON is skipped."""
        return json_ld_of(self.tree)

    @cached_property
    def articles(self) -> list[JsonLdNode]:
        """The articles in ``json_ld``, the one with the page's title before related posts."""
        titles = {one_line("".join(top.itertext())) for top in self.tree.iter("h1", "title")}
        found = [one for one in self.json_ld if any(map(_ARTICLE.fullmatch, types_of(one)))]
        return sorted(found, key=lambda one: one_line(str(one.get("headline"))) not in titles)

    @property
    def is_sold(self) -> bool:
        """Whether the page states that its text is not free."""
        return any(str(one.get("isAccessibleForFree")).lower() == "false" for one in self.json_ld)

    @property
    def claimed_words(self) -> int:
        """The number of words that the page states, 0 if it does not."""
        stated = (str(article.get("wordCount")) for article in self.articles)
        return next((int(count[:9]) for count in stated if count.isdecimal()), 0)

    @property
    def names(self) -> list[str]:
        """The names of the page: its ``<title>`` and its first heading."""
        titles, tops = self.tree.iterfind(".//head/title"), self.tree.iter("h1")
        named = [*islice(titles, 1), *islice(tops, 1)]
        return [name for one in named if (name := one_line(" ".join(one.itertext())))]

    @cached_property
    def host(self) -> str:
        """The host without ``www.``, empty for a file."""
        return (urlsplit(self.url or "").hostname or "").removeprefix("www.")

    @property
    def is_manual(self) -> bool:
        """Whether the page is documentation, judging by its address or generator."""
        path, maker = urlsplit(self.url or "").path, self.metas.get("generator", "")
        in_address = _MANUAL_HOST.match(self.host) or _MANUAL_PATH.search(path)
        return bool(in_address or _MANUAL_MAKER.search(maker))

    @property
    def declares_article(self) -> bool:
        """Whether the page's metadata declares an article."""
        if self.articles or "article:published_time" in self.metas:
            return True
        stated = self.metas.get("og:type", "").lower() == "article"
        bodies = (body.get("class") or "" for body in self.tree.iter("body"))
        return stated and not any(map(_NO_POST.search, bodies))

    @property
    def is_article(self) -> bool:
        """Whether the page is an article, judging by metadata, address and classes."""
        if self.declares_article or _POST_PATH.search(urlsplit(self.url or "").path):
            return True
        classes = (one.get("class") for one in self.tree.iter("body", "article", "main", "div"))
        return any(name and _POST_CLASS.search(name) for name in classes)


def json_ld_of(tree: Any) -> list[JsonLdNode]:
    """Return the JSON-LD nodes of a page, outer ones first; invalid JSON is skipped."""
    found: list[JsonLdNode] = []
    for script in tree.iter("script"):
        if script.get("type") == "application/ld+json" and len(found) < _MOST_THINGS:
            try:
                stated = json.loads((script.text or "")[:_LONGEST_SCRIPT], strict=False)
            except (ValueError, RecursionError):
                continue
            found += _within(stated, 0)
    return found[:_MOST_THINGS]


def types_of(node: JsonLdNode) -> frozenset[str]:
    """Return the types of a node."""
    stated = node.get("@type")
    names = stated if isinstance(stated, list) else [stated]
    return frozenset(name for name in names if isinstance(name, str))


def names_of(value: Any) -> list[str]:
    """Return the names of the people in an ``author``; companies are left out."""
    parts = value if isinstance(value, list) else [value]
    persons = [part if isinstance(part, dict) else {"name": part} for part in parts]
    names = [one.get("name") for one in persons if "Organization" not in types_of(one)]
    return [name for name in names if isinstance(name, str)]


def _within(value: Any, depth: int) -> Iterator[JsonLdNode]:
    things = [
        one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)
    ]
    yield from things
    if depth < _DEEPEST:
        for thing in things:
            for name in ("@graph", "mainEntity"):
                yield from _within(thing.get(name), depth + 1)


@dataclass(frozen=True)
class PageView:
    """A page as the rules for walls see it.

    ``text`` is the extracted text, ``seen`` all visible text, ``html`` the markup, ``titles`` are
    the stated title and the first heading.
    """

    text: str
    seen: str
    html: str
    titles: Sequence[str]
    page: WebPage

    @cached_property
    def words(self) -> int:
        """The number of words in the text."""
        return count_words(self.text)

    @cached_property
    def bare(self) -> bool:
        """Whether hardly any text was extracted, and the page does not declare an article."""
        return self.words < FEWEST_WORDS and not self.page.declares_article

    @cached_property
    def unquoted_text(self) -> str:
        """The text below its title, with quotations blanked out."""
        return _without_quotations(self.text.removeprefix(next(iter(self.titles), "")))

    @cached_property
    def unquoted_seen(self) -> str:
        """All visible text, with quotations blanked out."""
        return _without_quotations(self.seen)

    @cached_property
    def judged_text(self) -> str:
        """The text without quotations, or all visible text of a bare page."""
        return self.unquoted_seen if self.bare else self.unquoted_text

    @cached_property
    def awaits_scripts(self) -> bool:
        """Whether a script fills an empty element with the text."""
        has_script = "<script" in self.html.lower()
        return has_script and bool(WALLS["needs_java_script"].markup.search(self.html))


def _without_quotations(text: str) -> str:
    """Blank out quotations: an article may quote the text of walls."""
    return _QUOTED.sub(lambda quoted: _WORD.sub("so", quoted[0]), text)
