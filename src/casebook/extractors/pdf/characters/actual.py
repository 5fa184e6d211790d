"""What a PDF states in place of its glyphs (ActualText: PDF 32000-1, 14.9.4), held against them.

pdfium hands out what is stated and not the glyphs that it is stated for, which are what a reader
sees; and neither where further marked content stands in between. The statement is needed where
glyphs do not say what they mean (ligatures, fonts without a table, other scripts), so it stays
where the glyphs may mean it. The glyphs themselves are read in a second opening of the file in
which nothing is stated, and only where a statement is more than a ligature.
"""

import ctypes
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress, repeat
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from pypdf.generic import decode_pdfdocencoding

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.calls import Handle
from casebook.extractors.pdf.visibility.glance import text_objects
from casebook.extractors.pdf.words import MEANINGLESS
from casebook.extractors.text.characters import one_line

_KEY = b"ActualText"
_MOST_BYTES = 20_000
_TOO_LONG = "…"
_MARKED = {b"\xfe\xff": "utf-16-be", b"\xff\xfe": "utf-16-le", b"\xef\xbb\xbf": "utf-8"}
_CLUSTER = 3
"""Letters that one glyph stands for at the most: ffi."""

_OFTEN_CLUSTERS = 1.2
"""Letters a glyph in a run of Latin ones: "efficient" takes seven, hardly a word takes fewer."""

_LIGATURES = frozenset(
    "ff fi fl ffi ffl ft fft fj ffj fb ffb fh ffh fk ffk st ct sp tt tti ti tf th ch ck ng ae oe"
    " ij".split()
)
"""What fonts without a table show under the code of any letter; nothing can be said with them."""

_WIDEST_CLUSTER = 0.9
"""Width of a ligature, in heights of its box."""

_LATIN_ENDS = 0x250
_UNKNOWN = "\ufffd"


@dataclass(slots=True)
class _Stated:
    """A text that is stated for some objects, each with its mark.

    ``inner`` where further marks stand within, and pdfium loses it. It may be blank, which takes
    the glyphs away; ``_TOO_LONG`` is one that is not read.
    """

    text: str
    inner: bool = False
    objects: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)


