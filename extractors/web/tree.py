"""Parse HTML into a tree, and take text from its elements. Pure."""

from typing import Any

import lxml.html  # type: ignore[import-untyped]  # it ships no types
from lxml import etree

MOST_CHARACTERS = 5_000_000
"""Characters of markup that are parsed; the rest is cut off."""

# XML forbids them: libxml2 would stop there, or lxml refuse to serialize them.
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r"))
_TEXT = etree.XPath("normalize-space()")
_DATA = frozenset({"application/ld+json", "application/settings+json"})
_UNREAD = ("style", "svg", "iframe", "object", "embed", "select", "datalist", "canvas")


def parse(html: str) -> Any | None:
    """Return the tree of ``html``, or None if it has no elements.

    Elements nested more than 255 deep are lost: libxml2 stops there.
    """
    parser = etree.HTMLParser(
        encoding="utf-8", collect_ids=False, remove_comments=True, remove_pis=True
    )
    # A single element class: the default lookup in Python takes a tenth of the total time.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=lxml.html.HtmlElement))
    whole = html[:MOST_CHARACTERS].replace("\f", " ").replace("\ufffe", "").replace("\uffff", "")
    source = whole.encode("utf-8", "replace").translate(None, _CONTROLS)
    try:
        return lxml.html.document_fromstring(source, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def body_of(tree: Any) -> Any:
    """Return the body of a page, or the tree itself if it is missing."""
    body = tree.find("body")
    return tree if body is None else body


def drop_unread(tree: Any) -> None:
    """Remove scripts, styles and widgets in place; structured data stays."""
    etree.strip_elements(tree, *_UNREAD, with_tail=False)
    for script in list(tree.iter("script")):
        if script.get("type") not in _DATA:
            script.drop_tree()


def text_of(element: Any) -> str:
    """Return the text of ``element`` on one line, with spaces between elements."""
    return " ".join(" ".join(element.itertext()).split())


def length_of(element: Any) -> int:
    """Return the length of the text of ``element``; a run of white space counts as one."""
    return len(_TEXT(element))
