"""Grounds that a page paints behind a text by what it puts before or after it (``::before``)."""

from collections.abc import Mapping

from casebook.extractors.visibility import colours, styles
from casebook.extractors.visibility.css_values import NUMBER, VARIABLE

_SIDES = ("::before", "::after")
_NO_CONTENT = frozenset({"", "none", "normal"})
_NO_PAINT = frozenset({"", "none", "transparent", "inherit", "initial", "unset", "currentcolor"})
_WHOLE = 100
_OF_ALL = frozenset({"%", "vw", "vh"})


def is_painted(
    style: Mapping[str, str], ground: colours.Colour | None, ink: colours.Colour | None
) -> bool:
    """Tell an element all of which a layer of its own covers, unlike its ``ground`` and ``ink``.

    Whether the layer lies below the text is not told: who hides a text so needs no ink for it.
    """
    return any(
        style.get(f"content{side}", "") not in _NO_CONTENT
        and _covers(_of(style, side), ground, ink)
        for side in _SIDES
    )


def _of(style: Mapping[str, str], side: str) -> Mapping[str, str]:
    return {name.removesuffix(side): told for name, told in style.items() if name.endswith(side)}


def _covers(
    layer: Mapping[str, str], ground: colours.Colour | None, ink: colours.Colour | None
) -> bool:
    paint = layer.get("background-color") or layer.get("background") or ""
    paint = layer.get("background-image", paint) if paint in _NO_PAINT else paint
    if paint in _NO_PAINT or colours.is_transparent(paint):
        return False
    laid = colours.laid_over(paint, ground)
    if "gradient" in paint:
        laid = colours.of_gradient(paint)
    elif laid is None and "url(" not in paint and VARIABLE not in paint:
        return False
    others = (ground, ink)
    seen = laid is None or not any(one and colours.same_colour(laid, one) for one in others)
    placed = layer.get("position") in {"absolute", "fixed"}
    across = _spans(layer, "left", "right", "width")
    return (
        seen and placed and across and _spans(layer, "top", "bottom", "height") and _is_seen(layer)
    )


def _is_seen(layer: Mapping[str, str]) -> bool:
    return layer.get("visibility") != "hidden" and styles.removes_element(layer) is None


def _spans(layer: Mapping[str, str], start: str, end: str, size: str) -> bool:
    """Tell a layer that reaches from one edge of its element to the other."""
    if all(
        (told := NUMBER.match(layer.get(side, ""))) and float(told[1]) <= 0 for side in (start, end)
    ):
        return True
    told = NUMBER.fullmatch(layer.get(size, ""))
    return told is not None and told[2] in _OF_ALL and float(told[1]) >= _WHOLE
