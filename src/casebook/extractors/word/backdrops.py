"""What a Word document draws behind its text, and which paragraphs may stand on it. Pure.

White type on a dark cover, or on a photograph, is there for everybody to see. Where on its page a
paragraph stands only Word knows; so it counts as standing on a drawing as far as that can reach
from where it hangs (ISO/IEC 29500-1, 20.4.2.3), and no farther than to the next page.
"""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from casebook.extractors.visibility.declarations import colours
from casebook.extractors.word.colours import SHAPES, UNKNOWN, Palette
from casebook.extractors.word.xml import all_in, around, child, is_on, name_of, number, texts, value

_POINT = 12_700  # English metric units
_LOWEST, _NARROWEST = 8.0, 30.0  # points of what a word may stand on
_TALL, _WIDE = 200.0, 120.0  # points of what reaches from the head of a page under its text
_LINE, _LETTERS = 12.0, 100  # points of a line, at least, and its letters, at most
_PAGE = 1_200.0  # points of a page, at most
_FAINT = 10_000  # thousandths of a percent
_MOST = 500  # drawings
_BRIGHT = 50_000  # thousandths of a percent
_ON = frozenset({"1", "true", "on"})
_OF_TEXT = frozenset({"paragraph", "line"})
_BEHIND = re.compile(r"z-index:\s*-")
_SIDES = ("width", "height", "margin-top", "margin-left")
_SIDE = re.compile(
    rf"(?<![-\w])({'|'.join(_SIDES)}):\s*(-?\d{{1,7}}(?:\.\d{{1,7}})?)(pt|in|cm|mm|px)?"
)
_UNSEEN = re.compile(r"visibility:\s*hidden")
_UNITS = {"pt": 1.0, "in": 72.0, "cm": 28.35, "mm": 2.835, "px": 0.75, "": 1.0}
_OF_PAGE = re.compile(r"mso-position-vertical-relative:\s*(?:page|margin|top-margin)")


class _Drawing(NamedTuple):
    """Something that is drawn behind text: how large, how far below its place or the page's top.

    And how far right of that.
    """

    element: Any
    width: float
    height: float
    below: float
    right: float
    of_page: bool

    @property
    def is_on_page(self) -> bool:
        """Tell what is large enough for a word to stand on, and not set beside the page."""
        low = -self.height if self.of_page else -_PAGE
        large = self.width >= _NARROWEST and self.height >= _LOWEST
        return large and low <= self.below < _PAGE and -self.width < self.right < _PAGE


class Backdrops:
    """The drawings behind the text of a document, and in the heads and feet of its pages."""

    def __init__(self, document: Any, heads: Sequence[Any], palette: Palette) -> None:
        self._palette = palette
        # What is in a head lies behind the text, whatever it says of itself.
        self._on_all = any(
            one.height >= _TALL and one.width >= _WIDE and self._shows(one)
            for head in heads
            for one in _drawings(head, behind=False)
        )
        behind = [one for one in _drawings(document, behind=True) if self._shows(one)]
        self._stands = set(_standing(document, behind)) if behind else set()

    def are_under(self, paragraph: Any) -> bool:
        """Tell a paragraph that may stand on something in another colour than the paper's."""
        return self._on_all or paragraph in self._stands

    def _shows(self, one: _Drawing) -> bool:
        """Tell a drawing that a word may stand on, and that is not like paper."""
        if not one.is_on_page or _is_hidden(one.element) or all_in(one.element, "textpath"):
            return False
        fills = map(self._palette.shape, all_in(one.element, *SHAPES))
        painted = [fill for fill in fills if fill is not None]
        if any(map(_is_dark, all_in(one.element, "blip", "imagedata"))):
            painted.append(UNKNOWN)
        return any(not colours.same_colour(fill, self._palette.paper) for fill in painted)


def _drawings(part: Any, *, behind: bool) -> Iterator[_Drawing]:
    """Yield what is drawn in ``part``, all of it or only what is set ``behind`` its text."""
    for anchor in all_in(part, "anchor"):
        if not behind or (anchor.get("behindDoc") or "0") in _ON:
            size, place = child(anchor, "extent"), child(anchor, "positionV")
            width, height = ((number(size, side) or 0) / _POINT for side in ("cx", "cy"))
            below, right = _offset(place), _offset(child(anchor, "positionH"))
            of_page = value(place, "relativeFrom") not in _OF_TEXT
            yield _Drawing(anchor, width, height, below, right, of_page)
    for shape in all_in(part, *SHAPES, "group"):
        style = shape.get("style") or ""
        if name_of(shape) == "wsp" or around(shape, "group") is not None:
            continue  # a part of what is placed as one
        if not behind or _BEHIND.search(style):
            sides = {name: float(size) * _UNITS[unit] for name, size, unit in _SIDE.findall(style)}
            width, height, below, right = (sides.get(one, 0.0) for one in _SIDES)
            of_page = _OF_PAGE.search(style) is not None
            yield _Drawing(shape, width, height, below, right, of_page)


