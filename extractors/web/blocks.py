"""The text below an element as blocks. Pure.

trafilatura names its elements after TEI: ``head`` with ``rend="h2"``, ``list``, ``item``, ``row``,
``cell``, ``code``, ``quote``, ``lb``.
"""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from extractors.blocks import Block
from extractors.web.patterns import words

# Marks for code, its line breaks and spaces: trafilatura collapses white space everywhere.
_START, _END, _BREAK, _SPACE = "\u2402", "\u2403", " \u2424 ", "\u2420"
_BREAKS_AGAIN = re.compile(f" ?{_BREAK.strip()} ?")
_CODE = re.compile(f"{_START}([^{_END}]*){_END}?")
_SPACES = re.compile("  +|(?<=\n) ")
_RUN = re.compile(r"\s+")
_GUTTER = re.compile(r"[\d\s]+")
_NUMBER_CLASS = re.compile(r"line-?num|lineno|gutter", re.IGNORECASE)

LEVELS = {f"h{level}": level for level in range(1, 7)}
_ROWS, _CELLS, _BREAKS = {"tr", "row"}, {"td", "th", "cell"}, {"br", "lb"}
_UNREAD, _INLINE = frozenset(words("content", "unread")), frozenset(words("content", "inline"))
_LINES = frozenset({"div", "p", "li", "tr"})
_NEVER_IN_LINE = ("h1", "h2", "h3", "h4", "head", "pre", "table", "blockquote", "quote")
_LONGEST_ROW, _CELL = 600, " | "


def mark_code(tree: Any) -> None:
    """Flatten each ``<pre>`` in place, so that its lines survive trafilatura."""
    for pre in list(tree.iter("pre")):
        code, tail = _lines_of(pre), pre.tail
        pre.clear()
        pre.tail = tail
        if not _GUTTER.fullmatch(code):
            kept = _SPACES.sub(lambda run: _SPACE * len(run[0]), code.expandtabs(4))
            signs = kept.replace("\n", _BREAK)
            etree.SubElement(pre, "code").text = f"{_START} {signs} {_END}"


def tree_blocks(root: Any) -> list[Block]:
    """Return the text under ``root`` as blocks in reading order, each table row as one line."""
    writer = _Writer()
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            writer.end(element)
        elif not writer.start(element):
            walk.skip_subtree()
    writer.flush()
    return [block for written in writer.blocks for block in _with_code(written)]


class _Writer:
    """Collects text into blocks while a tree is walked."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._buffer: list[str] = []
        self._row: Any = None

    def start(self, element: Any) -> bool:
        """Process the start of an element; return whether to descend into it."""
        tag = element.tag
        if tag in _UNREAD:
            return False
        if tag == "pre":
            self.flush()
            self.blocks.append(Block(_lines_of(element), verbatim=True))
            return False
        if self._row is not None:
            self._separate(element)
        elif tag in _BREAKS:
            self._buffer.append("\n")
        elif tag not in _INLINE:
            self.flush()
            self._row = element if tag in _ROWS and _is_line(element) else None
        self._add(element.text)
        return True

    def end(self, element: Any) -> None:
        """Process the end of an element and the text after it."""
        tag = element.tag
        if element is self._row:
            self._row = None
            self.flush()
        elif self._row is not None:
            self._buffer.append("" if tag in _INLINE else " ")
        elif tag not in _INLINE and tag not in _BREAKS:
            self.flush(LEVELS.get(element.get("rend", "h3") if tag == "head" else tag, 0))
        self._add(element.tail)

    def flush(self, level: int = 0) -> None:
        """End the current block."""
        text = "".join(self._buffer).strip(" \n|")
        self._buffer.clear()
        if text:
            self.blocks.append(Block(text, level=level))

    def _separate(self, element: Any) -> None:
        if element.tag in _CELLS and element.getprevious() is not None:
            self._buffer.append(_CELL)
        elif element.tag not in _INLINE:
            self._buffer.append(" ")

    def _add(self, text: str | None) -> None:
        if text:
            self._buffer.append(_RUN.sub(" ", text))


def _is_line(row: Any) -> bool:
    """Return whether a row contains data rather than layout."""
    is_plain = next(row.iter(*_NEVER_IN_LINE), None) is None
    return is_plain and sum(map(len, row.itertext())) <= _LONGEST_ROW


def _lines_of(pre: Any) -> str:
    """Return the text of ``pre`` with its line breaks, without line numbers."""
    parts: list[str] = []
    walk = etree.iterwalk(pre, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if element.tag in _UNREAD or _NUMBER_CLASS.search(element.get("class") or ""):
                walk.skip_subtree()
            else:
                parts.append("\n" if element.tag == "br" else element.text or "")
        elif element is not pre:
            if element.tag in _LINES and not "".join(parts[-1:]).endswith("\n"):
                parts.append("\n")
            parts.append(element.tail or "")
    return "".join(parts).replace("\r\n", "\n").strip("\n").rstrip()


def _with_code(block: Block) -> Iterator[Block]:
    """Yield a block, or its prose and code separately."""
    if _START not in block.text:
        yield block
        return
    for place, part in enumerate(map(str.strip, _CODE.split(block.text))):
        is_code = place % 2 == 1
        text = _BREAKS_AGAIN.sub("\n", part).replace(_SPACE, " ") if is_code else part
        if text:
            yield block._replace(text=text, level=0, verbatim=is_code)
