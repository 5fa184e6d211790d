"""A page's objects at a glance: whether some of its text may not be seen.

There are hundreds of objects on a page (Chromium prints one for each letter), and asking about a
character costs ten times what its text costs. So this pass asks about all objects at once and is
quick to suspect; what it suspects is looked at again, word by word.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import compress
from typing import NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.calls import Handle, Numbers
from casebook.extractors.pdf.visibility.clips import MOST_SEGMENTS, are_clipped
from casebook.extractors.pdf.visibility.doubled import INKLESS, may_repeat
from casebook.extractors.pdf.visibility.grounds import Box, Ground, Texts, no_ink, veil
from casebook.extractors.pdf.visibility.objects import Objects
from casebook.extractors.pdf.visibility.scraps import covered_by, lying_on
from casebook.extractors.pdf.visibility.stamps import may_be_stamps
from casebook.extractors.pdf.visibility.strokes import Lines

TINY_POINTS = 1.5
BLANK = 0.05
"""Points that what has no shape is high, at most."""

DEPTH = 40
"""Forms within forms that are looked into: pdfium reads none that lie deeper."""

_MOST_FORMS = 2_000
"""Of a page; a few that hold each other twice come to any number, and what more hold is drawn."""

_MOST_OF_PAGE = 0.5
_SMALL = 3.0
"""Points. What is smaller, a rule or a dot, covers no word."""


_SMALLEST_MARK, _LARGEST_MARK = 1.5, 12.0
_SQUARE = 1.5
_MOST_NARROW = 200
_FEWEST_WOVEN, _GUTTER = 8, 6.0
_COLUMN, _NARROW = 0.25, 0.15
"""Of the page's width: of lines of two columns, as cells of most tables are not, and of more."""
_LONG_BLANK, _TALL = 12.0, 30.0
_LARGE = 20.0
"""Points."""

_BY_FILL_AND_PEN = (
    pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE,
    pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE_CLIP,
)
_OF_PATTERN = 191
"""Red, green and blue that pdfium tells of type in a pattern, which may be one of nothing."""

_OPAQUE = 255

_NO_INKS = np.zeros((0, 4), np.uintc)

_MOST_MARKS = 100
"""More are the dots of a chart."""


@dataclass(slots=True)
class Glance:
    """What one look over a page's objects tells.

    ``odd``: its words must be asked one by one. ``pale``: some may be printed in white. ``veiled``:
    something drawn later, a clip, or a ground of the same colour may hide some, which only the
    drawn page shows. ``pictures`` are boxes, with ``dots`` in all; ``under`` and ``over`` count
    text that is invisible or lies under one, and other text. ``woven``: lines of two columns come
    by turns; ``across``: lines of narrower columns, or cells, do. ``marks`` are the boxes of what
    is as small as the point of a list, which browsers and
    slides draw. ``marked``: text is marked content, which may state another text than its glyphs;
    ``texts`` are the addresses of its objects then, but for pages with forms (None). ``sketched``
    are the fonts whose letters the file draws itself, or does not: the drawn page shows it.
    ``repeats``: some text may be drawn twice. ``tall``: some of it is higher than wide.
    ``stamped``: some is as high and wide as a stamp across the page, and some slants. ``lids`` are
    the addresses of white type that lies on other type. ``forms`` counts those that were looked
    into.
    """

    odd: bool = False
    pale: bool = False
    veiled: bool = False
    pictures: list[Box] = field(default_factory=list)
    dots: int = 0
    under: int = 0
    over: int = 0
    marks: list[Box] = field(default_factory=list)
    woven: bool = False
    across: bool = False
    marked: bool = False
    texts: list[int] | None = None
    sketched: set[int] = field(default_factory=set)
    repeats: bool = False
    tall: bool = False
    stamped: bool = False
    lids: list[int] = field(default_factory=list)
    forms: int = 0
    lines: Lines = field(default_factory=Lines)

    def is_picture(self, edges: Box) -> bool:
        """Tell whether pictures fill most of the page, as a scan does, whole or in strips."""
        left, bottom, right, top = edges
        filled = sum((b[2] - b[0]) * (b[3] - b[1]) for b in self.pictures)
        return 0 < _MOST_OF_PAGE * (right - left) * (top - bottom) <= filled

    def is_scan(self, edges: Box) -> bool:
        """Tell a picture of a page whose text is a layer that makes it searchable."""
        return self.under > self.over and self.is_picture(edges)


def look_over(page: Handle, edges: Box) -> Glance:
    """Look at the objects of ``page``, whose edges are ``edges``."""
    found = Glance()
    _look(found, calls.objects_on(page), edges, 0)
    return found


