"""Grounds that a page paints behind a text by what it puts before or after it (``::before``)."""

import re
from collections.abc import Mapping

from casebook.extractors.visibility.declarations import colours, styles
from casebook.extractors.visibility.declarations.css_values import NUMBER, VARIABLE

SIDES = ("::before", "::after")
_NO_CONTENT = frozenset({"", "none", "normal"})
_NO_PAINT = frozenset({"", "none", "transparent", "inherit", "initial", "unset", "currentcolor"})
_WHOLE = 100
_OF_ALL = frozenset({"%", "vw", "vh"})
_NO_SIZE = re.compile(r"(?:^|/\s*)[01](?:px|%)?(?![.\d])(?![^()]*\))")
_FULL = re.compile(r"cover|contain|auto|100%")
_NOWHERE = frozenset({"auto", "0", "0px", "0%"})
_MOVES = re.compile(r"translate|matrix|perspective")
_BACK = re.compile(r"-50(?:%|vw)|translatex?\(\s*-50%\s*(?:,\s*0\w*\s*)?\)")
_MARGINS = ("margin-left", "margin-right", "margin-top", "margin-bottom")


def is_painted(
    style: Mapping[str, str],
    ground: colours.Colour | None,
    ink: colours.Colour | None,
    *,
    is_covered: bool = False,
) -> bool:
    """Tell an element all of which a layer of its own covers, unlike its ``ground`` and ``ink``.

    Where it ``is_covered`` by a ground, a layer that is set behind (``z-index: -1``) is behind that
    too. Whether the layer lies below the text is not told: who hides a text so needs no ink for it.
    """
    layers = (of_side(style, side) for side in SIDES)
    return any(
        has_content(layer)
        and not (is_covered and layer.get("z-index", "").startswith("-"))
        and _covers(layer, ground, ink)
        for layer in layers
    )


def of_side(style: Mapping[str, str], side: str) -> Mapping[str, str]:
    """Return what of a style is said of what stands on one of the ``SIDES`` of a text."""
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
    is_other = laid is None or not any(
        one and colours.same_colour(laid, one) for one in (ground, ink)
    )
    is_picture = "gradient" in paint or "url(" in paint
    placed = layer.get("position") in {"absolute", "fixed"}
    return (
        is_other
        and not (is_picture and is_small_picture(layer, paint))
        and placed
        and spans_all(layer)
        and is_drawn(layer)
    )


def is_small_picture(layer: Mapping[str, str], paint: str) -> bool:
    """Tell a picture that is of no size, or small and drawn once."""
    size = layer.get("background-size", "")
    once = "no-repeat" in f"{paint} {layer.get('background-repeat')}"
    is_part = bool(size) and once and not _FULL.search(size)
    return is_part or _NO_SIZE.search(size or paint) is not None


def has_content(layer: Mapping[str, str]) -> bool:
    """Tell what stands before or after a text: without content there is nothing."""
    return layer.get("content", "") not in _NO_CONTENT


def spans_all(layer: Mapping[str, str]) -> bool:
    """Tell a box that reaches from edge to edge of what it is placed in."""
    return _spans(layer, "left", "right", "width") and _spans(layer, "top", "bottom", "height")


def is_drawn(layer: Mapping[str, str]) -> bool:
    """Tell a box that nothing hides."""
    clip = layer.get("background-clip", layer.get("-webkit-background-clip", ""))
    return (
        layer.get("visibility") != "hidden"
        and "text" not in clip
        and styles.removes_element(layer) is None
    )


def _spans(layer: Mapping[str, str], start: str, end: str, size: str) -> bool:
    """Tell a layer that reaches from one edge of its element to the other."""
    said, most = layer.get(size, "auto"), layer.get(f"max-{size}", "none")
    if most != "none" and not _is_whole(most):
        return False
    if said == "auto":
        ends = (NUMBER.match(layer.get(side, "")) for side in (start, end))
        return all(told and float(told[1]) <= 0 for told in ends) and not _is_moved(layer)
    begins = layer.get(start, "auto") in _NOWHERE or (start == "left" and _is_centred(layer))
    return _is_whole(said) and begins and not _is_moved(layer)


def _is_whole(size: str) -> bool:
    told = NUMBER.fullmatch(size)
    return told is not None and told[2] in _OF_ALL and float(told[1]) >= _WHOLE


def _is_moved(layer: Mapping[str, str]) -> bool:
    """Tell a layer that is drawn elsewhere than it is placed."""
    if _is_centred(layer):
        return False
    return (
        layer.get("translate", "none") != "none"
        or _MOVES.search(layer.get("transform", "")) is not None
        or any(layer.get(name, "0") not in _NOWHERE for name in _MARGINS)
    )


def _is_centred(layer: Mapping[str, str]) -> bool:
    """Tell a layer across the screen that begins in the middle and is moved back by half of it."""
    moves = [layer[name] for name in ("translate", "transform", *_MARGINS) if name in layer]
    back = len(moves) == 1 and _BACK.fullmatch(moves[0]) is not None
    return layer.get("left") == "50%" and back
