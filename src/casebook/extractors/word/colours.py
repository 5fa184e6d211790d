"""Which colours a Word document's type and grounds have, those of its theme among them. Pure.

ISO/IEC 29500-1: 17.3.2.6 (color), 17.3.5 (shading), 17.15.1.20 (clrSchemeMapping), 20.1.6.2
(clrScheme).
"""

import colorsys
import re
from typing import Any

from casebook.extractors.visibility.declarations.colours import (
    BLACK,
    WHITE,
    Colour,
    colour,
    same_colour,
)
from casebook.extractors.word.styles import Stated
from casebook.extractors.word.xml import all_in, child, is_on, name_of, number, value

UNKNOWN: Colour = (-999, -999, -999)
"""The colour of a ground that is not known: like no ink."""

_MAPPED = {
    "background1": ("bg1", "light1"), "bg1": ("bg1", "light1"),
    "background2": ("bg2", "light2"), "bg2": ("bg2", "light2"),
    "text1": ("t1", "dark1"), "tx1": ("t1", "dark1"),
    "text2": ("t2", "dark2"), "tx2": ("t2", "dark2"),
}  # fmt: skip
_IN_THEME = {
    "dark1": "dk1", "light1": "lt1", "dark2": "dk2", "light2": "lt2", "hyperlink": "hlink",
    "followedHyperlink": "folHlink",
}  # fmt: skip
_PLAIN = frozenset({"", "clear"})
_CLEAR = frozenset({"f", "false", "0"})
SHAPES = ("wsp", "shape", "rect", "roundrect", "oval")
_FILLS = frozenset({"noFill", "solidFill", "gradFill", "blipFill", "pattFill", "grpFill"})
_NO_ONE_COLOUR = frozenset({"gradient", "gradientRadial", "tile", "pattern", "frame"})
_CHANGES = frozenset({"alpha", "lumMod", "lumOff"})
_ALL, _FAINT = 100_000, 10_000  # thousandths of a percent
_OPACITY_NONE = re.compile(r"0|0?\.0\d*|[0-6]?\d{1,3}f")  # the last in parts of 65,536
_HEX = re.compile(r"[0-9A-Fa-f]{2}")
_DIGITS = 6


