"""From blocks to a text and its passages: the only place that counts offsets.

A passage is prose that a statement can rest on, so headings are not passages. They stand in the
text on a line of their own and in the ``headings`` of the passages below them. Blocks are separated
by an empty line; short blocks merged into one passage by a line break.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import sentencex

from extractors.text import one_line, tidy_lines, visible
from schemas.documents import Passage

SHORT = 200
"""Characters under which a block is merged with a neighbour at the same place of the source."""

MERGED = 700
"""Characters that a passage made of several blocks does not exceed."""

LONG = 1_200
"""Characters above which a block is cut, at sentence ends where it has any."""

_PIECE = 900
_LONGEST_HEADING = 160


class Block(NamedTuple):
    """One paragraph, list item, table row, code block or heading, in reading order.

    ``level`` is 1 to 6 for a heading, 0 for anything else; headings become the ``headings`` of the
    blocks below them. ``verbatim`` keeps indentation and line breaks, as code needs. ``page``
    counts from 1, ``seconds`` is a time in a recording.
    """

    text: str
    level: int = 0
    page: int | None = None
    seconds: float | None = None
    speaker: str | None = None
    verbatim: bool = False


class _Placed(NamedTuple):
    block: Block
    headings: tuple[str, ...]

    @property
    def place(self) -> tuple[object, ...]:
        block = self.block
        return self.headings, block.page, block.seconds, block.speaker


def lay_out(
    blocks: Iterable[Block], language: str | None = None
) -> tuple[str, tuple[Passage, ...]]:
    """Return the text of ``blocks`` and its passages, with ``text[p.start:p.end]`` exact.

    ``language`` (ISO 639-1) decides where sentences end. Without any prose the headings are the
    passages, so that a deck of slides is not lost. No blocks give an empty text.
    """
    tidied = [clean for block in blocks if (clean := _tidied(block)).text]
    if all(block.level for block in tidied):
        tidied = [block._replace(level=0) for block in tidied]
    placed = _merged(_under_headings(tidied))
    return _numbered([piece for one in placed for piece in _cut(one, language or "en")])


def sentences(text: str, language: str = "en") -> list[str]:
    """Return the sentences of ``text`` with their white space, so that they join up to it again."""
    return list(sentencex.segment(language, text))


def _tidied(block: Block) -> Block:
    if block.verbatim:
        return block._replace(text=visible(block.text).strip("\n").rstrip())
    text = one_line(block.text) if block.level else tidy_lines(block.text)
    is_prose = len(text) > _LONGEST_HEADING or text.count(". ") > 1
    return block._replace(text=text, level=0 if is_prose else block.level)


def _under_headings(blocks: Iterable[Block]) -> Iterator[_Placed]:
    path: list[tuple[int, str]] = []
    for block in blocks:
        if block.level:
            path = [(level, text) for level, text in path if level < block.level]
        yield _Placed(block, tuple(text for _, text in path))
        if block.level:
            path.append((block.level, block.text))


def _merged(placed: Iterable[_Placed]) -> Iterator[_Placed]:
    """Join short neighbours that stand at the same place of the source."""
    run: list[_Placed] = []
    length = 0
    for one in placed:
        if run and not _fits(run[-1], one, length):
            yield _joined(run)
            run, length = [], 0
        run.append(one)
        length += len(one.block.text) + 1
    if run:
        yield _joined(run)


def _fits(last: _Placed, one: _Placed, length: int) -> bool:
    short = min(length, len(one.block.text)) < SHORT
    prose = not last.block.level and not one.block.level
    return prose and short and last.place == one.place and length + len(one.block.text) <= MERGED


def _joined(run: Sequence[_Placed]) -> _Placed:
    first = run[0]
    if not run[1:]:
        return first
    text = "\n".join(one.block.text for one in run)
    return first._replace(block=first.block._replace(text=text))


def _cut(one: _Placed, language: str) -> Iterator[_Placed]:
    """Cut a long block into pieces of similar length."""
    block = one.block
    if block.level or len(block.text) <= LONG:
        yield one
        return
    count = -(-len(block.text) // _PIECE)
    target = -(-len(block.text) // count)
    piece = ""
    for unit in _units(block, language):
        if piece and (len(piece) + len(unit) > LONG or len(piece) + len(unit) / 2 > target):
            yield from _piece(one, piece)
            piece = ""
        piece += unit
    yield from _piece(one, piece)


def _piece(one: _Placed, text: str) -> Iterator[_Placed]:
    text = text.strip("\n").rstrip() if one.block.verbatim else text.strip()
    if text.strip():
        yield one._replace(block=one.block._replace(text=text))


def _units(block: Block, language: str) -> Iterator[str]:
    """Yield lines of code, or sentences of prose, none longer than ``LONG``."""
    for line in block.text.splitlines(keepends=True):
        for unit in [line] if block.verbatim else sentences(line, language):
            yield from _chunks(unit)


def _chunks(unit: str) -> Iterator[str]:
    """Cut a text without sentence ends after a space where there is one near, else anywhere."""
    start = 0
    while len(unit) - start > LONG:
        space = unit.rfind(" ", start + _PIECE // 2, start + _PIECE)
        end = space + 1 if space >= 0 else start + _PIECE
        yield unit[start:end]
        start = end
    yield unit[start:]


def _numbered(placed: Sequence[_Placed]) -> tuple[str, tuple[Passage, ...]]:
    passages: list[Passage] = []
    offset = 0
    for block, headings in placed:
        end = offset + len(block.text)
        if not block.level:
            passages.append(
                Passage(
                    n=len(passages) + 1,
                    start=offset,
                    end=end,
                    headings=headings,
                    page=block.page,
                    seconds=block.seconds,
                    speaker=block.speaker,
                )
            )
        offset = end + len("\n\n")
    return "\n\n".join(block.text for block, _ in placed), tuple(passages)
