"""The text of a page outside what holds none: scripts, styles and the head. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.text.characters import smuggled
from casebook.extractors.visibility.reporting import MOST_REPORTED
from casebook.schemas.documents import HiddenText

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


def with_smuggled(told: Sequence[HiddenText], root: Any) -> list[HiddenText]:
    """Return ``told`` with what the seen text under ``root`` spells in characters nobody sees."""
    text = etree.tostring(root, method="text", encoding="unicode", with_tail=False)
    if not smuggled(text):  # next to no page does: quick to see
        return list(told)
    spelled = (piece for text in visible_text(root) for piece in smuggled(text))
    pieces = {piece.text: piece for piece in reversed([*told, *spelled])}
    return list(reversed(pieces.values()))[:MOST_REPORTED]
