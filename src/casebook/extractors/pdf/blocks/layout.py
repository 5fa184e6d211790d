"""Where paragraphs and headings begin, by place and type of the lines of a PDF. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from casebook.extractors.pdf.blocks.cuts import Group, Usual, is_caption
from casebook.extractors.pdf.blocks.headings import (
    LONGEST,
    Titles,
    is_heading,
    is_section,
    opens_quotation,
)
from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.words import ITEM, ends_in_word, ends_sentence

_LOOSE = 1.35
_INDENT = 0.8
_SHORT_OF_COLUMN = 0.85

Margin = tuple[int, int]
"""Where lines begin and their type size, rounded."""

_ABREAST = 4.0
_SPARE = 0.3
_NOTE_SIZE = 0.92
_SAME = 0.3
"""Points between sizes of one type."""

_WIDE = 0.9
"""Of the usual width of a full line, with the next word: a shorter heading does not go on."""

_RUN = 3
_FEWEST_SIZES = 14.0
_RAGGED = 4.0
"""Type sizes that a line of prose is long, and by which the ends of such lines differ."""

_INSET, _INDENTED = 5.0, 2.0
"""Type sizes by which lines that stand in the middle begin behind those under them, at least; and
by which a paragraph's first line does, about."""

_OUTDENT = 3.0
"""Type sizes; a quick no, for a line under one that stands in the middle."""

_AROUND = 150
"""Lines before and after one, among which those beside it are looked for."""

_FEWEST_SPACES = 3
"""In a line of prose; cells have fewer."""

_LETTERED = re.compile(r"(?:[a-h]|[ivx]{1,4})[.)]\s+\S")
"""A point of a list within a list; "i. e." and the like begin where the line above does."""

_CLOSING = ("”", "“", "»", "«", '"')


