"""What a click gives another state where a page runs no scripts: boxes, and places linked to. Pure.

Only states that a page can be in count: of the radio buttons of a group one is checked, and one
place at a time is led to.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, islice
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

_BOXES = frozenset({"checkbox", "radio"})
LINKS_TO_PLACES = etree.XPath("descendant-or-self::a[starts-with(@href, '#') and @href != '#']")
"""Finds the links that lead to a place on the page."""
NAMED = etree.XPath("descendant-or-self::*[@id]")
"""Finds the elements that such a link may lead to."""
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
_CHECKBOXES, _PLACE = "checkboxes", "place"
_MOST_STATES = 30
_MOST_LOOKS = 300_000
_LONGEST_HANDLE = 60


def turned_by(root: Any) -> Mapping[Any, Sequence[Any]]:
    """Return the boxes and places of a page that a click turns, with the labels and links for it.

    Not the box itself: whether a browser draws it takes more than what is read here.
    """
    boxes = [one for one in root.iter("input") if _is_box(one)]
    ids = {one.get("id"): one for one in reversed(boxes) if one.get("id") is not None}
    found: dict[Any, list[Any]] = {box: list(box.iterancestors("label")) for box in boxes}
    for label in root.iter("label") if boxes else ():
        if (box := ids.get(label.get("for"))) is not None:
            found[box].append(label)
    places = {one.get("id"): one for one in reversed(NAMED(root))}
    for link in LINKS_TO_PLACES(root):
        if (place := places.get(link.get("href")[1:])) is not None:
            found.setdefault(place, []).append(link)
    return found


def _is_box(element: Any) -> bool:
    if element.get("type", "").lower() not in _BOXES or element.get("disabled") is not None:
        return False
    return all(one.get("disabled") is None for one in element.iterancestors("fieldset"))


def parts_of(handle: Any) -> Iterator[Any]:
    """Yield the elements at the beginning of a label or link that have a word or a sign."""
    for one in islice(handle.iter("*"), _LONGEST_HANDLE):
        told = chain([one.text], (below.tail for below in islice(one, _LONGEST_HANDLE)))
        if any(map(_has_sign, filter(None, told))):
            yield one


def _has_sign(text: str) -> bool:
    return any(
        sign.isprintable() and not sign.isspace() and sign not in _BLANK
        for sign in islice(text, _LONGEST_HANDLE)
    )


def states(root: Any, turned: Iterable[Any], elements: int) -> Iterator[AbstractSet[Any]]:
    """Yield what is other than at first in each state that clicks bring a page into.

    ``turned`` are the boxes and places that a reader can click for. Each is turned in one of the
    states, but for the last ones of groups of dozens, or of fewer where the page under ``root`` has
    very many ``elements``. Checkboxes are turned in all of them.
    """
    groups: dict[Any, list[Any]] = {}
    for one in turned:
        groups.setdefault(_group(one), []).append(one)
    begun = {_group(one): one for one in root.iter("input") if one.get("checked") is not None}
    checkboxes = groups.pop(_CHECKBOXES, [])
    most = min(_MOST_STATES, max(1, _MOST_LOOKS // max(elements, 1)))
    for number in range(min(most, max(map(len, groups.values()), default=len(checkboxes[:1])))):
        acted = set(checkboxes)
        for group, several in groups.items():
            chosen, before = several[min(number, len(several) - 1)], begun.get(group)
            acted |= {chosen, before} - {None} if chosen is not before else set()
        yield acted


def _group(element: Any) -> Any:
    """Return what all of which one at a time is turned have in common."""
    kind = element.get("type", "").lower() if element.tag == "input" else ""
    if kind not in _BOXES:
        return _PLACE
    if kind == "checkbox":
        return _CHECKBOXES
    form = next(element.iterancestors("form"), None)
    return (form, element.get("name")) if element.get("name") else element
