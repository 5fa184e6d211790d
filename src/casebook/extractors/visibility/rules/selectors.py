"""Selectors of style sheets: what an element must be, and where it must stand.

Tags, classes, ids, attributes, ``:not()``, ``:is()``, ``:where()``, ``:has()`` and the counting of
siblings, joined by `` ``, ``>``, ``+`` and ``~`` (Selectors Level 4). What holds only while a
reader does something (``:hover``) never fits, what a click leaves behind (``:checked``,
``:target``) is a state of an element; what is not read here (``::before``) gives no selector.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from casebook.extractors.visibility.declarations.declared import unescaped

ANY = "*"
"""The key of selectors whose target names nothing."""

Weight = tuple[int, int, int]
"""Specificity: ids; classes, attributes and pseudo-classes; tags."""

_MOST_STEPS = 6
_AROUND = 20  # elements beside one that are looked at, roughly
_DEEPEST = 5
LONGEST = 2_000
"""Characters of a selector; a longer one is not read."""

_IDENT = r"(?:[\w-]|\\[0-9a-fA-F]{1,6}\s?|\\.){1,80}"
_TAG = re.compile(rf"(?:(?:{_IDENT}|\*)?\|)?(?P<name>{_IDENT}|\*)")
_NAME = re.compile(rf"[.#]{_IDENT}")
_ATTRIBUTE = re.compile(
    rf"\[\s*({_IDENT})\s*(?:([~^$*|]?=)\s*(?:\"([^\"]{{0,80}})\"|'([^']{{0,80}})'|([^\]\s]{{0,80}}))"
    r"\s*([iIsS])?\s*)?\]"
)
_PSEUDO = re.compile(r":([a-z-]{1,40})(\()?", re.IGNORECASE)
_BEFORE = re.compile(r"\s*([>+~])\s*")
_JOINT = re.compile(r"\s*([>+~])\s*|\s+")
_NTH = re.compile(r"(?:([+-]?\d*)n\s*(?:([+-])\s*(\d+))?|([+-]?\d+))")
_STATES = frozenset({"root", "checked", "target"})
_WORDS = {"even": (2, 0), "odd": (2, 1)}
_AMONG = frozenset({"not", "is", "where", "matches", "-webkit-any", "-moz-any"})
_COUNTING = {
    "nth-child": (False, False), "nth-last-child": (False, True),
    "nth-of-type": (True, False), "nth-last-of-type": (True, True),
}  # fmt: skip
_FIRST = {
    "first-child": "nth-child", "last-child": "nth-last-child",
    "first-of-type": "nth-of-type", "last-of-type": "nth-last-of-type",
}  # fmt: skip
_SHORT = {
    "only-child": ":first-child:last-child", "only-of-type": ":first-of-type:last-of-type",
    "link": "[href]", "any-link": "[href]", "scope": ":root", "defined": "*", "read-only": "*",
}  # fmt: skip
# Also what can be said of no element that holds a text.
_ACTED = frozenset(
    "empty hover focus focus-within focus-visible active visited open disabled "
    "invalid placeholder-shown fullscreen popover-open modal playing autofill user-invalid".split()
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute, and how its value must compare: no ``operator`` takes any.

    Where it is ``folded``, letter case does not matter.
    """

    name: str
    operator: str = ""
    value: str = ""
    folded: bool = False

    def fits(self, found: str | None) -> bool:
        """Tell whether an element's value does."""
        if found is not None and self.folded:
            return _COMPARED[self.operator](found.lower(), self.value.lower())
        return found is not None and _COMPARED[self.operator](found, self.value)


