"""Which declarations browsers take in (CSS Syntax Level 3): apart, and of a value that there is.

What they do not know they drop, and what was said before counts on. Of the values that may hide or
show a text those are told here that no browser knows; what is made by a function counts as known.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from casebook.extractors.visibility.declarations.colour_names import NAMED, OF_SYSTEMS
from casebook.extractors.visibility.declarations.css_values import CUSTOM, UNIT_PX

_MARKS = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?|url\(\s*(?:[^\"'()\\\s]|\\.)*+\s*\)|\\.|[()\[\]{};]",
    re.DOTALL | re.IGNORECASE,
)
_CLOSING = {")": "(", "]": "[", "}": "{"}
_STRUCTURED = re.compile(r"[\"'\[{\\]|\([^();]*[;(]")
_HACKED = re.compile(r"\\[09]\s*\Z")  # for old versions of Internet Explorer alone
_OF_ALL = frozenset({"inherit", "initial", "unset", "revert", "revert-layer"})
_NUMBER = r"[-+]?\d*\.?\d+(?:e[-+]?\d+)?"
_SHARE = re.compile(rf"{_NUMBER}%?")
_LENGTH = re.compile(rf"({_NUMBER})([a-z]+|%)?")
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_SIZES = frozenset(
    "xx-small x-small small medium large x-large xx-large xxx-large smaller larger math".split()
)
_LINES = frozenset(
    "none underline overline line-through blink solid double dotted dashed wavy auto from-font "
    "spelling-error grammar-error".split()
)
_KEYWORDS: Mapping[str, frozenset[str]] = {
    name: frozenset(told.split())
    for name, told in {
        "visibility": "visible hidden collapse",
        "position": "static relative absolute fixed sticky -webkit-sticky",
        "content-visibility": "visible hidden auto",
        "transform": "none",  # but for functions
        "filter": "none",
        "white-space": "normal nowrap pre pre-wrap pre-line break-spaces collapse preserve wrap "
        "balance preserve-breaks preserve-spaces discard-before",
    }.items()
}
_OVERFLOWS = frozenset({"visible", "hidden", "clip", "scroll", "auto", "overlay"})
_SIDES = frozenset({"left", "right", "top", "bottom", "text-indent", "margin-left", "margin-top"})
_AREAS = frozenset({"height", "width", "max-height", "max-width", "min-height", "min-width"})
_AUTO = frozenset({"auto", "none", "min-content", "max-content", "fit-content", "stretch"})


def apart(text: str) -> Iterator[str]:
    """Yield the declarations of a style; a semicolon in a string or in brackets parts none."""
    if not _STRUCTURED.search(text):
        yield from text.split(";")
        return
    start, opened = 0, list[str]()
    for found in _MARKS.finditer(text):
        mark = found[0]
        if mark == ";" and not opened:
            yield text[start : found.start()]
            start = found.end()
        elif mark in ("(", "[", "{"):
            opened.append(mark)
        elif mark in _CLOSING and opened and opened[-1] == _CLOSING[mark]:
            opened.pop()
    yield text[start:]


def is_for_others(declaration: str) -> bool:
    """Tell a declaration that is written for an old browser alone."""
    return "\\" in declaration and _HACKED.search(declaration) is not None


def is_taken(name: str, value: str) -> bool:
    """Tell a value that browsers may know for the property ``name``, in lower case."""
    check = _CHECKS.get(name)
    if check is None or not value:
        return bool(value) or name.startswith(CUSTOM)
    return value in _OF_ALL or (_closes(value) if "(" in value else check(value))


def _closes(value: str) -> bool:
    return value.count("(") >= value.count(")")


def _is_share(value: str) -> bool:
    return _SHARE.fullmatch(value) is not None


def _is_colour(value: str) -> bool:
    if value[:1] == "#":
        return _HEX.fullmatch(value) is not None
    known = value in NAMED or value in OF_SYSTEMS
    return known or value.startswith("-webkit-") or value in {"transparent", "currentcolor"}


def _is_length(value: str) -> bool:
    """Tell a length; one without a unit counts in old pages (quirks mode)."""
    found = _LENGTH.fullmatch(value)
    return found is not None and (found[2] is None or found[2] in UNIT_PX)


def _is_text_size(value: str) -> bool:
    return value in _SIZES or (_is_length(value) and not value.startswith("-"))


def _is_side(value: str) -> bool:
    return value in _AUTO or _is_length(value.partition(" ")[0])


def _is_area(value: str) -> bool:
    known = value in _AUTO or value[:1] == "-"  # "-webkit-fill-available"
    return known or (_is_length(value) and not value.startswith("-"))


def _is_overflow(value: str) -> bool:
    return _OVERFLOWS.issuperset(value.split())


def _is_line(value: str) -> bool:
    return all(part in _LINES or _is_colour(part) or _is_length(part) for part in value.split())


def _is_shape(value: str) -> bool:
    return value == "none" or value.endswith("-box")


def _among(keywords: frozenset[str]) -> Callable[[str], bool]:
    return keywords.__contains__


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    **{name: _among(keywords) for name, keywords in _KEYWORDS.items()},
    **dict.fromkeys(_SIDES, _is_side),
    **dict.fromkeys(_AREAS, _is_area),
    **dict.fromkeys(("overflow", "overflow-x", "overflow-y"), _is_overflow),
    **dict.fromkeys(("color", "background-color", "-webkit-text-fill-color"), _is_colour),
    **dict.fromkeys(("text-decoration", "text-decoration-line"), _is_line),
    "opacity": _is_share,
    "font-size": _is_text_size,
    "clip-path": _is_shape,
}
