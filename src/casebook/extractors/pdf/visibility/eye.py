"""What pdfium can be asked about the characters of a page, and whether a reader sees them."""

import ctypes
import operator
import re
import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from itertools import compress, repeat
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.visibility.clips import is_cut_off
from casebook.extractors.pdf.visibility.doubled import INKLESS
from casebook.extractors.pdf.visibility.glance import BLANK, DEPTH, TINY_POINTS, Glance
from casebook.extractors.pdf.visibility.grounds import Box, no_ink
from casebook.extractors.pdf.visibility.overprint import Overprints
from casebook.extractors.pdf.visibility.sight import BoxSight, Budget, LineSight, Sight
from casebook.extractors.pdf.visibility.turning import Turn

Place = tuple[float, bool, float, float, float, bool, float]
"""Of a line, in points: type size, bold or not, left, right, height it stands on, whether its
letters are of one width, and the type size at its end."""

_BOLD = 600
# By name: the flag of a font's descriptor is seldom set where it should be.
_FIXED = re.compile(rb"mono(?!t)|courier|consola|menlo|typewriter|code|[a-z]tt\d", re.IGNORECASE)
_NAME_BYTES = 128
"""Of a font's name."""

_LEAST_INK, _LINE = 0.8, 1.25
"""Points of a letter that is seen, and how high a line is, in type sizes."""

_OUTLINE = pdfium.FPDF_TEXTRENDERMODE_STROKE
_BY_PEN = (_OUTLINE, pdfium.FPDF_TEXTRENDERMODE_STROKE_CLIP)
_MARK_ROOM = 1.5
"""Type sizes between the point of a list and its text, at most."""

_DOUBLES = struct.Struct("4d").unpack_from
_MATRIX = struct.Struct("6f").unpack_from
_COLOUR = struct.Struct("4I").unpack_from