_COMPARED: dict[str, Callable[[str, str], bool]] = {
    "": lambda _, __: True,
    "=": lambda found, value: found == value,
    "~=": lambda found, value: value in found.split(),
    "|=": lambda found, value: found == value or found.startswith(f"{value}-"),
    "^=": lambda found, value: bool(value) and found.startswith(value),
    "$=": lambda found, value: bool(value) and found.endswith(value),
    "*=": lambda found, value: bool(value) and value in found,
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A place among siblings: ``step`` n + ``start``, of the same tag, from the end."""

    step: int
    start: int
    of_type: bool
    from_end: bool

    def fits(self, place: int) -> bool:
        """Tell whether the ``place``, counted from 1, is one of them."""
        ahead = place - self.start
        if self.step == 0:
            return ahead == 0
        return ahead % self.step == 0 and ahead // self.step >= 0


@dataclass(frozen=True, slots=True)
class Among:
    """One of ``selectors`` must fit, or none of them where ``wanted`` is false."""

    selectors: tuple["Selector", ...]
    wanted: bool


@dataclass(frozen=True, slots=True)
class Has:
    """One of ``selectors`` must fit below or behind; what they begin at fits any element."""

    selectors: tuple["Selector", ...]


class Compound(NamedTuple):
    """What one element must be: a tag (any where empty), ``.class`` and ``#id`` names, and more.

    ``states`` are among "root", "checked" and "target". It is ``plain`` where tag and names are all
    that is asked for.
    """

    tag: str
    names: frozenset[str]
    attributes: tuple[Attribute, ...] = ()
    counted: tuple[Counted, ...] = ()
    among: tuple[Among, ...] = ()
    has: tuple[Has, ...] = ()
    states: frozenset[str] = frozenset()
    plain: bool = True

    @property
    def work(self) -> int:
        """How many looks it takes, at most, to tell whether it fits an element."""
        among = (selector.work for one in self.among for selector in one.selectors)
        return 1 + len(self.attributes) + len(self.counted) + sum(among)

    @property
    def keys(self) -> frozenset[str]:
        """Names of which every element it fits has one: #id, .class, [attribute, tag, or ANY."""
        if self.names:
            return frozenset({min(self.names)})  # "#" sorts before "."
        if self.attributes:
            return frozenset({f"[{self.attributes[0].name}"})
        if "root" in self.states:
            return frozenset({self.tag or "html"})
        wanted = next((among for among in self.among if among.wanted), None)
        if self.tag or wanted is None:
            return frozenset({self.tag or ANY})
        return frozenset().union(*(selector.target.keys for selector in wanted.selectors))

    def can_fit(self, present: AbstractSet[str]) -> bool:
        """Tell whether a page with the names ``present`` may have an element that it fits."""
        if not self.among and not self.has:
            return self.names <= present
        wanted: list[Among | Has] = [among for among in self.among if among.wanted]
        return self.names <= present and all(
            any(selector.can_fit(present) for selector in one.selectors)
            for one in (*wanted, *self.has)
        )


class Selector(NamedTuple):
    """``target`` below or beside ``others``, the nearest first, each with what joins it on."""

    target: Compound
    others: tuple[tuple[str, Compound], ...]
    weight: Weight

    @property
    def work(self) -> int:
        """How many looks it takes, roughly, to tell whether it fits an element."""
        others = (
            compound.work * (_AROUND if joint == "~" else 1) for joint, compound in self.others
        )
        return self.target.work + sum(others)

    @property
    def above(self) -> frozenset[str]:
        """The names that elements around must have for it to fit."""
        holders = (compound.names for joint, compound in self.others if joint in {" ", ">"})
        return frozenset().union(*holders)

    def can_fit(self, present: AbstractSet[str]) -> bool:
        """Tell whether a page with the names ``present`` may have an element that it fits."""
        return self.target.can_fit(present) and all(
            compound.can_fit(present) for _, compound in self.others
        )


@lru_cache(maxsize=1_000)
def selector_of(text: str, depth: int = 0) -> Selector | None:
    """Return the selector that ``text`` writes, None where it can fit no element at rest."""
    if len(text) > LONGEST or depth > _DEEPEST:
        return None
    reader = _Reader(text.strip(), depth)
    compounds = [reader.compound()]
    joints: list[str] = []
    while reader.more() and len(joints) < _MOST_STEPS:
        joints.append(reader.joint())
        compounds.append(reader.compound())
    if reader.more() or reader.lost:
        return None
    *others, target = compounds
    pairs = tuple(zip(reversed(joints), reversed(others), strict=True))
    return Selector(target, pairs, reader.weight)


def apart(selectors: str) -> list[str]:
    """Return the selectors of a list: commas within brackets and strings do not part them."""
    if "(" not in selectors and "[" not in selectors:
        return selectors.split(",")
    return list(_apart(selectors))


def _apart(selectors: str) -> Iterator[str]:
    level, start = 0, 0
    for mark in re.finditer(r"[()\[\],]", selectors):
        if mark.group() in "([":
            level += 1
        elif mark.group() in ")]":
            level -= 1
        elif level == 0:
            yield selectors[start : mark.start()]
            start = mark.end()
    yield selectors[start:]


class _Reader:
    """One pass over a selector; ``lost`` once something is met that cannot be read."""

    def __init__(self, text: str, depth: int) -> None:
        self.lost = not text
        self.weight: Weight = (0, 0, 0)
        self._text, self._depth, self._at = text, depth, 0

    def more(self) -> bool:
        return not self.lost and self._at < len(self._text)

    def joint(self) -> str:
        match = _JOINT.match(self._text, self._at)
        if match is None:
            self.lost = True
            return " "
        self._at = match.end()
        return match[1] or " "

    def compound(self) -> Compound:
        start = self._at
        tag = self._take(_TAG)
        name = unescaped(tag["name"]).lower() if tag and tag["name"] != ANY else ""
        self._weigh((0, 0, 1 if name else 0))
        names: list[str] = []
        attributes: list[Attribute] = []
        counted: list[Counted] = []
        among: list[Among] = []
        has: list[Has] = []
        states: list[str] = []
        while not self.lost and self._at < len(self._text):
            if part := self._take(_NAME):
                names.append(part.group()[0] + unescaped(part.group()[1:]))
                self._weigh((1, 0, 0) if part.group()[0] == "#" else (0, 1, 0))
            elif part := self._take(_ATTRIBUTE):
                value = unescaped(part[3] or part[4] or part[5] or "")
                folded = (part[6] or "").lower() == "i"
                name_of = unescaped(part[1]).lower()
                attributes.append(Attribute(name_of, part[2] or "", value, folded))
                self._weigh((0, 1, 0))
            elif part := self._take(_PSEUDO):
                said = self._pseudo(part)
                counted += [said] if isinstance(said, Counted) else []
                among += [said] if isinstance(said, Among) else []
                has += [said] if isinstance(said, Has) else []
                states += [said] if isinstance(said, str) else []
            else:
                break
        self.lost = self.lost or self._at == start
        return Compound(
            name,
            frozenset(names),
            tuple(attributes),
            tuple(counted),
            tuple(among),
            tuple(has),
            frozenset(states),
            plain=not (attributes or counted or among or has or states),
        )

    def _pseudo(self, part: re.Match[str]) -> Counted | Among | Has | str | None:
        """Read a pseudo-class; a state of an element is its name."""
        name, inside = part[1].lower(), self._inside() if part[2] else None
        if name in _AMONG and inside is not None:
            return self._among(name, inside)
        if name == "has" and inside is not None:
            return self._has(inside)
        if name in _SHORT and inside is None:
            return self._among("is", _SHORT[name])
        self._weigh((0, 1, 0))
        if name in _FIRST and inside is None:
            return Counted(0, 1, *_COUNTING[_FIRST[name]])
        if name in _COUNTING and inside is not None and (told := _nth(inside)):
            return Counted(*told, *_COUNTING[name])
        self.lost = self.lost or name not in _STATES
        return name

    def _among(self, name: str, inside: str) -> Among | None:
        parts = [part.strip() for part in apart(inside)]
        read = [selector_of(part, self._depth + 1) for part in parts]
        found = tuple(selector for selector in read if selector is not None)
        unread = [part for part, selector in zip(parts, read, strict=True) if selector is None]
        # Nobody hovers over a page at rest: ``:not(:hover)`` takes nothing away.
        self.lost = self.lost or (name == "not" and not all(map(_is_acted, unread)))
        if name != "where" and found:
            self._weigh(max(selector.weight for selector in found))
        return None if name == "not" and not found else Among(found, wanted=name != "not")

    def _has(self, inside: str) -> Has:
        read = [_relative(part, self._depth + 1) for part in apart(inside)]
        found = tuple(selector for selector in read if selector is not None)
        self.lost = self.lost or not found
        if found:
            self._weigh(max(selector.weight for selector in found))
        return Has(found)

    def _inside(self) -> str:
        """Return what stands between the bracket just read and its closing one."""
        level, start = 1, self._at
        for mark in re.finditer(r"[()]", self._text[start:]):
            level += 1 if mark.group() == "(" else -1
            if level == 0:
                self._at = start + mark.end()
                return self._text[start : self._at - 1]
        self.lost = True
        return ""

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return match

    def _weigh(self, weight: Weight) -> None:
        (ids, classes, tags), (more_ids, more_classes, more_tags) = self.weight, weight
        self.weight = ids + more_ids, classes + more_classes, tags + more_tags


def _relative(text: str, depth: int) -> Selector | None:
    """Return what stands in ``:has()``: at its far left is the element that has it."""
    joint = _BEFORE.match(text)
    selector = selector_of(text[joint.end() :] if joint else text, depth)
    if selector is None:
        return None
    start = (joint[1] if joint else " ", Compound("", frozenset()))
    return Selector(selector.target, (*selector.others, start), selector.weight)


def _nth(inside: str) -> tuple[int, int] | None:
    """Return step and start of ``2n+1``, ``odd`` or ``3``."""
    text = inside.strip().lower()
    if text in _WORDS:
        return _WORDS[text]
    match = _NTH.fullmatch(text)
    if match is None:
        return None
    if match[4]:
        return 0, int(match[4])
    step = int(f"{match[1]}1") if match[1] in {"", "+", "-"} else int(match[1])
    return step, int(f"{match[2]}{match[3]}") if match[3] else 0


def _is_acted(selector: str) -> bool:
    """Tell a selector that only a reader's doing makes fit."""
    found: Sequence[str] = re.findall(r"(?<!:):([a-z-]+)", selector.lower())
    return any(name in _ACTED for name in found)
