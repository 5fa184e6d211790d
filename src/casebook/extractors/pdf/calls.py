"""What is asked of every object or character of a page, in calls that cost little.

The prototypes of ``pypdfium2.raw`` make and check a pointer for each argument, which takes up to
ten times what the answer takes. Here ``map`` asks about a whole page without a step of Python, and
nothing is made for an argument: what a question is about is a ``Handle``, made once for all that is
asked about it, and answers are written to places whose addresses were made once for all pages. An
address that is no handle would be cut to 32 bits: what pdfium hands out goes through ``handles``.
The interpreter's lock is kept: each call is over before letting it go would be.
"""

import ctypes
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any, NewType

import numpy as np
import pypdfium2.raw as pdfium

Numbers = np.ndarray[Any, np.dtype[Any]]
Handle = NewType("Handle", object)
"""The address of something of pdfium's, as ctypes hands it over."""

_AT_ONCE = 512
"""Rows of answers for which there is room."""


def _quick(function: Any, *, once: bool = False) -> Callable[..., Any]:
    """Return ``function`` of ``pypdfium2.raw``: handles and numbers go in, addresses come out.

    What is asked but ``once`` of each thing takes addresses as well, for which no handle is made.
    """
    kinds = [function.restype, *function.argtypes]
    answer, *plain = (ctypes.c_void_p if hasattr(kind, "contents") else kind for kind in kinds)
    # Handles and whole numbers are handed over as they are where nothing else is asked for.
    bare = not once and {ctypes.c_void_p, ctypes.c_int}.issuperset(plain)
    address = ctypes.cast(function, ctypes.c_void_p).value
    kept = [] if bare else plain
    return ctypes.PYFUNCTYPE(answer, *kept)(address)  # type: ignore[arg-type]  # it is loaded


object_kind = _quick(pdfium.FPDFPageObj_GetType)
object_box = _quick(pdfium.FPDFPageObj_GetBounds)
object_matrix = _quick(pdfium.FPDFPageObj_GetMatrix)
fill_colour = _quick(pdfium.FPDFPageObj_GetFillColor)
stroke_colour = _quick(pdfium.FPDFPageObj_GetStrokeColor)
is_transparent = _quick(pdfium.FPDFPageObj_HasTransparency)
set_active = _quick(pdfium.FPDFPageObj_SetIsActive)
render_mode = _quick(pdfium.FPDFTextObj_GetTextRenderMode)
object_size = _quick(pdfium.FPDFTextObj_GetFontSize)
object_font = _quick(pdfium.FPDFTextObj_GetFont, once=True)
font_is_embedded = _quick(pdfium.FPDFFont_GetIsEmbedded, once=True)
_font_data = _quick(pdfium.FPDFFont_GetFontData, once=True)
picture_size = _quick(pdfium.FPDFImageObj_GetImagePixelSize)
stroke_width = _quick(pdfium.FPDFPageObj_GetStrokeWidth)
draw_mode = _quick(pdfium.FPDFPath_GetDrawMode)
count_segments = _quick(pdfium.FPDFPath_CountSegments)
path_segment = _quick(pdfium.FPDFPath_GetPathSegment)
clip_of = _quick(pdfium.FPDFPageObj_GetClipPath)
count_clips = _quick(pdfium.FPDFClipPath_CountPaths, once=True)
count_clip_segments = _quick(pdfium.FPDFClipPath_CountPathSegments)
clip_segment = _quick(pdfium.FPDFClipPath_GetPathSegment)
segment_point = _quick(pdfium.FPDFPathSegment_GetPoint)
segment_kind = _quick(pdfium.FPDFPathSegment_GetType)
_count_objects = _quick(pdfium.FPDFPage_CountObjects)
_object_at = _quick(pdfium.FPDFPage_GetObject)
_count_within = _quick(pdfium.FPDFFormObj_CountObjects)
_object_within = _quick(pdfium.FPDFFormObj_GetObject)

