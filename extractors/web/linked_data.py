"""What a page says about itself in JSON-LD (schema.org). Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from extractors.web.patterns import pattern

Thing = Mapping[str, Any]

_ARTICLE = pattern("page", "article_types")
_DEEPEST = 4
_MOST_THINGS = 200
_LONGEST_SCRIPT = 500_000


def things_of(tree: Any) -> list[Thing]:
    """Return what the page describes, outer things first; scripts that are not JSON are skipped."""
    found: list[Thing] = []
    for script in tree.iter("script"):
        if script.get("type") == "application/ld+json" and len(found) < _MOST_THINGS:
            try:
                stated = json.loads((script.text or "")[:_LONGEST_SCRIPT], strict=False)
            except (ValueError, RecursionError):
                continue
            found += _within(stated, 0)
    return found[:_MOST_THINGS]


def articles_in(things: Iterable[Thing]) -> list[Thing]:
    """Return those things that someone wrote."""
    return [thing for thing in things if any(map(_ARTICLE.fullmatch, types_of(thing)))]


def types_of(thing: Thing) -> frozenset[str]:
    """Return the types that ``thing`` states."""
    stated = thing.get("@type")
    names = stated if isinstance(stated, list) else [stated]
    return frozenset(name for name in names if isinstance(name, str))


def names_of(value: Any) -> list[str]:
    """Return the names of the persons in an ``author``; companies are left out."""
    parts = value if isinstance(value, list) else [value]
    persons = [part if isinstance(part, dict) else {"name": part} for part in parts]
    names = [one.get("name") for one in persons if "Organization" not in types_of(one)]
    return [name for name in names if isinstance(name, str)]


def _within(value: Any, depth: int) -> Iterator[Thing]:
    things = [
        one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)
    ]
    yield from things
    if depth < _DEEPEST:
        for thing in things:
            for name in ("@graph", "mainEntity"):
                yield from _within(thing.get(name), depth + 1)
