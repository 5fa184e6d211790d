"""What an element says of itself, by tag, attribute, class or style, that keeps it from sight."""

import re
from collections.abc import Mapping
from typing import Any

from casebook.extractors.visibility.declarations import styles
from casebook.extractors.visibility.rules.cascade import Kind
from casebook.schemas.documents import HiddenKind

# The names that front-end frameworks give to "for screen readers only" and "not shown".
_UNSEEN_CLASSES = frozenset(
    "sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only "
    "screenreader-only screen-reader a11y-hidden hidden-visually visually-hide "
    "u-visually-hidden u-hiddenvisually assistive-text "
    "element-invisible is-visually-hidden vh show-for-sr "
    "visually-hidden-focusable sr-only-focusable "
    "d-none hidden is-hidden invisible display-none u-hidden hide".split()
)
# `hidden md:block` and `d-none d-lg-flex` are shown on a wide screen.
_SHOWN_WIDER = re.compile(r"(?:^|\s)(?:\w+:[\w-]+|d-(?:sm|md|lg|xl|xxl)-(?!none)\w+|show)(?=\s|$)")
_TELLING = frozenset("hidden popover bgcolor mathcolor mathbackground mathsize".split())
# What stands in for a bar, or for brackets around a reading, where a browser knows neither.
_NEVER_SHOWN = frozenset({"template", "noframes", "noembed", "progress", "meter", "rp", "mphantom"})
_TELLING_TAGS = _NEVER_SHOWN | {"dialog", "font", "details", "s", "strike", "del"}


def is_telling(kind: Kind) -> bool:
    """Tell a tag, an attribute or a class that may hide text by itself."""
    tag, classes, _, *attributes = kind
    unseen = classes and not _UNSEEN_CLASSES.isdisjoint(classes.lower().split())
    return tag in _TELLING_TAGS or bool(unseen) or not _TELLING.isdisjoint(attributes)


def cause_of(element: Any, style: Mapping[str, str]) -> tuple[HiddenKind, str] | None:
    """Say why the whole element is not seen, or None."""
    if element.tag in _NEVER_SHOWN:
        return HiddenKind.TEMPLATE, f"In a <{element.tag}>, which is not shown."
    if attribute := closed_by(element):
        return HiddenKind.ATTRIBUTE, attribute
    if style and (reason := styles.removes_element(style)):
        return HiddenKind.STYLE, f"The style hides it: {reason}."
    names = (element.get("class") or "").lower()
    unseen = _UNSEEN_CLASSES.intersection(names.split())
    if unseen and not _SHOWN_WIDER.search(names):
        return HiddenKind.CLASS, f"The class {min(unseen)} keeps it from sight."
    return None


def closed_by(element: Any) -> str | None:
    """Say by which attribute, or lack of one, an element is closed."""
    if element.get("hidden") not in {None, "until-found"}:
        return "The element has the hidden attribute."
    if element.tag == "dialog" and element.get("open") is None:
        return "In a dialog that is not open."
    return None if element.get("popover") is None else "In a popover that is not open."
