"""Which type of a Word document no reader sees, hidden, white or tiny, and which is raised. Pure.

As the run states it, its style, the paragraph's style or the document's defaults (ISO/IEC 29500-1,
17.3.2: vanish, color, sz). White type on a ground of another colour is seen; in tables with a style
of their own and in boxes the ground is not known, and white type counts as seen.

Elements are asked for in any namespace: a document says by it which edition of the standard it is.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.visibility import colours

_STATED = ("vanish", "color", "sz", "highlight", "shd")
_GROUNDS = (
    ("pPr", "shd"), ("tcPr", "shd"), ("tblPr", "shd"), ("tblPr", "tblStyle"),
)  # fmt: skip
_OFF = {"0", "false", "off"}
_SMALLEST = 4  # half points: nobody reads type of two
_MOST_STYLES = 20  # one based on the other
_WHITE = (255, 255, 255)

Stated = Mapping[str, Any]
"""The properties of type that count here, each as its element."""


def unseen_runs(part: Any, styles: Any | None) -> Iterator[tuple[Any, str]]:
    """Yield each run of ``part``, a document or its notes, that no reader sees, and why."""
    known = _Styles(styles)
    paper = _ink(next(part.iter("{*}background"), None), "color") or _WHITE
    for run in part.iter("{*}r"):
        if reason := _unseen(run, known.of(run), paper):
            yield run, reason


def state_raised(part: Any) -> None:
    """Say of type that only stands higher that it is raised: LibreOffice writes 10¹⁵ so."""
    for place in part.iter("{*}position"):
        if _value(place).isdecimal() and int(_value(place)) > 0:
            space = place.tag.rpartition("}")[0]
            raised = etree.SubElement(place.getparent(), f"{space}}}vertAlign")
            raised.set(f"{space}}}val", "superscript")


def _unseen(run: Any, stated: Stated, paper: colours.Colour) -> str:
    if "vanish" in stated and _value(stated["vanish"]).lower() not in _OFF:
        return "The document hides it: hidden type."
    size = _value(stated["sz"]) if "sz" in stated else ""
    if size.isdecimal() and int(size) <= _SMALLEST:
        return "The document hides it: type of two points or less."
    ink = _ink(stated.get("color"), "val")
    if ink is None or not colours.same_colour(ink, paper):
        return ""
    painted = "highlight" in stated or "shd" in stated or _has_ground(run)
    return "" if painted else "The document hides it: type in the colour of the page."


def _has_ground(run: Any) -> bool:
    """Tell a run within what may paint a ground of its own."""
    return any(
        element.tag.endswith("}txbxContent")
        or any(element.find(f"{{*}}{one}/{{*}}{other}") is not None for one, other in _GROUNDS)
        for element in run.iterancestors()
    )


class _Styles:
    """What styles state of type, each with those that it is based on."""

    def __init__(self, styles: Any | None) -> None:
        self._styles: dict[str, Any] = {}
        self._base: Stated = {}
        self._normal = ""
        self._known: dict[str, Stated] = {}
        if styles is None:
            return
        self._base = _stated(styles.find("{*}docDefaults/{*}rPrDefault"))
        for style in styles.iter("{*}style"):
            name = _value(style, "styleId")
            self._styles[name] = style
            if _value(style, "type") == "paragraph" and _value(style, "default") not in {"", "0"}:
                self._normal = name

    def of(self, run: Any) -> Stated:
        """Return what holds for a run: what is nearest to it wins."""
        paragraph = next(run.iterancestors("{*}p"), None)
        above = None if paragraph is None else paragraph.find("{*}pPr/{*}pStyle")
        of_paragraph = self._style(self._normal if above is None else _value(above))
        own = run.find("{*}rPr/{*}rStyle")
        return {**self._base, **of_paragraph, **self._style(_value(own)), **_stated(run)}

    def _style(self, name: str) -> Stated:
        if name in self._known:
            return self._known[name]
        chain: list[Any] = []
        at = name
        while at in self._styles and len(chain) < _MOST_STYLES:
            chain.append(self._styles[at])
            at = _value(chain[-1].find("{*}basedOn"))
        told: dict[str, Any] = {}
        for style in reversed(chain):
            told |= _stated(style)
            if (ground := style.find("{*}pPr/{*}shd")) is not None:
                told["shd"] = ground
        return self._known.setdefault(name, told)


def _stated(holder: Any | None) -> dict[str, Any]:
    properties = None if holder is None else holder.find("{*}rPr")
    if properties is None:
        return {}
    found = ((name, properties.find(f"{{*}}{name}")) for name in _STATED)
    return {name: element for name, element in found if element is not None}


def _value(element: Any | None, name: str = "val") -> str:
    """Return an attribute in the namespace of its element; empty where there is none."""
    if element is None:
        return ""
    space = element.tag.rpartition("}")[0]
    return str(element.get(f"{space}}}{name}" if space else name, ""))


def _ink(element: Any | None, attribute: str) -> colours.Colour | None:
    """Return a colour that is stated in figures: "auto" is never that of the page."""
    value = _value(element, attribute)
    return colours.colour(f"#{value.lower()}") if len(value) == 6 else None  # noqa: PLR2004 - RRGGBB
