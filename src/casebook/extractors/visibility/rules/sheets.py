"""Style sheets within a page: their rules, as far as they can hide or show a text.

Nested rules too, and at-rules that hold on a wide screen. One pass, a bounded number of selectors;
a rule that speaks of a class or id that the page does not have is passed over unread.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from casebook.extractors.visibility.declarations.declared import Declared, declared
from casebook.extractors.visibility.declarations.off_screen import beside
from casebook.extractors.visibility.declarations.shifts import BOXES, moves
from casebook.extractors.visibility.painting import first_line
from casebook.extractors.visibility.painting.covering import PLACES, is_box
from casebook.extractors.visibility.rules import source
from casebook.extractors.visibility.rules.conditions import scoped, supports_hold
from casebook.extractors.visibility.rules.imports import held_by, with_imports
from casebook.extractors.visibility.rules.layers import Layer, Place
from casebook.extractors.visibility.rules.malformed import is_malformed
from casebook.extractors.visibility.rules.media import container_holds, media_hold
from casebook.extractors.visibility.rules.selectors import (
    ANY,
    LONGEST,
    Selector,
    Weight,
    apart,
    selector_of,
)

_MOST_PARENTS = 40
_LONGEST_CLASS = 2_000
_MOST_NESTED = 4_000  # selectors of a nested rule, each below each parent
_MOST_SELECTORS = 400_000
_DEEPEST_NESTING = 16

_URL = re.compile(r"url\([^)]*\)", re.IGNORECASE)
_CONTAINER = re.compile(r"container(?:-type)?\s*:", re.IGNORECASE)
_QUERY = re.compile(r"@container\b[^{};]{0,500}", re.IGNORECASE)
_BRACE = re.compile(r"[{}]")
# What is before a block, and the block: with others in it as a group of rules has them.
_REST = re.compile(r"[^{}]*+(?:\{[^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+\}[^{}]*+)*+\}")
_RULE = re.compile(r"([^{}]*+)\{([^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+)\}")
_NAME = re.compile(r"[.#][\w-]+")
_BRACKET = re.compile(r"[(\[\\]")
_STRING = r"\"[^\"\\]*\"|'[^'\\]*'"
_INSIDE = re.compile(rf"\[(?:[^][\"'\\]|{_STRING})*+\]|\((?:[^()\"'\\]|{_STRING})*+\)")
_UNTOLD = re.compile(r"[][()\"'\\]")
_ACTED = re.compile(r":(?:hover|focus|active|visited)")
_GENERATED = re.compile(r"(.*?)::?(before|after|first-line)", re.IGNORECASE | re.DOTALL)
# With or without a block, so that what is looked through for one is looked through once.
_GROUP = re.compile(
    r"(@(?:media|supports|layer|scope|container|starting-style)\b[^{};]*+)(\{?)", re.IGNORECASE
)


class Rule(NamedTuple):
    """``declared`` for what fits ``selector``; ``order`` sorts by layer, specificity and place."""

    selector: Selector
    declared: Declared
    order: tuple[Layer, Weight, int]

    @property
    def strength(self) -> tuple[bool, Any]:
        """What rules are left out by, the weakest first: those with important declarations stay."""
        return bool(self.declared.important), self.order

    @property
    def urgency(self) -> tuple[Layer, Weight, int]:
        """What its important declarations are sorted by: those of the first layer win."""
        layer, weight, place = self.order
        return tuple(-number for number in layer), weight, place


_Block = tuple[Sequence[str], str, Layer]
Rules = Mapping[str, Sequence[Rule]]
"""Rules by the keys of their target: ``#id``, ``.class``, ``[attribute``, tag, or ANY."""


def names_in(classes: str | None, identity: str | None) -> Iterator[str]:
    """Yield the ``.class`` and ``#id`` names of an element."""
    for name in (classes or "")[:_LONGEST_CLASS].split():
        yield f".{name}"
    if identity:
        yield f"#{identity}"


def sheets_of(root: Any) -> Iterator[Any]:
    """Yield the elements under ``root`` that hold or name a style sheet."""
    for element in root.iter("style", "link"):
        named = element.tag == "style" or "stylesheet" in element.get("rel", "")
        if named and next(element.iterancestors("template"), None) is None:
            yield element