@dataclass(frozen=True, slots=True)
class Layout(Usual):
    """What is usual in a document, the titles it lists, and how far its lines reach.

    ``reach`` is how far any of them do; ``fixed`` where its text is set in letters of one width.
    ``rows`` are the ids of rows of tables, ``entries`` those of entries of a table of contents.
    """

    titles: Titles
    edges: Mapping[Margin, float]
    reach: float
    fixed: bool
    rows: Collection[int]
    entries: Collection[int]

    def groups(self, lines: Sequence[Line]) -> Iterator[Group]:
        """Yield the lines of each paragraph or heading."""
        group: list[Line] = []
        headed = quoted = False
        for n, line in enumerate(lines):
            quoted = quoted and abs(lines[n - 1].size - line.size) <= _SAME
            heads = not (quoted or line.row) and is_heading(line, self.body, self.titles)
            if group and self._breaks(lines, n, headed, heads):
                yield Group(group, headed)
                group = []
            group.append(line)
            headed = heads if heads == headed or not group[1:] else self._head_as_one(group)
            quoted = (quoted or line.size > self.body) and self._leaves_open(line.text, quoted)
        if group:
            yield Group(group, headed)

    def _head_as_one(self, group: Sequence[Line]) -> bool:
        """Tell lines that stand as one heading, though not each of them does by itself."""
        text = " ".join(line.text for line in group)
        whole = group[0]._replace(text=text)
        return is_heading(whole, self.body, self.titles, longest=LONGEST)

    def _breaks(self, lines: Sequence[Line], n: int, headed: bool, heads: bool) -> bool:
        """Tell whether line ``n`` begins a new paragraph after the one before it."""
        last, line = lines[n - 1], lines[n]
        above, page, type_size, _, edge, end, base, _, at_end, row = last
        text, on_page, size, _, left, _, under, _, ends, is_row = line
        if at_end > type_size and abs(at_end - size) <= _SAME:
            # A small capital, a point of a list, or the number of a note may be its first sign.
            is_note = at_end <= _NOTE_SIZE * self.body or text[0].islower()
            type_size = at_end if is_note or not above[0].isdigit() else type_size
        numbered = ends - size > 1 and text[0].isdigit()  # a note, or a line of a program
        if page != on_page or numbered or row or is_row or not -1 <= type_size - size <= 1:
            return True
        if ends_in_word(above):
            return is_caption(text)
        moved, indent = left - edge, _INDENT * size
        if (
            ((heads or headed) and self._is_other(last, line, headed, heads))
            or (ITEM.match(text) and not self._is_inline(last, line))
            or (not -indent <= moved <= indent and _LETTERED.match(text))
            or (moved < -_OUTDENT * size and not (heads and headed) and _is_centred(lines, n))
        ):
            return True
        step = base - under
        if step > _LOOSE * max(self.leading, type_size):
            return not self._goes_over(lines, n)
        # A jump upwards is the next column, where a paragraph may go on.
        jumps = step < -2 * size
        if (step > type_size / 2 and not heads and self._is_over(lines, n)) or (
            jumps and not text[:1].islower() and self._had_room(lines, n)
        ):
            return True
        short = end - edge < _SHORT_OF_COLUMN * self.column
        new = short or moved > indent or jumps
        return (new and ends_sentence(above)) or (jumps and is_caption(text))

    def _is_other(self, last: Line, line: Line, headed: bool, heads: bool) -> bool:
        """Tell a heading under text, text under a heading, and a heading under another one."""
        if heads != headed:
            return not self._reads_on(last, line)
        differs = abs(last.size - line.size) > _SAME or last.bold > line.bold
        return differs and abs(last.last - line.last) > _SAME

    def _is_inline(self, last: Line, line: Line) -> bool:
        """Tell "(a)" or "10." in the midst of a sentence, which the line before it leaves full.

        What goes on begins small, under that line, and after a word.
        """
        rest = line.text.partition(" ")[2].lstrip()
        if not rest[:1].islower() or not line.text[:2].strip("(").isalnum():
            return False
        if not last.text[-1:].isalpha() or abs(line.left - last.left) > _INDENT * line.size / 2:
            return False
        if last.right - last.left < _SHORT_OF_COLUMN * self.column:
            return False
        return _end_with(last, line) > self.edges[margin_of(last)] - line.size / 2

    def _reads_on(self, last: Line, line: Line) -> bool:
        """Tell lines of one paragraph, whose type is that of headings, from a heading and text."""
        like = last.bold == line.bold and abs(last.size - line.size) <= _SAME
        near = 0 < last.base - line.base <= _LOOSE * max(self._leading_of(last), last.size)
        return like and near and line.text[:1].islower() and not ends_sentence(last.text)

    def _is_over(self, lines: Sequence[Line], n: int) -> bool:
        """Tell whether the line before line ``n`` was ended on purpose."""
        last, line = lines[n - 1], lines[n]
        if last.fixed and line.fixed and not self.fixed:
            return not line.text[:1].islower() or _end_with(last, line) < self.reach
        if self._had_room(lines, n) or id(last) in self.entries:
            return True
        return id(last) in self.rows and (id(line) in self.rows or is_caption(line.text))

    def _goes_over(self, lines: Sequence[Line], n: int) -> bool:
        """Tell whether larger type goes on in line ``n``: its step is larger, too."""
        last, line = lines[n - 1], lines[n]
        if last.base - line.base > _LOOSE * self._leading_of(last):
            return False
        if ends_sentence(last.text) or is_section(line.text):
            return False
        if last.bold != line.bold or abs(last.size - line.size) > _SAME:
            return False
        wide = _end_with(last, line) - last.left >= _WIDE * self.column
        return line.text[:1].islower() or (wide and not self._had_room(lines, n))

    def _leading_of(self, line: Line) -> float:
        """Return how far lines in the type of ``line`` stand apart: larger ones farther."""
        return self.leading * max(1.0, line.size / (self.body or 1.0))

    def _had_room(self, lines: Sequence[Line], n: int) -> bool:
        """Tell whether the first word of line ``n`` would have fitted behind the line before it.

        That one was ended on purpose then, as rows of a table, lines of a program, an address are.
        How far lines reach is a guess, so one that begins small, as most in a paragraph do, must
        have had much more room, more than the lines around it, and none may stand in it.
        """
        last, line = lines[n - 1], lines[n]
        end = _end_with(last, line)
        if not self._is_short(end, self.edges[margin_of(last)], last, line):
            return False
        reach = self._narrower(lines, n)
        if reach is not None and reach - end <= line.size:
            return False
        beside = _beside(lines, n) if _may_go_on(last, line) else None
        return beside is None or self._is_short(end, beside, last, line)

    @staticmethod
    def _is_short(end: float, edge: float, last: Line, line: Line) -> bool:
        """Tell whether a line that would ``end`` there has room up to ``edge``."""
        spare = _SPARE * (edge - last.left) if line.text[:1].islower() else line.size
        return edge - end > spare

    def _narrower(self, lines: Sequence[Line], n: int) -> float | None:
        """Return how far the lines around line ``n`` reach beside a picture or a box.

        None where the one before it is not one of three lines of prose that end alike.
        """
        last = lines[n - 1]
        if last.right - last.left < _FEWEST_SIZES * last.size:
            return None
        top, end = n - 1, n
        while top > max(0, n - _RUN) and self._ends_like(lines[top - 1], lines[top]):
            top -= 1
        while end < min(len(lines), n + _RUN - 1) and self._ends_like(lines[end - 1], lines[end]):
            end += 1
        runs = (lines[start : start + _RUN] for start in range(top, end - _RUN + 1))
        return next((max(line.right for line in run) for run in runs if _is_prose(run)), None)

    def _ends_like(self, a: Line, b: Line) -> bool:
        """Tell whether the line ``b`` under the line ``a`` begins and ends where that does."""
        if abs(a.right - b.right) > _RAGGED * a.size or abs(a.left - b.left) > a.size:
            return False
        under = 0 < a.base - b.base <= _LOOSE * max(self.leading, a.size)
        return under and a.page == b.page and abs(a.size - b.size) <= 1

    @staticmethod
    def _leaves_open(text: str, quoted: bool) -> bool:
        """Tell whether a quotation in larger type goes on after a line that says ``text``."""
        if quoted:
            return not text.rstrip(".").endswith(_CLOSING)
        return opens_quotation(text)