char_index = _quick(pdfium.FPDFText_GetCharIndexFromTextIndex)
char_code = _quick(pdfium.FPDFText_GetUnicode)
char_box = _quick(pdfium.FPDFText_GetCharBox)
char_loose_box = _quick(pdfium.FPDFText_GetLooseCharBox)
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


def handles(addresses: Iterable[int | None]) -> list[Handle]:
    """Return the handles of what lies at ``addresses``."""
    return list(map(ctypes.c_void_p.from_param, addresses))  # type: ignore[arg-type]  # CArgObject


def handle_of(address: int | None) -> Handle:
    """Return the handle of what lies at ``address``."""
    return handles([address])[0]


def handle(raw: Any) -> Handle:
    """Return the handle of what a pointer of ``pypdfium2.raw`` points to."""
    return handle_of(ctypes.cast(raw, ctypes.c_void_p).value)


def objects_on(page: Handle) -> list[int]:
    """Return the addresses of the objects on ``page``, in the order they are drawn in."""
    return list(map(_object_at, repeat(page), range(_count_objects(page))))


def objects_within(form: Handle) -> list[int]:
    """Return the addresses of the objects of ``form``, in the order they are drawn in."""
    return list(map(_object_within, repeat(form), range(max(0, _count_within(form)))))


def sketched(fonts: Iterable[int | None]) -> set[int]:
    """Return the addresses of those fonts whose letters the file draws itself.

    These are of type 3: nothing but their own is known as their data.
    """
    some = [font for font in set(fonts) if font]
    if not some:
        return set()
    sizes, known = rows(_size_of_data, handles(some), 1, np.uintp)
    return {
        font
        for font, size, told in zip(some, sizes[:, 0].tolist(), known, strict=True)
        if told and not size
    }


def _size_of_data(font: Handle, place: Handle) -> Any:
    return _font_data(font, None, 0, place)


def answers(
    ask: Callable[..., Any],
    about: Sequence[Handle] | Sequence[int],
    kind: Any = np.intc,
    *,
    text: Handle | None = None,
) -> Numbers:
    """Return the number that ``ask`` answers for each handle, or each index of ``text``."""
    return np.fromiter(map(ask, *_of(text), about), kind, len(about))


def rows(
    ask: Callable[..., Any],
    about: Sequence[Handle] | Sequence[int],
    width: int,
    kind: Any = np.float32,
    *,
    whole: bool = False,
    text: Handle | None = None,
) -> tuple[Numbers, Numbers]:
    """Return the ``width`` numbers that ``ask`` writes for each handle, and for which it did.

    It takes an address for each number, or one for the ``whole`` row. The others are zeros. Where
    a ``text`` page is given, it is asked for the characters with these indices.
    """
    room, places = _room(threading.get_ident(), width, kind, whole)
    told, known = [], []
    for at in range(0, len(about) or 1, _AT_ONCE):
        some = about[at : at + _AT_ONCE]
        room[: len(some)] = 0
        known.append(np.fromiter(map(ask, *_of(text), some, *places), np.bool_, len(some)))
        told.append(room[: len(some)].copy())
    return (told[0], known[0]) if len(told) == 1 else (np.concatenate(told), np.concatenate(known))


@lru_cache(maxsize=32)
def _room(_thread: int, width: int, kind: Any, whole: bool) -> tuple[Numbers, list[list[Handle]]]:
    """Return room for rows of answers, and the addresses of its columns, made once for a thread."""
    room = np.zeros((_AT_ONCE, width), kind)
    begin, step = room.__array_interface__["data"][0], room.itemsize
    end, columns = begin + room.nbytes, range(1 if whole else width)
    return room, [handles(range(begin + n * step, end, width * step)) for n in columns]


def _of(text: Handle | None) -> list[Iterable[Handle]]:
    return [] if text is None else [repeat(text)]


def points(segments: Iterable[int]) -> Numbers:
    """Return where the segments of a path end: x and y of each."""
    return rows(segment_point, handles(segments), 2)[0]
