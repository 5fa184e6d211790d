"""Initials that stand beside several lines, given back to the word they begin. Pure."""

from collections.abc import Sequence

from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.words import vocabulary

_LARGER = 1.8
"""Times the type of the lines beside it."""

_WORDS = ("A", "I", "O")
"""Initials that may be words."""


def with_initials(lines: Sequence[Line]) -> list[Line]:
    """Return the ``lines`` of a page, with each initial before the first of those beside it."""
    found = list(lines)
    for initial in [line for line in lines if len(line.text) == 1 and line.text.isupper()]:
        beside = [line for line in found if _is_beside(line, initial)]
        if len(beside) > 1:
            first = max(beside, key=lambda line: line.base)
            text = _joined(initial.text, first.text, lines)
            found[found.index(first)] = first._replace(text=text)
            found.remove(initial)
    return found


def _is_beside(line: Line, initial: Line) -> bool:
    """Tell a line that begins right of an initial, between its foot and its head."""
    if initial.size < _LARGER * line.size:
        return False
    near = -line.size / 2 < line.left - initial.right < 2 * line.size
    return near and initial.base - line.size / 2 < line.base < initial.base + initial.size


def _joined(initial: str, text: str, lines: Sequence[Line]) -> str:
    """Return ``text`` with its initial, a word's first letter or a word: as the page has them."""
    word = text.partition(" ")[0].lower()
    if initial in _WORDS:
        known = vocabulary(line.text for line in lines if line.text != text)
        if word in known and f"{initial.lower()}{word}" not in known:
            return f"{initial} {text}"
    return initial + text