def text_objects(page: Handle) -> Iterable[int]:
    """Yield the addresses of the text objects of ``page``, those within forms as well."""
    yield from _texts(calls.objects_on(page), 0)


def _texts(pieces: list[int], depth: int) -> Iterable[int]:
    handles = calls.handles(pieces)
    kinds = calls.answers(calls.object_kind, handles)
    if not np.count_nonzero(kinds == pdfium.FPDF_PAGEOBJ_FORM):
        yield from compress(pieces, (kinds == pdfium.FPDF_PAGEOBJ_TEXT).tolist())
        return
    for piece, handle, kind in zip(pieces, handles, kinds.tolist(), strict=True):
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            yield piece
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < DEPTH:
            yield from _texts(calls.objects_within(handle), depth + 1)


class _Held(NamedTuple):
    """Whether a form holds text, and grounds."""

    texts: bool
    grounds: bool


def _look(found: Glance, objects: list[int], edges: Box | None, depth: int) -> _Held:
    """Look at objects in the order they are drawn in, on a page or within a form.

    Places within a form are the form's own; its edges are not known (None).
    """
    every = Objects.of(calls.handles(objects))
    # What is no text has no way to draw text: one call tells both.
    modes = calls.answers(calls.render_mode, every.handles)
    is_text = modes != pdfium.FPDF_TEXTRENDERMODE_UNKNOWN
    pieces, others = every.those(is_text), every.those(~is_text)
    inks = _NO_INKS
    if pieces.handles:
        inks = _inks(found, pieces, modes[is_text], edges)
        _look_at_type(found, pieces, edges)
        if found.pale:
            _note_lids(found, pieces, inks, list(compress(objects, is_text.tolist())))
    has_forms = False
    forms: list[Ground] = []
    covers: list[Ground] = []
    grounds: list[Ground] = []
    if others.handles:
        found.marks += _marks(others) if edges else []
        kinds = calls.answers(calls.object_kind, others.handles)
        is_form = kinds == pdfium.FPDF_PAGEOBJ_FORM
        if has_forms := bool(np.count_nonzero(is_form)):
            forms, covers = _forms(found, others.those(is_form), depth)
        found.lines.note_paths(others, kinds == pdfium.FPDF_PAGEOBJ_PATH)
        grounds = [*_grounds(found, others, kinds), *covers]
        texts = Texts(pieces.order, pieces.boxes, inks)
        hides, under = veil(texts, forms, grounds)
        found.veiled = found.veiled or hides or covered_by(_scraps(others, kinds), pieces.boxes)
        found.under += under
        found.over -= under
    if found.stamped and not found.forms:
        found.stamped = may_be_stamps(pieces.handles)
    if found.marked and edges and not has_forms:
        found.texts = list(compress(objects, is_text.tolist()))
    found.veiled = found.veiled or _are_clipped(pieces)
    return _Held(bool(pieces.handles or forms), bool(grounds))


def _look_at_type(found: Glance, pieces: Objects, edges: Box | None) -> None:
    """Note of some pieces of text how they stand, and what draws them."""
    found.sketched |= calls.sketched(map(calls.object_font, pieces.handles))
    found.odd = found.odd or bool(found.sketched)
    found.repeats = found.repeats or may_repeat(pieces.boxes)
    found.tall = found.tall or _are_tall(pieces)
    found.stamped = found.stamped or _are_large(pieces)
    found.marked = found.marked or any(map(calls.count_marks, pieces.handles))
    if edges is not None and _are_woven(pieces, _NARROW * (edges[2] - edges[0])):
        found.across = True
        found.woven = _are_woven(pieces, _COLUMN * (edges[2] - edges[0]))
    found.lines.note_type(pieces.boxes)


def _are_woven(pieces: Objects, narrowest: float) -> bool:
    """Tell lines of two columns that are written by turns, a left one and the right one beside it.

    Each is ``narrowest`` points wide at least.
    """
    wide, boxes = pieces.sides[0] >= narrowest, pieces.boxes
    if np.count_nonzero(wide) < _FEWEST_WOVEN or len(boxes) < 2 * _FEWEST_WOVEN:
        return False
    level = np.abs(boxes[1:, 1] - boxes[:-1, 1]) < _SMALL
    beside = boxes[1:, 0] - boxes[:-1, 2] >= _GUTTER
    left = np.flatnonzero(wide[1:] & wide[:-1] & level & beside)
    if len(left) < _FEWEST_WOVEN:
        return False
    starts = np.stack([boxes[left, 0], boxes[left + 1, 0]])
    # Of three columns, the first two and the last two come by turns.
    edge = np.abs(np.diff(starts[:, np.argsort(starts[0], kind="stable")], axis=1))
    return int((edge < _SMALL).all(axis=0).sum()) >= _FEWEST_WOVEN


