"""What a page says of itself in JSON-LD (schema.org), as plain mappings."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from casebook.extractors.text.characters import one_line

Thing = Mapping[str, Any]

WRITTEN = frozenset(
    "Article NewsArticle BlogPosting TechArticle ReportageNewsArticle Report Recipe HowTo "
    "ScholarlyArticle AnalysisNewsArticle OpinionNewsArticle SocialMediaPosting".split()
)
"""The types of what somebody wrote."""

ASKED = frozenset({"DiscussionForumPosting", "Question"})
"""The types of what opens a thread."""

_DEEPEST = 4
# A script that is no JSON (a comma too many) still tells its days.
_DAY = re.compile(r'"(datePublished|dateCreated)"\s*:\s*"([^"]{8,40})"')


def things_of(tree: Any) -> list[Thing]:
    """Return what the page under ``tree`` describes, outer things first."""
    scripts = tree.iter("script")
    texts = (each.text or "" for each in scripts if each.get("type") == "application/ld+json")
    return [thing for text in texts for thing in _read(text)]


def written_things(tree: Any) -> list[Thing]:
    """Return what somebody wrote of what the page describes; what it is called itself goes first.

    Some describe their related posts the same way, before the post.
    """
    found = list(of_types(things_of(tree), WRITTEN))
    if len(found) > 1:
        titles = [*tree.iter("h1"), *tree.iter("title")]
        called = {one_line(" ".join(title.itertext())) for title in titles}
        found.sort(key=lambda thing: one_line(str(thing.get("headline"))) not in called)
    return found


def of_types(things: Iterable[Thing], types: frozenset[str]) -> Iterator[Thing]:
    """Yield those of ``things`` that are of one of ``types``."""
    yield from (thing for thing in things if types_of(thing) & types)


def types_of(thing: Thing) -> frozenset[str]:
    """Return the types that ``thing`` says it is of."""
    named = thing.get("@type")
    names = named if isinstance(named, list) else [named]
    return frozenset(name for name in names if isinstance(name, str))


def names_of(value: Any) -> list[str]:
    """Return the names of the person or persons that ``value`` stands for; firms are none."""
    parts = value if isinstance(value, list) else [value]
    told = [part if isinstance(part, dict) else {"name": part} for part in parts]
    names = (part.get("name") for part in told if part.get("@type") != "Organization")
    return [name for name in names if isinstance(name, str)]


@lru_cache(maxsize=4)  # a page is asked for its authors, its day and its length
def _read(text: str) -> Sequence[Thing]:
    found: list[Thing] = []
    try:
        found += _within(json.loads(text, strict=False), 0)
    except (ValueError, RecursionError):
        found += [{name: day} for name, day in _DAY.findall(text)]
    return found


def _within(value: Any, depth: int) -> Iterator[Thing]:
    parts = value if isinstance(value, list) else [value]
    things = [part for part in parts if isinstance(part, dict)]
    yield from things
    if depth < _DEEPEST:
        for thing in things:
            for name in ("@graph", "mainEntity"):
                yield from _within(thing.get(name), depth + 1)
