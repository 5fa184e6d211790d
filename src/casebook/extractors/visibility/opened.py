"""What looks hidden in the bytes of a page and is not: a reader's click brings it into sight."""

import re
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

_CONTROLLED = [
    etree.XPath(f"//@{name}", smart_strings=False)
    for name in ("aria-controls", "data-target", "data-bs-target", "popovertarget")
]
# An address within the page, on a link that a script makes a tab or a line of an accordion.
_LINKED = etree.XPath(
    "//a[starts-with(@href, '#')][@role='tab' or ../@role='tab' or @data-toggle='tab' or "
    "@data-bs-toggle='tab' or @data-toggle='collapse' or @data-bs-toggle='collapse']/@href",
    smart_strings=False,
)
_FOLDING = re.compile(r"accordion|expand|collaps|faq", re.IGNORECASE)
_HEADS = frozenset({"button", "summary", "h2", "h3", "h4", "h5", "h6"})
_CONTROLS = etree.XPath("descendant-or-self::*[@aria-expanded]")


def brought_up(root: Any) -> frozenset[str]:
    """Return the ids of what a reader's click or the page's own streaming brings into sight."""
    ids = {
        name.removeprefix("#")
        for controlled in (*_CONTROLLED, _LINKED)
        for value in controlled(root)
        for name in value.split()
    }
    tabs = set(root.xpath("//*[@role='tab']/@id"))
    panels = root.xpath("//*[@role='tabpanel'][@id][@aria-labelledby]")
    ids.update(panel.get("id") for panel in panels if panel.get("aria-labelledby") in tabs)
    # React streams <div hidden id="S:1"> behind the page and moves it to <template id="B:1">.
    places = root.xpath("//template[starts-with(@id, 'B:') or starts-with(@id, 'P:')]/@id")
    return frozenset(ids | {f"S:{place[2:]}" for place in places})


def is_folded(element: Any) -> bool:
    """Tell a part that a click unfolds: on the line above it, or on "Read more" right below it."""
    if not _FOLDING.search(element.get("class") or ""):
        return False
    above = next(element.itersiblings("*", preceding=True), None)
    return _is_head(above) or _is_opener(next(element.itersiblings("*"), None))


def show(element: Any) -> None:
    """Show an element as it is when opened: extractors drop what looks closed."""
    for name in ("style", "hidden", "aria-hidden"):
        element.attrib.pop(name, None)


def _is_head(element: Any) -> bool:
    if element is None or not "".join(element.itertext()).strip():
        return False
    return element.tag in _HEADS or bool(_FOLDING.search(element.get("class") or ""))


def _is_opener(element: Any) -> bool:
    """Tell an element that is nothing but a named control which says that it opens a part."""
    if element is None:
        return False
    name = "".join(element.itertext()).strip()
    controls = _CONTROLS(element) if name else ()
    return any("".join(control.itertext()).strip() == name for control in controls)
