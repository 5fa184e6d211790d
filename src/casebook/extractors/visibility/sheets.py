"""Style sheets within a page: their rules, as far as they can hide or show a text.

Nested rules too, and at-rules that hold on a wide screen. One pass, a bounded number of rules a
name; a rule that speaks of a class or id that the page does not have is passed over unread.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from casebook.extractors.visibility.selectors import Selector, apart, selector_of
from casebook.extractors.visibility.styles import Declared, declared

_LONGEST_SHEET = 1_000_000
_RULES_PER_NAME = 24
_DEEPEST_NESTING = 5
_WIDTH_PX = 1280
_EM_PX = 16

_NOISE = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_NAME = re.compile(r"[.#][\w-]+")
_BRACKET = re.compile(r"[(\[\\]")
_NEVER = re.compile(r"::|:(?:hover|focus|active|visited|before|after)")
_WIDTH = re.compile(r"(min|max)-width\s*:\s*([\d.]+)\s*(px|em|rem)")
_GROUPS = ("@media", "@supports", "@layer", "@scope", "@container", "@starting-style")
_UNMEANT = re.compile(r"\b(?:print|speech|not)\b|prefers-|orientation|hover|pointer")


@dataclass(frozen=True, slots=True)
class Rule:
    """``declared`` for what fits ``selector``; ``order`` sorts by specificity and place."""

    selector: Selector
    declared: Declared
    order: tuple[int, ...]


Rules = Mapping[str, Sequence[Rule]]
"""Rules by the keys of their target: ``#id``, ``.class``, ``[attribute``, tag, or ANY."""


def rules_of(sheet: str, present: set[str]) -> dict[str, list[Rule]]:
    """Return the rules of a style sheet; at most 24 for one name, the last ones.

    ``present`` are the ``.class`` and ``#id`` names of the page.
    """
    rules: dict[str, list[Rule]] = {}
    text = _NOISE.sub(" ", sheet[:_LONGEST_SHEET])
    for place, (selectors, body) in enumerate(_blocks(text, (), 0)):
        found = [
            selector
            for each in selectors
            if _may_fit(each, present)
            and (selector := selector_of(each.strip()))
            and selector.can_fit(present)
        ]
        if not found:
            continue
        told = declared(_own(body)).of_sight()
        for selector in found if told.plain or told.important else ():
            rule = Rule(selector, told, (*selector.weight, place))
            for key in selector.target.keys:
                rules.setdefault(key, []).append(rule)
    return {name: found[-_RULES_PER_NAME:] for name, found in rules.items()}


def in_force(sheet: str) -> str:
    """Return a style sheet without comments, and without what counts on paper or another screen."""
    return _in_force(_NOISE.sub(" ", sheet[:_LONGEST_SHEET]), 0)


def _in_force(text: str, depth: int) -> str:
    kept, level, start, opened, head = [], 0, 0, 0, ""
    for mark in re.finditer(r"[{}]", text):
        if mark.group() == "{":
            if level == 0:
                head = text[start : mark.start()].rpartition(";")[2].strip().lower()
                opened = mark.end()
            level += 1
        elif level:
            level -= 1
            if level == 0:
                if not head.startswith(_GROUPS):
                    kept.append(text[start : mark.end()])
                elif depth < _DEEPEST_NESTING and _holds(head):
                    kept.append(_in_force(text[opened : mark.start()], depth + 1))
                start = mark.end()
        else:
            start = mark.end()
    if level and not head.startswith(_GROUPS):  # browsers close at the end what is open
        kept.append(text[start:])
    return "".join(kept)


def _may_fit(selector: str, present: set[str]) -> bool:
    """Tell at a glance whether the page has what ``selector`` asks for; brackets hide it."""
    if not present.issuperset(_NAME.findall(selector)):
        return _BRACKET.search(selector) is not None
    return _NEVER.search(selector) is None or _BRACKET.search(selector) is not None


def _blocks(text: str, parents: Sequence[str], depth: int) -> Iterator[tuple[Sequence[str], str]]:
    """Yield the selectors and the body of each rule, those inside at-rules that hold."""
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
                yield parents, body
            yield from _blocks(body, parents, depth + 1)
        return
    selectors = [_below(parent, each) for each in apart(head) for parent in parents or [""]]
    yield selectors, body
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
