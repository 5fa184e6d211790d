"""Remove from a page the text that no reader sees, and report it. Pure.

Simple rules only: attributes, inline styles, and rules of ``<style>`` for one class or id outside
of any condition that no other rule shows again. What a click opens stays, and so does an element
with so much of the page's text that it cannot be meant to be hidden: pages fade in, and tabs wait
for their scripts.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from extractors.text import count_words, hidden_in
from extractors.web.page import body_of, drop_unread, length_of, text_of
from extractors.web.patterns import pattern
from schemas.sources import HiddenText

Style = Mapping[str, str]

_LONGEST_SHEET = 60_000
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_BRACE = re.compile("[{}]")
_NAME = re.compile(r"[.#][\w-]+")
_SHOWS = re.compile(
    r"display\s*:\s*(?!none)|visibility\s*:\s*visible|opacity\s*:\s*(?:1|0?\.[2-9])|animation",
    re.IGNORECASE,
)
_MAY_HIDE = re.compile(
    r"none|hidden|collapse|opacity|font-size|clip|indent|:\s*-\d{3}|overflow", re.IGNORECASE
)
_FAR = re.compile(r"(?:-\d{4,}|-999|[5-9]\d{3}|\d{5,})(?:\.\d+)?(?:px|r?em|%|v[wh])?")
_NOUGHT = re.compile(r"0*(?:\.0*)?(?:px|r?em|%|pt|v[wh])?|(?:1|0?\.\d+)(?:px|pt)")
_NO_AREA = re.compile(r"rect\((?:[01](?:px)?[, ]*){4}\)|inset\((?:50|100)%")
_SIDES = ("width", "height", "max-width", "max-height")
_OFFSETS = ("left", "top", "right", "bottom", "text-indent", "margin-left", "margin-top")
# What fades in is transparent only until a script has moved it into place.
_MOVING = frozenset({"transform", "transition", "animation", "will-change", "filter"})
_COLOUR = re.compile(
    r"(white)\b|(black)\b|#([\da-f]{6})|#([\da-f]{3})\b|rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)"
)
_CLEAR = re.compile(r"0*(?:\.0\d*)?%?(?<=[\d%])$")
_CLEAR_INK = re.compile(r"transparent|rgba\([^)]*[,/]\s*0?(?:\.0+)?%?\s*\)")
_NEAR = 10


class HidingStyle(NamedTuple):
    """Why a style hides its element, and whether a click or a script may show it."""

    reason: str
    may_open: bool


_HIDINGS: tuple[tuple[str, bool, Callable[[Style], object]], ...] = (
    ("display: none", True, lambda s: s.get("display") == "none"),
    ("visibility: hidden", True, lambda s: s.get("visibility") in {"hidden", "collapse"}),
    ("opacity: 0", True, lambda s: _CLEAR.match(s.get("opacity", "")) and _MOVING.isdisjoint(s)),
    ("a box without area", True, lambda s: s.get("overflow") == "hidden" and _has_nought(s)),
    ("font-size: 0", False, lambda s: "font-size" in s and _NOUGHT.fullmatch(s["font-size"])),
    ("off screen", False, lambda s: any(_FAR.fullmatch(s.get(name, "")) for name in _OFFSETS)),
    (
        "clipped to nothing",
        False,
        lambda s: _NO_AREA.search(f"{s.get('clip')} {s.get('clip-path')}"),
    ),
    ("transparent ink", False, lambda s: _CLEAR_INK.match(s.get("color", "")) and not _clips(s)),
)


def parse_style(text: str) -> dict[str, str]:
    """Return the declarations of a ``style`` attribute or a rule, in lower case."""
    pairs = (declaration.partition(":") for declaration in text.lower().split(";"))
    return {
        name.strip(): value.replace("!important", "").strip() for name, sign, value in pairs if sign
    }


def hiding_of(style: Style) -> HidingStyle | None:
    """Return why an element of this style is out of sight, or None."""
    found = (
        HidingStyle(reason, may_open) for reason, may_open, applies in _HIDINGS if applies(style)
    )
    return next(found, None)


def hiding_rules(tree: Any) -> dict[str, dict[str, str]]:
    """Return the styles that hide, by ``.class`` or ``#id``, from the ``<style>`` of a page."""
    # The sheets of a whole design system say little about this page, and come last.
    sheets = sorted((style.text or "" for style in tree.iter("style")), key=len)
    rules: dict[str, dict[str, str]] = {}
    shown: set[str] = set()
    for selectors, body, is_conditional in _rules("\n".join(sheets)[:_LONGEST_SHEET]):
        if _SHOWS.search(body):
            shown.update(_NAME.findall(selectors))
        if not is_conditional and _MAY_HIDE.search(body):
            for name in filter(_NAME.fullmatch, map(str.strip, selectors.split(","))):
                rules.setdefault(name, {}).update(parse_style(body))
    return {name: style for name, style in rules.items() if name not in shown and hiding_of(style)}