def sheet_in(element: Any) -> str | None:
    """Return the style sheet that a <style> or <link> holds, None where it lies elsewhere.

    One for paper, in another language, or that waits for a reader to choose it, is none.
    """
    rels = (element.get("rel") or "").lower().split()
    if "alternate" in rels or (element.tag == "link" and element.get("disabled") is not None):
        return ""
    kind = (element.get("type") or "text/css").partition(";")[0].strip().lower()
    if kind != "text/css" or not media_hold((element.get("media") or "").lower()):
        return ""
    if element.tag == "link":
        return held_by(element.get("href") or "")
    return source.alone(with_imports(str(element.text or "")))


def joined(sheets: Sequence[str | None], inline: Iterable[str]) -> str:
    """Return style sheets as one, without queries of containers where the page makes none.

    ``inline`` are its style attributes. A sheet that lies elsewhere (None) may make one.
    """
    sheet = "\n".join(filter(None, sheets))[: source.LONGEST]
    if None in sheets or "@container" not in sheet:
        return sheet
    makes = any(map(_CONTAINER.search, (sheet, *inline)))
    return sheet if makes else _QUERY.sub("@media not all", sheet)


def rules_of(sheet: str, present: set[str], placed: Iterable[str] = ()) -> dict[str, list[Rule]]:
    """Return the rules of a style sheet, as ``joined`` gives it, by the keys of their targets.

    ``present`` are the ``.class`` and ``#id`` names of the page, ``placed`` the places and sizes
    that its style attributes hang on.
    """
    rules: dict[str, list[Rule]] = {}
    read = list(_read(sheet, present))
    parts = [part for each in read for part in (each[1].plain, each[1].important) if part]
    placing = {*placed, *(name for each in read for name in each[1].placing())}
    placing.update(*map(beside, parts))
    placing |= PLACES if any(map(is_box, parts)) else set()
    sized = any(side == first_line.SIDE for found, *_ in read for _, side in found)
    placing |= BOXES if sized or any(map(moves, parts)) else set()
    for found, told, layer, place in read:
        of_sight = told.of_sight(placing)
        sides = {side: told.of(side) if side else of_sight for _, side in found}
        for selector, side in found:
            if not (sides[side].plain or sides[side].important):
                continue
            rule = Rule(selector, sides[side], (layer, selector.weight, place))
            for key in selector.target.keys:
                rules.setdefault(key, []).append(rule)
    return rules


def _read(
    sheet: str, present: set[str]
) -> Iterator[tuple[Sequence[tuple[Selector, str]], Declared, Layer, int]]:
    """Yield what each rule is for, ``::before`` and the like apart, what it declares, and where.

    Those of which the page has nothing are passed over.
    """
    written = 0
    for place, (selectors, body, layer) in enumerate(_blocks(sheet, (), 0, Place())):
        written += len(selectors)
        if written > _MOST_SELECTORS:
            return
        found = [
            (selector, side)
            for base, side in map(_parted, (one for one in selectors if _may_fit(one, present)))
            if (selector := selector_of(base)) and selector.can_fit(present)
        ]
        if found and not any(map(is_malformed, selectors)):
            yield found, declared(_own(body)), layer, place


def _parted(selector: str) -> tuple[str, str]:
    """Return a selector without ``::before``, ``::after`` or ``::first-line``, and which it was."""
    selector = selector.strip()
    may_be = selector.lower().endswith(("before", "after", "first-line"))
    found = _GENERATED.fullmatch(selector) if may_be else None
    return (found[1] or ANY, f"::{found[2].lower()}") if found else (selector, "")


def in_force(sheet: str) -> str:
    """Return a style sheet, as ``joined`` gives it, without what counts on another screen."""
    kept, at = [], 0
    for group in _GROUP.finditer(sheet):
        if group[2] and group.start() >= at and not _holds(group[1].strip().lower()):
            kept.append(sheet[at : group.start()])
            end = _closing(sheet, group.end())
            at = len(sheet) if end is None else end + 1
    return "".join([*kept, sheet[at:]])