def _is_prose(run: Sequence[Line]) -> bool:
    """Tell lines that mostly begin small.

    Those of an index end in a page, those of a list of commands begin with the same word.
    """
    if sum(line.text[:1].islower() for line in run) < len(run) - 1:
        return False
    firsts = {line.text.partition(" ")[0] for line in run}
    return len(firsts) == len(run) and not any(line.text[-1:].isdigit() for line in run)


def _is_centred(lines: Sequence[Line], n: int) -> bool:
    """Tell a line that stands in the middle over line ``n``, which begins a column of text.

    The names of authors stand so over an abstract, and some headings over their section. Lines
    that are centred themselves begin each at another place.
    """
    last, line, after = lines[n - 1], lines[n], lines[n + 1 : n + 2]
    if line.text[:1].islower() or not after or after[0].page != line.page:
        return False
    before, behind = last.left - min(line.left, after[0].left), line.right - last.right
    if min(before, behind) < _INSET * line.size or abs(before - behind) > _INDENTED * line.size:
        return False
    near = 0 < line.base - after[0].base <= _LOOSE * 2 * line.size
    return near and abs(after[0].left - line.left) <= _INDENTED * line.size


def _may_go_on(last: Line, line: Line) -> bool:
    """Tell a line that may go on with a sentence of the one before, as no cell or verse does."""
    if line.text[:1].islower():
        return True
    return last.text[-1:].isalpha() and last.text.count(" ") >= _FEWEST_SPACES


def _beside(lines: Sequence[Line], n: int) -> float | None:
    """Return where what stands right of the line before line ``n`` begins: another column, a box.

    What is set large there, as quotations in boxes are, keeps some room under it.
    """
    last = lines[n - 1]
    foot, top = last.base - last.size, last.base + 2 * last.size
    around = (*lines[max(0, n - 1 - _AROUND) : n - 1], *lines[n : n + _AROUND])
    page = (other for other in around if other.page == last.page and not other.row)
    begins = [x.left for x in page if x.left > last.right and foot < x.base < top]
    return min(begins) - last.size / 2 if begins else None


def _end_with(last: Line, line: Line) -> float:
    """Return where ``last`` would have ended with the next word, its space not counted."""
    word = len(line.text.partition(" ")[0]) / len(line.text)
    return last.right + word * (line.right - line.left)


def margin_of(line: Line) -> Margin:
    """Return where a line begins and its type size, about."""
    return round(line.left / _ABREAST), round(line.size)