class Eye:
    """Looks at one page and its text. ``is_odd`` where some text of it may not be seen.

    ``covered``: what is pinned to the page may lie over its text. ``is_unsure`` once a page should
    have been drawn that takes too long to draw; ``is_woven`` where lines of two columns come by
    turns, ``is_across`` where such lines may be cells as well.
    """

    def __init__(
        self, page: Any, turn: Turn, text: Any, budget: Budget, glance: Glance, *, covered: bool
    ) -> None:
        self._page, self._text, self._budget = page, calls.handle(text.raw), budget
        self._turn, self._edges = turn, turn.edges
        self._grounds: list[Box] | None = None
        self._sight: Sight | None = None
        self._line_sight: LineSight | None = None
        self._box_sight: BoxSight | None = None
        self._lines, self._lids = glance.lines.handles, frozenset(glance.lids)
        self._overprints = Overprints(calls.handle(page.raw), self._text, pale=glance.pale)
        self._bold: dict[int | None, bool] = {}
        self._fixed: dict[int | None, bool] = {}
        self._larger_by: dict[int | None, float] = {}
        self._told = bytearray(32)
        begin = ctypes.addressof(ctypes.c_char.from_buffer(self._told))
        self._wide = calls.handles(range(begin, begin + 32, 8))
        self._narrow = calls.handles(range(begin, begin + 16, 4))
        self.is_scan = glance.is_scan(self._edges)
        self.covers = glance.is_picture(self._edges)
        self._dots = glance.dots
        self._marks = glance.marks
        self.pictures = bool(glance.pictures)
        self.is_woven, self.is_across = glance.woven, glance.across
        self._sketched = glance.sketched
        self._veiled = (glance.veiled or covered or budget.layers) and not self.is_scan
        self.is_odd = glance.odd or self._veiled

    @property
    def is_unsure(self) -> bool:
        """Tell whether some text may be hidden that nobody had the time to look for."""
        looks = (self._sight, self._line_sight, self._box_sight)
        return any(look is not None and not look.known for look in looks)

    def index(self, position: int) -> int:
        """Return the character index of a position in the page's text."""
        return max(0, int(calls.char_index(self._text, position)))

    def places(self, ends: Sequence[tuple[int, int]]) -> Iterator[Place]:
        """Yield where each line stands whose first and last character have these positions."""
        text, count = self._text, len(ends)
        at = self._firsts(ends)
        to = self._lasts(ends, at)
        boxes = self._boxes(at + to)
        bases = self._turn.heights(calls.rows(calls.char_origin, at, 2, np.double, text=text)[0])
        fonts = self._fonts(at + to)
        bold, fixed = [[kind[font] for font in fonts] for kind in (self._bold, self._fixed)]
        sizes = self._types(at + to)[0]
        both = list(map(operator.and_, fixed, fixed[count:]))
        if any(both):
            both = [so and self._is_fixed(*ends) for so, *ends in zip(both, at, to, strict=True)]
        return zip(
            sizes[:count],
            map(operator.and_, bold, bold[count:]),
            boxes[:count, 0].tolist(),
            boxes[count:, 1].tolist(),
            bases.tolist(),
            both,
            sizes[count:],
            strict=True,
        )

    def edges(self, ends: Sequence[tuple[int, int]]) -> tuple[calls.Numbers, calls.Numbers]:
        """Return where the stretches begin and where they end, from the left."""
        at = self._firsts(ends)
        both = at + self._lasts(ends, at)
        boxes = self._boxes(both)
        return boxes[: len(ends), 0], boxes[len(ends) :, 1]

    def mirrored(self, place: float) -> float:
        """Return a place across the page as it is seen from the other side."""
        return self._edges[0] + self._edges[2] - place

    def rooms(self, positions: Sequence[int]) -> tuple[calls.Numbers, calls.Numbers]:
        """Return where the room of each character begins and ends, ink or not, from the left."""
        indices = self._firsts([(position, position) for position in positions])
        ask = partial(calls.rows, about=indices, text=self._text)
        left, top, right, low = ask(calls.char_loose_box, width=4, whole=True)[0].T
        if not self._turn.way:
            # The room of what is turned over is told as its ink.
            left = np.minimum(left, ask(calls.char_origin, width=2, kind=np.double)[0][:, 0])
        boxes = self._turn.boxes(np.stack([left, right, low, top], axis=1).astype(np.double))
        return boxes[:, 0], boxes[:, 1]

    def letters(self, positions: Sequence[int]) -> calls.Numbers:
        """Return left, right, bottom, top, foot and type size of characters, as they are read."""
        indices = self._firsts([(position, position) for position in positions])
        places = calls.rows(calls.char_origin, indices, 2, np.double, text=self._text)[0]
        feet, sizes = self._turn.heights(places), np.array(self._types(indices)[0])
        return np.column_stack([self._boxes(indices), feet, sizes])

    def sees_line(self, box: Box) -> bool:
        """Tell whether a reader sees a thin line drawn along a box, as the lines are read."""
        if self._line_sight is None:
            self._line_sight = LineSight(
                self._page, self._budget, self._dots, self._lines, self._lids
            )
        return self._line_sight.shows(self._turn.back(box))

    def sees_box(self, box: Box) -> bool:
        """Tell whether a reader sees a text box that is pinned to the page, at ``box``."""
        if _is_outside(box, self._edges):
            return False
        if self._box_sight is None:
            self._box_sight = BoxSight(self._page, self._budget, self._dots)
        return self._box_sight.shows(box)

    def _boxes(self, indices: Sequence[int]) -> calls.Numbers:
        """Return left, right, bottom and top of characters, as the lines of the page are read."""
        boxes = calls.rows(calls.char_box, indices, 4, np.double, text=self._text)[0]
        return self._turn.boxes(boxes)

    def _firsts(self, ends: Sequence[tuple[int, int]]) -> list[int]:
        """Return the index of the first character of each stretch."""
        starts = [start for start, _ in ends]
        found = self._indices(starts)
        return starts if found is starts else [max(index, 0) for index in found]

    def _lasts(self, ends: Sequence[tuple[int, int]], firsts: Sequence[int]) -> list[int]:
        """Return the index of the last character of each stretch."""
        lasts = [end for _, end in ends]
        found = self._indices(lasts)
        return lasts if found is lasts else list(map(max, found, firsts))

    def _indices(self, positions: Sequence[int]) -> Sequence[int]:
        """Return the character index of each position: the same, where no character has no text.

        Both count upwards, so it is enough to ask about the last one.
        """
        last = max(positions, default=0)
        if calls.char_index(self._text, last) == last:
            return positions
        return list(map(calls.char_index, repeat(self._text), positions))

    def _types(self, indices: Sequence[int]) -> tuple[list[float], calls.Numbers]:
        """Return the type sizes, and those along the line: others where type is pressed."""
        # What is set with a negative size is turned over twice, and stands upright.
        declared = np.abs(calls.answers(calls.char_size, indices, np.double, text=self._text))
        parts, known = calls.rows(calls.char_matrix, indices, 6, whole=True, text=self._text)
        a, b, c, d, _, _ = np.abs(parts).T
        scales = np.maximum(np.maximum(b, c), d).astype(np.double)
        drawn = np.where(known, declared * scales, declared)
        broad = np.where(known & (declared > 0), declared * np.maximum(a, b), np.inf)
        (tiny,) = ((drawn > 0) & (drawn < TINY_POINTS)).nonzero()
        if len(tiny):
            larger, inked = self._larger([indices[n] for n in tiny.tolist()], drawn[tiny], b > a)
            drawn[tiny] *= larger
            broad[tiny] *= np.where(inked, larger, 1.0)
        told = zip(drawn.tolist(), known.tolist(), strict=True)
        return [_size(size) if knows else size for size, knows in told], broad

    def _larger(
        self, indices: Sequence[int], drawn: calls.Numbers, lying: calls.Numbers
    ) -> tuple[calls.Numbers, calls.Numbers]:
        """Return how much larger than ``drawn`` type is by its font's own size, and what is no dot.

        Fonts of dots may have any size by themselves: it is told by how high they say that a line
        is, or how wide where all is ``lying``, and by the highest letter where they do not.
        """
        ask = partial(calls.rows, about=indices, width=4, text=self._text)
        left, top, right, low = ask(calls.char_loose_box, whole=True)[0].astype(np.double).T
        lies = 2 * np.count_nonzero(lying) > len(lying)
        lines = right - left if lies else top - low
        left, right, low, top = ask(calls.char_box, kind=np.double)[0].T
        inked = (right - left if lies else top - low) >= _LEAST_INK
        fonts = list(map(calls.object_font, map(calls.char_object, repeat(self._text), indices)))
        for font, ratio in zip(fonts, np.where(inked, lines / (_LINE * drawn), 1.0), strict=True):
            self._larger_by[font] = max(ratio, self._larger_by.get(font, 1.0))
        return np.array([self._larger_by[font] for font in fonts]), inked

    def _fonts(self, indices: Sequence[int]) -> list[int | None]:
        """Return the font of each character; whether it is bold, or of one width, is known then."""
        pieces = map(calls.char_object, repeat(self._text), indices)
        fonts = list(map(calls.object_font, pieces))
        if not self._bold.keys() >= set(fonts):
            for font, index in zip(fonts, indices, strict=True):
                if font not in self._bold:
                    self._bold[font], self._fixed[font] = self._face(index)
        return fonts

    def _is_fixed(self, first: int, last: int) -> bool:
        """Tell a line whose midst is of one width, as its ends are; it may be prose."""
        midst = (first + last) // 2
        # A space that pdfium adds between words has no font; one of two characters is none.
        return any(self._fixed[font] for font in self._fonts([midst, min(midst + 1, last)]))

    def has_mark(self, place: Place) -> bool:
        """Tell a line before which the point of a list is drawn."""
        if not self._marks or self._turn.way:
            return False
        size, _, left, _, base, _, _ = place
        return any(
            -size / 4 < left - mark[2] < _MARK_ROOM * size
            and base - size / 4 < mark[1] < mark[3] < base + size
            for mark in self._marks
        )

    def box(self, index: int) -> Box:
        """Return the box of a character; an empty one at the corner where pdfium knows none."""
        if not calls.char_box(self._text, index, *self._wide):
            return (0.0, 0.0, 0.0, 0.0)
        left, right, bottom, top = _DOUBLES(self._told)
        return left, bottom, right, top

    def origin(self, index: int) -> float:
        """Return the height of the line on which a character stands."""
        calls.char_origin(self._text, index, *self._wide[:2])
        place = _DOUBLES(self._told)[:2]
        return float(self._turn.heights(np.array([place]))[0] if self._turn.way else place[1])

    def bottom(self, index: int) -> float:
        """Return the height of the lower edge of a character, as its line is read."""
        return float(self._boxes([index])[0, 2] if self._turn.way else self.box(index)[1])

    def size(self, index: int) -> float:
        """Return the type size in points, as drawn."""
        declared = abs(float(calls.char_size(self._text, index)))
        if not calls.char_matrix(self._text, index, self._wide[0]):
            return declared
        _, b, c, d, _, _ = _MATRIX(self._told)
        drawn = declared * max(abs(d), abs(b), abs(c))
        return _size(drawn) if drawn >= TINY_POINTS else self._types([index])[0][0]

    def _face(self, index: int) -> tuple[bool, bool]:
        """Tell whether the font of a character says that it is bold, and of fixed width."""
        name = ctypes.create_string_buffer(_NAME_BYTES)
        calls.char_font(self._text, index, name, _NAME_BYTES, None)
        named = name.value.lower()
        # pdfium guesses the weight from the width of stems, of which many files are wrong.
        heavy = b"regular" not in named and calls.char_weight(self._text, index) >= _BOLD
        return b"bold" in named or heavy, bool(_FIXED.search(name.value))

    def reasons(self, ends: Sequence[tuple[int, int]]) -> list[str | None]:
        """Say why each word, of whose ends these are the positions, is not seen, or None."""
        at = self._firsts(ends)
        suspects = self._suspects(at)
        reasons: list[str | None] = [None] * len(ends)
        for n in compress(range(len(ends)), suspects):
            reasons[n] = self._reason(at[n], *self._lasts(ends[n : n + 1], at[n : n + 1]))
        return reasons

    def _suspects(self, indices: Sequence[int]) -> list[bool]:
        """Tell characters that may not be seen, all at once."""
        text, pieces = self._text, list(map(calls.char_object, repeat(self._text), indices))
        modes = calls.answers(calls.render_mode, calls.handles(pieces))
        colours, known = calls.rows(calls.char_colour, indices, 4, np.uintc, text=text)
        outlined = np.isin(modes, _BY_PEN)
        left, right, low, high = calls.rows(calls.char_box, indices, 4, np.double, text=text)[0].T
        inkless = np.logical_or.reduce([modes == mode for mode in INKLESS])
        unseen = inkless | outlined | (known & no_ink(*colours.T))
        suspect = np.full(len(indices), self._veiled) | (unseen & (not self.is_scan))
        suspect |= _is_outside((left, low, right, high), self._edges) | (high - low < BLANK)
        told, broad = self._types(indices)
        sizes = np.array(told)
        suspect |= (sizes > 0) & (sizes < TINY_POINTS)
        suspect |= broad < TINY_POINTS
        suspect |= self._overprints.painted_out(pieces)
        if self._sketched:
            fonts = map(calls.object_font, pieces)
            suspect |= np.array([font in self._sketched for font in fonts], dtype=np.bool_)
        return list(map(bool, suspect))

    def _reason(self, first: int, last: int) -> str | None:
        """Say why a word, from its first to its last character, is not seen, or None."""
        box = self.box(first)
        if _is_outside(box, self._edges):
            return "off the page"
        (size,), (broad,) = self._types([first])
        if 0 < size < TINY_POINTS or broad < TINY_POINTS:
            return "type too small to read"
        return None if self.is_scan else self._veil(first, box, last)

    def _veil(self, first: int, box: Box, last: int) -> str | None:
        """Say why a word that stands on the page at a legible size is not seen, or None."""
        piece = calls.char_object(self._text, first)
        again = self._overprints.shows(piece)
        if not again and piece and calls.render_mode(calls.handle_of(piece)) in INKLESS:
            return "invisible text"
        pale = not again and (self._is_pale(first) or self._overprints.paints_out(piece))
        if pale and not self._is_on_ground(box) and not self._stands_out(box, self.box(last)):
            return "text in the colour of the paper"
        font = calls.object_font(piece)
        # A font that the file does not bring may have shapes elsewhere that it has not here.
        blank = box[3] - box[1] < BLANK and calls.font_is_embedded(calls.handle_of(font)) == 1
        drawn = self._veiled or again or blank or font in self._sketched
        if blank:
            box = (*box[:3], box[1] + self.size(first))
        if drawn and not self._is_shown(box, self.box(last)):
            return "on a layer that is off" if self._budget.layers else "covered or cut off"
        return None

    def _stands_out(self, a: Box, b: Box) -> bool:
        """Tell white words that are seen all the same: by their edges, or on dark type."""
        return self._seen().shows_plainly(_around(a, b))

    def _is_shown(self, a: Box, b: Box) -> bool:
        return self._seen().shows(_around(a, b))

    def _seen(self) -> Sight:
        self._sight = self._sight or Sight(self._page, self._budget, self._dots)
        return self._sight

    def _is_pale(self, index: int) -> bool:
        piece = calls.handle_of(calls.char_object(self._text, index))
        ink = calls.char_stroke if calls.render_mode(piece) in _BY_PEN else calls.char_colour
        if not ink(self._text, index, *self._narrow):
            return False
        return bool(no_ink(*_COLOUR(self._told)))

    def _is_on_ground(self, box: Box) -> bool:
        """Tell whether a picture or a filled shape lies under the character."""
        if self._grounds is None:
            self._grounds = _dark_shapes(self._page)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(g[0] <= x <= g[2] and g[1] <= y <= g[3] for g in self._grounds)


