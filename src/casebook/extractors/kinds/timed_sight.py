"""Which text of TTML is shown: what its styles and regions hide (TTML2, chapters 8 to 11). Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.visibility.declarations import colours

_STYLING = re.compile(r"\}(\w+)$")
_SPACE = re.compile(r"\{[^}]*#styl[^}]*\}")
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_INHERITED = ("visibility", "color", "fontSize", "textOutline")
_NOTHING = re.compile(r"[+-]?0*\.?0+(?:px|em|c|%|rw|rh|)")
_BEYOND = re.compile(r"(?:-\d{3,}|\d{3,})(?:\.\d+)?%")
_FAINTEST = 0.05
_HALF = 0.5  # a ground that covers less leaves the picture behind it to be seen
_TIMES = ("begin", "dur", "end")
_DEEPEST = 10

Style = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sight:
    """What an element hands down: why it and all in it is ``gone``, and what it inherits.

    What the region says counts where no element says otherwise; ``ground`` is right behind it.
    """

    gone: str = ""
    told: Style | None = None
    region: Style | None = None
    ground: str = ""

    @property
    def unseen(self) -> str:
        """Say why no viewer sees the text; empty where one does."""
        style = {**(self.region or {}), **(self.told or {})}
        ink, ground = style.get("color", ""), self.ground
        if self.gone:
            return self.gone
        if style.get("visibility") == "hidden":
            return "The style hides it: tts:visibility is hidden."
        if colours.is_transparent(ink):
            return "The style hides it: transparent text."
        if _NOTHING.fullmatch(style.get("fontSize", "")):
            return "The style hides it: tts:fontSize is 0."
        edge = style.get("textOutline", "").partition(" ")[0]
        is_edged = colours.colour(edge) is not None and not _is_same(edge, ground)
        if ink and ground and _is_same(ink, ground) and not is_edged:
            return "The style hides it: text in the colour of its background."
        return ""


def _is_same(ink: str, ground: str) -> bool:
    one, other = colours.colour(ink), colours.colour(ground)
    return ink == ground or (
        one is not None and other is not None and colours.same_colour(one, other)
    )


class Styles:
    """The styles and regions that the head of a file defines."""

    def __init__(self, tree: Any) -> None:
        self._styles = _by_id(tree, "style")
        self._named: dict[str, Style] = {}
        self._regions = {name: self._of(each, 0) for name, each in _by_id(tree, "region").items()}

    def within(self, around: Sight, element: Any) -> Sight:
        """Return what ``element`` hands down, within one that hands down ``around``."""
        style = self._of(element, 0)
        region = self._regions.get(element.get("region", ""), {})
        inherited = {name: style[name] for name in _INHERITED if name in style}
        behind = style.get("backgroundColor", "") or region.get("backgroundColor", "")
        if not behind or colours.is_transparent(behind):
            behind = around.ground
        return Sight(
            around.gone or _gone(style) or _gone(region) or _nowhere(region),
            {**(around.told or {}), **inherited},
            {**(around.region or {}), **region},
            behind if behind and colours.cover(behind) >= _HALF else "",
        )

    def _of(self, element: Any, depth: int) -> Style:
        """Return the styles of ``element``: those it names, those set within it, and its own."""
        found: dict[str, str] = {}
        for name in element.get("style", "").split() if depth < _DEEPEST else ():
            if name in self._styles and name not in self._named:
                self._named[name] = {}  # one that names itself adds nothing
                self._named[name] = self._of(self._styles[name], depth + 1)
            found |= self._named.get(name, {})
        for child in _children(element, "style"):
            found |= _own(child)
        found |= _own(element)
        for change in _children(element, "set"):
            for name, value in _own(change).items():
                if _is_lasting(change) or _shows(name, value):
                    found[name] = value
        return found


def _by_id(tree: Any, name: str) -> Mapping[str, Any]:
    return {each.get(_XML_ID): each for each in tree.iter(f"{{*}}{name}") if each.get(_XML_ID)}


def _children(element: Any, name: str) -> Iterator[Any]:
    for child in element:
        if isinstance(child.tag, str) and etree.QName(child).localname == name:
            yield child


def _own(element: Any) -> Style:
    return {
        match[1]: value.strip().lower()
        for name, value in element.attrib.items()
        if _SPACE.match(name) and (match := _STYLING.search(name))
    }


def _is_lasting(change: Any) -> bool:
    """Tell a change that holds as long as its element does."""
    begin, *ends = (change.get(time) for time in _TIMES)
    return not any(ends) and (begin is None or not begin.strip("0:.hms "))


def _shows(name: str, value: str) -> bool:
    """Tell a change in time that may bring a text into sight."""
    return not (_gone({name: value}) or Sight(told={name: value}).unseen)


def _gone(style: Style) -> str:
    if style.get("display") == "none":
        return "The style hides it: tts:display is none."
    opacity = style.get("opacity", "")
    if re.fullmatch(r"\d{0,9}\.?\d{1,20}", opacity) and float(opacity) <= _FAINTEST:
        return "The style hides it: tts:opacity is 0."
    return ""


def _nowhere(region: Style) -> str:
    """Tell a region of no size, or off the screen."""
    if any(map(_NOTHING.fullmatch, region.get("extent", "").split())):
        return "Its region has no size."
    if any(map(_BEYOND.fullmatch, region.get("origin", "").split())):
        return "Its region is off the screen."
    return ""
