"""Style sheets within a page: which rules fit an element, and what they declare for it.

Selectors of tags, classes, ids and attributes, also below one another (``.post > p.a``), nested
rules, and at-rules that hold on a wide screen. No states and no counting (``:not``,
``:nth-child``): such rules are left out. One pass, a bounded number of rules a name.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casebook.extractors.styles import Declared, Style, declared, unescaped

ANY = "*"
"""The name of rules for every element below another one."""

_LONGEST_SHEET = 1_000_000
_RULES_PER_NAME = 24
_DEEPEST_NESTING = 5
_MOST_STEPS = 5
_LONGEST_CLASS = 2_000
_MOST_ANCESTORS = 60
_WIDTH_PX = 1280
_EM_PX = 16

_NOISE = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_TAG = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*|\*")
_IDENT = r"(?:[\w-]|\\[0-9a-fA-F]{1,6}|\\.){1,80}"
_PART = re.compile(
    rf"([.#]{_IDENT})|\[\s*({_IDENT})\s*(?:(~?=)\s*[\"']?([^\"'\]]{{0,80}})[\"']?\s*)?\]"
)
_STATE = re.compile(r"(?<!\\):")
_STEP = re.compile(r"\s*>\s*|\s+")
_WIDTH = re.compile(r"(min|max)-width\s*:\s*([\d.]+)\s*(px|em|rem)")
_UNMEANT = re.compile(r"\b(?:print|speech|not)\b|prefers-|orientation|hover|pointer")


@dataclass(frozen=True, slots=True)
class Compound:
    """What one element must be: a tag (any where empty), ``.class`` and ``#id`` names, attributes.

    An attribute is its name and the value that it must have, None for any.
    """

    tag: str
    names: frozenset[str]
    attributes: tuple[tuple[str, str | None], ...] = ()

    @property
    def weight(self) -> tuple[int, int, int]:
        """Return the specificity: ids, classes with attributes, tags."""
        ids = sum(name.startswith("#") for name in self.names)
        others = len(self.names) - ids + len(self.attributes)
        return ids, others, int(bool(self.tag))


@dataclass(frozen=True, slots=True)
class Rule:
    """``declared`` for elements that fit ``target`` and stand below ``above``, the nearest first.

    The flag beside each of ``above`` says that it must be the parent. ``order`` sorts rules by
    specificity and place.
    """

    target: Compound
    above: tuple[tuple[bool, Compound], ...]
    declared: Declared
    order: tuple[int, ...]


Rules = Mapping[str, Sequence[Rule]]
"""Rules by a name of their target: ``#id``, ``.class``, ``[attribute``, tag, or ANY."""


def rules_of(sheet: str) -> dict[str, list[Rule]]:
    """Return the rules of a style sheet; at most 24 for one name, the last ones."""
    rules: dict[str, list[Rule]] = {}
    text = _NOISE.sub(" ", sheet[:_LONGEST_SHEET])
    for place, (selectors, body) in enumerate(_blocks(text, (), 0)):
        told = declared(body).of_sight()
        for selector in selectors if told.plain or told.important else ():
            if found := _rule(selector, told, place):
                rules.setdefault(_key(found.target), []).append(found)
    return {name: found[-_RULES_PER_NAME:] for name, found in rules.items()}


