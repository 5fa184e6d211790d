"""From an element tree to blocks: one walk that reads HTML and trafilatura's own element names."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntFlag, auto
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.text.passages import Block


class _Role(IntFlag):
    """What an element does to the lines of a page."""

    BLOCK = auto()
    HEADING = auto()
    ROW = auto()
    CELL = auto()
    CODE = auto()
    BREAK = auto()
    LINK = auto()
    BOLD = auto()
    BUTTON = auto()
    TABLE = auto()


_LEVELS = {"head": 2, "h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_TAGS = {
    _Role.BLOCK: "p item li quote blockquote list ul ol dl dt dd figure figcaption caption div "
    "section article main body header footer aside nav details summary address form fieldset "
    "legend label hr ab center",
    _Role.BLOCK | _Role.TABLE: "table",
    _Role.BLOCK | _Role.HEADING: " ".join(_LEVELS),
    _Role.ROW: "row tr",
    _Role.CELL: "cell td th",
    _Role.CODE: "code pre",
    _Role.BREAK: "lb br",
    _Role.LINK: "a ref",
    _Role.BOLD: "b strong hi",
    _Role.BUTTON: "button",
}
_ROLES = {tag: int(role) for role, tags in _TAGS.items() for tag in tags.split()}
_BLOCK, _HEADING, _ROW, _CELL, _CODE, _BREAK, _LINK, _BOLD, _BUTTON, _TABLE = map(int, _Role)
_NO_TEXT = frozenset(
    "script style noscript template svg math select option datalist iframe object video audio "
    "canvas graphic img input textarea head".split()
)
_FURNITURE = _NO_TEXT | frozenset("nav footer aside form button".split())
# A table around one of these holds the page, not data.
_LAYOUT = tuple(f".//{tag}" for tag in ("table", "h1", "h2", "h3", "form"))


# The signs that documentation sites hang on a heading as a link to it.
_PERMALINK = " \n\t\u00a7\u00b6\uf0c1#\U0001f517"


class Place:
    """An element that stands on lines of its own, among its likes; ``names`` are class and id.

    ``number`` grows in document order, so that a parent has a smaller one than its children.
    """

    __slots__ = ("children", "names", "number", "parent", "role", "signature", "tag")

    def __init__(self, parent: "Place | None", element: Any, number: int) -> None:
        self.parent = parent
        self.number = number
        self.tag: str = element.tag
        style = element.get("class") or ""
        self.names = f"{style} {element.get('id') or ''}"
        self.role: str = element.get("role") or ""
        self.signature = f"{self.tag} {style}"
        self.children: Counter[str] = Counter()
        if parent is not None:
            parent.children[self.signature] += 1


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A block and where it stands: ``level`` of a heading (else 0), shares of linked and bold."""

    block: Block
    place: Place
    level: int
    linked: float
    bold: float
    row: bool
    button: bool


def blocks_of(root: Any) -> list[Block]:
    """Return the blocks of ``root`` in reading order: paragraphs, items, rows, code, headings.

    Elements that are furniture by their tag are passed over.
    """
    return [placed.block for placed in placed_blocks(root, _FURNITURE)]


def placed_blocks(root: Any, without: Collection[str] = _NO_TEXT) -> list[Placed]:
    """Return the blocks of ``root`` in reading order, each with its place.

    Elements of the tags ``without`` are passed over. Iterative, so that depth of nesting costs
    nothing; linear in the size of the tree.
    """
    return _Walk(root, without).found


def outside(placed: Sequence[Placed], named: re.Pattern[str]) -> list[Placed]:
    """Return those of ``placed`` that stand in nothing whose class or id is so ``named``."""
    inside: dict[Place, bool] = {}
    for one in placed:
        chain: list[Place] = []
        place: Place | None = one.place
        while place is not None and place not in inside:
            chain.append(place)
            place = place.parent
        is_in = place is not None and inside[place]
        for each in reversed(chain):
            is_in = inside[each] = is_in or bool(named.search(each.names))
    return [one for one in placed if not inside[one.place]]


