"""From the lines of a PDF to blocks: running heads out, hyphens undone, paragraphs joined. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from casebook.extractors.pdf.cuts import Group, Usual, is_caption, whole_paragraphs
from casebook.extractors.pdf.furniture import ROMAN, key_of, without_furniture
from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.raised import whole
from casebook.extractors.pdf.words import (
    ITEM,
    ends_in_word,
    ends_sentence,
    join_lines,
    leader_of,
    vocabulary,
)
from casebook.extractors.text.passages import Block
from casebook.extractors.text.references import stands_over_references

_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[A-Z]\.|[IVX]{1,5}\.)\s+[A-Z]")
_MARKS = ".,:;!?()"
_LONGEST_HEADING = 120
_LARGER = 1.12
_LOOSE = 1.35
_INDENT = 0.8
_SHORT_OF_COLUMN = 0.85

Margin = tuple[int, int]
"""Where lines begin and their type size, rounded."""

_ABREAST = 4.0
_REACH = 0.9
_SPARE = 0.3


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
    pages = [whole(page) for page in pages]
    body = _body_size(line for page in pages for line in page)
    kept, furniture = without_furniture(pages, body)
    lines = [line for page in kept for line in page]
    leaders = [leader for line in lines if (leader := leader_of(line.text))]
    return Arranged(_blocks(lines, body, outline), furniture, leaders)


def _blocks(lines: Sequence[Line], body: float, outline: Collection[str]) -> list[Block]:
    if not lines:
        return []
    layout = _Layout(body, _leading(lines), _column(lines), Titles.of(outline), _edges(lines))
    broken = any(ends_in_word(line.text) for line in lines)
    known = vocabulary(line.text for line in lines) if broken else frozenset()
    return [_block(group, known) for group in whole_paragraphs(list(layout.groups(lines)), layout)]


@dataclass(frozen=True, slots=True)
class Titles:
    """The keys of the titles in a table of contents, and their first and last words."""

    keys: frozenset[str]
    firsts: frozenset[str]
    lasts: frozenset[str]

    @classmethod
    def of(cls, outline: Iterable[str]) -> "Titles":
        """Return what a table of contents names."""
        keys = frozenset(map(key_of, outline))
        firsts = frozenset(key.partition(" ")[0] for key in keys)
        return cls(keys, firsts, frozenset(key.rpartition(" ")[2] for key in keys))

    def __contains__(self, text: str) -> bool:
        """Tell a line that is named; most lines begin or end like none that is."""
        if not self.keys:
            return False
        first = _plain(text.partition(" ")[0])
        if first and first not in self.firsts:
            return False
        last = _plain(text.rpartition(" ")[2])
        if last and last not in self.lasts:
            return False
        return key_of(text) in self.keys


@lru_cache(maxsize=4_000)
def _plain(word: str) -> str:
    """Return what stands in a key for the word at an end of a line, "" where that may be another.

    Letters stay, but for those of Roman numerals. Numbers may run into the word beside them.
    """
    bare = word.strip(_MARKS).lower()
    return bare if bare.isascii() and bare.isalpha() and bare.strip(ROMAN) else ""


@dataclass(frozen=True, slots=True)
class _Layout(Usual):
    """What is usual in a document, the titles it lists, and how far its lines reach."""

    titles: "Titles"
    edges: Mapping[Margin, float]

    def groups(self, lines: Sequence[Line]) -> Iterator[Group]:
        """Yield the lines of each paragraph or heading."""
        group: list[Line] = []
        headed = all_head = False
        for line in lines:
            heads = self.heads(line)
            if group and self._breaks(group[-1], line, headed, heads):
                yield Group(group, all_head)
                group = []
            all_head = heads and (all_head or not group)
            group.append(line)
            headed = heads
        if group:
            yield Group(group, all_head)

    def heads(self, line: Line) -> bool:
        """Tell a line that stands as a heading, by the table of contents or by its type."""
        text = line.text
        if len(text) > _LONGEST_HEADING:
            return False
        if not text[:1].isalpha() and not any(map(str.isalpha, text)):
            return False
        return text in self.titles or stands_over_references(text) or self._is_set_apart(line)

    def _is_set_apart(self, line: Line) -> bool:
        text, larger = line.text, line.size >= _LARGER * self.body
        if not (larger or line.bold) or text.endswith((".", ",", ";")):
            return False
        if ITEM.match(text) and not _NUMBERED.match(text):
            return False
        begins = text[:1].isupper() or text[:1].isdigit()
        return larger or (line.size >= self.body and begins)

    def _breaks(self, last: Line, line: Line, headed: bool, heads: bool) -> bool:
        """Tell whether ``line`` begins a new paragraph after ``last``."""
        above, page, type_size, _, edge, end, base = last
        text, on_page, size, _, left, _, under = line
        if page != on_page or abs(type_size - size) > 1:
            return True
        if ends_in_word(above):
            return False
        if heads != headed or ITEM.match(text):
            return True
        step = base - under
        if step > _LOOSE * max(self.leading, type_size):
            return True
        if step > type_size / 2 and not heads and self._had_room(last, line):
            return True
        short = end - edge < _SHORT_OF_COLUMN * self.column
        # A jump upwards is the next column, where a paragraph may go on.
        jumps = step < -2 * size
        new = short or left - edge > _INDENT * size or jumps
        return (new and ends_sentence(above)) or (jumps and is_caption(text))

    def _had_room(self, last: Line, line: Line) -> bool:
        """Tell a line that was ended on purpose: the next word would have fitted.

        So are the rows of a table, the lines of a program, an address. How far lines reach is a
        guess, so one that begins small, as most in a paragraph do, must have had much more room.
        """
        word = len(line.text.partition(" ")[0]) / len(line.text) * (line.right - line.left)
        edge = self.edges[_margin(last)]
        spare = _SPARE * (edge - last.left) if line.text[:1].islower() else line.size
        return edge - last.right > word + spare


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
    heading = group.heads and len(text) <= _LONGEST_HEADING
    return Block(text, page=group.lines[0].page, heading=heading)