def _are_tall(pieces: Objects) -> bool:
    """Tell type that may run upwards or downwards, longer than a large letter is high."""
    width, height = pieces.sides
    return bool(np.count_nonzero(height > np.maximum(_TALL, width)))


def _are_large(pieces: Objects) -> bool:
    return bool(np.count_nonzero(np.minimum(*pieces.sides) > _LARGE))


def _marks(others: Objects) -> list[Box]:
    short, long = np.minimum(*others.sides), np.maximum(*others.sides)
    small = (short >= _SMALLEST_MARK) & (long <= _LARGEST_MARK)
    marks: list[Box] = others.boxes[small & (long <= _SQUARE * short)].tolist()
    return marks if len(marks) <= _MOST_MARKS else []


def _inks(found: Glance, pieces: Objects, modes: Numbers, edges: Box | None) -> Numbers:
    """Return the colours of pieces of text; tell what may not be seen by itself."""
    colours, filled = calls.rows(calls.fill_colour, pieces.handles, 4, np.uintc)
    unseen, outlined = 0, False
    if is_special := bool(np.count_nonzero(modes != pdfium.FPDF_TEXTRENDERMODE_FILL)):
        unseen = sum(int(np.count_nonzero(modes == mode)) for mode in INKLESS)
        outlined = bool(np.count_nonzero(modes == pdfium.FPDF_TEXTRENDERMODE_STROKE))
    pale = bool(np.count_nonzero(no_ink(*colours.T)))
    found.pale = found.pale or pale or outlined
    found.veiled = (
        found.veiled
        or _may_be_lost(pieces, colours)
        or (is_special and _may_be_edged_out(pieces, modes))
    )
    found.under += unseen
    found.over += len(pieces.handles) - unseen
    if not found.odd:
        found.odd = bool(
            edges is None
            or unseen
            or outlined
            or not filled.all()
            or pale
            or _reach_over(pieces.boxes, edges)
            or _has_blank(pieces)
            or _has_tiny(pieces)
        )
    return colours


def _reach_over(boxes: Numbers, edges: Box) -> bool:
    """Tell type that stands partly off the page."""
    left, bottom, right, top = boxes.T
    off = (left < edges[0]) | (bottom < edges[1]) | (right > edges[2]) | (top > edges[3])
    return bool(np.count_nonzero(off))


def _may_be_lost(pieces: Objects, colours: Numbers) -> bool:
    """Tell type in a pattern, or behind a mask."""
    red, green, blue, share = colours.T
    if np.count_nonzero((red == _OF_PATTERN) & (green == _OF_PATTERN) & (blue == _OF_PATTERN)):
        return True
    masked = calls.answers(calls.is_transparent, pieces.handles) == 1
    return bool(np.count_nonzero(masked & (share == _OPAQUE)))


def _may_be_edged_out(pieces: Objects, modes: Numbers) -> bool:
    """Tell type under white lines around its own letters."""
    both = np.logical_or.reduce([modes == mode for mode in _BY_FILL_AND_PEN])
    edged = list(compress(pieces.handles, both.tolist()))
    return bool(no_ink(*calls.rows(calls.stroke_colour, edged, 4, np.uintc)[0].T).any())


def _has_blank(pieces: Objects) -> bool:
    """Tell type without any height that is longer than a few spaces: it may have no shapes."""
    width, height = pieces.sides
    return bool(np.count_nonzero((height < BLANK) & (width >= _LONG_BLANK)))


def _has_tiny(pieces: Objects) -> bool:
    """Tell tiny type from a dash or a dot, and type that is pressed together from a letter."""
    width, height = pieces.sides
    (low,), (narrow,) = (height < 2 * TINY_POINTS).nonzero(), (width < height).nonzero()
    # More are a page whose every letter is an object.
    which = np.concatenate([low, narrow]) if len(narrow) <= _MOST_NARROW else low
    if not len(which):
        return False
    some = [pieces.handles[n] for n in which.tolist()]
    sizes = np.abs(calls.rows(calls.object_size, some, 1)[0][:, 0].astype(np.float64))
    a, b, c, d, _, _ = np.abs(calls.rows(calls.object_matrix, some, 6, whole=True)[0]).T
    tall, broad = sizes * np.maximum(np.maximum(b, c), d), sizes * np.maximum(a, b)
    return bool(np.count_nonzero((tall < 2 * TINY_POINTS) | (broad < TINY_POINTS)))


