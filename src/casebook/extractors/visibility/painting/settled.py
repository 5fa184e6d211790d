"""What hides an element, once what it stands in and beside is looked at. Pure."""

from collections.abc import Callable
from typing import Any

from casebook.extractors.visibility.declarations.declared import Style
from casebook.extractors.visibility.painting import first_line, pushed
from casebook.extractors.visibility.painting.columns import is_beside
from casebook.extractors.visibility.painting.sight import Sight
from casebook.schemas.documents import HiddenKind

Cause = tuple[HiddenKind, str]


def settled(
    cause: Cause | None,
    element: Any,
    style: Style,
    sight_of: Callable[[Any], Sight],
    style_of: Callable[[Any], Style],
    *,
    is_complete: bool,
) -> Cause | None:
    """Return why an element of ``style`` is not seen, or None: by itself it is not for ``cause``.

    ``is_complete`` is a page of which all sheets are known.
    """
    if cause:
        beside = is_beside(cause[1], element, style, style_of, is_complete=is_complete)
        return None if beside else cause
    reason = "pushed out of a box that cuts it off"
    if not pushed.is_pushed_out(element, style, style_of, is_complete=is_complete):
        told = first_line.reason_of(element, style, sight_of, style_of, is_complete=is_complete)
        if told is None:
            return None
        reason = told
    return HiddenKind.STYLE, f"The style hides it: {reason}."
