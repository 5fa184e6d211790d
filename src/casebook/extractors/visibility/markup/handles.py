"""What a reader sees of that with which a part of a page is opened."""

from collections.abc import Callable, Mapping
from typing import Any

from casebook.extractors.visibility.markup.turning import parts_of
from casebook.extractors.visibility.painting.sight import Sight

_PICTURES = ("img", "svg", "i", "picture", "canvas")
_PAINTS = ("background", "background-image", "mask", "mask-image", "-webkit-mask-image")


def is_blank(handle: Any, sight: Callable[[Any], Sight], style: Mapping[str, str]) -> bool:
    """Tell a control whose words nobody sees, with no picture in their place.

    ``sight`` tells what the text right in an element looks like. One without a word may be a sign
    that a style draws.
    """
    parts = list(parts_of(handle))
    pictured = next(handle.iter(*_PICTURES), None) is not None or any(
        "(" in style.get(name, "") for name in _PAINTS
    )
    return bool(parts) and not pictured and all(sight(one).unseen() for one in parts)
