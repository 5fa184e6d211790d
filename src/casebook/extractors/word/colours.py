"""Which colours a Word document's type and grounds have, those of its theme among them. Pure.

ISO/IEC 29500-1: 17.3.2.6 (color), 17.3.5 (shading), 17.15.1.20 (clrSchemeMapping), 20.1.6.2
(clrScheme).
"""

import colorsys
import re
from typing import Any

from casebook.extractors.visibility.declarations.colours import BLACK, WHITE, Colour, colour
from casebook.extractors.word.styles import Stated
from casebook.extractors.word.xml import all_in, child, is_on, name_of, value

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

    def box(self, box: Any) -> Colour | None:
        """Return the ground of a box with text, None for that of what is behind it."""
        shape = box.getparent().getparent()
        properties = child(shape, "spPr")
        if properties is None:
            clear = (shape.get("filled") or "").lower() in _CLEAR
            stated = (shape.get("fillcolor") or "white").lower().partition(" ")[0]
            return self._behind if clear else colour(stated) or UNKNOWN
        if (solid := child(properties, "solidFill")) is not None:
            return self._drawn(solid) or UNKNOWN
        bare = child(properties, "noFill") is not None or child(shape, "style") is None
        return self._behind if bare else UNKNOWN

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
        """Return the one colour of a fill that changes it by nothing."""
        if fill is None or not len(fill) or any(name_of(one) != "alpha" for one in fill[0]):
            return None
        return self._of_theme(value(fill[0])) or _stated(fill[0])


def _stated(element: Any) -> Colour | None:
    """Return the colour of an element of a theme or a drawing that says it in figures."""
    return colour(f"#{(value(element, 'lastClr') or value(element)).lower()}")


def _share(stated: str) -> float:
    return int(stated, 16) / 255 if _HEX.fullmatch(stated) else 1.0


def _changed(base: Colour, tint: float, shade: float) -> Colour:
    """Return a colour with its light drawn towards white, or black."""
    hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in base))
    light = light * shade * tint + 1 - tint
    red, green, blue = (
        round(255 * part) for part in colorsys.hls_to_rgb(hue, min(1.0, light), saturation)
    )
    return red, green, blue
