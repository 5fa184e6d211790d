"""From the characters of a page to its tree. Pure."""

import re
from typing import Any

import lxml.html  # type: ignore[import-untyped]  # it ships no types
from lxml import etree

MOST_CHARACTERS = 10_000_000
"""Characters of markup that are parsed; what follows them is cut off."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
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
    source = _FORBIDDEN.sub("", html[:MOST_CHARACTERS].replace("\f", " ")).encode()
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
