"""Parse HTML into a tree, and take text from its elements. Pure."""

from typing import Any

import lxml.html  # type: ignore[import-untyped]  # it ships no types
from lxml import etree

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
