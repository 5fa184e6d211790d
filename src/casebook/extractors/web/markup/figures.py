"""Figures as a reader sees them: notes that are called so, pictures to press, numbers that run up.

Pure but for the tree, which is changed in place.
"""

import re
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

_NOTES = etree.XPath("descendant::figure[contains(@class, 'callout')][not(.//table)]")
_PRESSED = etree.XPath("descendant::figure//*[@role='button' or self::button][.//img]")
# Elementor, CounterUp, PureCounter and their likes; a script counts from nothing up to it.
_COUNTS = ("data-to-value", "data-count", "data-counter", "data-countto", "data-count-to",
           "data-purecounter-end", "data-target", "data-number", "data-end")  # fmt: skip
_COUNTING = etree.XPath(f"descendant::*[not(*)][{' or '.join(f'@{name}' for name in _COUNTS)}]")
_NAMED = re.compile(r"count|number|stat|odometer|figure|value", re.IGNORECASE)
_NOTHING, _NUMBER = re.compile(r"\s*0?\s*"), re.compile(r"\d{1,12}(?:[.,]\d{1,6}){0,4}")


def set_in_text(tree: Any) -> None:
    """Make each figure under ``tree`` that is called a note a part of the text like any other.

    The name of a picture that is pressed to enlarge it is for those who do not see it. A number
    that a script runs up from nothing is the one that it ends at.
    """
    for figure in _NOTES(tree):
        figure.tag = "div"
    for button in _PRESSED(tree):
        for element in button.iter("*"):
            element.text = None
            if element is not button:
                element.tail = None
    for element in _COUNTING(tree):
        told = next(filter(None, map(element.get, _COUNTS)), "")
        is_counter = _NAMED.search(element.get("class") or "") is not None
        if is_counter and _NOTHING.fullmatch(element.text or "") and _NUMBER.fullmatch(told):
            element.text = told
