"""Which type of a Word document no reader sees, or takes as said: hidden, struck out, tiny. Pure.

As the run states it, its style, the paragraph's and the table's, or the document's defaults
(ISO/IEC 29500-1, 17.3.2), and the row, the frame or the box that it stands in. White type on a
ground of another colour is seen; where a ground is not known, as over a picture, white type counts
as seen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from casebook.extractors.visibility.declarations import colours
from casebook.extractors.visibility.declarations.colours import Colour
from casebook.extractors.word.backdrops import Backdrops
from casebook.extractors.word.colours import SHAPES, UNKNOWN, Palette
from casebook.extractors.word.styles import Stated, Styles
from casebook.extractors.word.xml import all_in, around, child, is_on, name_of, number, value

_SMALLEST = 4  # half points: nobody reads type of two
_THINNEST = 40  # twentieths of a point
_NARROWEST = 15  # percent of a letter's width
_FAR = 15_840  # twentieths of a point: eleven inches
_FAR_DRAWN = 10_058_400  # the same in English metric units
_THIN_DRAWN = 25_400
_CLEAR = 95_000  # thousandths of a percent
_USUAL = 20  # half points
_OVERLAID = 4  # half points' twentieths by which letters, half as wide as high, nearly meet
_FAR_RAISED = 400  # half points
_UNSEEN_SHAPE = re.compile(
    r"visibility:\s*hidden|(?<![-\w])(?:width|height):\s*(?:[01](?:pt|px)?|0(?:in|cm|mm))\s*(?:;|$)"
    r"|margin-(?:left|top):\s*-?\d{4,}",
)
_HEIGHT = re.compile(r"(?<![-\w])height:[^;]*")
_FITS = re.compile(r"mso-fit-shape-to-text:\s*t")
_GROUNDED = {"tc": "tcPr", "tr": "tblPrEx", "tbl": "tblPr"}
_STRIKES = ("strike", "dstrike")
_WHOLE = re.compile(r"-?\d{1,12}")
_HIDDEN = "hidden type"
_FLAT = "lines without height or width"
_AWAY = "type off the page"
_PALE = "type in the colour of its ground"
STRUCK = "type with a line through it, taken back"
"""Why words are no text that a line goes through."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What a paragraph hands down to its runs: why it is not seen whole, and its ground."""

    reason: str
    ground: Colour


class Sight:
    """Sight of a document, with its styles and colours."""

    def __init__(self, styles: Styles, palette: Palette, backdrops: Backdrops) -> None:
        self._styles = styles
        self._palette = palette
        self._backdrops = backdrops

    def unseen(self, part: Any) -> Iterator[tuple[Any, str]]:
        """Yield what no reader sees of ``part``, a document or its notes, and why.

        That is runs; of one that holds a drawing, which only hidden type hides, its own texts.
        """
        places: dict[Any, _Place] = {}
        for run in part.iter("{*}r"):
            if (paragraph := around(run, "p")) is None:
                continue
            if paragraph not in places:
                places[paragraph] = self._place(paragraph)
            if reason := self._reason(run, places[paragraph]):
                is_whole = reason == _HIDDEN or next(run.iter("{*}txbxContent"), None) is None
                for one in [run] if is_whole else run.findall("{*}t"):
                    yield one, f"The document hides it: {reason}."

    def _reason(self, run: Any, place: _Place) -> str:
        stated, hidden = self._styles.of_run(run)
        if hidden or place.reason:
            return _HIDDEN if hidden else place.reason
        size = number(stated.get("sz"))
        if size is not None and size <= _SMALLEST:
            return "type of two points or less"
        if _is_squeezed(stated, size or _USUAL):
            return "type squeezed to nothing"
        if _is_clear(stated.get("textFill")):
            return "type without ink"
        ink = self._palette.ink(stated)
        ground = self._marked(stated) or place.ground
        if ink is not None and colours.same_colour(ink, ground):
            edge = self._palette.edge(stated)
            if edge is None or colours.same_colour(edge, ground):
                return _PALE
        return STRUCK if any(is_on(stated.get(name)) for name in _STRIKES) else ""

    def _marked(self, stated: Stated) -> Colour | None:
        """Return the ground that a run has of its own."""
        marked = colours.colour(value(stated.get("highlight")).lower())
        return marked or self._palette.fill(stated.get("shd"))

    def _place(self, paragraph: Any) -> _Place:
        setting = self._styles.of_paragraph(paragraph)
        reason = _of_lines(setting.paragraph)
        ground = self._palette.fill(setting.paragraph.get("shd"))
        for one in paragraph.iterancestors():
            name = name_of(one)
            reason = reason or _PLACES.get(name, _nowhere)(one)
            if ground is None:
                ground = self._ground(one, name)
        if ground is None:
            under = self._backdrops.are_under(paragraph)
            ground = UNKNOWN if under else self._palette.paper
        return _Place(reason, ground)

    def _ground(self, element: Any, name: str) -> Colour | None:
        if name == "txbxContent":
            return self._palette.box(element)
        if name not in _GROUNDED:
            return None
        fill = self._palette.fill(child(element, _GROUNDED[name], "shd"))
        style = self._styles.style(value(child(element, "tblPr", "tblStyle")))
        return fill or (UNKNOWN if style.shades else None)


