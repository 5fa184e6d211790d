"""Readings above characters (``<ruby>``) whose authors leave out end tags, as HTML lets them."""

from itertools import dropwhile
from typing import Any

_ENDING = frozenset({"rt", "rp", "rtc"})


def end_brackets(root: Any) -> None:
    """End each ``<rp>`` before the next part, in place: libxml2 reads on, and hides the reading."""
    for bracket in list(root.iter("rp")):
        swallowed = dropwhile(lambda child: child.tag not in _ENDING, list(bracket))
        for part in reversed(list(swallowed)):
            bracket.addnext(part)
