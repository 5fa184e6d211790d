"""Initials that stand beside several lines, given back to the word they begin. Pure."""

from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.words import vocabulary

_LARGER = 1.8
"""Times the type of the lines beside it."""

_WORDS = ("A", "I", "O")
"""Initials that may be words."""


class _Begun(NamedTuple):
    """An initial, and the lines beside it, the first of which it begins."""

    initial: Line
    beside: Sequence[Line]

    @property
    def first(self) -> Line:
        return max(self.beside, key=lambda line: line.base)


def with_initials(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return the lines of a document's ``pages``, with each initial before the first beside it.

    All other lines tell whether it is a word by itself.
    """
    begun = [list(_begun(page)) for page in pages]
    firsts = {one.first.text for each in begun for one in each}
    asked = any(one.initial.text in _WORDS for each in begun for one in each)
    others = (line.text for page in pages for line in page if line.text not in firsts)
    known = vocabulary(others) if asked else frozenset()
    return [_joined(page, each, known) for page, each in zip(pages, begun, strict=True)]


def _begun(lines: Sequence[Line]) -> Iterator[_Begun]:
    for initial in [line for line in lines if len(line.text) == 1 and line.text.isupper()]:
        beside = [line for line in lines if _is_beside(line, initial)]
        if len(beside) > 1:
            yield _Begun(initial, beside)


def _joined(lines: Sequence[Line], begun: Sequence[_Begun], known: Container[str]) -> list[Line]:
    found = list(lines)
    for one in begun:
        if one.first in found:
            text = _said(one.initial.text, one.first.text, known)
            # The first line may be in small capitals.
            size = max(line.size for line in one.beside)
            found[found.index(one.first)] = one.first._replace(text=text, size=size, last=size)
            found.remove(one.initial)
    return found


def _is_beside(line: Line, initial: Line) -> bool:
    """Tell a line that begins right of an initial, between its foot and its head."""
    if initial.size < _LARGER * line.size:
        return False
    near = -line.size / 2 < line.left - initial.right < max(2 * line.size, initial.size / 2)
    return near and initial.base - line.size / 2 < line.base < initial.base + initial.size


def _said(initial: str, text: str, known: Container[str]) -> str:
    """Return ``text`` with its initial, a word's first letter or a word: as others have them."""
    word = text.partition(" ")[0].lower()
    if initial in _WORDS and word in known and f"{initial.lower()}{word}" not in known:
        return f"{initial} {text}"
    return initial + text