def _is_squeezed(stated: Stated, size: int) -> bool:
    """Tell letters that stand on each other, or far from their line; ``size`` in half points."""
    width, fit, apart, raised = (
        number(stated.get(name)) for name in ("w", "fitText", "spacing", "position")
    )
    return (
        (width is not None and width < _NARROWEST)
        or (fit is not None and fit <= _THINNEST)
        or (apart is not None and apart <= -_OVERLAID * size)
        or abs(raised or 0) >= _FAR_RAISED
    )


def _is_clear(fill: Any | None) -> bool:
    alphas = () if fill is None else (number(one) or 0 for one in fill.iter("{*}alpha"))
    return child(fill, "noFill") is not None or any(one >= _CLEAR for one in alphas)


def _of_lines(stated: Stated) -> str:
    lines, indent = stated.get("spacing"), stated.get("ind")
    if value(lines, "lineRule") == "exact" and _is_thin(number(lines, "line")):
        return _FLAT
    sides = [number(indent, side) or 0 for side in ("left", "start", "right", "end")]
    frame = stated.get("framePr")
    sides += [number(frame, at) or 0 for at in ("x", "y")]
    if any(abs(side) >= _FAR for side in sides):
        return _AWAY
    flat = value(frame, "hRule") == "exact" and _is_thin(number(frame, "h"))
    return _FLAT if flat or _is_thin(number(frame, "w")) else ""


def _is_thin(twentieths: int | None) -> bool:
    return twentieths is not None and twentieths <= _THINNEST


def _of_row(row: Any) -> str:
    height = child(row, "trPr", "trHeight")
    if is_on(child(row, "trPr", "hidden")):
        return _HIDDEN
    return _FLAT if value(height, "hRule") == "exact" and _is_thin(number(height)) else ""


def _of_drawing(drawing: Any) -> str:
    hidden = (child(drawing, "docPr"), drawing)
    if any(one is not None and (one.get("hidden") or "0") not in {"0", "false"} for one in hidden):
        return _HIDDEN
    # A box that grows with its text, as of a caption, is written with next to no height.
    measured = ("cx",) if all_in(drawing, "spAutoFit") else ("cx", "cy")
    sides = (number(child(drawing, "extent"), side) for side in measured)
    if any(side is not None and side <= _THIN_DRAWN for side in sides):
        return _FLAT
    offsets = (
        int(one.text) for one in all_in(drawing, "posOffset") if _WHOLE.fullmatch(one.text or "")
    )
    return _AWAY if any(abs(offset) >= _FAR_DRAWN for offset in offsets) else ""


def _of_shape(shape: Any) -> str:
    style, box = shape.get("style") or "", child(shape, "textbox")
    if box is not None and _FITS.search(box.get("style") or ""):
        style = _HEIGHT.sub("", style)
    return _AWAY if _UNSEEN_SHAPE.search(style) else ""


def _nowhere(_: Any) -> str:
    return ""


_PLACES = {"tr": _of_row, "anchor": _of_drawing, "inline": _of_drawing} | dict.fromkeys(
    SHAPES, _of_shape
)
