"""Boxes that a style sets where no reader scrolls to (CSS Positioned Layout Level 3). Pure."""

import re
from collections.abc import Iterator, Sequence

from casebook.extractors.visibility.declarations.css_values import NUMBER, UNIT_PX
from casebook.extractors.visibility.declarations.declared import Style
from casebook.extractors.visibility.declarations.paths import is_led_away
from casebook.extractors.visibility.declarations.shapes import moved_by_matrix
from casebook.extractors.visibility.declarations.shifts import UNMOVED

WINNING = {"right": "left", "bottom": "top"}
"""The side that wins over another one, where a style tells both."""

HOLDING = frozenset(
    "transform translate scale rotate filter backdrop-filter -webkit-backdrop-filter "
    "perspective".split()
)
"""Properties by which a box holds what is fixed within it, as if it were the screen."""

SETTING = frozenset(
    "text-align text-align-last direction writing-mode align-content place-content align-self "
    "justify-self place-self".split()
)
"""Properties that set a text, or a box, elsewhere than where what it stands in begins."""

_SIDES = ("left", "top", "right", "bottom")
_OPPOSITE = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
_ACROSS = frozenset({"left", "right"})
_SHIFTING = ("margin-left", "margin-top", "text-indent")
_HIDING = (*_SIDES, *_SHIFTING, "transform", "translate", "offset", "offset-path")
_BESIDE_FAR_ENDS = SETTING | {*_SIDES, "margin-left", "margin-top"}
_BESIDE_FIXED = HOLDING | {"will-change"} | _BESIDE_FAR_ENDS | {f"margin-{side}" for side in _SIDES}
_BESIDE_DRAWERS = _BESIDE_FIXED | {"width", "height"}
_NOTHING_BESIDE = frozenset[str]()

_FAR_PX = 900
_OUTSIDE_PX = -100
_FAR_RIGHT_PX = 3_000
_LETTER_PX = 8.0
_SCREEN = 100.0
_FIXED_UNITS = {"px", "pt", "pc", "in", "cm", "mm", "em", "rem", "ch"}
_OF_SCREENS = {
    side: frozenset({"%", *(f"{kind}v{way}" for kind in ("", "s", "l", "d") for way in ways)})
    for side, ways in (("left", "wi"), ("right", "wi"), ("top", "hb"), ("bottom", "hb"))
}
_ROWS = frozenset({"flex", "inline-flex", "grid", "inline-grid"})
_SHIFTS = re.compile(r"translate([xyz]|3d)?\(\s*([^()]{1,80})\)")
_WHOLE_BACK = "-100%"


def off_screen(style: Style) -> str | None:
    """Say by what a style sets a box where nobody scrolls to, or None."""
    placed = style.get("position") in {"absolute", "fixed", "relative"}
    for name in (*(_SIDES if placed else ()), *_SHIFTING):
        if name not in style or _moves_none(style, name):
            continue
        # So far from the right or the lower edge is beyond the left or the upper one.
        sideways = name != "margin-top" and (name != "top" or style["position"] == "fixed")
        # A bar across the screen goes far out with its margin and comes back with its padding.
        back = style.get(name.replace("margin", "padding")) if name.startswith("margin") else None
        if is_far(style[name], sideways=sideways) and f"-{back}" != style[name]:
            return f"off screen ({name})"
    if side := beyond(style):
        return f"off screen ({side})"
    if is_led_away(style):
        return "off screen (offset-path)"
    if "transform" not in style and "translate" not in style:
        return None
    if any(is_far(far, sideways=True) for far in moved_by_matrix(style.get("transform", ""))):
        return "off screen (transform)"
    return "off screen (transform)" if _is_moved_away(style, placed=placed) else None


def _moves_none(style: Style, side: str) -> bool:
    """Tell a share of a height that is seldom told (CSS 2.2, 9.4.3)."""
    is_share = side in {"top", "bottom"} and style[side].endswith("%")
    return is_share and style.get("position") == "relative"


def may_be_off_screen(part: Style) -> bool:
    """Tell a rule of which one property alone may do so: what takes it back others may unsay."""
    return _is_outside(part) or any(
        off_screen({name: part[name], "position": "fixed"}) for name in _HIDING if name in part
    )


def _is_outside(part: Style) -> bool:
    """Tell a place so far outside that a box may be out by its size, whatever rule says that."""
    if "fixed" not in part.get("position", "fixed"):
        return False
    return any((_pixels(part[side]) or 0) <= _OUTSIDE_PX for side in _SIDES if side in part)


def beside(part: Style) -> frozenset[str]:
    """Return the properties on which it hangs whether a rule sets a box off the screen."""
    if "fixed" in part.get("position", "fixed") and any(
        _screens(side, part[side]) for side in _SIDES if side in part
    ):
        return _BESIDE_FIXED
    if _is_outside(part):
        return _BESIDE_DRAWERS
    ends = (part[end] for end in WINNING if end in part)
    return _BESIDE_FAR_ENDS if any(is_far(end, sideways=True) for end in ends) else _NOTHING_BESIDE


