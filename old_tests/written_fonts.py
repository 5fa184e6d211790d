"""Fonts written in a test."""

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen


def font_of(letters: str, folder: Path, *, blank: bool = False) -> Path:
    """A font that has ``letters``, all of the same shape, or of none."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((900, 0), (900, 800), (100, 800)):
        pen.lineTo(corner)
    pen.closePath()
    shape = TTGlyphPen(None).glyph() if blank else pen.glyph()
    letters = "".join(dict.fromkeys(letters))
    names = [".notdef", *(f"uni{ord(letter):04X}" for letter in letters)]
    font = FontBuilder(1000)
    font.setupGlyphOrder(names)
    font.setupCharacterMap(dict(zip(map(ord, letters), names[1:], strict=True)))
    font.setupGlyf(dict.fromkeys(names, shape))
    font.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "Letters", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(folder / "letters.ttf")
    return folder / "letters.ttf"
