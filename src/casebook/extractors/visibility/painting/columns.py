"""Columns that a page lays beside others by floating them, and what that looks like alone. Pure."""

import re
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from casebook.extractors.visibility.painting.slides import ROWS, is_track

_AWAY = "off screen"
_DRAWN = "off screen (margin-left)"
_WHOLE = "100%"
_FLOATS = frozenset({"left", "right"})
_BACK = re.compile(r"-(?:\d{1,2}(?:\.\d{1,9})?|100)%")
_NEAR = 5


def is_beside(
    reason: str,
    element: Any,
    style: Mapping[str, str],
    style_of: Callable[[Any], Mapping[str, str]],
    *,
    is_complete: bool,
) -> bool:
    """Tell by the ``reason`` why it is not seen what is seen by what it stands beside."""
    return _AWAY in reason and (
        (_DRAWN in reason and is_drawn_up(element, style, style_of))
        or is_track(element, style, style_of, is_complete=is_complete)
    )


def is_drawn_up(
    element: Any, style: Mapping[str, str], style_of: Callable[[Any], Mapping[str, str]]
) -> bool:
    """Tell a column that its margin draws up beside one before it, which takes the whole width.

    By at most that width: it then begins where the other one does ("holy grail" of layouts). Both
    float, or are parts of a row (``display: flex``).
    """
    around = element.getparent()
    if around is None or not _BACK.fullmatch(style.get("margin-left", "")):
        return False
    in_row = style_of(around).get("display") in ROWS
    before = islice(element.itersiblings("*", preceding=True), _NEAR)
    return (in_row or style.get("float") in _FLOATS) and any(
        _is_whole(style_of(one), in_row=in_row) and "".join(one.itertext()).strip()
        for one in before
    )


def _is_whole(style: Mapping[str, str], *, in_row: bool) -> bool:
    return style.get("width") == _WHOLE and (in_row or style.get("float") in _FLOATS)