class Cascade:
    """What the rules of a page declare for each element, on one walk through its tree."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._above: list[tuple[Any, frozenset[str]]] = []
        self._present: Counter[str] = Counter()
        """How many elements above carry a name, to pass over most rules at a glance."""

    def enter(self, element: Any, inline: Declared) -> Style:
        """Return what is declared for ``element``, which is the next one inwards."""
        names = _names(element)
        if element.attrib or element.tag in self._rules or ANY in self._rules:
            style = self._style(element, names, inline) if self._rules else _merged([inline])
        else:
            style = _NO_STYLE
        self._above.append((element, names))
        for name in names:
            self._present[name] += 1
        return style

    def leave(self) -> None:
        """Step out of the innermost element."""
        for name in self._above.pop()[1]:
            self._present[name] -= 1

    def _style(self, element: Any, names: frozenset[str], inline: Declared) -> Style:
        keys = [*names, *(f"[{name}" for name in element.attrib), element.tag, ANY]
        fitting = [
            rule
            for key in keys
            for rule in self._rules.get(key, ())
            if _is(rule.target, element, names) and self._stands_below(rule)
        ]
        fitting.sort(key=lambda rule: rule.order)
        return _merged([*(rule.declared for rule in fitting), inline])

    def _stands_below(self, rule: Rule) -> bool:
        for _, each in rule.above:
            for name in each.names:
                if not self._present.get(name):
                    return False
        place = len(self._above)
        for is_parent, compound in rule.above:
            lowest = max(0, place - (1 if is_parent else _MOST_ANCESTORS))
            while place > lowest:
                place -= 1
                if _is(compound, *self._above[place]):
                    break
            else:
                return False
        return True


def _merged(told: Sequence[Declared]) -> Style:
    """Return the last value of each property; important ones win."""
    style: dict[str, str] = {}
    for each in told:
        style |= each.plain
    for each in told:
        style |= each.important
    return style


def _names(element: Any) -> frozenset[str]:
    classes, identity = element.get("class"), element.get("id")
    if not classes and not identity:
        return _NAMELESS
    names = [f".{name}" for name in (classes or "")[:_LONGEST_CLASS].split()]
    return frozenset([*names, f"#{identity}"] if identity else names)


_NAMELESS: frozenset[str] = frozenset()
_NO_STYLE: Style = {}


def _is(compound: Compound, element: Any, names: frozenset[str]) -> bool:
    if compound.tag not in {"", element.tag} or not compound.names <= names:
        return False
    return not compound.attributes or all(
        _has(element.get(name), value) for name, value in compound.attributes
    )


def _has(found: str | None, wanted: str | None) -> bool:
    return found is not None and (wanted is None or wanted == found or wanted in found.split())


# --- Reading -------------------------------------------------------------------------------------


def _blocks(text: str, parents: Sequence[str], depth: int) -> Iterator[tuple[Sequence[str], str]]:
    """Yield the selectors and the declarations of each rule, those inside at-rules that hold."""
    level, start, opened, head = 0, 0, 0, ""
    for mark in re.finditer(r"[{}]", text):
        if mark.group() == "{":
            if level == 0:
                head, opened = text[start : mark.start()].rpartition(";")[2].strip(), mark.end()
            level += 1
        elif level:
            level -= 1
            if level == 0:
                yield from _block(head, text[opened : mark.start()], parents, depth)
                start = mark.end()
        else:
            start = mark.end()


def _block(
    head: str, body: str, parents: Sequence[str], depth: int
) -> Iterator[tuple[Sequence[str], str]]:
    if head.startswith("@"):
        if depth < _DEEPEST_NESTING and _holds(head.lower()):
            if parents:
                yield parents, _own(body)
            yield from _blocks(body, parents, depth + 1)
        return
    selectors = [_below(parent, each) for each in head.split(",") for parent in parents or [""]]
    yield selectors, _own(body)
    if "{" in body and depth < _DEEPEST_NESTING and len(selectors) <= _RULES_PER_NAME:
        yield from _blocks(body, selectors, depth + 1)


def _own(body: str) -> str:
    """Return the declarations of a block without the rules that are nested in it."""
    kept, level, start = [], 0, 0
    for mark in re.finditer(r"[{}]", body):
        if mark.group() == "{":
            if level == 0:
                kept.append(body[start : mark.start()].rpartition(";")[0])
            level += 1
        elif level:
            level, start = level - 1, mark.end()
    return ";".join([*kept, body[start:] if level == 0 else ""])


def _below(parent: str, selector: str) -> str:
    """Return a nested selector written out: ``&`` is its parent, else it stands below it."""
    selector = selector.strip()
    if "&" in selector:
        return selector.replace("&", parent)
    return f"{parent} {selector}" if parent else selector


def _holds(head: str) -> bool:
    """Tell an at-rule whose rules count on a wide screen."""
    if head.startswith(("@supports", "@layer", "@scope")):
        return True
    if not head.startswith("@media"):
        return False
    return any(_is_wide_screen(query) for query in head.removeprefix("@media").split(","))


def _is_wide_screen(query: str) -> bool:
    if _UNMEANT.search(query):
        return False
    for side, number, unit in _WIDTH.findall(query):
        pixels = float(number) * (1 if unit == "px" else _EM_PX)
        if (side == "min" and pixels > _WIDTH_PX) or (side == "max" and pixels < _WIDTH_PX):
            return False
    return True


def _rule(selector: str, told: Declared, place: int) -> Rule | None:
    """Return the rule of one selector, None where it asks for what is not read here."""
    if _STATE.search(selector):
        return None
    steps = _STEP.findall(selector.strip())
    read = [_compound(part) for part in _STEP.split(selector.strip())]
    compounds = [compound for compound in read if compound is not None]
    if len(compounds) < len(read) or not 0 < len(read) <= _MOST_STEPS:
        return None
    *above, target = compounds
    if _key(target) == ANY and not above:
        return None
    flags = [">" in step for step in steps]
    weight = [sum(part) for part in zip(*(each.weight for each in compounds), strict=True)]
    pairs = tuple(zip(reversed(flags), reversed(above), strict=True))
    return Rule(target, pairs, told, (*weight, place))


def _compound(text: str) -> Compound | None:
    tag = _TAG.match(text)
    place = tag.end() if tag else 0
    names, attributes = [], []
    while place < len(text) and (part := _PART.match(text, place)):
        place = part.end()
        if part[1]:
            names.append(part[1][0] + unescaped(part[1][1:]))
        else:
            attributes.append((unescaped(part[2]).lower(), part[4]))
    if place < len(text) or not text:
        return None
    name = tag.group().lower() if tag and tag.group() != "*" else ""
    return Compound(name, frozenset(names), tuple(attributes))


def _key(target: Compound) -> str:
    """Return the name under which an element's rules are found."""
    if target.names:
        return min(target.names)  # "#" sorts before "."
    return f"[{target.attributes[0][0]}" if target.attributes else target.tag or ANY
