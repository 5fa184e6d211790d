"""Remove from a page the text that no reader sees, and report it. Pure.

Only attributes, inline styles and unconditional rules of ``<style>`` for one class or id count.
Text that a click opens stays, and so does an element with a large part of the page's text: pages
fade in, and tabs wait for their scripts.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from extractors.text import count_words, hidden_in
from extractors.web.patterns import pattern
from extractors.web.styles import Hiding, Style, hiding_of, hiding_rules, looks_alike, parse_style
from extractors.web.tree import body_of, drop_unread, length_of, text_of
from schemas.sources import HiddenText

# Shares of the page's text: a larger hidden element is kept as text; beyond the second share,
# everything that a click or script can show is kept.
_LARGE_PART, _LARGE_SUM = 0.25, 0.5
_FADING, _MOST_FADING = "opacity: 0", 5
_FEWEST_WORDS, _MOST_REPORTED, _LONGEST_REPORTED = 3, 100, 300
_SCRIPTLESS_LENGTH = 300
_NAMED, _OPENED = pattern("hidden", "named"), pattern("hidden", "opened")
_ANIMATED = pattern("hidden", "animated")
_CONTROLLED = etree.XPath(
    "//@aria-controls | //@data-target | //@data-bs-target | //a[starts-with(@href, '#')]/@href"
)
_ODD = re.compile("[\u202d\u202e\U000e0020-\U000e007e]")
_UNRENDERED = frozenset({"template", "dialog"})
_OVERRIDE = re.compile("[\u202d\u202e][^\u202c]*\u202c?")


class _Find(NamedTuple):
    element: Any
    hiding: Hiding
    length: int


def strip_hidden(tree: Any) -> tuple[list[HiddenText], int]:
    """Remove hidden text in place; return it, and the number of hidden characters that are kept."""
    rules = hiding_rules(tree)
    drop_unread(tree)
    _show_scriptless(tree)
    body = body_of(tree)
    total = length_of(body)
    finds = list(_finds(tree, body, rules))
    if sum(find.hiding.reason == _FADING for find in finds) > _MOST_FADING:
        finds = [find for find in finds if find.hiding.reason != _FADING]
    small = [find for find in finds if find.length <= _LARGE_PART * total]
    waiting = sum(find.length for find in small if find.hiding.may_open)
    if waiting > _LARGE_SUM * total:
        small = [find for find in small if not find.hiding.may_open]
    hidden = [
        HiddenText(text=text[:_LONGEST_REPORTED], reason=find.hiding.reason)
        for find in small
        if count_words(text := text_of(find.element)) >= _FEWEST_WORDS
    ]
    for find in small:
        find.element.drop_tree()
    hidden += _strip_overrides(body)
    kept = sum(find.length for find in finds) - sum(find.length for find in small)
    return list(dict.fromkeys(hidden))[:_MOST_REPORTED], kept


def _finds(tree: Any, body: Any, rules: Mapping[str, Style]) -> Iterator[_Find]:
    """Yield the outermost hidden elements."""
    controlled = {str(name).removeprefix("#") for name in _CONTROLLED(tree)}
    found: set[Any] = set()
    for element in body.iter("*"):
        hiding = _hiding_of(element, rules)
        opens = hiding and hiding.may_open and _opens(element, controlled)
        if hiding and not opens and found.isdisjoint(element.iterancestors()):
            found.add(element)
            yield _Find(element, hiding, length_of(element))


def _hiding_of(element: Any, rules: Mapping[str, Style]) -> Hiding | None:
    names = element.attrib
    if element.tag in _UNRENDERED and "open" not in names:
        return Hiding(f"in <{element.tag}>", may_open=element.tag == "dialog")
    # React moves <div hidden id="S:1"> into place.
    is_streamed = names.get("id", "").startswith("S:")
    if names.get("hidden", "until-found") != "until-found" and not is_streamed:
        return Hiding("the hidden attribute", may_open=True)
    if _NAMED.search(names.get("class", "")):
        return Hiding("for screen readers only", may_open=False)
    style = _style_of(names, rules)
    if not (style and (hiding := hiding_of(style) or _unseen_ink(element, style))):
        return None
    # Animation libraries fade elements in; font-size 0 also removes gaps between buttons.
    fades = hiding.reason == _FADING and any(map(_ANIMATED.search, [*names, *names.values()]))
    resets = hiding.reason == "font-size: 0" and any(
        "font" in child.get("style", "") for child in element.iterdescendants("*")
    )
    return None if fades or resets else hiding


def _style_of(names: Mapping[str, str], rules: Mapping[str, Style]) -> dict[str, str]:
    style: dict[str, str] = {}
    if rules:
        for name in [*(f".{one}" for one in names.get("class", "").split()), f"#{names.get('id')}"]:
            style |= rules.get(name, {})
    return style | parse_style(names["style"]) if "style" in names else style


def _unseen_ink(element: Any, style: Style) -> Hiding | None:
    """Return the reason if, according to inline styles, text has the colour of its background."""
    if "color" not in style:
        return None
    around = (parse_style(one.get("style", "")) for one in element.iterancestors())
    alike = (looks_alike(style, ground) for ground in (style, *around))
    is_unseen = next((one for one in alike if one is not None), None)
    if is_unseen is None and _is_in_dark_text(element):
        is_unseen = looks_alike(style, {"background": "white"})
    return Hiding("ink like the ground", may_open=False) if is_unseen else None


def _is_in_dark_text(element: Any) -> bool:
    """Return whether the text next to an element is unstyled, so that the background is bright."""
    parent = element.getparent()
    plain = (one for one in parent if not one.attrib and one.tag in {"p", "li", "span", "div"})
    beside = [parent.text, element.tail, *(text_of(one) for one in plain)]
    return "class" not in element.attrib and any(text and text.strip() for text in beside)


def _opens(element: Any, controlled: set[str]) -> bool:
    """Return whether a click opens an element: a tab panel, an answer, a collapsed part."""
    is_panel = element.get("role") == "tabpanel" or element.get("id") in controlled
    return is_panel or bool(_OPENED.search(element.get("class") or ""))


def _show_scriptless(tree: Any) -> None:
    """Keep a ``<noscript>`` with most of the page, drop others; keep declarative shadow trees."""
    for shadow in tree.iter("template"):
        if shadow.get("shadowrootmode"):
            shadow.tag = "div"
    for element in list(tree.iter("noscript")):
        length = length_of(element)
        if length >= _SCRIPTLESS_LENGTH and 2 * length > length_of(body_of(tree)):
            element.tag = "div"
        else:
            element.drop_tree()


def _strip_overrides(body: Any) -> list[HiddenText]:
    """Remove text under bidirectional overrides, which is displayed differently; return it."""
    text = "".join(body.itertext())
    found = hidden_in(text) if _ODD.search(text) else []
    if found:
        for element in body.iter("*"):
            element.text = _OVERRIDE.sub("", element.text or "") or None
            element.tail = _OVERRIDE.sub("", element.tail or "") or None
    return found
