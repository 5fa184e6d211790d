"""From blocks to a text and its passages: pure, and the only place that counts offsets.

A passage is prose that a statement can rest on, so headings are never passages. They stand in the
text as a line of their own between two passages (a person reads the text as the page reads) and
in the locator of every passage below them (a model and a search see them there). Blocks are set
apart by an empty line; blocks merged into one passage by a line break.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from textwrap import indent
from typing import NamedTuple

import sentencex

from casebook.extractors.text.characters import one_line, tidy_lines, visible
from casebook.schemas.documents import Locator, Passage

TINY = 200
"""Characters under which a block is merged with its neighbour of the same section."""

MERGED = 700
"""Characters that a passage made of several blocks does not exceed."""

GIANT = 1_200
"""Characters above which a block is cut, at sentence ends where it has any."""

_PIECE = 900
_LONGEST_HEADING = 160
_GAP = "\n\n"
_STEP = "  "
_MOST_STEPS = 6
# Lines up to an empty one, and the empty ones behind them.
_PARTS = re.compile(r"(?:[ \t]*\S[^\n]*(?:\n|\Z))+(?:[ \t]*\n|[ \t]+\Z)*|\s+")
_NUMBERED = re.compile(r"\(?(?:\d{1,3}|[A-Za-z])[.):]|\Z")


class Block(NamedTuple):
    """One paragraph, list item, table row, code block or heading, in reading order.

    ``heading`` marks a heading; it becomes the section of the blocks after it that name none (an
    empty one is the name of no section).
    ``verbatim`` keeps indentation and spacing, as code needs. ``page`` counts from 1. ``lead`` are
    the first words if they alone are set in bold. ``mark`` stands before the text where that does
    not begin with a number of its own: that of an item in a numbered list. ``depth`` counts the
    lists that the block is an item of. ``row`` marks a row of a PDF's table.
    """

    text: str
    section: str | None = None
    page: int | None = None
    seconds: float | None = None
    speaker: str | None = None
    heading: bool = False
    verbatim: bool = False
    lead: str = ""
    mark: str = ""
    depth: int = 0
    row: bool = False

    @property
    def locator(self) -> Locator:
        """Return where the block stands."""
        section, page, seconds, speaker = self.place
        return Locator(section=section, page=page, seconds=seconds, speaker=speaker)

    @property
    def place(self) -> tuple[str | None, int | None, float | None, str | None]:
        """Return section, page, seconds and speaker."""
        return self.section, self.page, self.seconds, self.speaker


def lay_out(
    blocks: Iterable[Block], language: str | None = None
) -> tuple[str, tuple[Passage, ...]]:
    """Return the text of ``blocks`` and its passages, with ``text[p.start:p.end]`` exact.

    ``language`` (ISO 639-1) tells how sentences end. Without any prose the headings are the
    passages, so that a deck of slides is not lost. No blocks give an empty text.
    """
    tidied = list(_tidied(blocks))
    if all(block.heading for block in tidied):
        tidied = [block._replace(heading=False) for block in tidied]
    pieces = [piece for block in _merged(tidied) for piece in _cut(block, language or "en")]
    return _numbered(pieces)


def _tidied(blocks: Iterable[Block]) -> Iterator[Block]:
    """Clean each block's characters, drop empty ones, and hand headings down as sections."""
    section: str | None = None
    depth = 0
    for block in blocks:
        text = _clean(block)
        if not text:
            continue
        depth = min(block.depth, depth + 1)  # an item of one that was left out stands in its place
        text = _indented(text, depth - 1) if not (block.heading or block.verbatim) else text
        if block.heading and _is_prose(text):
            block = block._replace(heading=False)  # noqa: PLW2901 - the block as it should have been
        if block.heading:
            section = text
        held = section if block.section is None else block.section or None
        yield block._replace(text=text, section=held)


def _clean(block: Block) -> str:
    if block.heading:
        return one_line(block.text)
    if block.verbatim:
        return visible(block.text).strip("\n").rstrip()
    text = tidy_lines(block.text)
    return f"{block.mark}{text}" if block.mark and not _NUMBERED.match(text) else text


def _indented(text: str, steps: int) -> str:
    """Return ``text`` as far from the margin as an item of a list within a list stands."""
    return indent(text, _STEP * min(steps, _MOST_STEPS)) if steps > 0 else text


def _is_prose(heading: str) -> bool:
    """Tell a paragraph that was set as a heading from a heading."""
    return len(heading) > _LONGEST_HEADING or heading.count(". ") > 1


def _merged(blocks: Iterable[Block]) -> Iterator[Block]:
    """Join tiny neighbours that stand at the same place of the source."""
    run: list[Block] = []
    length = 0
    for block in blocks:
        if run and not (_fits(run[-1], block, length)):
            yield _joined(run)
            run, length = [], 0
        run.append(block)
        length += len(block.text) + 1
    if run:
        yield _joined(run)


def _fits(last: Block, block: Block, length: int) -> bool:
    tiny = min(length, len(block.text)) < TINY
    same = last.place == block.place and not last.heading and not block.heading
    return same and tiny and length + len(block.text) <= MERGED


def _joined(run: Sequence[Block]) -> Block:
    return run[0]._replace(text="\n".join(block.text for block in run)) if run[1:] else run[0]


def _cut(block: Block, language: str) -> Iterator[Block]:
    """Cut a giant block into pieces of similar length."""
    if block.heading or len(block.text) <= GIANT:
        yield block
        return
    count = -(-len(block.text) // _PIECE)
    target = -(-len(block.text) // count)
    piece = ""
    units = _parts_of_program(block.text) if block.verbatim else _units(block.text, language)
    for unit in units:
        if piece and (len(piece) + len(unit) > GIANT or len(piece) + len(unit) / 2 > target):
            yield from _piece(block, piece)
            piece = ""
        piece += unit
    yield from _piece(block, piece)


def _piece(block: Block, text: str) -> Iterator[Block]:
    text = text.strip("\n").rstrip() if block.verbatim else text.strip()
    if text.strip():
        yield block._replace(text=text)


def _parts_of_program(text: str) -> Iterator[str]:
    """Yield what stands between empty lines, or its lines where that is too long."""
    for part in _PARTS.findall(text):
        lines = [part] if len(part) <= _PIECE else part.splitlines(keepends=True)
        for line in lines:
            yield from _chunks(line)


def _units(text: str, language: str) -> Iterator[str]:
    """Yield lines, then sentences, then runs of words, none longer than ``GIANT``."""
    for line in text.splitlines(keepends=True):
        for sentence in sentences(line, language):
            yield from _chunks(sentence)


def sentences(text: str, language: str) -> list[str]:
    """Return the sentences of ``text``, white space kept, so that they join up to it again."""
    return list(sentencex.segment(language, text))


def _chunks(sentence: str) -> Iterator[str]:
    """Cut what has no sentence end: after a space where there is one near, else anywhere."""
    start = 0
    while len(sentence) - start > GIANT:
        space = sentence.rfind(" ", start + _PIECE // 2, start + _PIECE)
        end = space + 1 if space >= 0 else start + _PIECE
        yield sentence[start:end]
        start = end
    yield sentence[start:]


def _numbered(blocks: Sequence[Block]) -> tuple[str, tuple[Passage, ...]]:
    passages: list[Passage] = []
    offset = 0
    for block in blocks:
        end = offset + len(block.text)
        if not block.heading:
            number = len(passages) + 1
            passages.append(Passage(n=number, start=offset, end=end, locator=block.locator))
        offset = end + len(_GAP)
    return _GAP.join(block.text for block in blocks), tuple(passages)
