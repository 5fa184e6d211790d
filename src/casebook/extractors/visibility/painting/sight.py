"""What an element hands down to the text in it, and whether that hides it: size, ink and ground."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from casebook.extractors.visibility.declarations import colours, styles
from casebook.extractors.visibility.declarations.css_values import VARIABLE
from casebook.extractors.visibility.declarations.edges import EDGES, is_edged
from casebook.extractors.visibility.painting.painted import is_painted, is_small_picture

PALE = "text in the colour of its background"
STRUCK = "struck out: whoever wrote it takes it back"
_PAGE = frozenset({"html", "body"})
_GROUNDS = ("background-color", "background", "background-image")
_NO_GROUND = frozenset({"", "none", "transparent", "inherit", "initial"})
_HANDED_DOWN = frozenset({"inherit", "unset", "revert", "currentcolor", ""})
_FILL = "-webkit-text-fill-color"
_UNFILLED = frozenset({"currentcolor", "initial"})
_STRIKING = frozenset({"s", "strike", "del"})
_APART = frozenset({"button", "select", "textarea"})
_FLOATS = frozenset({"left", "right"})
_UNTURNED = re.compile(r"invert\(\s*0?\.?0*%?\s*\)")
_PART = re.compile(r"[\w#-]+(?:\([^()]*\))?")
_STACKING = ("transform", "translate", "scale", "rotate", "filter", "clip-path")


class Sight(NamedTuple):
    """What an element inherits; no ``colour`` or ``ground`` is one that cannot be told.

    It is ``covered`` where a layer that is set behind it (``z-index: -1``) is behind a ground too.
    ``unstated`` is the ink where no element around states one. It counts on the ground of an
    element within the page: that of the page itself may be a script's choice. What is ``struck``
    out is seen, and no longer said. ``share`` is how much of it what it stands in lets be seen.
    Letters that are ``filled`` have their ink by ``-webkit-text-fill-color``, not by ``color``;
    ``edges`` are what is stated of their shadows and strokes.
    """

    small: bool = False
    invisible: bool = False
    clear: bool = False
    colour: colours.Colour | None = None
    ground: colours.Colour | None = colours.WHITE
    covered: bool = False
    unstated: colours.Colour | None = None
    struck: bool = False
    share: float = 1.0
    filled: bool = False
    edges: tuple[tuple[str, str], ...] = ()

    def reason(self) -> str | None:
        """Say why the text is not seen, or None."""
        if self.small:
            return "font-size: 0"
        if self.invisible:
            return "visibility: hidden"
        if self.clear:
            return "transparent text"
        if self.share <= colours.FAINTEST:
            return "opacity: 0"
        if self.colour and self.ground and colours.same_colour(self.colour, self.ground):
            return PALE
        return STRUCK if self.struck else None

    def unseen(self) -> str | None:
        """Say why nothing of the text is seen, or None; a line through it hides none."""
        reason = self.reason()
        return None if reason == STRUCK else reason


def inherit(state: Sight, style: Mapping[str, str], tag: str = "") -> Sight:
    """Return what a ``tag`` of ``style`` hands down, within one that hands down ``state``."""
    state = state._replace(struck=_is_struck(state, style, tag))
    if not style:
        return state._replace(covered=False) if tag == "body" else state
    size = styles.text_size(style)
    small = state.small if size is None else styles.is_unreadably_small(size)
    small = small or (state.small and styles.is_relative_size(style))
    visibility = style.get("visibility", "")
    invisible = visibility in {"hidden", "collapse"} or (
        state.invisible and visibility not in {"visible", "initial"}
    )
    clear, colour = _ink(state, style)
    is_stated = any(style.get(name, "inherit") not in _HANDED_DOWN for name in styles.INKS)
    unstated = None if is_stated else state.unstated
    ground = _own_ground(state, style, colour or unstated)
    if unstated and tag not in _PAGE and ground != state.ground:
        colour, unstated = unstated, None
    covered = _is_covered(state, style, tag)
    behind = covered and tag not in _PAGE
    return state._replace(
        small=small,
        invisible=invisible,
        clear=clear,
        colour=colour,
        ground=None if is_painted(style, ground, colour, is_covered=behind) else ground,
        covered=covered,
        unstated=unstated,
        share=state.share * _share(style),
        filled=_is_filled(state, style),
        edges=_edges(state, style),
    )


class Inherited:
    """What ``inherit`` returns; of elements in one place that are told the same, found out once."""

    def __init__(self) -> None:
        self._known: dict[tuple[Sight, int, str], tuple[Mapping[str, str], Sight]] = {}

    def __call__(self, state: Sight, style: Mapping[str, str], tag: str) -> Sight:
        """Return what a ``tag`` of ``style``, the very object, hands down."""
        key = state, id(style), tag
        if key not in self._known:
            self._known[key] = style, inherit(state, style, tag)  # kept, so is its address
        return self._known[key][1]


def _share(style: Mapping[str, str]) -> float:
    """Return how much of itself an element lets be seen; one that is clear hides all by itself."""
    share = min(1.0, colours.stated_share(style.get("opacity", "1")))
    return share if share > colours.FAINTEST else 1.0


def _is_struck(state: Sight, style: Mapping[str, str], tag: str) -> bool:
    """Tell a text through which a line is seen, of the element itself or of one around it.

    A line goes through none that stands apart: a block within a line, or beside the text.
    """
    display, floats = style.get("display", ""), style.get("float", "none")
    stands_apart = (
        tag in _APART
        or display.startswith("inline-")
        or floats in _FLOATS
        or style.get("position") in {"absolute", "fixed"}
    )
    own = styles.is_struck(style, by_itself=tag in _STRIKING) and display != "contents"
    return (state.struck and not stands_apart) or (own and not _is_line_unseen(state, style))


def _is_line_unseen(state: Sight, style: Mapping[str, str]) -> bool:
    """Tell a line through a text that is clear, or in the colour of what the text stands on."""
    line, whole = style.get("text-decoration-color", ""), style.get("text-decoration", "")
    ink = style.get("color", "inherit")
    if not line and (colours.is_transparent(ink) or (ink in _HANDED_DOWN and state.clear)):
        return not any(map(colours.colour, _PART.findall(whole)))
    for stated in (line, *_PART.findall(whole)):
        told = colours.colour(stated)
        if colours.is_transparent(stated) or (
            told and state.ground and colours.same_colour(told, state.ground)
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
    if "text" in style.get("background-clip", style.get("-webkit-background-clip", "")):
        return _filled(state, style)
    # What lies around the letters shows them, whatever their own ink; colours may be turned.
    filters, edges = style.get("filter", ""), dict(_edges(state, style))
    if is_edged(edges, state.ground) or ("invert" in filters and not _UNTURNED.search(filters)):
        return False, None
    return _own_ink(state, style)


def _filled(state: Sight, style: Mapping[str, str]) -> tuple[bool, colours.Colour | None]:
    """Return the ink of letters that are cut out of a ground: of that, unless they have their own.

    Headings in a gradient are transparent, and seen, or state white as well.
    """
    clear, ink = _own_ink(state, style)
    grounds = [style.get(name, "") for name in _GROUNDS]
    if all(ground in _NO_GROUND for ground in grounds):
        return clear, ink
    paint = next(one for one in (grounds[2], *grounds) if one not in _NO_GROUND)
    if "url(" in paint or VARIABLE in paint:
        return False, None
    filled = colours.of_gradient(paint) if "gradient" in paint else colours.colour(paint)
    return False, filled if clear or filled is None else ink


def _own_ink(state: Sight, style: Mapping[str, str]) -> tuple[bool, colours.Colour | None]:
    fill, ink = style.get(_FILL, "inherit"), style.get("color", "inherit")
    if fill in _UNFILLED and state.filled and ink in _HANDED_DOWN:
        return False, None  # in the colour of what lies further around
    value = ink if fill in _UNFILLED or not _is_filled(state, style) else fill
    if value in _HANDED_DOWN:
        return state.clear, state.colour
    if value == "initial":
        return False, colours.BLACK
    return colours.is_transparent(value), colours.colour(value)


def _edges(state: Sight, style: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what is stated of the shadows and strokes of letters, be it around them."""
    own = {name: style[name] for name in EDGES if style.get(name, "inherit") not in _HANDED_DOWN}
    return tuple({**dict(state.edges), **own}.items()) if own else state.edges


def _is_filled(state: Sight, style: Mapping[str, str]) -> bool:
    """Tell letters that have a fill, be it from around: their colour does not count then."""
    fill = style.get(_FILL, "inherit")
    return state.filled if fill in _HANDED_DOWN - _UNFILLED else fill not in _UNFILLED


def _own_ground(
    state: Sight, style: Mapping[str, str], ink: colours.Colour | None
) -> colours.Colour | None:
    colour, whole, picture = (style.get(name, "") for name in _GROUNDS)
    is_clipped = "text" in style.get("background-clip", style.get("-webkit-background-clip", ""))
    if is_clipped or style.get("display") == "contents":  # that has no box to paint
        return state.ground
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
