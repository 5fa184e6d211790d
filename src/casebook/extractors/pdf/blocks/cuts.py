"""Paragraphs that the end of a column, a note, a table or a figure cuts, made whole. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.words import ITEM, ends_in_word, ends_sentence, has_no_capitals

_NOTE_SIZE = 0.92
_FULL = 0.85
"""Of the usual width of a full line."""

_SAME = 0.3
"""Points between sizes of one type."""

_BENEATH = 1.6
"""Line steps to what stands right under a line."""

_LONGEST_MARK = 5
"""Signs, of a note."""

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

    def is_cut(self, group: Group) -> bool:
        """Tell lines of text that fill their column to the last, and whose sentence is not over.

        Rows of a table begin small or with a sign, more often than paragraphs.
        """
        first, last = group.lines[0], group.lines[-1]
        if first is last or not first.text[:1].isupper():
            return False
        return self.is_full(last) and not ends_sentence(last.text)

    def stand_under(self, last: Line, groups: Sequence[Group]) -> bool:
        """Tell whether the first of ``groups``, if any, stands right under the line ``last``."""
        room = _BENEATH * max(self.leading, last.size)
        lines = [group.lines[0] for group in groups[:1] if group.lines[0].page == last.page]
        return any(0 <= last.base - x.base <= room and x.left < last.right for x in lines)

    def goes_under(self, last: Line, notes: Sequence[Group], first: Line) -> bool:
        """Tell whether ``first`` goes on under the line ``last``, beside which ``notes`` stand."""
        lines = [line for note in notes for line in note.lines]
        # The mark of a note may stand beside its text.
        if ends_sentence(last.text) or all(len(line.text) <= _LONGEST_MARK for line in lines):
            return False
        if any(x.left < last.right and x.right > last.left for x in lines):
            return False
        near = 0 < last.base - first.base <= _BENEATH * max(self.leading, last.size)
        like = first.page == last.page and abs(first.size - last.size) <= _SAME
        indented = first.left - last.left > last.size / 2
        return near and like and not indented and not ITEM.match(first.text) and self.is_full(last)

    def is_row(self, group: Group, size: float) -> bool:
        """Tell rows and labels: other type than the text's ``size``, or short and no sentence."""
        first, last = group.lines[0], group.lines[-1]
        if first.row or abs(first.size - size) > 1 or ITEM.match(first.text):
            return True
        return not self.is_full(first) and (group.heads or not ends_sentence(last.text))

    def runs_on(self, group: Group) -> bool:
        """Tell lines of text: two at least, or the end of a sentence."""
        return len(group.lines) > 1 or ends_sentence(group.lines[-1].text)

    def is_full(self, line: Line) -> bool:
        """Tell a line that fills its column."""
        return line.right - line.left >= _FULL * self.column


def is_caption(text: str) -> bool:
    """Tell the first line of a caption from one that names a table or figure in passing."""
    return bool(_CAPTION.match(text))


def whole_paragraphs(groups: Sequence[Group], usual: Usual) -> Iterator[Group]:
    """Join a paragraph that the end of a page or a column cut: its rest begins small.

    What stands between its two parts, notes at the foot or a table or figure, comes after it.
    """
    at, notes = 0, [usual.is_note(group) for group in groups]
    while at < len(groups):
        held, note = groups[at], notes[at]
        after: tuple[Group, ...] = ()
        under = at = at + 1
        while True:
            while under < len(groups) and notes[under] and not note:
                under += 1
            rest = _rest_of(held, groups, at, under, usual)
            if rest is None:
                break
            after += tuple(groups[at:rest])
            held = Group(held.lines + groups[rest].lines, held.heads and groups[rest].heads)
            under = at = rest + 1
        yield held
        yield from after
        yield from groups[at:under]
        at = under


def _rest_of(held: Group, groups: Sequence[Group], at: int, under: int, usual: Usual) -> int | None:
    """Return where among ``groups``, from ``at`` on, the paragraph ``held`` goes on.

    Those before ``under`` are notes.
    """
    last = held.lines[-1]
    if under < len(groups):
        first = groups[under].lines[0]
        beside = under > at and usual.goes_under(last, groups[at:under], first)
        if beside or _reads_on(last, first, usual):
            return under
    cut = usual.is_cut(held) and not usual.stand_under(last, groups[under : under + 1])
    return _over(groups, at, last, usual) if cut else None


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


def _reads_on(last: Line, first: Line, usual: Usual) -> bool:
    if last.page == first.page and first.base < last.base + 2 * last.size:
        return False
    if last.row or first.row or abs(last.size - first.size) > 1 or ITEM.match(first.text):
        return False
    if ends_in_word(last.text) or last.text.endswith(","):
        return True
    small = first.text[:1].islower() or (has_no_capitals(first.text[:1]) and usual.is_full(last))
    return small and not ends_sentence(last.text)