def beyond(style: Style) -> str | None:
    """Return by which side an element is fixed beyond the screen, where nobody scrolls to it.

    By a whole screen, or by its own size, as a drawer is that is shut. Not one that a move, or its
    margin, brings back.
    """
    if style.get("position") != "fixed":
        return None
    for side in _SIDES:
        if side not in style or is_told(style, WINNING.get(side, "")):
            continue
        far = _screens(side, style[side])
        if far and not (_is_drawn_back(style, side, far) or _is_moved_back(style, side, far)):
            return side
        if not far and _is_shut(style, side) and not _is_moved_back(style, side, -1):
            return side
    return None


def _is_shut(style: Style, side: str) -> bool:
    """Tell what stands beside the screen by at least as much as it is wide, or high."""
    size, margin = (
        _pixels(style.get(name, "none"))
        for name in ("width" if side in _ACROSS else "height", f"margin-{side}")
    )
    far = _pixels(style[side]) if NUMBER.fullmatch(style[side]) else None
    return bool(far and size and margin is not None and 0 < size <= -far - margin)


def is_told(style: Style, side: str) -> bool:
    """Tell whether a style states a length for a ``side``, and one that counts."""
    stated = style.get(side, "")
    match = NUMBER.fullmatch(stated)
    if match is None:
        return stated.endswith(")") and not stated.startswith("var(")
    if _moves_none(style, side):
        return False
    return match[2] in UNIT_PX and (match[2] != "" or not float(match[1]))


def _screens(side: str, stated: str) -> float | None:
    """Return how many screens away a ``side`` is ``stated`` to be, if it is one or more."""
    match = NUMBER.match(stated)
    if match is None or match[2] not in _OF_SCREENS[side]:
        return None
    screens = float(match[1]) / _SCREEN
    return screens if abs(screens) >= 1 else None


def _is_drawn_back(style: Style, side: str, far: float) -> bool:
    """Tell what its margin or padding brings back into sight, or that is set amid the screen."""
    if far < 0 and (_screens(_OPPOSITE[side], style.get(_OPPOSITE[side], "")) or 0) < 0:
        start = "left" if side in _ACROSS else "top"
        if style.get(f"margin-{start}") == "auto" or style.get("display") in _ROWS:
            return True
    margin, padding = (_pixels(style.get(f"{name}-{side}", "0")) for name in ("margin", "padding"))
    if margin is None or padding is None:
        return True  # nobody knows
    back = -margin if far > 0 else margin + padding
    beyond_edge = (abs(far) - 1) * _SCREEN * UNIT_PX["vw" if side in _ACROSS else "vh"]
    return back - beyond_edge >= _LETTER_PX


def _is_moved_back(style: Style, side: str, far: float) -> bool:
    transform = style.get("transform", "")
    if _SHIFTS.sub("", transform).strip() not in UNMOVED:
        return True  # by more than moves, and nobody knows where to
    away = far if side in WINNING.values() else -far
    way = "x" if side in _ACROSS else "y"
    lengths = (_pixels(length) for axis, length in _moves_of(style) if axis == way)
    return any(length is None or length * away < 0 for length in lengths)


def _is_moved_away(style: Style, *, placed: bool) -> bool:
    """Tell what moves take far away, unless that is back from where it is placed."""
    starts = {"x": style.get("left", ""), "y": style.get("top", "")} if placed else {}
    for way, far in _moves_of(style):
        if not is_far(far, sideways=way == "x"):
            continue
        start = starts.pop(way, "")
        # A share is one of the box here, there of what it is placed in: only the whole comes back.
        side = "left" if way == "x" else "top"
        if not (
            _screens(side, start) == 1
            if far == _WHOLE_BACK
            else far == f"-{start}" and "%" not in far
        ):
            return True
    return False


def _moves_of(style: Style) -> Iterator[tuple[str, str]]:
    """Yield how far a style moves an element, to the right (x) or down (y)."""
    translate = style.get("translate", "")
    yield from _both([] if translate in UNMOVED else translate.split())
    for found in _SHIFTS.finditer(style.get("transform", "")):
        if found[1] in {"x", "y"}:
            yield found[1], found[2].strip()
        elif found[1] != "z":
            yield from _both(list(map(str.strip, found[2].split(","))))


def _both(lengths: Sequence[str]) -> Iterator[tuple[str, str]]:
    return zip("xy", lengths, strict=False)


def is_far(value: str, *, sideways: bool) -> bool:
    """Tell a place that no reader scrolls to; below the page's end one does."""
    match = NUMBER.match(value)
    if match is None:
        return False
    pixels = float(match[1]) * UNIT_PX.get(match[2], 1)
    return pixels <= -_FAR_PX or (sideways and match[2] in _FIXED_UNITS and pixels >= _FAR_RIGHT_PX)


def _pixels(stated: str) -> float | None:
    """Return a length in pixels, roughly, or None where it is worked out elsewhere."""
    match = NUMBER.match(stated)
    if match is None:
        return 0.0 if stated in UNMOVED else None
    return float(match[1]) * UNIT_PX.get(match[2], 1)
