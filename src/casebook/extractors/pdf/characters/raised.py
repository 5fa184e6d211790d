"""Lines that pdfium ends at a raised mark, made whole. Pure.

It begins a line wherever type stands higher than the type before it: "word", "1" and ", which"
come as three, or "the n" and "th line". A line that begins where the one before it ends, on the
same line of type or raised above it in smaller type, is that line's next part.
"""

import math
import re
import unicodedata
from collections.abc import Sequence

from casebook.extractors.pdf.characters.seams import as_mark
from casebook.extractors.pdf.lines import Line

# Parts of the type size.
_CLOSEST = -0.3
_WORD_SPACE = 0.18
"""Less lies between the letters of a word."""

_MARK_SPACE = 0.3
_WIDEST_SPACE = 0.55
_LEVEL = 0.05
_LOWEST, _HIGHEST = 0.15, 0.6
_SMALLEST, _LARGEST = 0.5, 0.9
"""Of the text's type. A line beside an initial is smaller."""

_NO_SIZE = 0.1
_FARTHEST_BACK = -30.0
"""Points; a quick no for lines that begin at the margin."""

# "2", or "[2] " where it was read as the mark of a note, at the beginning of a line.
_NUMBER = re.compile(
    r"(?P<note>\[(?=\d{1,3}\] ))?(?P<mark>\d{1,3}(?:[,–-]\d{1,3}){0,5})(?(note)\] |(?!\w))"
)
_LETTER = re.compile(r"[a-z](?:, ?[a-z]){0,3}(?!\w)")
_NAME = re.compile(r"\w\w[a-z]\Z")
_SIGNS = "*∗†‡§¶★"
_NOTE = re.compile(rf"(?:([1-9]\d{{0,2}})|[{_SIGNS}]{{1,3}})\Z")
_PROSE = re.compile(r"[(“\"‘']?[^\W\d_]{2}")
_CLOSING = (".", ",", ";", ":", "!", "?", ")", "]", "”", "’")


def whole(lines: Sequence[Line]) -> list[Line]:
    """Return the ``lines`` of a page, in the order of its content, with their parts joined."""
    found: list[Line] = []
    right = math.inf
    for line in lines:
        near = line.left - right > _FARTHEST_BACK
        if near and (joined := _joined(found[-1], line)):
            found[-1] = joined
        else:
            found.append(line)
        right = line.right
    return found


def _joined(last: Line, line: Line) -> Line | None:
    """Return two lines as one, None where ``line`` is not the next part of ``last``."""
    size = max(last.size, line.size, _NO_SIZE)
    space, step = (line.left - last.right) / size, (line.base - last.base) / size
    if not _CLOSEST <= space <= _WIDEST_SPACE:
        return None
    if abs(step) <= _LEVEL:
        return last._replace(text=last.text + _level(last.text, line.text, space), right=line.right)
    if _is_above(line, last, step) and space <= _MARK_SPACE and not _is_operator(last.text[-1]):
        return last._replace(text=last.text + _raised(last.text, line.text), right=line.right)
    if _is_above(last, line, -step) and (mark := _NOTE.match(last.text)):
        note = f"[{mark[1]}]" if mark[1] else last.text
        if _PROSE.match(line.text):
            return line._replace(text=f"{note} {line.text}", left=last.left)
    return None


def _is_above(mark: Line, text: Line, step: float) -> bool:
    """Tell type that is raised by ``step``, as marks are above the text."""
    smaller = _SMALLEST * text.size <= mark.size <= _LARGEST * text.size
    return _LOWEST <= step <= _HIGHEST and smaller


def _is_operator(sign: str) -> bool:
    """Tell a sign behind which what is raised is the top of a fraction."""
    return unicodedata.category(sign) == "Sm"


def _level(before: str, text: str, space: float) -> str:
    """Return ``text``, ``space`` type sizes behind a mark, as it reads on after ``before``."""
    marked = (before[-1].isdecimal() or before[-1] in _SIGNS) and _PROSE.match(text)
    near = text.startswith(_CLOSING) or (space < _WORD_SPACE and not marked)
    return text if near else f" {text}"


def _raised(before: str, text: str) -> str:
    """Return ``text``, whose first letters are raised, as it reads on after ``before``."""
    if found := _NUMBER.match(text):
        mark, rest = as_mark(before, found["mark"]), text[found.end() :]
        return f"{mark} {rest}" if found["note"] and mark.startswith(" ") else mark + rest
    if (found := _LETTER.match(text)) and _NAME.match(before[-3:]):
        return f" [{found.group()}]{text[found.end() :]}"
    return text
