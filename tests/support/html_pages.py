"""Reading HTML pages in tests."""

from pathlib import Path

import html5lib
from lxml import html


def parsed(path: Path) -> html.HtmlElement:
    """The page in a file."""
    return html.fromstring(path.read_bytes())


def words(element: html.HtmlElement) -> str:
    """The text of an element on one line."""
    return " ".join(element.text_content().split())


def texts(element: html.HtmlElement, path: str) -> list[str]:
    """The text of each element at an XPath."""
    return [words(found) for found in element.xpath(path)]


def names_in(page: str) -> tuple[set[str], set[str]]:
    """The names of all elements and attributes, in small letters, as browsers parse a page.

    A comment counts as an element of that name.
    """
    elements = list(html5lib.parse(page, namespaceHTMLElements=False).iter())
    names = (one.tag if isinstance(one.tag, str) else "comment" for one in elements)
    tags = {name.rpartition("}")[2].lower() for name in names}
    return tags, {name.rpartition("}")[2].lower() for one in elements for name in one.attrib}