def looks_alike(ink: Style, ground: Style) -> bool | None:
    """Return whether no eye names the ink of one style from the ground of another.

    None where the ground is not a plain colour.
    """
    behind = _colour(ground.get("background-color") or ground.get("background", ""))
    before = _colour(ink.get("color", ""))
    if behind is None or before is None:
        return None
    return all(abs(one - other) <= _NEAR for one, other in zip(before, behind, strict=True))


def _rules(css: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the selectors and the declarations of each rule, and whether it is within another."""
    css = _COMMENT.sub("", css)
    heads: list[str] = []
    start = 0
    for brace in _BRACE.finditer(css):
        text = css[start : brace.start()]
        start = brace.end()
        if brace[0] == "{":
            heads.append(text.rpartition(";")[2])
        elif heads:
            yield heads.pop(), text, bool(heads)


def _has_nought(style: Style) -> bool:
    return any(name in style and _NOUGHT.fullmatch(style[name]) for name in _SIDES)


def _clips(style: Style) -> bool:
    """Return whether a picture is cut out by the letters, which makes them visible."""
    return any("clip" in name for name in style)


def _colour(value: str) -> tuple[int, int, int] | None:
    """Return red, green and blue; None for other names, pictures and gradients."""
    found = _COLOUR.match(value.strip())
    if found is None or "url(" in value:
        return None
    white, black, long, short, *rgb = found.groups()
    if white or black:
        return (255, 255, 255) if white else (0, 0, 0)
    digits = long or "".join(2 * digit for digit in short or "")
    red, green, blue = (
        [int(digits[at : at + 2], 16) for at in (0, 2, 4)] if digits else map(int, rgb)
    )
    return red, green, blue


# Shares of the page's text above which a hidden element is taken for text, and above which all
# that a click or script may show is.
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
    hiding: HidingStyle
    length: int


def strip_hidden(tree: Any) -> tuple[list[HiddenText], int]:
    """Remove hidden text from ``tree`` in place.

    Returns the pieces removed, and how many characters were kept though their styles hide them.
    """
    rules = hiding_rules(tree)
    drop_unread(tree)
    _show_scriptless(tree)
    body = body_of(tree)
    total = length_of(body)
    finds = list(_finds(tree, body, rules))
    if sum(find.hiding.reason == _FADING for find in finds) > _MOST_FADING:  # part by part
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


def _hiding_of(element: Any, rules: Mapping[str, Style]) -> HidingStyle | None:
    names = element.attrib
    if element.tag in _UNRENDERED and "open" not in names:
        return HidingStyle(f"in <{element.tag}>", may_open=element.tag == "dialog")
    # React moves <div hidden id="S:1"> into place.
    is_streamed = names.get("id", "").startswith("S:")
    if names.get("hidden", "until-found") != "until-found" and not is_streamed:
        return HidingStyle("the hidden attribute", may_open=True)
    if _NAMED.search(names.get("class", "")):
        return HidingStyle("for screen readers only", may_open=False)
    style = _style_of(names, rules)
    if not (style and (hiding := hiding_of(style) or _unseen_ink(element, style))):
        return None
    # Libraries for animations let elements fade in; a gap between buttons has no size of type.
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


def _unseen_ink(element: Any, style: Style) -> HidingStyle | None:
    """Return the reason where the ink is that of the ground, as far as inline styles say."""
    if "color" not in style:
        return None
    around = (parse_style(one.get("style", "")) for one in element.iterancestors())
    alike = (looks_alike(style, ground) for ground in (style, *around))
    is_unseen = next((one for one in alike if one is not None), None)
    if is_unseen is None and _stands_in_dark_text(element):
        is_unseen = looks_alike(style, {"background": "white"})
    return HidingStyle("ink like the ground", may_open=False) if is_unseen else None


def _stands_in_dark_text(element: Any) -> bool:
    """Return whether the text right beside an element has no style: its ground is bright."""
    parent = element.getparent()
    plain = (one for one in parent if not one.attrib and one.tag in {"p", "li", "span", "div"})
    beside = [parent.text, element.tail, *(text_of(one) for one in plain)]
    return "class" not in element.attrib and any(text and text.strip() for text in beside)


def _opens(element: Any, controlled: set[str]) -> bool:
    """Return whether a click opens an element: a tab's panel, an answer, a collapsed part."""
    if element.get("role") == "tabpanel" or element.get("id") in controlled:
        return True
    return bool(_OPENED.search(element.get("class") or ""))


def _show_scriptless(tree: Any) -> None:
    """Keep a ``<noscript>`` that holds most of the page, drop any other; show shadow trees."""
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
    """Cut what stands under bidirectional overrides, which no reader sees as it is written."""
    text = "".join(body.itertext())
    found = hidden_in(text) if _ODD.search(text) else []
    if found:
        for element in body.iter("*"):
            element.text = _OVERRIDE.sub("", element.text or "") or None
            element.tail = _OVERRIDE.sub("", element.tail or "") or None
    return found
