"""From an element tree to blocks: one walk that reads HTML and trafilatura's own element names."""

from collections.abc import Collection, Iterator
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.passages import Block

_HEADINGS = frozenset({"head", "h1", "h2", "h3", "h4", "h5", "h6"})
_ROWS = frozenset({"row", "tr"})
_CELLS = frozenset({"cell", "td", "th"})
_CODE = frozenset({"code", "pre"})
_BOLD = frozenset({"b", "strong", "hi"})
_BREAKS = frozenset({"lb", "br"})
_PARAGRAPHS = frozenset(
    "p item li quote blockquote list ul ol dl dt dd table figure figcaption caption div section "
    "article main body header footer aside details summary address form fieldset hr ab".split()
)
_UNREAD = frozenset(
    "script style noscript template svg math nav footer aside form button select option iframe "
    "object video audio canvas graphic img head-of-page".split()
)


def blocks_of(root: Any, without: Collection[Any] = ()) -> list[Block]:
    """Return the blocks of ``root`` in reading order: paragraphs, items, rows, code, headings.

    The elements ``without`` are passed over. Iterative, so that depth of nesting costs nothing;
    linear in the size of the tree.
    """
    blocks = _Walk(without).blocks(root)
    return [block for block in blocks if block.text.strip()]


class _Walk:
    """The state of one walk: the text gathered since the last block, and where the walk stands."""

    def __init__(self, without: Collection[Any]) -> None:
        self.without = without
        self.parts: list[str] = []
        self.rows = 0
        self.code = 0
        self.heading = 0
        self.unread = 0
        self.lead = ""

    def blocks(self, root: Any) -> Iterator[Block]:
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if not isinstance(element.tag, str):
                continue
            if event == "start":
                yield from self._enter(element)
            else:
                yield from self._leave(element)
                if element is not root and not self.unread:
                    self._say(element.tail)
        yield from self._flush()

    def _enter(self, element: Any) -> Iterator[Block]:
        tag = element.tag
        if tag in _UNREAD or element in self.without:
            self.unread += 1
        if self.unread:
            return
        if self._starts_block(element):
            yield from self._flush()
        self.rows += tag in _ROWS
        self.heading += tag in _HEADINGS
        self.code += self._is_code_block(element)
        if tag in _BREAKS:
            self.parts.append("\n")
        self._say(element.text)

    def _leave(self, element: Any) -> Iterator[Block]:
        tag = element.tag
        if tag in _UNREAD or element in self.without:
            self.unread -= 1
            return
        if self.unread:
            return
        if tag in _CELLS and self.rows:
            self.parts.append(" | ")
        elif self._starts_block(element) or self._ends_code(element):
            yield from self._flush()
        if tag in _BOLD and not self.lead:
            self.lead = _lead("".join(self.parts), element)
        self.rows -= tag in _ROWS
        self.heading -= tag in _HEADINGS
        self.code -= self._is_code_block(element)

    def _starts_block(self, element: Any) -> bool:
        """Tell an element that breaks the line; inside a table row only the row itself does."""
        if element.tag in _ROWS:
            return True
        block = (
            element.tag in _PARAGRAPHS or element.tag in _HEADINGS or self._is_code_block(element)
        )
        if block and self.rows:
            self.parts.append(" ")
        return block and not self.rows and not self.code

    def _ends_code(self, element: Any) -> bool:
        return not self.rows and self.code == 1 and self._is_code_block(element)

    @staticmethod
    def _is_code_block(element: Any) -> bool:
        """Tell a code block from code within a sentence."""
        if element.tag not in _CODE:
            return False
        return element.tag == "pre" or len(element) > 0 or "\n" in (element.text or "")

    def _say(self, text: str | None) -> None:
        if text:
            self.parts.append(text if self.code else text.replace("\n", " "))

    def _flush(self) -> Iterator[Block]:
        text = "".join(self.parts)
        self.parts.clear()
        lead, self.lead = self.lead, ""
        if self.rows:
            text = " ".join(text.split()).removesuffix("|").rstrip()
        if text.strip(" |\n\t"):
            code = self.code > 0 and "\n" in text
            yield Block(text, heading=self.heading > 0, verbatim=code, lead=lead)


def _lead(gathered: str, bold: Any) -> str:
    """Return the words of a bold element if they are the first of their block, else nothing."""
    said = " ".join(gathered.split())
    return said if said == " ".join("".join(bold.itertext()).split()) else ""
