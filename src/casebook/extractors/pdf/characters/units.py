"""Text as pdfium counts it: a sign beyond the first 65,536, an emoji say, is two units. Pure."""

import re

_BEYOND = re.compile(r"[\U00010000-\U0010ffff]")
_UNIT = 2
"""Bytes."""

_PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")


def in_units(text: str) -> str:
    """Return ``text`` with each of its characters as many units as pdfium counts."""
    if len(text.encode("utf-16-le", "surrogatepass")) == _UNIT * len(text):
        return text
    return _BEYOND.sub(lambda found: _units_of(found.group()), text)


def in_characters(text: str) -> str:
    """Return a ``text`` of units as one of characters."""
    if text.isascii():
        return text
    return _PAIR.sub(lambda found: _character_of(found.group()), text)


def _units_of(character: str) -> str:
    high, low = divmod(ord(character) - 0x10000, 0x400)
    return chr(0xD800 + high) + chr(0xDC00 + low)


def _character_of(pair: str) -> str:
    return pair.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