class Palette:
    """The colours of a document: of its theme, and of its paper."""

    def __init__(self, document: Any, theme: Any | None, settings: Any | None) -> None:
        self._theme = {"lt1": WHITE, "dk1": BLACK}
        for slot in () if theme is None else all_in(theme, "clrScheme")[:1]:
            told = ((name_of(one), _stated(one[0])) for one in slot if len(one))
            self._theme |= {name: colour for name, colour in told if colour}
        self._mapping = child(settings, "clrSchemeMapping")
        shown = is_on(child(settings, "displayBackgroundShape"))
        ground = child(document, "background") if shown else None
        pictured = all_in(document, "blip", "imagedata") or all_in(document, *SHAPES)[1:]
        self._behind = UNKNOWN if pictured else None
        self.paper = self._told(ground, "color", "themeColor", "theme") or WHITE
        if value(child(ground, "background", "fill"), "type") in _NO_ONE_COLOUR:
            self.paper = UNKNOWN

    def ink(self, stated: Stated) -> Colour | None:
        """Return the colour of type; None for one that is never that of its ground."""
        if "textFill" in stated:  # over what the older property says
            return self._drawn(child(stated["textFill"], "solidFill"))
        return self._told(stated.get("color"), "val", "themeColor", "theme")

    def fill(self, shading: Any | None) -> Colour | None:
        """Return the colour that a shading gives, None for one that gives none."""
        pattern = value(shading)
        if pattern in _PLAIN:
            return self._told(shading, "fill", "themeFill", "themeFill")
        if pattern == "solid":
            return self._told(shading, "color", "themeColor", "theme")
        return None if pattern == "nil" else UNKNOWN

    def edge(self, stated: Stated) -> Colour | None:
        """Return the colour of a line around letters, None where there is none."""
        outline = stated.get("textOutline")
        if outline is None or child(outline, "noFill") is not None or not len(outline):
            return None
        return self._drawn(child(outline, "solidFill")) or UNKNOWN

    def box(self, box: Any) -> Colour | None:
        """Return the ground of a box with text, None for that of what is behind it."""
        return self.shape(box.getparent().getparent()) or self._behind

    def shape(self, shape: Any) -> Colour | None:
        """Return the colour that a drawn shape is filled with, None where nothing fills it."""
        properties = child(shape, "spPr")
        if properties is None:
            return _of_old_shape(shape)
        fill = next((one for one in properties if name_of(one) in _FILLS), None)
        if fill is None:
            return UNKNOWN if number(child(shape, "style", "fillRef"), "idx") else None
        if name_of(fill) == "noFill" or _is_clear(fill):
            return None
        # Of several shades the first stands for all, if they are alike.
        shades = list(map(self._drawn, all_in(fill, "gs", "fgClr", "bgClr") or [fill]))
        known = [shade for shade in shades if shade is not None]
        alike = all(same_colour(shade, known[0]) for shade in known)
        return known[0] if len(known) == len(shades) and alike else UNKNOWN

    def _told(self, element: Any | None, plain: str, theme: str, changed: str) -> Colour | None:
        """Return the colour that an element states; that of the theme counts before the other."""
        if (base := self._of_theme(value(element, theme))) is not None:
            tint, shade = (value(element, f"{changed}{one}") for one in ("Tint", "Shade"))
            return _changed(base, _share(tint), _share(shade))
        stated = value(element, plain)
        return colour(f"#{stated.lower()}") if len(stated) == _DIGITS else None

    def _of_theme(self, name: str) -> Colour | None:
        if name in _MAPPED:
            attribute, usual = _MAPPED[name]
            name = value(self._mapping, attribute) or usual
        return self._theme.get(_IN_THEME.get(name, name))

    def _drawn(self, fill: Any | None) -> Colour | None:
        """Return the one colour of a fill on paper, None for one that is changed in its own way."""
        if fill is None or not len(fill):
            return None
        changes = {name_of(one): number(one) for one in fill[0]}
        base = self._of_theme(value(fill[0])) or _stated(fill[0])
        if base is None or not changes.keys() <= _CHANGES or None in changes.values():
            return None
        lit = _lit(
            base, (changes.get("lumMod") or _ALL) / _ALL, (changes.get("lumOff") or 0) / _ALL
        )
        cover = changes.get("alpha")
        return _mixed(lit, self.paper, 1.0 if cover is None else cover / _ALL)


def _of_old_shape(shape: Any) -> Colour | None:
    """Return the fill of a shape in VML, which is white where none is stated."""
    fill = child(shape, "fill")
    unfilled = (shape.get("filled"), None if fill is None else fill.get("on"))
    if any((one or "").lower() in _CLEAR for one in unfilled) or _OPACITY_NONE.fullmatch(
        value(fill, "opacity")
    ):
        return None
    picture = child(shape, "imagedata")
    is_pictured = picture is not None and not picture.get("blacklevel")  # that is washed out
    if is_pictured or value(fill, "type") in _NO_ONE_COLOUR:
        return UNKNOWN
    stated = (shape.get("fillcolor") or "white").lower().partition(" ")[0]
    return colour(stated) or UNKNOWN


def _is_clear(fill: Any) -> bool:
    """Tell a fill that lets nearly all of what is behind it through, in each of its shades."""
    covers = [child(one[0], "alpha") for one in all_in(fill, "gs") or [fill] if len(one)]
    return bool(covers) and all(one is not None and (number(one) or 0) <= _FAINT for one in covers)


def _mixed(colour: Colour, behind: Colour, share: float) -> Colour:
    """Return a colour that lets some of what is behind it through."""
    if share >= 1 or behind == UNKNOWN:
        return colour
    red, green, blue = (
        round(share * part + (1 - share) * under)
        for part, under in zip(colour, behind, strict=True)
    )
    return red, green, blue


def _lit(base: Colour, share: float, more: float) -> Colour:
    """Return a colour with a share of its light, and some more."""
    hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in base))
    light = min(1.0, max(0.0, light * share + more))
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue, light, saturation))
    return red, green, blue


def _stated(element: Any) -> Colour | None:
    """Return the colour of an element of a theme or a drawing that says it in figures."""
    return colour(f"#{(value(element, 'lastClr') or value(element)).lower()}")


def _share(stated: str) -> float:
    return int(stated, 16) / 255 if _HEX.fullmatch(stated) else 1.0


def _changed(base: Colour, tint: float, shade: float) -> Colour:
    """Return a colour with its light drawn towards white, or black."""
    return _lit(base, shade * tint, 1 - tint)
