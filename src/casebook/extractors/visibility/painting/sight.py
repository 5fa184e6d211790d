"""What an element hands down to the text in it, and whether that hides it: size, ink and ground."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from casebook.extractors.visibility.declarations import colours, styles
from casebook.extractors.visibility.declarations.css_values import VARIABLE
from casebook.extractors.visibility.painting.painted import is_painted, is_small_picture

PALE = "text in the colour of its background"
STRUCK = "struck out: whoever wrote it takes it back"
_PAGE = frozenset({"html", "body"})
_GROUNDS = ("background-color", "background", "background-image")
_INKS = frozenset({"color", "-webkit-text-fill-color"})
_NO_GROUND = frozenset({"", "none", "transparent", "inherit", "initial"})
_STRIKING = frozenset({"s", "strike", "del"})
_PART = re.compile(r"[\w#-]+(?:\([^()]*\))?")
_STACKING = ("transform", "translate", "scale", "rotate", "filter", "clip-path")


@dataclass(frozen=True, slots=True)
class Sight:
    """What an element inherits; no ``colour`` or ``ground`` is one that cannot be told.

    It is ``covered`` where a layer that is set behind it (``z-index: -1``) is behind a ground too.
    ``unstated`` is the ink where no element around states one. It counts on the ground of an
    element within the page: that of the page itself may be a script's choice. What is ``struck``
    out is seen, and no longer said; nothing within can undo the line.
    """

    small: bool = False
    invisible: bool = False
    clear: bool = False
    colour: colours.Colour | None = None
    ground: colours.Colour | None = colours.WHITE
    covered: bool = False
    unstated: colours.Colour | None = None
    struck: bool = False

    def reason(self) -> str | None:
        """Say why the text is not seen, or None."""
        if self.small:
            return "font-size: 0"
        if self.invisible:
            return "visibility: hidden"
        if self.clear:
            return "transparent text"
        if self.colour and self.ground and colours.same_colour(self.colour, self.ground):
            return PALE
        return STRUCK if self.struck else None

    def unseen(self) -> str | None:
        """Say why nothing of the text is seen, or None; a line through it hides none."""
        reason = self.reason()
        return None if reason == STRUCK else reason


def inherit(state: Sight, style: Mapping[str, str], tag: str = "") -> Sight:
    """Return what a ``tag`` of ``style`` hands down, within one that hands down ``state``."""
    if styles.is_struck(style, by_itself=tag in _STRIKING) and not _is_line_unseen(state, style):
        state = replace(state, struck=True)
    if not style:
        return replace(state, covered=False) if tag == "body" else state
    size = styles.text_size(style)
    small = state.small if size is None else styles.is_unreadably_small(size)
    small = small or (state.small and styles.is_relative_size(style))
    visibility = style.get("visibility")
    invisible = visibility in {"hidden", "collapse"} if visibility else state.invisible
    clear, colour = _ink(state, style)
    unstated = state.unstated if _INKS.isdisjoint(style) else None
    ground = _own_ground(state, style, colour)
    if unstated and tag not in _PAGE and ground != state.ground:
        colour, unstated = unstated, None
    covered = _is_covered(state, style, tag)
    behind = covered and tag not in _PAGE
    return replace(
        state,
        small=small,
        invisible=invisible,
        clear=clear,
        colour=colour,
        ground=None if is_painted(style, ground, colour, is_covered=behind) else ground,
        covered=covered,
        unstated=unstated,
    )


def _is_line_unseen(state: Sight, style: Mapping[str, str]) -> bool:
    """Tell a line through a text that is clear, or in the colour of what the text stands on."""
    line, whole = style.get("text-decoration-color", ""), style.get("text-decoration", "")
    for stated in (line, *_PART.findall(whole)):
        ink = colours.colour(stated)
        if colours.is_transparent(stated) or (
            ink and state.ground and colours.same_colour(ink, state.ground)
        ):
            return True
    return False


def _is_covered(state: Sight, style: Mapping[str, str], tag: str) -> bool:
    """Tell an element behind whose own ground, or that of one around it, layers are set.

    The ground of a body is that of the whole page, unless the root has one.
    """
    grounded = any(style.get(name, "none") not in _NO_GROUND for name in _GROUNDS)
    if tag in _PAGE:
        return grounded and (tag == "html" or state.covered)
    return (state.covered or grounded) and not stacks(style)


def is_placed(style: Mapping[str, str]) -> bool:
    """Tell an element in which others are placed."""
    return style.get("position", "static") not in {"static", ""}


def stacks(style: Mapping[str, str]) -> bool:
    """Tell an element that layers within it are not set behind (a stacking context)."""
    position = style.get("position", "static")
    return (
        style.get("isolation") == "isolate"
        or position in {"fixed", "sticky"}
        or (position != "static" and style.get("z-index", "auto") != "auto")
        or any(style.get(name, "none") != "none" for name in _STACKING)
        or style.get("opacity", "1") != "1"
    )


def _ink(state: Sight, style: Mapping[str, str]) -> tuple[bool, colours.Colour | None]:
    """Return whether the ink leaves no mark, and its colour."""
    # Gradient headings are transparent text over a clipped background: seen, though "white".
    if "text" in style.get("background-clip", style.get("-webkit-background-clip", "")):
        return False, None
    # What lies around the letters shows them, whatever their own ink; colours may be turned.
    edge = style.get("text-shadow", style.get("-webkit-text-stroke", "none"))
    is_edged = edge != "none" and colours.colour(edge) != state.ground
    if is_edged or "invert" in style.get("filter", ""):
        return False, None
    value = style.get("-webkit-text-fill-color", style.get("color", "inherit"))
    if value == "inherit":
        return state.clear, state.colour
    return colours.is_transparent(value), colours.colour(value)


def _own_ground(
    state: Sight, style: Mapping[str, str], ink: colours.Colour | None
) -> colours.Colour | None:
    colour, whole, picture = (style.get(name, "") for name in _GROUNDS)
    if "gradient" in picture and is_small_picture(style, picture):
        picture = ""
    value = picture if "gradient" in picture else colour or whole or picture
    if value in _NO_GROUND:
        return state.ground
    if value == "currentcolor":
        return ink
    if "url(" in value or VARIABLE in value:
        return None
    if "gradient" in value:
        return colours.of_gradient(value)
    return colours.laid_over(value, state.ground)