@lru_cache(maxsize=1_000)
def _size(drawn: float) -> float:
    """Return a type size to a tenth of a point; what is less is little, not unknown."""
    return float(max(round(drawn, 1), 0.1))


def _is_outside(box: Any, edges: Box) -> Any:
    """Tell a box that lies off the page, or each of many, whose sides are arrays."""
    left, bottom, right, top = edges
    return (box[2] < left) | (box[0] > right) | (box[3] < bottom) | (box[1] > top)


def _around(a: Box, b: Box) -> Box:
    left, bottom, right, top = (*map(min, a[:2], b[:2]), *map(max, a[2:], b[2:]))
    return left, bottom, right, top


def _dark_shapes(page: Any) -> list[Box]:
    """Return the boxes of pictures, shadings and shapes filled with more than white."""
    seen = [pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING]
    shapes = page.get_objects(filter=[*seen, pdfium.FPDF_PAGEOBJ_PATH], max_depth=DEPTH)
    dark = [shape for shape in shapes if shape.type in seen or _is_dark(shape)]
    return [shape.get_bounds() for shape in dark if not is_cut_off(calls.handle(shape.raw))]


def _is_dark(shape: Any) -> bool:
    colours, filled = calls.rows(calls.fill_colour, [calls.handle(shape.raw)], 4, np.uintc)
    return bool((filled & ~no_ink(*colours.T)).all())
