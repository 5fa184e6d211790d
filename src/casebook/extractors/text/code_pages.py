"""The code page of a text that names none, where it is in Latin or Hebrew letters. Pure.

Detectors compare how often characters follow each other, which a few accents do not tell: Spanish
became Central European to them, Turkish Baltic. But most letters are ASCII in each of these code
pages, these tell the language, and the language its code page.
"""

import re

_MARKUP = re.compile(rb"<(script|style)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE)
_HIGH = re.compile(rb"[\x80-\xff]")
_IN_RUNS = re.compile(rb"[\x80-\xff]{3,}")
_HEBREW = re.compile(rb"[\xe0-\xfa]")
_CYRILLIC = re.compile(rb"[\xc0-\xdf\xfb-\xff]")
_MOSTLY = 0.9
_ASCII_LETTER = re.compile(rb"[A-Za-z]")
_MOST_HIGH = 0.25  # of the letters; Vietnamese has the most
_MOST_IN_RUNS = 0.5
# A sign or a capital that no writer puts right behind a small letter.
_ODD = re.compile(
    r"[^\W\d_][^\w\s.,;:!?'’‘\"“”„«»()\[\]{}<>/\\@&+*=|#~^`–—\u00ad-][^\W\d_]|[a-zß-ÿ][À-ÞŠŒŽŸ]"
)
_CENTRAL = frozenset("bs cs hr hu pl ro sk sl sq".split())
_ONLY_IN_CP1250 = re.compile(rb"[\x80-\x9f]")
_PAGES = {
    **dict.fromkeys("et lt lv".split(), "cp1257"),
    "az": "cp1254",
    "tr": "cp1254",
    "vi": "cp1258",
}
_WESTERN = ("cp1252", "mac_roman")


def code_page_of(data: bytes) -> str | None:
    """Return the code page of ``data``, None where its letters are others."""
    data = _MARKUP.sub(b" ", data)
    high = len(_HIGH.findall(data))
    in_runs = sum(map(len, _IN_RUNS.findall(data)))
    # Cyrillic, which shares its bytes, begins sentences with capitals and is full of "я" and "ь".
    if in_runs > _MOST_IN_RUNS * high and not _CYRILLIC.search(data):
        return "cp1255" if len(_HEBREW.findall(data)) > _MOSTLY * high else None
    letters = len(_ASCII_LETTER.findall(data)) + high
    if not high or high > _MOST_HIGH * letters or in_runs > _MOST_IN_RUNS * high:
        return None
    from casebook.extractors.text.metadata import language_of  # it loads the parser of pages

    language = language_of(None, _HIGH.sub(b"", data).decode("ascii", "replace")) or ""
    if language in _CENTRAL:  # where it has letters that ISO 8859-2 has elsewhere
        return "cp1250" if _ONLY_IN_CP1250.search(data) else "iso8859_2"
    return _PAGES.get(language) or min(_WESTERN, key=lambda page: _odd(data, page))


def _odd(data: bytes, page: str) -> int:
    return len(_ODD.findall(data.decode(page, "replace")))
