"""What a Word document's styles state of its type and its paragraphs: what is nearest wins. Pure.

ISO/IEC 29500-1, 17.7: the document's defaults, the style of the table, of the paragraph, of the
run, and what stands at the run itself; each style goes on from the one that it is based on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from casebook.extractors.word.xml import all_in, around, child, is_on, name_of, value

Stated = Mapping[str, Any]
"""Properties by their names, each as its element."""


_READ = frozenset(
    "vanish strike dstrike color textFill textOutline sz w fitText spacing position vertAlign "
    "highlight shd ind framePr numPr outlineLvl".split()
)


@dataclass(frozen=True, slots=True)
class Style:
    """What a style states of type and of paragraphs, with all that it is based on."""

    type: Stated = field(default_factory=dict)
    paragraph: Stated = field(default_factory=dict)
    shades: bool = False  # a ground, in some of the cells of its tables


_NONE = Style()


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds in a paragraph: of its type, before a run states its own, and of itself.

    ``hidden`` counts the styles that hide its type: two of them show it (17.7.3).
    """

    type: Stated
    paragraph: Stated
    hidden: int


class Styles:
    """The styles of a document."""

    def __init__(self, part: Any | None) -> None:
        self._styles: dict[str, Any] = {}
        self._known: dict[str, Style] = {"": _NONE}
        self._settings: dict[Any, Setting] = {}
        self._normal = ""
        self._defaults = Style(
            _inside(child(part, "docDefaults", "rPrDefault", "rPr")),
            _inside(child(part, "docDefaults", "pPrDefault", "pPr")),
        )
        for style in () if part is None else part.iterfind("{*}style"):
            name = value(style, "styleId")
            self._styles.setdefault(name, style)
            if value(style, "type") == "paragraph" and value(style, "default") not in {"", "0"}:
                self._normal = name

    def style(self, name: str) -> Style:
        """Return what a style states, however many it is based on."""
        chain: list[str] = []
        while name not in self._known and name in self._styles:
            self._known[name] = _NONE  # where one is based on itself
            chain.append(name)
            name = value(child(self._styles[name], "basedOn"))
        found = self._known.get(name, _NONE)
        for each in reversed(chain):
            found = self._known[each] = _with(found, self._styles[each])
        return found

    def of_paragraph(self, paragraph: Any | None) -> Setting:
        """Return what holds in a paragraph."""
        if paragraph not in self._settings:
            self._settings[paragraph] = self._setting(paragraph)
        return self._settings[paragraph]

    def _setting(self, paragraph: Any | None) -> Setting:
        own = child(paragraph, "pPr")
        stated = value(child(own, "pStyle"))
        styles = (
            self.style(value(child(_table(paragraph), "tblPr", "tblStyle"))),
            self.style(stated if stated in self._styles else self._normal),
        )
        type_, lines = dict(self._defaults.type), dict(self._defaults.paragraph)
        for style in styles:
            type_ |= style.type
            lines |= style.paragraph
        hidden = sum(is_on(style.type.get("vanish")) for style in styles)
        return Setting(type_, {**lines, **_inside(own)}, hidden)

    def of_run(self, run: Any) -> tuple[Stated, bool]:
        """Return what holds of a run's type, and whether it is hidden."""
        setting = self.of_paragraph(around(run, "p"))
        style = self.style(value(child(run, "rPr", "rStyle")))
        own = {k: v for part in run.iterfind("{*}rPr") for k, v in _inside(part).items()}
        told = {**setting.type, **style.type, **own}
        if "vanish" in own:
            return told, is_on(own["vanish"])
        levels = setting.hidden + is_on(style.type.get("vanish"))
        return told, is_on(self._defaults.type.get("vanish")) or levels % 2 == 1


def _table(paragraph: Any | None) -> Any | None:
    return None if paragraph is None else around(paragraph, "tbl")


def _inside(properties: Any | None) -> dict[str, Any]:
    found = () if properties is None else ((name_of(one), one) for one in properties)
    return {name: one for name, one in found if name in _READ}


def _with(base: Style, style: Any) -> Style:
    return Style(
        {**base.type, **_inside(child(style, "rPr"))},
        {**base.paragraph, **_inside(child(style, "pPr"))},
        base.shades or bool(all_in(style, "shd")),
    )