def _standing(document: Any, behind: Sequence[_Drawing]) -> Iterator[Any]:
    """Yield the paragraphs that may stand on one of the drawings."""
    paragraphs = [one for one in all_in(document, "p") if around(one, "txbxContent") is None]
    numbers = {one: n for n, one in enumerate(paragraphs)}
    pages, heights = _pages(paragraphs), list(map(_height, paragraphs))
    for drawing in behind[:_MOST]:
        at = numbers.get(_hangs_on(drawing.element))
        if at is not None:
            yield from (paragraphs[n] for n in _reach(drawing, at, heights, pages))


def _reach(
    drawing: _Drawing, at: int, heights: Sequence[float], pages: Sequence[int]
) -> Iterator[int]:
    """Yield the numbers of the paragraphs that may stand on a drawing that hangs on number ``at``.

    From the page's top it may reach what stands before that one, too.
    """
    upwards = _PAGE if drawing.of_page else max(0.0, -drawing.below)
    downwards = min(_PAGE, max(0.0, drawing.below) + drawing.height)
    for step, room in ((-1, upwards), (1, downwards)):
        n, left = at, room
        while 0 <= n < len(heights) and pages[n] == pages[at] and left >= 0:
            yield n
            left -= heights[n]
            n += step


def _height(paragraph: Any) -> float:
    """Return how high a paragraph is at the least, in points."""
    cell = around(paragraph, "tc")
    if cell is not None and next(cell.itersiblings("{*}tc", preceding=True), None) is not None:
        return 0.0  # it stands beside the one before
    letters = sum(map(len, texts(paragraph)))
    return _LINE * max(1, math.ceil(letters / _LETTERS))


def _pages(paragraphs: Sequence[Any]) -> list[int]:
    """Return on which page each paragraph begins, as far as the document says so."""
    pages, page = [], 0
    for one in paragraphs:
        page += is_on(child(one, "pPr", "pageBreakBefore"))
        before, after = _turns(one)
        pages.append(page + before)
        page += before + after
        page += child(one, "pPr", "sectPr") is not None and not _goes_on(one)
    return pages


def _turns(paragraph: Any) -> tuple[int, int]:
    """Return how many pages end before the first word of a paragraph, and behind that."""
    turns, before = 0, None
    for one in paragraph.iter("{*}lastRenderedPageBreak", "{*}br", "{*}t"):
        name = name_of(one)
        if name == "t":
            before = turns if before is None else before
        else:
            turns += name != "br" or value(one, "type") == "page"
    return before or 0, turns - (before or 0)


def _goes_on(paragraph: Any) -> bool:
    return value(child(paragraph, "pPr", "sectPr", "type")) == "continuous"


def _hangs_on(element: Any) -> Any | None:
    """Return the paragraph of the text that a drawing hangs on."""
    above = list(element.iterancestors("{*}p"))
    return above[-1] if above else None


def _is_dark(picture: Any) -> bool:
    """Tell a picture that may be dark: none that is washed out, as water marks are, or clear."""
    light, cover = child(picture, "lum"), number(child(picture, "alphaModFix"), "amt")
    if cover is not None and cover <= _FAINT:
        return False
    return not picture.get("blacklevel") and (number(light, "bright") or 0) < _BRIGHT


def _is_hidden(drawing: Any) -> bool:
    """Tell a drawing that is marked as hidden, or its run."""
    told = child(drawing, "docPr")
    run = around(drawing, "r")
    return (
        (told is not None and (told.get("hidden") or "0") in _ON)
        or is_on(child(run, "rPr", "vanish"))
        or bool(_UNSEEN.search(drawing.get("style") or ""))
    )


def _offset(place: Any | None) -> float:
    """Return how far from what it is placed by something stands, in points."""
    offset = child(place, "posOffset")
    try:
        return int(offset.text or 0) / _POINT if offset is not None else 0.0
    except ValueError:
        return 0.0
