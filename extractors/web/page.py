"""A page: its tree, its address, and what it says about itself by machine (JSON-LD). Pure."""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import lxml.html  # type: ignore[import-untyped]  # it ships no types
from lxml import etree

from extractors.text import one_line
from extractors.web.patterns import pattern

MOST_CHARACTERS = 5_000_000
"""Characters of markup that are parsed; what follows them is cut off."""

# XML forbids them: libxml2 would stop there, or lxml refuse to write them back.
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r"))
_TEXT = etree.XPath("normalize-space()")
_DATA = frozenset({"application/ld+json", "application/settings+json"})
_UNREAD = ("style", "svg", "iframe", "object", "embed", "select", "datalist", "canvas")


def parse(html: str) -> Any | None:
    """Return the tree of ``html``, or None where it has no element.

    Nothing nested deeper than 255 elements is kept: libxml2 stops there.
    """
    parser = etree.HTMLParser(
        encoding="utf-8", collect_ids=False, remove_comments=True, remove_pis=True
    )
    # One class for every element: the usual lookup in Python takes a tenth of all time.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=lxml.html.HtmlElement))
    whole = html[:MOST_CHARACTERS].replace("\f", " ").replace("\ufffe", "").replace("\uffff", "")
    source = whole.encode("utf-8", "replace").translate(None, _CONTROLS)
    try:
        return lxml.html.document_fromstring(source, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def body_of(tree: Any) -> Any:
    """Return the body of a page, or the tree itself where it has none."""
    body = tree.find("body")
    return tree if body is None else body


def drop_unread(tree: Any) -> None:
    """Remove scripts, styles and widgets in place; data for search engines stays."""
    etree.strip_elements(tree, *_UNREAD, with_tail=False)
    for script in list(tree.iter("script")):
        if script.get("type") not in _DATA:
            script.drop_tree()


def text_of(element: Any) -> str:
    """Return the text of ``element`` on one line, with spaces between its parts."""
    return " ".join(" ".join(element.itertext()).split())


def length_of(element: Any) -> int:
    """Return how many characters the text of ``element`` has, runs of white space as one."""
    return len(_TEXT(element))


JsonLdNode = Mapping[str, Any]

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
        """What the page describes in JSON-LD."""
        return json_ld_of(self.tree)

    @cached_property
    def articles(self) -> list[JsonLdNode]:
        """Those of ``things`` that someone wrote; the one with the page's title comes first.

        Some pages describe their related posts before the post itself.
        """
        titles = {one_line("".join(top.itertext())) for top in self.tree.iter("h1", "title")}
        found = [one for one in self.json_ld if any(map(_ARTICLE.fullmatch, types_of(one)))]
        return sorted(found, key=lambda one: one_line(str(one.get("headline"))) not in titles)

    @property
    def is_sold(self) -> bool:
        """Whether the page says that its text is not for free."""
        return any(str(one.get("isAccessibleForFree")).lower() == "false" for one in self.json_ld)

    @property
    def claimed_words(self) -> int:
        """How many words the page says its text has, 0 where it says nothing."""
        stated = (str(article.get("wordCount")) for article in self.articles)
        return next((int(count[:9]) for count in stated if count.isdecimal()), 0)

    @property
    def names(self) -> list[str]:
        """What the page is called: by machine, and in its first heading."""
        titles, tops = self.tree.iterfind(".//head/title"), self.tree.iter("h1")
        named = [*islice(titles, 1), *islice(tops, 1)]
        return [name for one in named if (name := one_line(" ".join(one.itertext())))]

    @cached_property
    def host(self) -> str:
        """The host without ``www.``, empty for a file."""
        return (urlsplit(self.url or "").hostname or "").removeprefix("www.")

    @property
    def is_manual(self) -> bool:
        """Whether the page is documentation, by its address or by the program that made it."""
        path, maker = urlsplit(self.url or "").path, self.metas.get("generator", "")
        in_address = _MANUAL_HOST.match(self.host) or _MANUAL_PATH.search(path)
        return bool(in_address or _MANUAL_MAKER.search(maker))

    @property
    def declares_article(self) -> bool:
        """Whether the page says by machine that it is an article."""
        if self.articles or "article:published_time" in self.metas:
            return True
        stated = self.metas.get("og:type", "").lower() == "article"
        bodies = (body.get("class") or "" for body in self.tree.iter("body"))
        return stated and not any(map(_NO_POST.search, bodies))

    @property
    def is_article(self) -> bool:
        """Whether the page is an article by what it declares, its address or its classes."""
        if self.declares_article or _POST_PATH.search(urlsplit(self.url or "").path):
            return True
        classes = (one.get("class") for one in self.tree.iter("body", "article", "main", "div"))
        return any(name and _POST_CLASS.search(name) for name in classes)


def json_ld_of(tree: Any) -> list[JsonLdNode]:
    """Return what the page describes, outer things first; scripts that are not JSON are skipped."""
    found: list[JsonLdNode] = []
    for script in tree.iter("script"):
        if script.get("type") == "application/ld+json" and len(found) < _MOST_THINGS:
            try:
                stated = json.loads((script.text or "")[:_LONGEST_SCRIPT], strict=False)
            except (ValueError, RecursionError):
                continue
            found += _within(stated, 0)
    return found[:_MOST_THINGS]


def types_of(thing: JsonLdNode) -> frozenset[str]:
    """Return the types that ``thing`` states."""
    stated = thing.get("@type")
    names = stated if isinstance(stated, list) else [stated]
    return frozenset(name for name in names if isinstance(name, str))


def names_of(value: Any) -> list[str]:
    """Return the names of the persons in an ``author``; companies are left out."""
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
