"""How large a text may be at the most, as it is set in a box of a page. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from casebook.extractors.visibility.declarations import shifts, styles
from casebook.extractors.visibility.declarations.css_values import NUMBER
from casebook.extractors.visibility.declarations.declared import Style

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
SET_IN = frozenset({"ul", "ol", "dl", "dd", "blockquote"})
WITH_MARGINS = HEADINGS | SET_IN | {"p"}
DIVISIONS = frozenset("div section article aside main header footer".split())
BLOCKS = DIVISIONS | WITH_MARGINS | {"li", "dt", "address"}
"""Elements whose text begins a line of its own."""

START, MIDDLE = "start", "center"
_TURNED = frozenset({"direction", "writing-mode", "letter-spacing", "word-spacing"})
_UNSTATED = frozenset({"", "auto", "none", "normal", "initial"})
_HANDED_DOWN = frozenset({"inherit", "unset"})
_AT_START = frozenset({"left", START, "justify", "inherit", "unset", "initial"})
_NARROW = frozenset({"flex", "inline-flex", "grid", "inline-grid", "inline-block", "table-cell"})
_CELLS = frozenset({"td", "th", "aside"})
_DEEPEST = 60
_WIDE_PX, _COLUMN_PX, _NARROW_PX = 1_000.0, 450.0, 300.0
SIZE_PX, _LARGE_PX, _HEADING_PX = 16.0, 22.0, 32.0
_LINE, _FILLED = 1.6, 0.8
_SMALL_LETTER, _CAPITAL, _SIGN = 0.6, 0.85, 1.05
_FIRST_SIGN = "\u2e80"


@dataclass(frozen=True, slots=True)
class Extent:
    """How large a text may be, in pixels, and how wide the box is in which it is set at the least.

    ``is_broken`` is one in lines of any width; ``align`` is START or MIDDLE where that is told.
    """

    width: float
    line: float
    length: float
    longest: float
    blocks: int
    breaks: int
    is_broken: bool
    align: str

    def height(self, width: float) -> float:
        """Return how high the text may be in a ``width``, with what is left around each block."""
        # Rounded up, also what has no end: a letter may be stated as large as that.
        lines = -(-self.length // (_FILLED * width)) + self.blocks + self.breaks
        return (lines + 2 * self.blocks) * self.line


def extent_of(
    element: Any, box: Any, style_of: Callable[[Any], Style], *, is_complete: bool
) -> Extent | None:
    """Return how large the text of an ``element`` in a ``box`` may be; None where that is not told.

    Of a page that not all sheets are known of (not ``is_complete``) the letters may be larger.
    """
    within = list(element.iter("*"))
    around = [style_of(one) for one in islice(element.iterancestors(), _DEEPEST)]
    # Many are told the same: of those one is looked at.
    styled = list({id(one): one for one in (*map(style_of, within), *around)}.values())
    turned = (one.get("dir", "ltr").lower() for one in (element, *element.iterancestors()))
    sizes, lines = _sizes(styled), list(map(_ratio, styled))
    if sizes is None or None in lines or not all(map(_TURNED.isdisjoint, styled)):
        return None
    if any(way != "ltr" for way in turned) or any(map(_is_set_in, styled)):
        return None
    usual = SIZE_PX if is_complete else _LARGE_PX
    size = max(usual, *sizes, _HEADING_PX if any(one.tag in HEADINGS for one in within) else 0)
    line = size * max(filter(None, lines), default=_LINE)
    text = "".join(element.itertext())
    broken = [told["white-space"] for told in styled if "white-space" in told]
    kept = any(told.startswith(("pre", "break")) for told in broken)
    words = text.split()
    return Extent(
        width=_width(box, style_of, is_complete),
        line=max(line, size * _LINE),
        length=size * _length(" ".join(words)),
        longest=size * max(map(_length, words), default=0),
        blocks=sum(one.tag in BLOCKS for one in within[1:]),
        breaks=sum(one.tag == "br" for one in within) + (text.count("\n") if kept else 0),
        is_broken=not kept and all(told == "normal" for told in broken),
        align=_align(styled, is_complete),
    )


def _is_set_in(style: Style) -> bool:
    return shifts.pixels(style.get("text-indent", "0")) != 0


def _width(box: Any, style_of: Callable[[Any], Style], is_complete: bool) -> float:
    """Return how wide the text in a box is set at the least."""
    told = style_of(box)
    width = _WIDE_PX if is_complete else _COLUMN_PX
    for one in (box, *islice(box.iterancestors(), _DEEPEST)):
        style = style_of(one)
        stated = [style[name] for name in ("width", "max-width") if name in style]
        lengths = [shifts.pixels(one) for one in stated if one not in _UNSTATED]
        shrinks = (
            style.get("display") in _NARROW
            or style.get("float", "none") != "none"
            or style.get("position") in {"absolute", "fixed"}
            or any(name.startswith("column") for name in style)
            or one.tag in _CELLS
        )
        width = min(width, *filter(None, lengths), width)
        if (shrinks and not any(lengths)) or None in lengths:
            width = min(width, _NARROW_PX)
    return width - (total(told, "padding-left", "padding-right") or 0)


def _align(styled: Iterable[Style], is_complete: bool) -> str:
    """Return where lines may begin; a sheet that lies elsewhere may set them in the middle."""
    told = {one.get("text-align", START) for one in styled} - _AT_START
    if told <= {MIDDLE}:
        return START if is_complete and not told else MIDDLE
    return ""


def _sizes(styled: Iterable[Style]) -> list[float] | None:
    told = [one for one in styled if one.get("font-size", "inherit") not in _HANDED_DOWN]
    sizes = list(map(styles.text_size, told))
    shorthands = (styles.text_size(one) for one in styled if "font" in one)
    known = [size for size in sizes if size is not None]
    return None if len(known) < len(sizes) else [*known, *filter(None, shorthands), 0.0]


def _ratio(style: Style) -> float | None:
    """Return how high lines are, by the size of the letters; None where that is not told."""
    told = style.get("line-height", "normal")
    if told in {"normal", *_HANDED_DOWN}:
        return _LINE
    match = NUMBER.fullmatch(told)
    if match and match[2] in {"", "%"}:
        return float(match[1]) / (100 if match[2] else 1)
    length = shifts.pixels(told)
    return None if length is None else length / SIZE_PX


def _length(text: str) -> float:
    """Return how long a text may be, by the size of its letters."""
    return sum(map(_width_of, text))


def _width_of(letter: str) -> float:
    if letter >= _FIRST_SIGN:
        return _SIGN
    return _CAPITAL if letter.isupper() else _SMALL_LETTER


def total(style: Style, *names: str) -> float | None:
    """Return what lengths come to, None where one is not told."""
    told = [style[name] for name in names if style.get(name, "") not in _UNSTATED]
    lengths = [length for one in told if (length := shifts.pixels(one)) is not None]
    return None if len(lengths) < len(told) else sum(lengths)
