"""Builds a text and its passages from blocks; offsets are computed only here.

A passage is prose that can support a statement. A heading has a separate line in the text and is
listed in the ``headings`` of the passages below it. An empty line separates blocks; a line break
separates short blocks that are merged into one passage.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import sentencex

from extractors.languages import language_of
from extractors.text import one_line, tidy_lines, visible
from schemas.sources import Extracted, Passage, SourceKind

# In characters: blocks shorter than the first are merged up to the second; blocks longer than the
# third are cut, at sentence ends if possible, into pieces of about the fourth.
_SHORT, _MERGED, _LONG, _PIECE = 200, 700, 1_200, 900
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

    def with_text(self, text: str) -> "_Placed":
        return self._replace(block=self.block._replace(text=text))


def lay_out(
    blocks: Iterable[Block], language: str | None = None
) -> tuple[str, tuple[Passage, ...]]:
    """Return the text of ``blocks`` and its passages, with ``text[p.start:p.end]`` exact.

    ``language`` (ISO 639-1) decides where sentences end. If there is no prose, the headings become
    passages, so that a slide deck is not lost.
    """
    tidied = [clean for block in blocks if (clean := _tidied(block)).text]
    if all(block.level for block in tidied):
        tidied = [block._replace(level=0) for block in tidied]
    placed = _merged(_under_headings(tidied))
    return _numbered([piece for one in placed for piece in _cut(one, language or "en")])


def document(
    kind: SourceKind, blocks: Sequence[Block], stated: object = None, **about: Any
) -> Extracted:
    """Return the document made of ``blocks``; ``about`` is metadata, ``stated`` its language."""
    language = language_of(" ".join(block.text for block in blocks), stated)
    text, passages = lay_out(blocks, language)
    return Extracted(kind=kind, language=language, text=text, passages=passages, **about)


def sentences(text: str, language: str = "en") -> list[str]:
    """Return the sentences of ``text``, white space included; joined they give ``text``."""
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


def _merged(placed: Iterable[_Placed]) -> list[_Placed]:
    """Join short adjacent blocks from the same place in the source."""
    merged: list[_Placed] = []
    for one in placed:
        if merged and _fits(merged[-1], one):
            merged[-1] = merged[-1].with_text(f"{merged[-1].block.text}\n{one.block.text}")
        else:
            merged.append(one)
    return merged


def _fits(last: _Placed, one: _Placed) -> bool:
    lengths = len(last.block.text) + 1, len(one.block.text)
    prose = not last.block.level and not one.block.level
    return prose and min(lengths) < _SHORT and last.place == one.place and sum(lengths) <= _MERGED


def _cut(one: _Placed, language: str) -> Iterator[_Placed]:
    """Cut a long block into pieces of similar length."""
    if one.block.level or len(one.block.text) <= _LONG:
        yield one
        return
    count = -(-len(one.block.text) // _PIECE)
    target = -(-len(one.block.text) // count)
    pieces = [""]
    for unit in _units(one.block, language):
        size = len(pieces[-1])
        if size and (size + len(unit) > _LONG or size + len(unit) / 2 > target):
            pieces.append("")
        pieces[-1] += unit
    for piece in pieces:
        text = piece.strip("\n").rstrip() if one.block.verbatim else piece.strip()
        if text:
            yield one.with_text(text)


def _units(block: Block, language: str) -> Iterator[str]:
    """Yield lines of code, or sentences of prose, none longer than ``_LONG``.

    Text without sentence ends is cut after a nearby space, or else anywhere.
    """
    for line in block.text.splitlines(keepends=True):
        for unit in [line] if block.verbatim else sentences(line, language):
            rest = unit
            while len(rest) > _LONG:
                space = rest.rfind(" ", _PIECE // 2, _PIECE)
                end = space + 1 if space >= 0 else _PIECE
                yield rest[:end]
                rest = rest[end:]
            yield rest


def _numbered(placed: Sequence[_Placed]) -> tuple[str, tuple[Passage, ...]]:
    passages: list[Passage] = []
    offset = 0
    for block, headings in placed:
        end = offset + len(block.text)
        if not block.level:
            same = {"page": block.page, "seconds": block.seconds, "speaker": block.speaker}
            n = len(passages) + 1
            passages.append(Passage(n=n, start=offset, end=end, headings=headings, **same))
        offset = end + len("\n\n")
    return "\n\n".join(block.text for block, _ in placed), tuple(passages)
