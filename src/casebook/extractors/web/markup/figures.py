"""Figures as a reader sees them: notes that are called so, pictures to press, numbers that run up.

Pure but for the tree, which is changed in place.
"""

import re
from itertools import islice
from typing import Any

# Elementor, CounterUp, PureCounter and their likes; a script counts from nothing up to it.
_COUNTS = ("data-to-value", "data-count", "data-counter", "data-countto", "data-count-to",
           "data-purecounter-end", "data-target", "data-number", "data-end")  # fmt: skip
_COUNTERS = ("span", "div", "p", "b", "strong", "h2", "h3", "h4")
# Not "discount", "country", "status", "static".
_NAMED = re.compile(
    r"(?<!dis)(?<!ac)count(?!r)|number|stat(?!us|ic|e)|odometer|figure|value", re.IGNORECASE
)
_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,6}){0,4}")
_MOST = 60
"""Elements of a figure, and of a button, that are looked at."""

_NOTHING = frozenset({"", "0"})


def set_in_text(tree: Any) -> None:
    """Make each figure under ``tree`` that is called a note a part of the text like any other.

    The name of a picture that is pressed to enlarge it is for those who do not see it. A number
    that a script runs up from nothing is the one that it ends at.
    """
    for figure in list(tree.iter("figure")):
        _unname_buttons(figure)
        if "callout" in (figure.get("class") or "") and next(figure.iter("table"), None) is None:
            figure.tag = "div"
    for element in tree.iter(*_COUNTERS):
        if len(element) == 0 and (element.text or "0").strip() in _NOTHING:
            element.text = _counted(element) or element.text


def _unname_buttons(figure: Any) -> None:
    """Take out the names of those buttons in a figure that hold a picture."""
    for button in islice(figure.iter("button", "div", "span", "a"), _MOST):
        is_button = button.tag == "button" or button.get("role") == "button"
        inside = list(islice(button.iter("*"), _MOST)) if is_button else []
        if any(element.tag == "img" for element in inside):
            for element in inside:
                element.text = None
                if element is not button:
                    element.tail = None


def _counted(element: Any) -> str | None:
    """Return the number that an element counts to, None for one that counts none."""
    if not _NAMED.search(element.get("class") or ""):
        return None
    told = next(filter(None, map(element.get, _COUNTS)), "")
    return told if _NUMBER.fullmatch(told) else None
