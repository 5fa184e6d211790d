"""What looks hidden in the bytes of a page and is not: a reader's click brings it into sight."""

import re
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.text.characters import has_words
from casebook.extractors.visibility.declarations import styles
from casebook.extractors.visibility.markup.turning import LINKS_TO_PLACES, NAMED

_CONTROLLING = ("aria-controls", "data-target", "data-bs-target", "popovertarget")
_TOGGLING = ("data-toggle", "data-bs-toggle")
_TOGGLED = frozenset({"tab", "collapse"})
TELLING = frozenset({*_CONTROLLING, *_TOGGLING, "role"})
"""The attributes of which what controls another element has one, or is a tab or its panel."""

_FOLDED = re.compile(
    r"display: none|no height|opacity: 0|hidden attribute|class (?:d-none|(?:is-)?hidden|hide) "
)
_TURNED = frozenset({"display", "opacity", "visibility", "height", "max-height"})
_FOLDING = re.compile(r"accordion|expand|collaps|faq", re.IGNORECASE)
_QUESTIONS = re.compile(r"faq|accordion", re.IGNORECASE)
_CHOICES = frozenset({"listbox", "menu", "tooltip", "dialog"})
_HINT = 5
"""Words; what has fewer is no part of a text."""

_DEEP, _FIRST = 12, 6
"""Elements around one that may be those of a menu, and in a line before its control."""

_CALLING = etree.XPath("descendant::*[@onclick]")
_QUOTED, _LONGEST_CALL = re.compile(r"""["']#?([A-Za-z][\w:-]{0,60})["']"""), 300
_MENUS = ("nav", "header", "footer", "menu")
_HEADINGS = frozenset({"dt", "h2", "h3", "h4", "h5", "h6"})
_HEADS = frozenset({"button", "summary", "h2", "h3", "h4", "h5", "h6"})
_MOST_TABS, _NEAR = 60, 3
OPENED = "aria-expanded"
_STATED = frozenset(
    {"aria-expanded", ":aria-expanded", "x-bind:aria-expanded", "v-bind:aria-expanded"}
)


def is_folded(reason: str, style: Mapping[str, str]) -> bool:
    """Tell by the ``reason`` why a part is hidden whether it may be folded up.

    What lies off the screen by its ``style`` as well is not in sight once it is unfolded.
    """
    rest = {name: told for name, told in style.items() if name not in _TURNED}
    away = "off screen" in (styles.removes_element(rest) or "")
    return not away and _FOLDED.search(reason) is not None


def controls_of(
    root: Any, telling: Sequence[Any], hidden: Collection[Any]
) -> Mapping[str, Sequence[Any]]:
    """Return what brings elements into sight, by their ids: the controls that a reader clicks.

    What the page's own streaming brings into sight has its ``root`` for a control. ``telling`` are
    the elements of the page that have one of the attributes ``TELLING``, ``hidden`` holds those
    that are.
    """
    found: dict[str, list[Any]] = {}
    labels: dict[Any, list[Any]] = {}
    boxes: dict[str | None, Any] = {}
    for one in telling:
        if one.tag == "input" and one.get("id") is not None:
            boxes.setdefault(one.get("id"), one)  # a label is for the first of an id
    for label in root.iter("label") if boxes else ():
        if (box := boxes.get(label.get("for"))) is not None:
            labels.setdefault(box, []).append(label)
    stated = [(one, one.get(name)) for one in telling for name in _CONTROLLING]
    turned = (*_turned_to(root, hidden), *_called(root, hidden))
    for control, told in (*stated, *_linked(telling), *turned):
        for identity in (told or "").split():
            found.setdefault(identity.removeprefix("#"), []).extend(_handles(control, labels))
    named = [one for one in telling if one.get("id") is not None]
    tabs = {one.get("id"): one for one in named if one.get("role") == "tab"}
    for panel in (one for one in named if one.get("role") == "tabpanel"):
        if (tab := tabs.get(panel.get("aria-labelledby"))) is not None:
            found.setdefault(panel.get("id"), []).append(tab)
    # React streams <div hidden id="S:1"> behind the page and moves it to <template id="B:1">.
    places = (template.get("id", "") for template in root.iter("template"))
    return found | {f"S:{one[2:]}": [root] for one in places if one.startswith(("B:", "P:"))}


def _linked(telling: Iterable[Any]) -> Iterator[tuple[Any, str]]:
    """Yield the links that a script makes tabs or lines of an accordion, with their addresses.

    Those are places on the page.
    """
    for one in telling:
        is_tab = one.get("role") == "tab"
        links = list(one) if is_tab else []
        if is_tab or not _TOGGLED.isdisjoint(map(one.get, _TOGGLING)):
            links.append(one)
        for link in links:
            address = link.get("href") or "" if link.tag == "a" else ""
            if address.startswith("#"):
                yield link, address


def _turned_to(root: Any, hidden: Collection[Any]) -> Iterator[tuple[Any, str]]:
    """Yield the links to hidden elements beside one that is shown and linked: tabs, unnamed."""
    links: dict[str, list[Any]] = {}
    named = {one.get("id") for one in hidden} - {None}
    for link in LINKS_TO_PLACES(root) if named else ():
        links.setdefault(link.get("href").removeprefix("#"), []).append(link)
    is_any = len(links) > 1 and not named.isdisjoint(links)
    places: dict[str, Any] = {}
    for one in NAMED(root) if is_any else ():
        if one.get("id") in links:
            places.setdefault(one.get("id"), one)  # a link leads to the first of an id
    shown = Counter(one.getparent() for one in places.values() if one not in hidden)
    for name, one in places.items():
        if one in hidden and shown[one.getparent()]:
            yield from ((link, name) for link in links[name])