class Glyphs:
    """The glyphs of a document, whatever is stated for them. ``close`` it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._document: Any = None

    def close(self) -> None:
        """Close the second opening of the file, if there was one."""
        if self._document is not None:
            self._document.close()

    def let_speak(
        self, page: pypdfium2.PdfPage, number: int, texts: Sequence[int] | None
    ) -> tuple[list[str], int]:
        """Take off ``page``, number ``number`` from 1, what is stated and not shown; return it.

        ``texts`` are the addresses of its text objects, None where they are to be looked for. Also
        return how many letters are read as they are stated, on the file's word alone. It is to be
        called before the text of the page is asked for.
        """
        stated = _stated_for(list(text_objects(calls.handle(page.raw))) if texts is None else texts)
        doubtful = [one.inner or not _is_cluster(one) for one in stated]
        if not any(doubtful):
            return [], 0
        told, unproved = [], 0
        shown = self._shown(number, len(stated))
        for one, glyphs in compress(zip(stated, shown, strict=True), doubtful):
            means = one.text != _TOO_LONG and may_mean(glyphs, one.text)
            told += [one.text] if one.text and not means else []
            unproved += letters_unproved(glyphs, one.text) if means and not one.inner else 0
            if one.inner or not means:
                _take_off(one)
        return told, unproved

    def _shown(self, number: int, count: int) -> Sequence[str]:
        """Return what the glyphs say for which something is stated, in the order of the page."""
        if self._document is None:
            self._document = pypdfium2.PdfDocument(self._data)
        page = self._document[number - 1]
        stated = _stated_for(list(text_objects(calls.handle(page.raw))))
        for one in stated:
            _take_off(one)
        text = page.get_textpage()
        try:
            unknown = _without_meaning(calls.handle(text.raw))
            found = [
                "".join(
                    _UNKNOWN * unknown.get(one, 0) or _text_of(one, text) for one in each.objects
                )
                for each in stated
            ]
        finally:
            text.close()
            page.close()
        return found if len(found) == count else [""] * count


def may_mean(glyphs: str, stated: str) -> bool:
    """Tell whether what is stated may be what ``glyphs`` show: the same letters or unknown ones.

    No more than a few letters for each glyph, in any script: whole sentences were stated for a
    picture, and for glyphs of one script in another.
    """
    said, shown = _letters(stated), _letters(glyphs)
    if said == shown:
        return True
    if not glyphs.strip() or len(said) > _CLUSTER * len(glyphs):
        return False
    unknown = bool(MEANINGLESS.search(glyphs))
    if _is_foreign(said) or _is_foreign(shown):
        return unknown or _digits(said) == _digits(shown)
    if len(said) > _OFTEN_CLUSTERS * len(glyphs) + _CLUSTER - 1:
        return False
    if len(shown) <= 1 and not unknown:
        return said in _LIGATURES or (not shown and _is_sign(glyphs) and not _digits(said))
    return unknown and _has_parts(said, MEANINGLESS.split(glyphs))


def letters_unproved(glyphs: str, stated: str) -> int:
    """Return how many letters are stated for glyphs most of which have no meaning of their own.

    In Latin script: other ones are seldom drawn by fonts that say what each glyph means.
    """
    said, known = _letters(stated), _letters(MEANINGLESS.sub("", glyphs))
    left = len(said) - len(known)
    proved = left <= len(known) or not MEANINGLESS.search(glyphs) or _is_foreign(said)
    return 0 if proved else left


def _has_parts(said: str, parts: Sequence[str]) -> bool:
    """Tell whether the known parts of a text stand in ``said``, in order and close together."""
    at, room = 0, 0
    for part in map(_letters, parts):
        found = said.find(part, at, at + room + len(part))
        if found < 0:
            return False
        at, room = found + len(part), (0 if part else room) + _CLUSTER
    return not any(map(_letters, parts)) or len(said) - at <= room


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text).casefold()))


def _is_sign(glyphs: str) -> bool:
    """Tell a sign that may be stated by its name (∑, €), as a bullet or a dash is not."""
    return any(unicodedata.category(glyph).startswith("S") for glyph in glyphs)


def _is_foreign(letters: str) -> bool:
    """Tell what is mostly in a script whose glyphs and characters are not one to one."""
    return 2 * sum(ord(letter) >= _LATIN_ENDS for letter in letters) > len(letters)


def _digits(letters: str) -> str:
    return "".join(filter(str.isdigit, letters))


# --- What pdfium is asked ------------------------------------------------------------------------


def _stated_for(pieces: Sequence[int]) -> list[_Stated]:
    handles = calls.handles(pieces)
    counts = calls.answers(calls.count_marks, handles)
    # Place by place, the outermost first: hundreds of objects share a mark, most state nothing.
    marked = [(counts > place).tolist() for place in range(max(0, counts.max(initial=0)))]
    columns = [
        list(map(calls.mark_at, compress(handles, those), repeat(place)))
        for place, those in enumerate(marked)
    ]
    texts = {mark: _actual_text(mark) for mark in set(chain.from_iterable(columns))}
    if all(text is None for text in texts.values()):
        return []
    marks: list[list[int]] = [[] for _ in pieces]
    for those, column in zip(marked, columns, strict=True):
        for around, mark in zip(compress(marks, those), column, strict=True):
            around.append(mark)
    found: dict[int, _Stated] = {}
    for piece, around in zip(pieces, marks, strict=True):
        for place, mark in enumerate(around, 1):
            if (text := texts[mark]) is not None:
                one = found.setdefault(mark, _Stated(text))
                one.objects.append(piece)
                one.marks.append(mark)
                one.inner |= place < len(around)
    return list(found.values())


def _actual_text(mark: int) -> str | None:
    """Return what a mark states, None where that is nothing.

    pdfium's own string would lose every letter outside ASCII.
    """
    pointer = ctypes.cast(mark, pdfium.FPDF_PAGEOBJECTMARK)
    size = ctypes.c_ulong()
    ask = pdfium.FPDFPageObjMark_GetParamBlobValue
    if not ask(pointer, _KEY, None, 0, ctypes.byref(size)) or not size.value:
        return None
    if size.value > _MOST_BYTES:
        return _TOO_LONG
    told = (ctypes.c_ubyte * size.value)()
    ask(pointer, _KEY, told, size.value, ctypes.byref(size))
    return one_line(_decoded(bytes(told)))


def _decoded(told: bytes) -> str:
    """Return a text string of a PDF (PDF 32000-1, 7.9.2.2; UTF-8 since 2.0)."""
    for mark, encoding in _MARKED.items():
        if told.startswith(mark):
            return told[len(mark) :].decode(encoding, "ignore")
    try:
        return decode_pdfdocencoding(told)
    except UnicodeDecodeError:  # bytes that mean nothing in it
        return told.decode("latin-1")


def _is_cluster(one: _Stated) -> bool:
    """Tell a ligature that is stated for no more than the room of one."""
    if one.text.casefold() not in _LIGATURES:
        return False
    boxes = calls.rows(calls.object_box, calls.handles(one.objects), 4)[0]
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return bool(0 < high[0] - low[0] <= _WIDEST_CLUSTER * (high[1] - low[1]))


def _take_off(one: _Stated) -> None:
    for piece, mark in zip(one.objects, one.marks, strict=True):
        pdfium.FPDFPageObjMark_RemoveParam(
            ctypes.cast(piece, pdfium.FPDF_PAGEOBJECT),
            ctypes.cast(mark, pdfium.FPDF_PAGEOBJECTMARK),
            _KEY,
        )


def _without_meaning(text: Handle) -> Mapping[int, int]:
    """Return how many glyphs the text objects have some of whose glyphs have no character."""
    indices = range(calls.count_chars(text))
    pieces = [calls.char_object(text, index) for index in indices]
    lost = set(compress(pieces, calls.answers(calls.char_unknown, indices, text=text) == 1))
    return Counter(piece for piece in pieces if piece in lost)


def _text_of(piece: int, text: pypdfium2.PdfTextPage) -> str:
    pointer = ctypes.cast(piece, pdfium.FPDF_PAGEOBJECT)
    size = pdfium.FPDFTextObj_GetText(pointer, text.raw, None, 0)
    units = (ctypes.c_ushort * (size // 2))()
    pdfium.FPDFTextObj_GetText(pointer, text.raw, units, size)
    return bytes(units).decode("utf-16-le", "ignore").rstrip("\0")
