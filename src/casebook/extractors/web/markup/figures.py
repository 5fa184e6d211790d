"""Figures that show no picture but a note, a part of the text as Notion writes it. Pure."""

from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

_NOTES = etree.XPath("descendant::figure[contains(@class, 'callout')][not(.//table)]")


def set_in_text(tree: Any) -> None:
    """Make each figure under ``tree`` that is called a note a part of the text like any other."""
    for figure in _NOTES(tree):
        figure.tag = "div"