def _may_fit(selector: str, present: set[str]) -> bool:
    """Tell at a glance whether the page has what ``selector`` asks for outside of brackets.

    And whether that may fit before a reader does something.
    """
    if _BRACKET.search(selector):
        selector = _INSIDE.sub("", selector)
        if _UNTOLD.search(selector):  # brackets in brackets, or in a string
            return True
    return present.issuperset(_NAME.findall(selector)) and not _ACTED.search(selector)


def _blocks(text: str, parents: Sequence[str], depth: int, at: Place) -> Iterator[_Block]:
    """Yield selectors, body and layer of each rule, those inside at-rules that hold."""
    for before, body in _ruled(text):
        stated, ends, head = before.rpartition(";")
        head = head.strip()
        if ends:
            at.state(stated)
            if not parents and not all(map(_is_statement, _URL.sub("", stated).split(";"))):
                head = source.WRONG + head  # browsers read it as a part of the selector
        yield from _block(head, body, parents, depth, at)


def _ruled(text: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before each block that stands in no other one, and what stands in it."""
    at = 0
    while rule := _RULE.match(text, at) or _BRACE.search(text, at):
        if rule[0] == "{":
            end = _closing(text, rule.end())
            if end is None:
                return
            yield text[at : rule.start()], text[rule.end() : end]
            at = end + 1
        else:
            if rule.re is _RULE:
                yield rule[1], rule[2]
            at = rule.end()


def _closing(text: str, at: int) -> int | None:
    """Return where the block that is open ``at`` a place ends."""
    if flat := _REST.match(text, at):  # as most are
        return flat.end() - 1
    level = 1
    for mark in _BRACE.finditer(text, at):
        level += 1 if mark[0] == "{" else -1
        if level == 0:
            return mark.start()
    return None


def _within(head: str, selectors: Sequence[str]) -> Iterator[str]:
    """Yield the selectors of a scope; scopes in scopes make twice as many, and longer ones."""
    for selector in selectors if len(head) <= LONGEST else ():
        yield from (one for one in scoped(head, selector) if len(one) <= LONGEST)


def _is_statement(text: str) -> bool:
    return text.lstrip()[:1] == "@"


def _block(head: str, body: str, parents: Sequence[str], depth: int, at: Place) -> Iterator[_Block]:
    if head.startswith("@"):
        if depth < _DEEPEST_NESTING and _holds(head.lower()):
            at = at.within(head)
            if head[:6].lower() == "@scope":
                for several, said, layer in _blocks(body, (), depth + 1, at):
                    yield list(islice(_within(head, several), _MOST_NESTED)), said, layer
                return
            if parents:
                yield parents, body, at.layer
            yield from _blocks(body, parents, depth + 1, at)
        return
    each = apart(head)
    if parents:
        nested = (
            _below(parent, one)
            for one in each
            for parent in parents
            if len(one) + one.count("&") * len(parent) <= LONGEST
        )
        selectors = list(islice(nested, _MOST_NESTED))
    else:
        selectors = [one.strip().replace("&", "") for one in each if len(one) <= LONGEST]
    yield selectors, body, at.layer
    if "{" in body and depth < _DEEPEST_NESTING and len(selectors) <= _MOST_PARENTS:
        yield from _blocks(body, selectors, depth + 1, at)


def _own(body: str) -> str:
    """Return the declarations of a block without the rules that are nested in it."""
    if "{" not in body:
        return body
    kept, level, start = [], 0, 0
    for mark in _BRACE.finditer(body):
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
    return selector.replace("&", parent) if "&" in selector else f"{parent} {selector}"


def _holds(head: str) -> bool:
    """Tell an at-rule whose rules count on a wide screen."""
    if head.startswith("@supports"):
        return supports_hold(head.removeprefix("@supports"))
    if head.startswith(("@layer", "@scope")):
        return True
    if head.startswith("@container"):
        return container_holds(head.removeprefix("@container"))
    return head.startswith("@media") and media_hold(head.removeprefix("@media"))
