"""Reading HTML pages in tests."""

from pathlib import Path

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
