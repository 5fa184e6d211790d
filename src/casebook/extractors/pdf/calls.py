"""What is asked of every object or character of a page, in calls that cost little.

The prototypes of ``pypdfium2.raw`` make and check a pointer for each argument, which takes up to
six times what the answer takes. Here a handle is its address, and answers are written to
addresses, so that ``map`` asks about a whole page without a step of Python. The interpreter's lock
is kept: each call is over before letting it go would be.
"""

import ctypes
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium

Numbers = np.ndarray[Any, np.dtype[Any]]


def _quick(function: Any) -> Callable[..., Any]:
    """Return ``function`` of ``pypdfium2.raw`` with addresses in place of pointers."""
    kinds = [function.restype, *function.argtypes]
    plain = [ctypes.c_void_p if hasattr(kind, "contents") else kind for kind in kinds]
    address = ctypes.cast(function, ctypes.c_void_p).value
    return ctypes.PYFUNCTYPE(*plain)(address)  # type: ignore[arg-type]  # it is loaded


object_kind = _quick(pdfium.FPDFPageObj_GetType)
object_box = _quick(pdfium.FPDFPageObj_GetBounds)
object_matrix = _quick(pdfium.FPDFPageObj_GetMatrix)
fill_colour = _quick(pdfium.FPDFPageObj_GetFillColor)
stroke_colour = _quick(pdfium.FPDFPageObj_GetStrokeColor)
set_active = _quick(pdfium.FPDFPageObj_SetIsActive)
render_mode = _quick(pdfium.FPDFTextObj_GetTextRenderMode)
object_size = _quick(pdfium.FPDFTextObj_GetFontSize)
object_font = _quick(pdfium.FPDFTextObj_GetFont)
picture_size = _quick(pdfium.FPDFImageObj_GetImagePixelSize)
stroke_width = _quick(pdfium.FPDFPageObj_GetStrokeWidth)
draw_mode = _quick(pdfium.FPDFPath_GetDrawMode)
count_segments = _quick(pdfium.FPDFPath_CountSegments)
clip_of = _quick(pdfium.FPDFPageObj_GetClipPath)
count_clips = _quick(pdfium.FPDFClipPath_CountPaths)
count_clip_segments = _quick(pdfium.FPDFClipPath_CountPathSegments)
clip_segment = _quick(pdfium.FPDFClipPath_GetPathSegment)
segment_point = _quick(pdfium.FPDFPathSegment_GetPoint)
_count_objects = _quick(pdfium.FPDFPage_CountObjects)
_object_at = _quick(pdfium.FPDFPage_GetObject)
_count_within = _quick(pdfium.FPDFFormObj_CountObjects)
_object_within = _quick(pdfium.FPDFFormObj_GetObject)

char_index = _quick(pdfium.FPDFText_GetCharIndexFromTextIndex)
char_box = _quick(pdfium.FPDFText_GetCharBox)
char_origin = _quick(pdfium.FPDFText_GetCharOrigin)
char_matrix = _quick(pdfium.FPDFText_GetMatrix)
char_size = _quick(pdfium.FPDFText_GetFontSize)
char_weight = _quick(pdfium.FPDFText_GetFontWeight)
char_font = _quick(pdfium.FPDFText_GetFontInfo)
char_colour = _quick(pdfium.FPDFText_GetFillColor)
char_stroke = _quick(pdfium.FPDFText_GetStrokeColor)
count_marks = _quick(pdfium.FPDFPageObj_CountMarks)
mark_at = _quick(pdfium.FPDFPageObj_GetMark)
count_chars = _quick(pdfium.FPDFText_CountChars)
char_unknown = _quick(pdfium.FPDFText_HasUnicodeMapError)
char_object = _quick(pdfium.FPDFText_GetTextObject)

count_pinned = _quick(pdfium.FPDFPage_GetAnnotCount)
pinned_at = _quick(pdfium.FPDFPage_GetAnnot)
pinned_kind = _quick(pdfium.FPDFAnnot_GetSubtype)
close_pinned = _quick(pdfium.FPDFPage_CloseAnnot)


def handle(raw: Any) -> int:
    """Return the address that a pointer of ``pypdfium2.raw`` points to."""
    return ctypes.cast(raw, ctypes.c_void_p).value or 0


def objects_on(page: int) -> list[int]:
    """Return the handles of the objects on ``page``, in the order they are drawn in."""
    return list(map(_object_at, repeat(page), range(_count_objects(page))))


def objects_within(form: int) -> list[int]:
    """Return the handles of the objects of ``form``, in the order they are drawn in."""
    return list(map(_object_within, repeat(form), range(max(0, _count_within(form)))))


def answers(
    ask: Callable[..., Any], handles: Sequence[int], kind: Any = np.intc, *, text: int | None = None
) -> Numbers:
    """Return the number that ``ask`` answers for each handle, or each index of ``text``."""
    return np.fromiter(map(ask, *_of(text), handles), kind, len(handles))


def rows(
    ask: Callable[..., Any],
    handles: Sequence[int],
    width: int,
    kind: Any = np.float32,
    *,
    whole: bool = False,
    text: int | None = None,
) -> tuple[Numbers, Numbers]:
    """Return the ``width`` numbers that ``ask`` writes for each handle, and for which it did.

    It takes an address for each number, or one for the ``whole`` row. The others are zeros. Where
    a ``text`` page is given, it is asked for the characters with these indices.
    """
    out = np.zeros((len(handles), width), kind)
    begin, step = out.__array_interface__["data"][0], out.itemsize
    end = begin + out.nbytes
    columns = [0] if whole else range(width)
    places = (range(begin + column * step, end, width * step) for column in columns)
    known = map(ask, *_of(text), handles, *places)
    return out, np.fromiter(known, np.bool_, len(handles))


def _of(text: int | None) -> list[Iterable[int]]:
    return [] if text is None else [repeat(text)]


def points(segments: Iterable[int]) -> Numbers:
    """Return where the segments of a path end: x and y of each."""
    return rows(segment_point, list(segments), 2)[0]
