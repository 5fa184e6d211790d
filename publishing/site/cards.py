"""The preview picture of a shared link to a case."""

from functools import cache
from io import BytesIO
from typing import cast
from unicodedata import normalize

from PIL import Image, ImageDraw, ImageFont

_WIDTH, _HEIGHT, _MARGIN = 800, 420, 56
_LEVELS = 8  # from paper to ink or accent: smooth enough edges at 4 bits per pixel
_TO_INK = [value * _LEVELS // 256 for value in range(256)]
_TO_ACCENT = [_LEVELS + level for level in _TO_INK]
_PAPER, _INK, _ACCENT = (251, 250, 246), (35, 33, 29), (29, 92, 86)
_PALETTE = bytes(
    round(paper + (colour - paper) * level / (_LEVELS - 1))
    for end in (_INK, _ACCENT)
    for level in range(_LEVELS)
    for paper, colour in zip(_PAPER, end, strict=True)
)
_SMALL, _TITLE_SIZES = 22, ((54, 3), (46, 4), (40, 4))  # with the maximum number of lines
_TITLE_TOP, _LEADING, _MOST_LETTERS = 104, 1.22, 300
_REPLACED = str.maketrans({"–": "-", "—": "-", "‑": "-", "•": "·"})


def card(title: str, kicker: str, site: str) -> bytes | None:
    """Return a PNG of 800 x 420 pixels, None if the font lacks a character of the texts."""
    texts = (normalize("NFC", text[:_MOST_LETTERS]) for text in (title, kicker, site))
    title, kicker, site = (" ".join(text.translate(_REPLACED).split()) for text in texts)
    if not all(map(_has, {*title, *kicker, *site})):
        return None
    picture = Image.new("L", (_WIDTH, _HEIGHT))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, _WIDTH, 9), fill=255)
    draw.text((_MARGIN, 52), _lines(kicker, _SMALL, 1)[0], fill=255, font=_font(_SMALL))
    accent = picture.crop((0, 0, _WIDTH, _TITLE_TOP)).point(_TO_ACCENT)
    for size, most in _TITLE_SIZES:
        if not (lines := _lines(title, size, most))[-1].endswith("…"):
            break
    for n, line in enumerate(lines):
        draw.text((_MARGIN, _TITLE_TOP + n * size * _LEADING), line, fill=255, font=_font(size))
    draw.line((_MARGIN, 354, _WIDTH - _MARGIN, 354), fill=64)
    draw.text((_MARGIN, 368), _lines(site, _SMALL, 1)[0], fill=255, font=_font(_SMALL))
    picture = picture.point(_TO_INK)
    picture.paste(accent)
    picture.putpalette(_PALETTE)
    picture.save(written := BytesIO(), "PNG", bits=4, compress_level=4)
    return written.getvalue()


def _lines(text: str, size: int, most: int) -> list[str]:
    """Return the text broken into at most ``most`` lines, ending with an ellipsis if cut."""
    width, lines = _WIDTH - 2 * _MARGIN, [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        fits = not lines[-1] or _font(size).getlength(longer) <= width
        lines = [*lines[:-1], longer] if fits else [*lines, word]
    shown, has_more = lines[:most], len(lines) > most
    for n in range(len(shown)):
        end = "…" if has_more and n == most - 1 else ""
        while _font(size).getlength(shown[n] + end) > width:
            shown[n], end = shown[n][:-1].rstrip(), "…"
        shown[n] += end
    return shown


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return Pillow's built-in font, with a layout that is the same on every machine."""
    font = cast("ImageFont.FreeTypeFont", ImageFont.load_default(size))
    return font.font_variant(layout_engine=ImageFont.Layout.BASIC)


@cache
def _has(letter: str) -> bool:
    """Return whether the font has the character: missing ones are all drawn as the same box."""
    found, box = (_font(_SMALL).getmask(text) for text in (letter, "\U0010ffff"))
    return letter == " " or found.size != box.size or bytes(found) != bytes(box)
