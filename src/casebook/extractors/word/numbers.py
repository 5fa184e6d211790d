"""The numbers that Word sets before headings and items by itself: "1.2", "(a)", "iv.". Pure.

ISO/IEC 29500-1, 17.9: paragraphs that refer to one definition count on, whatever stands between
them; what starts anew says so. The numbers become text, and all lists those without.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from casebook.extractors.word.styles import Styles
from casebook.extractors.word.xml import (
    all_in,
    child,
    drop,
    is_on,
    made,
    number,
    run_of,
    texts,
    value,
)

_PLACE = re.compile(r"%([1-9])")
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MOST = 780
"""Of a number that is written in letters: Word begins anew behind it."""
_DEEPEST = 4
"""The last level of lists, from 0, that mammoth knows."""

_LONGEST = 100
_ALPHABET = 26
_ONE = "1"

_Levels = Mapping[int, Any]


class Numbers:
    """The lists of a document, and how far each has counted."""

    def __init__(self, part: Any | None, styles: Styles) -> None:
        self._styles = styles
        self._definitions = _by_id(part, "abstractNum")
        self._lists = _by_id(part, "num")
        self._levels: dict[str, tuple[str, _Levels]] = {}
        self._counted: dict[str, dict[int, int]] = defaultdict(dict)
        self._starts: dict[str, dict[int, int]] = {}

    def set_in_text(self, part: Any) -> None:
        """Set before each paragraph of ``part`` its number; leave lists as lists, without any."""
        for paragraph in all_in(part, "p"):
            place = self._place(paragraph)
            properties = child(paragraph, "pPr")
            if (stated := child(properties, "numPr")) is not None:
                drop(stated)
            if place is None:
                continue
            says = any(text.strip() for text in texts(paragraph))
            if not says and _ends_unseen(paragraph):
                continue
            if (label := self._next(*place)) and says:
                at = 0 if properties is None else 1
                paragraph.insert(at, run_of(paragraph, label))
            _put_in_list(paragraph, place[1])

    def _place(self, paragraph: Any) -> tuple[str, int] | None:
        """Return the list that a paragraph stands in, and its level there."""
        style = value(child(paragraph, "pPr", "pStyle"))
        own = child(paragraph, "pPr", "numPr")
        of_style = self._styles.style(style).paragraph.get("numPr")
        name = value(child(own, "numId")) or value(child(of_style, "numId"))
        levels = self._of(name)[1]
        level = number(child(own, "ilvl"))
        if level is None:
            named = (
                n for n, one in levels.items() if style and value(child(one, "pStyle")) == style
            )
            level = next(named, number(child(of_style, "ilvl")) or 0)
        return (name, level) if level in levels else None

    def _of(self, name: str) -> tuple[str, _Levels]:
        """Return the definition that a list counts by, and its levels."""
        if name not in self._levels:
            self._levels[name] = "", {}  # where one refers to itself
            self._levels[name] = self._resolved(name)
        return self._levels[name]

    def _resolved(self, name: str) -> tuple[str, _Levels]:
        one = self._lists.get(name)
        key = value(child(one, "abstractNumId"))
        definition = self._definitions.get(key)
        levels = _levels(definition)
        if link := value(child(definition, "numStyleLink")):
            linked = self._styles.style(link).paragraph.get("numPr")
            key, levels = self._of(value(child(linked, "numId")))
        overrides = () if one is None else one.iterfind("{*}lvlOverride")
        return key, {**levels, **{n: lvl for each in overrides for n, lvl in _levels(each).items()}}

    def _next(self, name: str, level: int) -> str:
        """Count one on, and return the number as it is shown; empty for a bullet."""
        key, levels = self._of(name)
        if name not in self._starts:
            self._starts[name] = _starts(self._lists[name])
            for restarted in self._starts[name]:
                self._counted[key].pop(restarted, None)
        starts, counted = self._starts[name], self._counted[key]

        def first(of: int) -> int:
            stated = starts.get(of, number(child(levels.get(of), "start")))
            return 0 if stated is None else stated

        counted[level] = counted[level] + 1 if level in counted else first(level)
        for skipped in range(level):  # its number is shown, so the next of that level has another
            counted.setdefault(skipped, first(skipped))
        for deeper in [n for n in counted if n > level]:
            after = number(child(levels.get(deeper), "lvlRestart"))
            if level < (deeper if after is None else after):
                del counted[deeper]
        return _label(levels, level, counted)


def _by_id(part: Any | None, name: str) -> dict[str, Any]:
    found = () if part is None else part.iterfind(f"{{*}}{name}")
    return {value(one, f"{name}Id"): one for one in found}


def _levels(holder: Any | None) -> _Levels:
    """Return the levels that a definition, or what overrides it, has by their numbers from 0."""
    found = () if holder is None else holder.iterfind("{*}lvl")
    return {number(one, "ilvl") or 0: one for one in found}


def _starts(one: Any) -> dict[int, int]:
    """Return the numbers that a list begins with, other than its definition says."""
    stated = (
        (number(each, "ilvl") or 0, number(child(each, "startOverride")))
        for each in one.iterfind("{*}lvlOverride")
    )
    return {level: start for level, start in stated if start is not None}


def _label(levels: _Levels, level: int, counted: Mapping[int, int]) -> str:
    one = levels[level]
    form = value(child(one, "numFmt"))
    if form == "bullet" or is_on(child(one, "rPr", "vanish")):
        return ""

    def shown(match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        own = value(child(levels.get(at), "numFmt"))
        return _written(counted.get(at, 0), "" if is_on(child(one, "isLgl")) else own)

    text = _PLACE.sub(shown, value(child(one, "lvlText"))[:_LONGEST])
    return text if value(child(one, "suff")) == "nothing" or not text else f"{text} "


def _written(count: int, form: str) -> str:
    """Return a number as its list writes it; in figures where its way is of another script."""
    if form == "none":
        return ""
    if form == "decimalZero":
        return f"{count:02}"
    letters = form.removeprefix("lower").removeprefix("upper")
    if not 0 < count < _MOST or letters not in {"Letter", "Roman"}:
        return str(count)
    if letters == "Letter":
        turns, at = divmod(count - 1, _ALPHABET)
        written = chr(ord("a") + at) * (turns + 1)
    else:
        written = _roman(count)
    return written.upper() if form.startswith("upper") else written


def _roman(count: int) -> str:
    written = ""
    for worth, letters in _ROMAN:
        times, count = divmod(count, worth)
        written += letters * times
    return written


def _ends_unseen(paragraph: Any) -> bool:
    """Tell a paragraph whose end is hidden, or deleted: an empty one is none."""
    return any(
        is_on(child(paragraph, "pPr", "rPr", name)) for name in ("vanish", "del", "moveFrom")
    )


def _put_in_list(paragraph: Any, level: int) -> None:
    """Make a paragraph an item of the one list that there is for mammoth."""
    properties = child(paragraph, "pPr")
    if properties is None:
        properties = made(paragraph, "pPr")
        paragraph.insert(0, properties)
    stated = made(paragraph, "numPr")
    stated.append(made(paragraph, "ilvl", val=str(min(level, _DEEPEST))))
    stated.append(made(paragraph, "numId", val=_ONE))
    properties.append(stated)


def one_list(part: Any) -> Any:
    """Return the definition of the list that all lists have become."""
    numbering, definition = made(part, "numbering"), made(part, "abstractNum", abstractNumId=_ONE)
    for level in range(_DEEPEST + 1):
        lvl = made(part, "lvl", ilvl=str(level))
        lvl.append(made(part, "numFmt", val="bullet"))
        definition.append(lvl)
    num = made(part, "num", numId=_ONE)
    num.append(made(part, "abstractNumId", val=_ONE))
    numbering.extend((definition, num))
    return numbering