def _called(root: Any, hidden: Collection[Any]) -> Iterator[tuple[Any, str]]:
    """Yield what calls a script with the id of a hidden part once it is clicked, and that id.

    Not for menus, and what is there to choose from.
    """
    named = {one.get("id"): one for one in hidden if one.get("id") is not None}
    opens = cache(lambda name: not (_is_menu(named[name]) or _is_choice(named[name])))
    for control in _CALLING(root) if named else ():
        for name in _QUOTED.findall(control.get("onclick")[:_LONGEST_CALL]):
            if name in named and opens(name):
                yield control, name


def _handles(control: Any, labels: Mapping[Any, Sequence[Any]]) -> list[Any]:
    """Return where a reader can click for a control: a box may be hidden, its label shown."""
    if control.tag != "input":
        return [control]
    return [control, *labels.get(control, ()), *control.iterancestors("label")]


def rows_of_tabs(telling: Iterable[Any]) -> Mapping[Any, Any]:
    """Return the first row of tabs within each element that holds one; each is come to once."""
    found: dict[Any, Any] = {}
    for row in (one for one in telling if one.get("role") == "tablist"):
        for above in row.iterancestors():
            if found.setdefault(above, row) is not row:
                break
    return found


def unfolding(element: Any, rows: Mapping[Any, Any]) -> Iterator[Any]:
    """Yield what unfolds a part that is folded: the line above it, "Read more" right below it.

    And the tab of a panel that is one of as many panels as there are tabs above them, in ``rows``.
    """
    yield from _tabs_of(element, rows) if element.get("role") == "tabpanel" else ()
    above = next(element.itersiblings("*", preceding=True), None)
    if above is not None and not _is_menu(element):
        yield from _lines(element, above)
    if not _FOLDING.search(element.get("class") or ""):
        return
    if _is_head(above):
        yield above
    below = next(element.itersiblings("*"), None)
    if below is not None:
        yield from _openers(below)


def _lines(element: Any, above: Any) -> Iterator[Any]:
    """Yield the line that is right ``above`` a part, if it says that it opens it."""
    if above.tag in _HEADINGS or (_begins_with_control(above) and not _is_choice(element)):
        yield from _openers(above)
    is_scripted = element.get("x-show") is not None and above.tag == "button"
    is_named = "toggle" in (element.get("class") or "") and (
        above.tag in _HEADS or "toggle" in (above.get("class") or "")
    )
    around = islice(element.iterancestors(), _NEAR)
    asks = not (is_scripted or is_named) and any(map(_is_of_questions, around))
    said = "".join(above.itertext()).strip() if is_scripted or is_named or asks else ""
    if said and (not asks or above.tag in _HEADS or said.endswith(("?", "？"))):
        yield above


def _is_choice(element: Any) -> bool:
    """Tell what a button offers to choose from, or its hint: a few words, or a list by its role."""
    return element.get("role") in _CHOICES or not has_words(" ".join(element.itertext()), _HINT)


def _is_menu(element: Any) -> bool:
    """Tell a part of a menu, or a list of links that opens as one does."""
    said = sum(len(text.strip()) for text in element.itertext())
    linked = sum(len(text.strip()) for link in element.iter("a") for text in link.itertext())
    around = islice(element.iterancestors(), _DEEP)
    return 2 * linked > said or any(one.tag in _MENUS for one in around)


def _begins_with_control(element: Any) -> bool:
    return any(map(_states_opening, islice(element.iter("*"), _FIRST)))


def _states_opening(element: Any) -> bool:
    """Tell a control that says whether what it opens is open, or that a script has it say so."""
    return not _STATED.isdisjoint(element.keys()) and element.get("disabled") is None


def _is_of_questions(element: Any) -> bool:
    return bool(_QUESTIONS.search(f"{element.get('class')} {element.get('id')}"))


def _tabs_of(panel: Any, rows: Mapping[Any, Any]) -> Iterator[Any]:
    """Yield the tab that stands where ``panel`` does among its likes, in the row above them."""
    panels = [one for one in islice(panel.getparent(), _MOST_TABS) if one.get("role") == "tabpanel"]
    for above in islice(panel.iterancestors(), _NEAR):
        if (row := rows.get(above)) is not None:
            tabs = [one for one in islice(row.iter("*"), _MOST_TABS) if one.get("role") == "tab"]
            if panel in panels and len(tabs) == len(panels):
                yield tabs[panels.index(panel)]
            return


def show(element: Any) -> None:
    """Show an element as it is when opened: extractors drop what looks closed."""
    for name in ("style", "hidden", "aria-hidden"):
        element.attrib.pop(name, None)


def mark(lines: Iterable[Any]) -> None:
    """Say of lines that they have opened what they open; what reads the page knows them by it."""
    for line in lines:
        line.set(OPENED, "true")


def head(handles: Iterable[Any], shown: Container[Any]) -> None:
    """Make headings of the labels that stand each right over the part that it shows."""
    labels: dict[Any, list[Any]] = {}
    for handle in handles:
        if handle.tag == "label":
            labels.setdefault(handle.getparent(), []).append(handle)
    for several in labels.values():
        if all(label.getnext() in shown for label in several):
            for label in several:
                label.tag = "h3"
                label.set(OPENED, "true")


def _is_head(element: Any) -> bool:
    if element is None or not "".join(element.itertext()).strip():
        return False
    return element.tag in _HEADS or bool(_FOLDING.search(element.get("class") or ""))


def _openers(element: Any) -> Iterator[Any]:
    """Yield the named controls that say they open a part, of an element that is nothing else."""
    name = "".join(element.itertext()).strip()
    for control in filter(_states_opening, element.iter("*")) if name else ():
        if "".join(control.itertext()).strip() == name:
            yield control
