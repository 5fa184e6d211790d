"""The text of a page outside what holds none: scripts, styles and the head. Pure."""

from collections.abc import Iterator
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

NOT_TEXT = frozenset({"script", "style", "head", "noscript", "svg", "annotation", "annotation-xml"})


def visible_text(root: Any) -> Iterator[str]:
    """Yield the text nodes within ``root`` outside scripts, styles and the head."""
    skipped = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        counts = isinstance(element.tag, str)
        if event == "start":
            skipped += counts and element.tag in NOT_TEXT
            text = element.text if counts else None
        else:
            skipped -= counts and element.tag in NOT_TEXT
            text = None if element is root else element.tail
        if text and not skipped:
            yield text
