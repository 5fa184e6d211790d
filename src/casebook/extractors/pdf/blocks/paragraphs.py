"""From the lines of a PDF to blocks: running heads out, hyphens undone, paragraphs joined. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from casebook.extractors.pdf.blocks.cuts import Group, whole_paragraphs
from casebook.extractors.pdf.blocks.furniture import without_furniture
from casebook.extractors.pdf.blocks.headings import (
    LONGEST,
    Titles,
    with_numerals,
    with_sections,
    with_title_first,
)
from casebook.extractors.pdf.blocks.initials import with_initials
from casebook.extractors.pdf.blocks.layout import Layout, Margin, margin_of
from casebook.extractors.pdf.characters.raised import whole
from casebook.extractors.pdf.lines import Line
from casebook.extractors.pdf.reading_order.cut_rows import with_rows_whole
from casebook.extractors.pdf.reading_order.rows import rows_among
from casebook.extractors.pdf.reading_order.tables import row_text
from casebook.extractors.pdf.words import ends_in_word, has_dots, join_lines, leader_of, vocabulary
from casebook.extractors.text.passages import Block

_SAMPLED = 12
"""Pages of a long document, by which it is told what is bold."""

_REACH = 0.9
_MOSTLY_FIXED = 0.6
"""Of the lines of a manual up to half are programs."""


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
    pages = with_initials([whole(page) for page in _with_bold_told(pages)])
    body = _body_size(line for page in pages for line in page)
    kept, furniture = without_furniture(pages, body)
    lines = [line for page in with_rows_whole(kept) for line in with_title_first(page, body)]
    leaders = {number: leader for page in kept for number, leader in _leaders(page)}
    blocks = _blocks(lines, _layout(lines, body, outline, leaders)) if lines else []
    return Arranged(blocks, furniture, list(leaders.values()))


def _with_bold_told(pages: Sequence[Sequence[Line]]) -> Sequence[Sequence[Line]]:
    """Return ``pages`` with nothing bold where most of it is: that tells nothing of a line.

    Ghostscript says so of plain type, too.
    """
    some = [line for page in pages[:: len(pages) // _SAMPLED + 1] for line in page]
    bold = sum(len(line.text) for line in some if line.bold)
    if 2 * bold <= sum(len(line.text) for line in some):
        return pages
    return [[line._replace(bold=False) for line in page] for page in pages]


def _leaders(page: Sequence[Line]) -> Iterator[tuple[int, str]]:
    """Yield the ids of the entries of a table of contents on a page, and what each ends in."""
    if has_dots("\n".join([line.text for line in page])):
        for line in page:
            if leader := leader_of(line.text):
                yield id(line), leader


def _layout(
    lines: Sequence[Line], body: float, outline: Collection[str], leaders: Collection[int]
) -> Layout:
    # How wide a row is tells nothing of the columns of the text.
    text = [line for line in lines if not line.row] or lines
    edges = {margin_of(line): line.right for line in lines} | _edges(text)
    return Layout(
        body=body,
        leading=_leading(lines),
        column=_column(text),
        titles=Titles.of(outline),
        edges=edges,
        reach=max(edges.values()),
        fixed=sum(line.fixed for line in text) > _MOSTLY_FIXED * len(text),
        rows=rows_among(lines),
        entries=leaders,
    )


def _blocks(lines: Sequence[Line], layout: Layout) -> list[Block]:
    broken = any(map(ends_in_word, _texts(lines)))
    known = vocabulary(_texts(lines)) if broken else frozenset()
    groups = with_numerals(list(whole_paragraphs(list(layout.groups(lines)), layout)))
    return [_block(group, known) for group in with_sections(groups)]


def _texts(lines: Iterable[Line]) -> Iterator[str]:
    """Yield the texts of lines; a row holds those of its cells."""
    for line in lines:
        if line.row:
            yield from line.text.split("\n")
        else:
            yield line.text


def _body_size(lines: Iterable[Line]) -> float:
    """Return the type size of most of the text.

    Programs are set smaller, and what is said again, as the bars of slides are, counts once.
    """
    counted: dict[tuple[float, float, bool], int] = {}
    for text, line in {line.text: line for line in lines}.items():
        kind = line.size, line.last, line.fixed
        counted[kind] = counted.get(kind, 0) + len(text)
    sizes: Counter[float] = Counter()
    programs: Counter[float] = Counter()
    for (size, last, fixed), letters in counted.items():
        (programs if fixed else sizes)[round(max(size, last) * 2) / 2] += letters
    most = sizes if 2 * sizes.total() > programs.total() else programs
    return most.most_common(1)[0][0] if most else 0.0


def _leading(lines: Sequence[Line]) -> float:
    steps = [a.base - b.base for a, b in pairwise(lines) if a.page == b.page]
    downward = [step for step in steps if 0 < step < 4 * lines[0].size + 40]
    return median(downward) if downward else 0.0


def _column(lines: Sequence[Line]) -> float:
    """Return the usual width of a full line."""
    widths = sorted(line.right - line.left for line in lines)
    return widths[int(len(widths) * 0.8)]


def _edges(lines: Sequence[Line]) -> dict[Margin, float]:
    """Return how far to the right lines reach that begin at the same distance from the left."""
    rights: dict[Margin, list[float]] = {}
    for line in lines:
        rights.setdefault(margin_of(line), []).append(line.right)
    return {margin: sorted(some)[int(len(some) * _REACH)] for margin, some in rights.items()}


def _block(group: Group, known: Collection[str]) -> Block:
    first = group.lines[0]
    if first.row:
        return Block(row_text(first.text, known), page=first.page, row=True)
    text = join_lines([line.text for line in group.lines], known)
    heading = group.heads and len(text) <= LONGEST
    return Block(text, page=first.page, heading=heading)
