"""Paragraphs that the end of a column, a note, a table or a figure cuts, made whole. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import NamedTuple

from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.words import ITEM, ends_in_word, ends_sentence

_NOTE_SIZE = 0.92
_FULL = 0.85
"""Of the usual width of a full line."""

_BENEATH = 1.6
"""Line steps to what stands right under a line."""

_MOST_BETWEEN = 80
"""Rows, labels and captions of tables and figures between the parts of a paragraph."""

_CAPTION = re.compile(
    r"(?:table|figure|fig\.|listing|algorithm|tabelle|abbildung|abb\.|tableau|tabla|figura|tabela)"
    r"\s+[A-Z]?\.?\d{1,3}(?:\.\d{1,3})?(?:\s*[.:|–—-]|\s+(?-i:[A-Z])|\Z)",
    re.IGNORECASE,
)


class Group(NamedTuple):
    """The lines of one paragraph or heading; whether each of them stands as a heading."""

    lines: list[Line]
    heads: bool


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual in a document, in points: type size of text, line step, width of a line."""

    body: float
    leading: float
    column: float

    def is_note(self, group: Group) -> bool:
        """Tell what is set smaller than the text, as footnotes and captions are."""
        return group.lines[0].size <= _NOTE_SIZE * self.body

    def is_cut(self, group: Group, after: Sequence[Group]) -> bool:
        """Tell a paragraph whose sentence is not over, and under which its column is empty.

        Rows of a table begin small or with a sign, more often than paragraphs.
        """
        first, last = group.lines[0], group.lines[-1]
        if first is last or not first.text[:1].isupper() or ends_sentence(last.text):
            return False
        return self._is_full(last) and not (after and self._stands_under(last, after[0].lines[0]))

    def _stands_under(self, last: Line, line: Line) -> bool:
        room = _BENEATH * max(self.leading, last.size)
        near = 0 <= last.base - line.base <= room and line.left < last.right
        return near and line.page == last.page

    def is_row(self, group: Group, size: float) -> bool:
        """Tell rows and labels: other type than the text's ``size``, or short and no sentence."""
        first, last = group.lines[0], group.lines[-1]
        if abs(first.size - size) > 1 or ITEM.match(first.text):
            return True
        return not self._is_full(first) and (group.heads or not ends_sentence(last.text))

    def runs_on(self, group: Group) -> bool:
        """Tell lines of text: two at least, or the end of a sentence."""
        return len(group.lines) > 1 or ends_sentence(group.lines[-1].text)

    def _is_full(self, line: Line) -> bool:
        return line.right - line.left >= _FULL * self.column


def is_caption(text: str) -> bool:
    """Tell the first line of a caption from one that names a table or figure in passing."""
    return bool(_CAPTION.match(text))


def whole_paragraphs(groups: Sequence[Group], usual: Usual) -> Iterator[Group]:
    """Join a paragraph that the end of a page or a column cut: its rest begins small.

    What stands between its two parts, notes at the foot or a table or figure, comes after it.
    """
    at = 0
    while at < len(groups):
        held, after = groups[at], list[Group]()
        at += 1
        notes = _count_notes(held, groups, at, usual)
        while (rest := _rest_of(held, groups, at, notes, usual)) is not None:
            after += groups[at:rest]
            held = Group(held.lines + groups[rest].lines, held.heads and groups[rest].heads)
            at = rest + 1
            notes = _count_notes(held, groups, at, usual)
        yield held
        yield from after
        yield from groups[at : at + notes]
        at += notes


def _count_notes(held: Group, groups: Sequence[Group], at: int, usual: Usual) -> int:
    """Return how many notes stand under ``held``, which is none itself."""
    under = islice(groups, at, None)
    return 0 if usual.is_note(held) else sum(1 for _ in takewhile(usual.is_note, under))


def _rest_of(held: Group, groups: Sequence[Group], at: int, notes: int, usual: Usual) -> int | None:
    """Return where among ``groups``, from ``at`` on, the paragraph ``held`` goes on."""
    last, under = held.lines[-1], groups[at + notes : at + notes + 1]
    if under and _reads_on(last, under[0].lines[0]):
        return at + notes
    return _over(groups, at, last, usual) if usual.is_cut(held, under) else None


def _over(groups: Sequence[Group], at: int, last: Line, usual: Usual) -> int | None:
    """Return where the text goes on after ``last``, over a table or figure with its caption."""
    captioned = False
    for rest in range(at, min(len(groups), at + _MOST_BETWEEN)):
        first = groups[rest].lines[0]
        if first.page > last.page + 1:
            return None
        if is_caption(first.text):
            captioned = True
        elif usual.is_row(groups[rest], last.size):
            continue
        elif captioned and first.text[:1].islower() and usual.runs_on(groups[rest]):
            return rest
        else:
            return None
    return None


def _reads_on(last: Line, first: Line) -> bool:
    if abs(last.size - first.size) > 1 or ITEM.match(first.text):
        return False
    if last.page == first.page and first.base < last.base + 2 * last.size:
        return False
    if ends_in_word(last.text) or last.text.endswith(","):
        return True
    return not ends_sentence(last.text) and first.text[:1].islower()