def _note_lids(found: Glance, pieces: Objects, inks: Numbers, addresses: list[int]) -> None:
    """Note white type that lies on other type: it may cover that, as a box does."""
    pale = no_ink(*inks.T)
    if 0 < np.count_nonzero(pale) < len(pale):
        lids = pale.copy()
        lids[pale] = lying_on(pieces.boxes[pale], pieces.boxes[~pale])
        found.lids += compress(addresses, lids.tolist())
        found.veiled = found.veiled or bool(lids.any())


def _scraps(others: Objects, kinds: Numbers) -> Numbers:
    """Return the boxes of shapes and pictures each of which is too small to cover a word."""
    # A line is said to be twice as thick as its pen.
    small = np.minimum(*others.sides) < 2 * _SMALL
    return np.asarray(others.boxes[small & (kinds != pdfium.FPDF_PAGEOBJ_FORM)])


def _grounds(found: Glance, others: Objects, kinds: Numbers) -> list[Ground]:
    """Return the pictures, shadings and filled paths among ``others``; note the pictures."""
    is_picture = kinds == pdfium.FPDF_PAGEOBJ_IMAGE
    is_path = kinds == pdfium.FPDF_PAGEOBJ_PATH
    if np.count_nonzero(is_picture):
        pictures = others.those(is_picture)
        found.pictures += pictures.boxes.tolist()
        sizes = calls.rows(calls.picture_size, pictures.handles, 2, np.uintc)[0]
        found.dots += int(sizes.astype(np.int64).prod(axis=1).sum())
    boxes = others.boxes
    big = np.minimum(*others.sides) >= _SMALL
    grounds = _filled(others.those(big & is_path))
    plain = big & ~is_path & (kinds != pdfium.FPDF_PAGEOBJ_FORM)
    if np.count_nonzero(plain):
        grounds += [
            Ground(int(others.order[n]), boxes[n].tolist(), picture=bool(is_picture[n]))
            for n in np.flatnonzero(plain).tolist()
        ]
    return grounds


def _filled(paths: Objects) -> list[Ground]:
    if not paths.handles:
        return []
    modes, strokes = calls.rows(calls.draw_mode, paths.handles, 2, np.intc)[0].T
    widths = calls.rows(calls.stroke_width, paths.handles, 1)[0][:, 0]
    broad = (strokes != 0) & (widths >= _SMALL)  # a pen as broad as a line of type covers it
    filled = paths.those((modes != pdfium.FPDF_FILLMODE_NONE) | broad)
    colours = calls.rows(calls.fill_colour, filled.handles, 4, np.uintc)[0][:, :3].tolist()
    shaped = (calls.answers(calls.count_segments, filled.handles) > MOST_SEGMENTS).tolist()
    parts = zip(filled.order.tolist(), filled.boxes.tolist(), colours, shaped, strict=True)
    return [Ground(n, box, colour, shaped=shape) for n, box, colour, shape in parts]


def _forms(found: Glance, forms: Objects, depth: int) -> tuple[list[Ground], list[Ground]]:
    """Look into forms; return those that hold text, and those that hold grounds."""
    texts: list[Ground] = []
    covers: list[Ground] = []
    matrices = calls.rows(calls.object_matrix, forms.handles, 6, whole=True)[0]
    clear = no_ink(*calls.rows(calls.fill_colour, forms.handles, 4, np.uintc)[0].T)
    each = zip(forms.order.tolist(), forms.handles, forms.boxes.tolist(), matrices, strict=True)
    for n, form, box, matrix in each:
        pictures, lines = len(found.pictures), found.lines.count()
        found.forms += 1
        is_near = depth < DEPTH and found.forms <= _MOST_FORMS
        inner = calls.objects_within(form) if is_near else []
        held = _look(found, inner, None, depth + 1)
        found.lines.move(lines, matrix)
        if len(found.pictures) > pictures:
            found.pictures[pictures:] = [box]
        covers += [Ground(n, box)] * held.grounds
        texts += [Ground(n, box)] * (held.texts or not is_near)
    some = {ground.order for ground in texts}
    holding = np.array([n in some for n in forms.order.tolist()], np.bool_)
    lost = bool((clear & holding).any()) or _are_clipped(forms.those(holding))
    found.veiled = found.veiled or lost or found.forms > _MOST_FORMS
    return texts, covers


def _are_clipped(pieces: Objects) -> bool:
    return are_clipped(pieces.handles, pieces.boxes)
