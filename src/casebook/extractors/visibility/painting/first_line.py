"""Text of a single line, where a rule for the first line (``::first-line``) hides that. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from casebook.extractors.visibility.declarations import colours, styles
from casebook.extractors.visibility.declarations.declared import Style
from casebook.extractors.visibility.painting.extent import BLOCKS, extent_of
from casebook.extractors.visibility.painting.painted import of_side
from casebook.extractors.visibility.painting.sight import Sight

SIDE = "::first-line"
_BEFORE = "::before"
_SIZING = ("font-size", "font")
_SHOWING = ("background", "background-color", "background-image", "text-shadow", "text-decoration",
            "text-decoration-line", "-webkit-text-stroke", "-webkit-text-stroke-width")  # fmt: skip
_TELLING = frozenset(f"{name}{SIDE}" for name in (*_SIZING, *styles.INKS))
# Without those that browsers give an ink of their own.
_INLINE = frozenset("abbr b cite code em i q small span strong sub sup u".split())
_BLOCK = frozenset({"block", "inline-block", "flow-root", "list-item"})
_OWN = frozenset({"display", "position", "float", "text-shadow", *_SIZING, *styles.INKS})


def may_hide_line(part: Mapping[str, str]) -> bool:
    """Tell a rule for the first line that may hide it."""
    return not _TELLING.isdisjoint(part)


def reason_of(
    element: Any,
    style: Style,
    sight_of: Callable[[Any], Sight],
    style_of: Callable[[Any], Style],
    *,
    is_complete: bool,
) -> str | None:
    """Say why nothing is seen of an element all of whose text is in its first line, or None."""
    line = of_side(style, SIDE) if may_hide_line(style) else {}
    if not line or not _is_plain(element, style, style_of, is_complete):
        return None
    if styles.text_size(line) == 0:  # of letters without a size any number fit in
        return "font-size: 0"
    ink = line.get("-webkit-text-fill-color", line.get("color"))
    if any(name in line for name in _SHOWING) or not ink:
        return None
    told, ground = colours.colour(ink), sight_of(element).ground
    is_pale = told is not None and ground is not None and colours.same_colour(told, ground)
    if not (is_pale or colours.is_transparent(ink)):
        return None
    extent = extent_of(element, element, style_of, is_complete=is_complete)
    fits = extent is not None and extent.is_broken and extent.length <= extent.width
    return "transparent first line" if fits else None


def _is_plain(
    element: Any, style: Style, style_of: Callable[[Any], Style], is_complete: bool
) -> bool:
    """Tell a block of one run of text, of which nothing has a size or an ink of its own.

    A sheet that lies elsewhere (not ``is_complete``) may give one to what has a class.
    """
    display = style.get("display")
    is_block = element.tag in BLOCKS if display is None else display in _BLOCK
    kept = style.get("white-space", "normal") != "normal"
    return (
        is_block
        and not kept
        and not any(name.endswith(_BEFORE) for name in style)  # it may be the first line
        and all(
            one.tag in _INLINE
            and (is_complete or one.get("class") is None)
            and _OWN.isdisjoint(style_of(one))
            for one in element.iterdescendants("*")
        )
    )