class _Walk:
    """The state of one walk: the text gathered since the last block, and where the walk stands."""

    def __init__(self, root: Any, without: Collection[str]) -> None:
        self.found: list[Placed] = []
        self.place = Place(None, root, 0)
        self.places = 1
        self.parts: list[str] = []
        self.size = self.linked = self.strong = 0
        self.rows = self.code = self.level = self.links = self.bold = self.buttons = 0
        self.layouts: list[bool] = []
        self.lead = ""
        self._walk(root, without)

    def _walk(self, root: Any, without: Collection[str]) -> None:
        unread = 0
        for event, element in etree.iterwalk(root, events=("start", "end")):
            tag = element.tag
            if not isinstance(tag, str):
                if event == "end" and not unread:
                    self._say(element.tail)
            elif unread or tag in without:
                unread += 1 if event == "start" else -1
                if event == "end" and not unread and element is not root:
                    self._say(element.tail)
            elif event == "start":
                if role := _ROLES.get(tag, 0):
                    self._enter(element, self._acts(element, role), root)
                self._say(element.text)
            else:
                if role := _ROLES.get(tag, 0):
                    self._leave(element, self._acts(element, role), root)
                if element is not root:
                    self._say(element.tail)
        self._flush()

    def _acts(self, element: Any, role: int) -> int:
        """Return what the element does here: code within a sentence and layout rows do not."""
        if role == _CODE:
            block = element.tag == "pre" or len(element) > 0 or "\n" in (element.text or "")
            return _CODE if block else 0
        if role in {_ROW, _CELL} and self.layouts and self.layouts[-1]:
            return _BLOCK
        return role

    def _enter(self, element: Any, role: int, root: Any) -> None:
        if role & _TABLE:
            self.layouts.append(any(element.find(path) is not None for path in _LAYOUT))
        if role & (_BLOCK | _ROW | _CODE):
            if self.rows and not role & _ROW:
                self.parts.append(" ")
            elif not self.code:
                self._flush()
            if element is not root and (not self.rows or role & _ROW):
                self.place = Place(self.place, element, self.places)
                self.places += 1
        elif role == _BREAK:
            self.parts.append("\n")
        self._count(element, role, 1)

    def _leave(self, element: Any, role: int, root: Any) -> None:
        if role == _CELL and self.rows:
            self.parts.append(" | ")
        outer = self.code == 1 if role == _CODE else not self.code
        if role & (_BLOCK | _ROW | _CODE) and ((not self.rows and outer) or role == _ROW):
            self._flush()
        if role == _BOLD and not self.lead:
            self.lead = _lead("".join(self.parts), element)
        self._count(element, role, -1)
        inside = self.rows and not role & _ROW
        if role & (_BLOCK | _ROW | _CODE) and not inside and element is not root:
            self.place = self.place.parent or self.place
        if role & _TABLE:
            self.layouts.pop()

    def _count(self, element: Any, role: int, step: int) -> None:
        if role & _HEADING:
            self.level = _LEVELS[element.tag] if step > 0 else 0
        elif role == _ROW:
            self.rows += step
        elif role == _CODE:
            self.code += step
        elif role == _LINK:
            self.links += step
        elif role == _BOLD:
            self.bold += step
        elif role == _BUTTON:
            self.buttons += step

    def _say(self, text: str | None) -> None:
        if text:
            self.parts.append(text if self.code else text.replace("\n", " "))
            size = len(text.strip())
            self.size += size
            self.linked += size if self.links else 0
            self.strong += size if self.bold else 0

    def _flush(self) -> None:
        text = "".join(self.parts)
        self.parts.clear()
        size, linked, strong = self.size or 1, self.linked, self.strong
        self.size = self.linked = self.strong = 0
        lead, self.lead = self.lead, ""
        if self.rows:
            text = " ".join(text.split()).removesuffix("|").rstrip()
        if self.level:
            text = text.strip(_PERMALINK)
        if not text.strip(" |\n\t"):
            return
        verbatim = self.code > 0 and "\n" in text
        block = Block(text, heading=self.level > 0, verbatim=verbatim, lead=lead)
        row, button = self.rows > 0, self.buttons > 0
        shares = linked / size, strong / size
        self.found.append(Placed(block, self.place, self.level, *shares, row, button))


def _lead(gathered: str, bold: Any) -> str:
    """Return the words of a bold element if they are the first of their block, else nothing."""
    said = " ".join(gathered.split())
    return said if said == " ".join("".join(bold.itertext()).split()) else ""
