"""From the lines of a PDF to blocks: running heads out, hyphens undone, paragraphs joined. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from casebook.extractors.pdf.cuts import Group, Usual, is_caption, whole_paragraphs
from casebook.extractors.pdf.furniture import without_furniture
from casebook.extractors.pdf.headings import (
    LONGEST,
    Titles,
    is_heading,
    is_section,
    opens_quotation,
    with_sections,
    with_title_first,
)
from casebook.extractors.pdf.initials import with_initials
from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.raised import whole
from casebook.extractors.pdf.rows import Spacing
from casebook.extractors.pdf.words import (
    ITEM,
    ends_in_word,
    ends_sentence,
    join_lines,
    leader_of,
    vocabulary,
)
from casebook.extractors.text.passages import Block

_LOOSE = 1.35
_INDENT = 0.8
_SHORT_OF_COLUMN = 0.85

Margin = tuple[int, int]
"""Where lines begin and their type size, rounded."""

_ABREAST = 4.0
_REACH = 0.9
_SPARE = 0.3
_SAME = 0.3
"""Points between sizes of one type."""

_WIDE = 0.9
"""Of the usual width of a full line, with the next word: a shorter heading does not go on."""

_RUN = 3
_FEWEST_SIZES = 14.0
_RAGGED = 4.0
"""Type sizes that a line of prose is long, and by which the ends of such lines differ."""

_LETTERED = re.compile(r"(?:[a-h]|[ivx]{1,4})[.)]\s+\S")
"""A point of a list within a list; "i. e." and the like begin where the line above does."""

_CLOSING = ("”", "“", "»", "«", '"')


class Arranged(NamedTuple):
    """The blocks of a document, and what is not in them.

    ``furniture`` are its heads, feet and page numbers; ``leaders`` what a table of contents has
    after its titles, dots and pages.
    """

    blocks: list[Block]
    furniture: list[Line]
    leaders: list[str]


def to_blocks(pages: Sequence[Sequence[Line]], outline: Collection[str] = ()) -> Arranged:
    """Return the paragraphs and headings of ``pages``; a paragraph keeps the page it begins on.

    ``outline`` holds the titles of the document's own table of contents, which are headings.
    """
    pages = [with_initials(whole(page)) for page in pages]
    body = _body_size(line for page in pages for line in page)
    kept, furniture = without_furniture(pages, body)
    lines = [line for page in kept for line in with_title_first(page, body)]
    leaders = [leader for line in lines if (leader := leader_of(line.text))]
    return Arranged(_blocks(lines, body, outline), furniture, leaders)


def _blocks(lines: Sequence[Line], body: float, outline: Collection[str]) -> list[Block]:
    if not lines:
        return []
    edges = _edges(lines)
    layout = _Layout(
        body,
        _leading(lines),
        _column(lines),
        Titles.of(outline),
        edges,
        Spacing.of(lines),
        sum(line.fixed for line in lines) > len(lines) / 2,
        max(edges.values()),
    )
    broken = any(ends_in_word(line.text) for line in lines)
    known = vocabulary(line.text for line in lines) if broken else frozenset()
    groups = with_sections(whole_paragraphs(list(layout.groups(lines)), layout))
    return [_block(group, known) for group in groups]


@dataclass(frozen=True, slots=True)
class _Layout(Usual):
    """What is usual in a document, the titles it lists, and how far its lines reach.

    ``fixed`` where its text is set in letters of one width, and ``reach`` how far any reach.
    """

    titles: Titles
    edges: Mapping[Margin, float]
    spacing: Spacing
    fixed: bool
    reach: float

    def groups(self, lines: Sequence[Line]) -> Iterator[Group]:
        """Yield the lines of each paragraph or heading."""
        group: list[Line] = []
        headed = all_head = quoted = False
        for n, line in enumerate(lines):
            quoted = quoted and abs(lines[n - 1].size - line.size) <= _SAME
            heads = not quoted and is_heading(line, self.body, self.titles)
            if group and self._breaks(lines, n, headed, heads):
                yield Group(group, all_head)
                group = []
            all_head = heads and (all_head or not group)
            group.append(line)
            headed = heads
            quoted = self._leaves_open(line, quoted)
        if group:
            yield Group(group, all_head)

    def _breaks(self, lines: Sequence[Line], n: int, headed: bool, heads: bool) -> bool:
        """Tell whether line ``n`` begins a new paragraph after the one before it."""
        last, line = lines[n - 1], lines[n]
        above, page, type_size, _, edge, end, base, _, at_end = last
        text, on_page, size, _, left, _, under, _, _ = line
        # The mark of a note, or a small capital, may be the first letter of a line or the last.
        if page != on_page or abs(max(type_size, at_end) - size) > 1:
            return True
        if ends_in_word(above):
            return False
        moved = abs(left - edge) > _INDENT * size
        if heads != headed or ITEM.match(text) or (moved and _LETTERED.match(text)):
            return True
        step = base - under
        if step > _LOOSE * max(self.leading, type_size):
            return not self._goes_over(lines, n)
        if step > type_size / 2 and not heads and self._is_over(lines, n):
            return True
        short = end - edge < _SHORT_OF_COLUMN * self.column
        # A jump upwards is the next column, where a paragraph may go on.
        jumps = step < -2 * size
        new = short or left - edge > _INDENT * size or jumps
        return (new and ends_sentence(above)) or (jumps and is_caption(text))

    def _is_over(self, lines: Sequence[Line], n: int) -> bool:
        """Tell whether the line before line ``n`` was ended on purpose."""
        last, line = lines[n - 1], lines[n]
        if last.fixed and line.fixed and not self.fixed:
            return not line.text[:1].islower() or _end_with(last, line) < self.reach
        if self.spacing.is_row(last) and (self.spacing.is_row(line) or is_caption(line.text)):
            return True
        return bool(leader_of(last.text)) or self._had_room(lines, n)

    def _goes_over(self, lines: Sequence[Line], n: int) -> bool:
        """Tell whether larger type goes on in line ``n``: its step is larger, too."""
        last, line = lines[n - 1], lines[n]
        if last.base - line.base > _LOOSE * self.leading * last.size / (self.body or 1.0):
            return False
        if ends_sentence(last.text) or is_section(line.text):
            return False
        if last.bold != line.bold or abs(last.size - line.size) > _SAME:
            return False
        wide = _end_with(last, line) - last.left >= _WIDE * self.column
        return line.text[:1].islower() or (wide and not self._had_room(lines, n))

    def _had_room(self, lines: Sequence[Line], n: int) -> bool:
        """Tell whether the first word of line ``n`` would have fitted behind the line before it.

        That one was ended on purpose then, as rows of a table, lines of a program, an address are.
        How far lines reach is a guess, so one that begins small, as most in a paragraph do, must
        have had much more room, and more than the lines around it.
        """
        last, line = lines[n - 1], lines[n]
        end = _end_with(last, line)
        edge = self.edges[_margin(last)]
        spare = _SPARE * (edge - last.left) if line.text[:1].islower() else line.size
        if edge - end <= spare:
            return False
        reach = self._narrower(lines, n)
        return reach is None or reach - end > line.size

    def _narrower(self, lines: Sequence[Line], n: int) -> float | None:
        """Return how far the lines around line ``n`` reach beside a picture or a box.

        None where they are no three lines of prose that end alike.
        """
        for start in (n - 3, n - 2, n - 1):
            run = lines[max(0, start) : start + 3]
            if len(run) == _RUN and self._is_prose(run):
                return max(line.right for line in run)
        return None

    def _is_prose(self, run: Sequence[Line]) -> bool:
        first = run[0]
        if first.right - first.left < _FEWEST_SIZES * first.size:
            return False
        if sum(line.text[:1].islower() for line in run) < len(run) - 1:
            return False
        if any(line.text[-1:].isdigit() for line in run):  # as the entries of an index do
            return False
        rights = [line.right for line in run]
        if max(rights) - min(rights) > _RAGGED * first.size:
            return False
        return all(
            a.page == b.page
            and abs(a.left - b.left) <= a.size
            and abs(a.size - b.size) <= 1
            and 0 < a.base - b.base <= _LOOSE * max(self.leading, a.size)
            for a, b in pairwise(run)
        )

    def _leaves_open(self, line: Line, quoted: bool) -> bool:
        """Tell whether a quotation in larger type goes on after ``line``."""
        if quoted:
            return not line.text.rstrip(".").endswith(_CLOSING)
        return line.size > self.body and opens_quotation(line.text)


def _end_with(last: Line, line: Line) -> float:
    """Return where ``last`` would have ended with the next word, its space not counted."""
    word = len(line.text.partition(" ")[0]) / len(line.text)
    return last.right + word * (line.right - line.left)


def _body_size(lines: Iterable[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _leading(lines: Sequence[Line]) -> float:
    steps = [a.base - b.base for a, b in pairwise(lines) if a.page == b.page]
    downward = [step for step in steps if 0 < step < 4 * lines[0].size + 40]
    return median(downward) if downward else 0.0


def _column(lines: Sequence[Line]) -> float:
    """Return the usual width of a full line."""
    widths = sorted(line.right - line.left for line in lines)
    return widths[int(len(widths) * 0.8)]


def _margin(line: Line) -> Margin:
    return round(line.left / _ABREAST), round(line.size)


def _edges(lines: Sequence[Line]) -> dict[Margin, float]:
    """Return how far to the right lines reach that begin at the same distance from the left."""
    rights: dict[Margin, list[float]] = {}
    for line in lines:
        rights.setdefault(_margin(line), []).append(line.right)
    return {margin: sorted(some)[int(len(some) * _REACH)] for margin, some in rights.items()}


def _block(group: Group, known: Collection[str]) -> Block:
    text = join_lines([line.text for line in group.lines], known)
    heading = group.heads and len(text) <= LONGEST
    return Block(text, page=group.lines[0].page, heading=heading)
