"""From an element tree to blocks: one walk that reads HTML and trafilatura's own element names."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import IntFlag, auto
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.text.passages import Block
from casebook.extractors.web.bodies import NO_BODIES, Bodies
from casebook.extractors.web.markup.elements import (
    LEVELS,
    MAYBE_NO_TEXT,
    PERMALINK,
    are_lines_apart,
    heads_quotation,
    is_broken,
    is_heading_row,
    is_layout,
    is_line,
    is_line_number,
    is_no_text,
    is_program,
    is_set_apart,
    numbers_of,
    raised,
    stated_tag,
)


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
    RAISED = auto()
    QUOTED = auto()
    LIST = auto()
    ITEM = auto()
    LINE = auto()
    CITED = auto()


_TAGS = {
    _Role.BLOCK: "p quote blockquote dl dt dd figure figcaption caption div "
    "section article main body header footer aside nav details summary address form fieldset "
    "legend label hr ab center",
    _Role.BLOCK | _Role.TABLE: "table",
    _Role.BLOCK | _Role.LIST: "list ul ol",
    _Role.BLOCK | _Role.ITEM: "item li",
    _Role.BLOCK | _Role.HEADING: " ".join(LEVELS),
    _Role.ROW: "row tr",
    _Role.CELL: "cell td th",
    _Role.CODE: "code pre",
    _Role.BREAK: "lb br",
    _Role.LINK: "a ref",
    _Role.BOLD: "b strong hi",
    _Role.BUTTON: "button",
    _Role.RAISED: "sup",
    _Role.QUOTED: "q",
    _Role.CITED: "cite",
}
_ROLES = {tag: int(role) for role, tags in _TAGS.items() for tag in tags.split()}
(
    _BLOCK, _HEADING, _ROW, _CELL, _CODE, _BREAK, _LINK, _BOLD, _BUTTON, _TABLE,
    _RAISED, _QUOTED, _LIST, _ITEM, _LINE, _CITED,
) = map(int, _Role)  # fmt: skip
_STANDING = _BLOCK | _ROW | _CODE
_IN_LISTS = _LIST | _ITEM | _HEADING
_COUNTED = _HEADING | _ROW | _CODE | _LINK | _BOLD | _BUTTON
_NO_TEXT = frozenset(
    "script style noscript template svg math select option datalist iframe object video audio "
    "canvas graphic img input textarea head".split()
)
FURNITURE = _NO_TEXT | frozenset("nav footer aside form button".split())
"""The elements that are no text, or furniture by their tag."""

_GENERATIONS = 4  # right around a place, itself among them
_JOINERS = "\u200c\u200d"  # of letters; alone, editors leave them in empty paragraphs


class Place:
    """An ``element`` that stands on lines of its own, among its likes; ``names``: class and id.

    ``number`` grows in document order, so that a parent has a smaller one than its children.
    """

    __slots__ = ("children", "element", "names", "number", "parent", "role", "signature", "tag")

    def __init__(self, parent: "Place | None", element: Any, number: int) -> None:
        self.parent = parent
        self.element = element
        self.number = number
        self.tag: str = element.tag
        style = element.get("class") or ""
        self.names = f"{style} {element.get('id') or ''}"
        self.role: str = element.get("role") or ""
        self.signature = f"{self.tag} {style}"
        self.children: dict[str, int] = defaultdict(int)
        if parent is not None:
            parent.children[self.signature] += 1

    def upwards(self) -> "Iterator[Place]":
        """Yield the place and those right around it, the nearest first."""
        above: Place | None = self
        for _ in range(_GENERATIONS):
            if above is not None:
                yield above
                above = above.parent


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
    return [placed.block for placed in placed_blocks(root, FURNITURE)]


def placed_blocks(
    root: Any, without: Collection[str] = _NO_TEXT, apart: Bodies = NO_BODIES
) -> list[Placed]:
    """Return the blocks of ``root`` in reading order, each with its place.

    Elements of the tags ``without`` are passed over. The bodies of posts stand ``apart`` from what
    is around them, be that a table or a line. Iterative, so that depth of nesting costs nothing;
    linear in the size of the tree.
    """
    return _Walk(root, without, apart).found


def outside(placed: Sequence[Placed], is_named: Callable[[str], bool]) -> list[Placed]:
    """Return those of ``placed`` that stand in nothing of which class and id say ``is_named``."""
    places: set[Place] = set()
    for one in placed:
        place: Place | None = one.place
        while place is not None and place not in places:
            places.add(place)
            place = place.parent
    if not is_named("\n".join({place.names for place in places})):  # as on most pages
        return list(placed)
    inside: dict[Place | None, bool] = {None: False}
    for place in sorted(places, key=lambda place: place.number):
        inside[place] = inside[place.parent] or is_named(place.names)
    return [one for one in placed if not inside[one.place]]


@dataclass(slots=True)
class _List:
    """A list that the walk is in: the numbers of its items, its depth, that of the item now."""

    numbers: Iterator[str] | None
    depth: int
    within: int


class _Walk:
    """The state of one walk: the text gathered since the last block, and where the walk stands."""

    def __init__(self, root: Any, without: Collection[str], apart: Bodies) -> None:
        self.found: list[Placed] = []
        self.apart = apart
        self.place = Place(None, root, 0)
        self.places = 1
        self.parts: list[str] = []
        self.size = self.linked = self.strong = 0
        self.rows = self.code = self.level = self.links = self.bold = self.buttons = 0
        self.layouts: list[bool] = []
        self.lead = ""
        self.raised = 0
        self.lined = self.broken = False
        self.lists: list[_List] = []
        self.mark = ""
        self._walk(root, without)

    def _walk(self, root: Any, without: Collection[str]) -> None:
        roles: list[int | None] = [0]  # of what the walk is in, None where it reads nothing
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if event == "start":
                tag = element.tag
                if roles[-1] is None or tag in without or self._is_no_text(element, tag):
                    roles.append(None)
                    continue
                is_plain = tag not in _ROLES and not (self.lined or self.apart)  # as of most
                begun = 0 if is_plain else self._role(tag, element)
                roles.append(begun)
                if begun:
                    self._enter(element, begun, root)
                if text := element.text:
                    self._say(text, element)
            else:
                if role := roles.pop():
                    self._leave(element, role, root)
                if roles[-1] is not None and element is not root and (text := element.tail):
                    self._say(text)
        self._flush()

    def _is_no_text(self, element: Any, tag: str) -> bool:
        return (tag in MAYBE_NO_TEXT and is_no_text(element)) or (
            self.code > 0 and is_line_number(element)
        )

    def _role(self, tag: str, element: Any) -> int:
        """Return what the element does here: code within a sentence and layout rows do not."""
        role = _ROLES.get(tag, 0)
        role = _ROLES.get(stated_tag(element), role) if role == _BLOCK else role
        if self.apart and element in self.apart.frames:
            return role | _BLOCK if role not in {_ROW, _CELL} else _BLOCK
        if not role:
            return _LINE if self.lined and is_line(element) else 0
        if role == _CODE:
            return _CODE if tag == "pre" or is_program(element) else 0
        if role in {_ROW, _CELL}:
            row = element if role == _ROW else element.getparent()
            if (self.layouts and self.layouts[-1]) or is_heading_row(row):
                return _BLOCK
        return role

    def _enter(self, element: Any, role: int, root: Any) -> None:
        if role & _TABLE:
            self.layouts.append(element in self.apart.around or is_layout(element))
        if role & _STANDING:
            if self.rows and not role & _ROW:
                self.parts.append(" ")
            elif not self.code:
                self._flush()
            else:
                self._end_line()
            if element is not root and (not self.rows or role & _ROW):
                self.place = Place(self.place, element, self.places)
                self.places += 1
            if role & _IN_LISTS:
                self._enter_list(element, role)
        else:
            self._enter_line(element, role)
        if role & _COUNTED:
            self._count(element, role, 1)

    def _enter_list(self, element: Any, role: int) -> None:
        if role & _LIST:
            depth = self._depth() + 1
            self.lists.append(_List(numbers_of(element), depth, depth))
        elif role & _ITEM and self.lists:
            around = self.lists[-1]
            around.within = around.depth
            self.mark = next(around.numbers, "") if around.numbers else ""
        elif role & _HEADING and self.lists:
            self.lists[-1].within = 0  # no item of a text, but a part of the page set as one

    def _depth(self) -> int:
        return self.lists[-1].within if self.lists else 0

    def _enter_line(self, element: Any, role: int) -> None:
        if role == _BREAK:
            self.parts.append("\n")
        elif role == _LINE:
            self._end_line()
        elif role == _RAISED:
            self.raised = len(self.parts)
        elif role == _QUOTED:
            self.parts.append("“")
        elif role & (_LINK | _BUTTON) and self._touches(element):
            self.parts.append(" ")

    def _leave(self, element: Any, role: int, root: Any) -> None:
        stands = role & _STANDING
        outer = self.code == 1 if role == _CODE else not self.code
        if stands and ((not self.rows and outer) or role == _ROW):
            self._flush()
        else:
            self._leave_line(element, role)
        if role & _COUNTED:
            self._count(element, role, -1)
        inside = self.rows and not role & _ROW
        if stands and not inside and element is not root:
            self.place = self.place.parent or self.place
        if role & _TABLE:
            self.layouts.pop()
        if role & _LIST:
            self.lists.pop()
        if role & (_LIST | _ITEM):
            self.mark = ""

    def _leave_line(self, element: Any, role: int) -> None:
        if role == _CELL and self.rows:
            self.parts.append(" | ")
        elif role == _LINE or (self.code and role & _BLOCK):
            self._end_line()
        elif role == _RAISED:
            self.parts[self.raised :] = [raised("".join(self.parts[self.raised :]))]
        elif role == _QUOTED:
            self.parts.append("”")
        elif role == _CITED and heads_quotation(element):
            self.parts.append("\n")
        elif role == _BOLD and not self.lead:
            self.lead = _lead("".join(self.parts), element)

    def _count(self, element: Any, role: int, step: int) -> None:
        if role & _HEADING:
            self.level = LEVELS[element.tag] if step > 0 else 0
        elif role == _ROW:
            self.rows += step
        elif role == _CODE:
            if not self.code:
                self.lined, self.broken = are_lines_apart(element), is_broken(element)
            self.code += step
            self.lined &= self.code > 0
        elif role == _LINK:
            self.links += step
        elif role == _BOLD:
            self.bold += step
        elif role == _BUTTON:
            self.buttons += step

    def _end_line(self) -> None:
        """End a line of a program, each of which may be an element."""
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def _touches(self, link: Any) -> bool:
        """Tell whether a link or button begins right behind another: what is set as two words."""
        before = link.getprevious()
        if before is None or before.tail or before.tag not in {"a", "button"}:
            return False
        said = self.parts[-1][-1:] if self.parts else ""
        return said.isalnum() and next(link.itertext(), "")[:1].isalnum()

    def _set_apart(self, element: Any, first: str) -> None:
        """Part a word from the one before where only a style does so on the page."""
        last = self.parts[-1][-1:]
        if last.isalnum() and is_set_apart(element, last, first):
            self.parts.append(" ")

    def _say(self, text: str, inside: Any = None) -> None:
        """Take in a text, what an element begins with if it is ``inside`` one."""
        if inside is not None and self.parts and not self.code and text[0].isalnum():
            self._set_apart(inside, text[0])
        spaced = text if self.code and not self.broken else text.replace("\n", " ")
        begins = not self.parts or self.parts[-1].endswith("\n")
        self.parts.append(spaced.lstrip() if begins and self.code and self.broken else spaced)
        if size := len(text.strip()):
            self.size += size
            self.linked += size if self.links else 0
            self.strong += size if self.bold else 0

    def _flush(self) -> None:
        if not self.parts:
            return
        text = "".join(self.parts).strip(_JOINERS)
        self.parts.clear()
        self.raised = 0
        size, linked, strong = self.size or 1, self.linked, self.strong
        self.size = self.linked = self.strong = 0
        lead, self.lead = self.lead, ""
        if self.rows:
            text = " ".join(text.split()).removesuffix("|").rstrip()
        if self.level:
            text = text.strip(PERMALINK)
        if not text.strip(" |\n\t"):
            return
        verbatim = self.code > 0 and "\n" in text
        heading = self.level > 0
        mark, self.mark = ("" if heading or verbatim or self.rows else self.mark), ""
        depth = self._depth()
        block = Block(text, heading=heading, verbatim=verbatim, lead=lead, mark=mark, depth=depth)
        row, button = self.rows > 0, self.buttons > 0
        shares = linked / size, strong / size
        self.found.append(Placed(block, self.place, self.level, *shares, row, button))


def _lead(gathered: str, bold: Any) -> str:
    """Return the words of a bold element if they are the first of their block, else nothing."""
    said = " ".join(gathered.split())
    return said if said == " ".join("".join(bold.itertext()).split()) else ""
