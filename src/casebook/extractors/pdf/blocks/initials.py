"""Initials that stand beside several lines, given back to the word they begin. Pure."""

from collections.abc import Sequence

from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.words import vocabulary

_LARGER = 1.8
"""Times the type of the lines beside it."""

_WORDS = ("A", "I", "O")
"""Initials that may be words."""


def with_initials(lines: Sequence[Line], pages: Sequence[Sequence[Line]]) -> list[Line]:
    """Return the ``lines`` of a page, with each initial before the first of those beside it.

    The document's ``pages`` tell whether it is a word by itself.
    """
    found = list(lines)
    for initial in [line for line in lines if len(line.text) == 1 and line.text.isupper()]:
        beside = [line for line in found if _is_beside(line, initial)]
        if len(beside) > 1:
            first = max(beside, key=lambda line: line.base)
            text = _joined(initial.text, first.text, pages)
            # The first line may be in small capitals.
            size = max(line.size for line in beside)
            found[found.index(first)] = first._replace(text=text, size=size, last=size)
            found.remove(initial)
    return found


def _is_beside(line: Line, initial: Line) -> bool:
    """Tell a line that begins right of an initial, between its foot and its head."""
    if initial.size < _LARGER * line.size:
        return False
    near = -line.size / 2 < line.left - initial.right < max(2 * line.size, initial.size / 2)
    return near and initial.base - line.size / 2 < line.base < initial.base + initial.size


def _joined(initial: str, text: str, pages: Sequence[Sequence[Line]]) -> str:
    """Return ``text`` with its initial, a word's first letter or a word: as others have them."""
    word = text.partition(" ")[0].lower()
    if initial in _WORDS:
        known = vocabulary(x.text for page in pages for x in page if x.text != text)
        if word in known and f"{initial.lower()}{word}" not in known:
            return f"{initial} {text}"
    return initial + text
