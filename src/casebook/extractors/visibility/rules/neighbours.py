"""The elements around one that the joints of a selector lead to, and places among siblings."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

_MOST_AROUND = 60


def around(standing: Sequence[Any], joint: str) -> Iterator[Any]:
    """Return the elements that ``joint`` leads to from one of ``standing``, the nearest first."""
    if joint == ">":
        found = (one.getparent() for one in standing)
    elif joint == "+":
        found = (_before(one) for one in standing)
    elif joint == "~":
        found = (other for one in standing for other in one.itersiblings("*", preceding=True))
    else:
        found = standing[0].iterancestors()
    return (one for one in islice(found, _MOST_AROUND) if one is not None)


def all_around(standing: Iterable[Any], joint: str) -> set[Any]:
    """Return all elements that ``joint`` leads to from ``standing``; each is come to once."""
    found: set[Any] = set()
    step = _parent if joint in {">", " "} else _before
    for one in standing:
        other = step(one)
        while other is not None and other not in found:
            found.add(other)
            other = step(other) if joint in {"~", " "} else None
    return found


def _parent(element: Any) -> Any:
    return element.getparent()


def _before(element: Any) -> Any:
    return next(element.itersiblings("*", preceding=True), None)


def places(parent: Any, of_type: bool, from_end: bool) -> dict[Any, int]:
    """Return the places of the children of ``parent``, from 1."""
    counts: Counter[str] = Counter()
    found = {}
    for child in parent.iterchildren("*", reversed=from_end):
        name = child.tag if of_type else ""
        counts[name] += 1
        found[child] = counts[name]
    return found
