"""Fast calls to pdfium, cheap enough to make for every word of a page.

pypdfium2 creates and checks a pointer for each argument, which takes longer than the call.
"""

import ctypes
from array import array
from collections.abc import Callable, Iterable
from typing import Any

import pypdfium2.raw as pdfium

from extractors.data import pattern

_BOLD, _FIXED = pattern("pdf", "fonts", "bold"), pattern("pdf", "fonts", "fixed")
_BOLD_WEIGHT = 600  # as in CSS


def _bare(function: Any) -> Callable[..., Any]:
    """Return ``function`` without argument types: it takes handles and small integers."""
    kind = ctypes.c_void_p if hasattr(function.restype, "contents") else function.restype
    return ctypes.PYFUNCTYPE(kind)(ctypes.cast(function, ctypes.c_void_p).value or 0)


char_code = _bare(pdfium.FPDFText_GetUnicode)
char_box = _bare(pdfium.FPDFText_GetLooseCharBox)
char_object = _bare(pdfium.FPDFText_GetTextObject)
char_is_generated = _bare(pdfium.FPDFText_IsGenerated)
char_is_unmapped = _bare(pdfium.FPDFText_HasUnicodeMapError)
char_matrix = _bare(pdfium.FPDFText_GetMatrix)
text_size = _bare(pdfium.FPDFTextObj_GetFontSize)
text_font = _bare(pdfium.FPDFTextObj_GetFont)
text_mode = _bare(pdfium.FPDFTextObj_GetTextRenderMode)
fill_colour = _bare(pdfium.FPDFPageObj_GetFillColor)

# Wraps an address so that ctypes passes it without conversion.
handle: Callable[[Any], Any] = ctypes.c_void_p.from_param


def numbers(
    ask: Callable[..., Any], width: int, *about: Iterable[Any], count: int, code: str = "f"
) -> list[tuple[Any, ...]]:
    """Return the ``width`` numbers that ``ask`` writes for each of ``count`` subjects.

    ``code`` is their type code in ``array``; floats are written through one pointer, integers ("I")
    through one pointer per number. Missing values are 0.
    """
    item = array(code).itemsize
    room = array(code, bytes(item * width * count))
    start, step = room.buffer_info()[0], item * width
    offsets = range(0, step, item) if code == "I" else (0,)
    places = (map(handle, range(start + n, start + step * count + n, step)) for n in offsets)
    for _ in map(ask, *about, *places):
        pass
    return list(zip(*[iter(room)] * width, strict=True))


def font_look(address: int | None) -> tuple[bool, bool, str]:
    """Return whether a font is bold, whether it is monospaced, and its name."""
    if not address:
        return False, False, ""
    font, room = ctypes.cast(address, pdfium.FPDF_FONT), ctypes.create_string_buffer(128)
    pdfium.FPDFFont_GetBaseFontName(font, room, len(room))
    name, flags = room.value.decode("utf-8", "replace"), max(0, pdfium.FPDFFont_GetFlags(font))
    is_bold = pdfium.FPDFFont_GetWeight(font) >= _BOLD_WEIGHT or bool(_BOLD.search(name))
    return is_bold, bool(flags & 1 or _FIXED.search(name)), name.rpartition("+")[2]
