"""The lines of a PDF with their place and type size, as pdfium sees them.

Words that no reader sees (invisible, white on white, tiny, off the page, covered) are left out of
the lines and handed back apart. The text layer of a scanned picture is what the reader sees, so it
stays. Asking pdfium about each word costs ten times what its text costs, so that is done only
on pages where one of its text objects looks odd.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import NamedTuple

import pypdfium2

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.actual import Glyphs
from casebook.extractors.pdf.eye import Eye, Place
from casebook.extractors.pdf.glance import look_over
from casebook.extractors.pdf.notes import Note, notes_on
from casebook.extractors.pdf.seams import mended
from casebook.extractors.pdf.sight import Budget
from casebook.schemas.documents import HiddenKind

FEWEST_WORDS = 5
"""Under this many words a page holds no text to speak of."""

Piece = tuple[int, str]
"""A part of a line, and its position in the page's text."""

_STATED = "stated in place of glyphs that say something else"
_NOTE_SIZE = 10.0
_WORD = re.compile(r"\S+")
_SIGNS = "\uf000"
_POINT = re.compile("\\A[\uf000-\uf0ff] +(?=[^ ])")
"""The point of a list in a font of signs, as text processors set it."""

_BEYOND_BMP = re.compile(r"[\U00010000-\U0010ffff]")


class Line(NamedTuple):
    """One line of type, in points: its ``size``, and its place from the page's corner.

    ``fixed`` where its letters are of one width, as in a program; ``last`` is the size at its end,
    0 where that is not known.
    """

    text: str
    page: int
    size: float
    bold: bool
    left: float
    right: float
    base: float
    fixed: bool = False
    last: float = 0.0


@dataclass(slots=True)
class PageLines:
    """A page's lines in the order of its content, what was hidden, and whether it has pictures."""

    number: int
    lines: list[Line] = field(default_factory=list)
    hidden: list[tuple[HiddenKind, str, str]] = field(default_factory=list)
    pictures: bool = False
    scan: bool = False
    """Whether it is a picture of a page, with hardly a word of text."""
    layer: bool = False
    """Whether its words are the layer of a scan: what the picture shows was not compared."""
    woven: bool = False
    """Whether lines of two columns come by turns, so that it reads across them."""
    untrue: list[str] = field(default_factory=list)
    """What is stated in place of glyphs that say something else."""
    unproved: int = 0
    """Letters that are stated in place of glyphs without a meaning, and read."""
    unsure: bool = False
    """Whether drawing it, to see what is hidden, took too long."""


def read_page(page: pypdfium2.PdfPage, number: int, budget: Budget, glyphs: Glyphs) -> PageLines:
    """Return the lines of ``page``, which is number ``number`` (from 1)."""
    # Not the crop box: pdfium does not see one that the page inherits.
    edges = page.get_bbox()
    glance = look_over(calls.handle(page.raw), edges)
    untrue, unproved = glyphs.let_speak(page, number, glance.texts) if glance.marked else ([], 0)
    text = page.get_textpage()
    try:
        eye = Eye(page, edges, text, budget, glance)
        found = PageLines(number, pictures=eye.pictures, untrue=untrue, unproved=unproved)
        found.hidden += [(HiddenKind.PDF_LAYER, said, _STATED) for said in untrue]
        found.lines = _lines(eye, _stretches(text.get_text_range(), eye, found), number)
        for note in notes_on(calls.handle(page.raw)):
            _pin(note, found)
        words = chain.from_iterable(line.text.split() for line in found.lines)
        told = len(list(islice(words, FEWEST_WORDS))) == FEWEST_WORDS
        found.scan = eye.covers and not told and not found.hidden
        found.layer = eye.is_scan and told
        found.unsure = eye.is_unsure
        found.woven = eye.is_woven
    finally:
        text.close()
    return found


def _pin(note: Note, found: PageLines) -> None:
    if note.unseen:
        found.hidden.append((HiddenKind.PDF_LAYER, note.text, note.unseen))
    else:
        place = note.left, note.right, note.bottom
        found.lines.append(Line(note.text, found.number, _NOTE_SIZE, False, *place))


def _stretches(text: str, eye: Eye, found: PageLines) -> list[list[Piece]]:
    """Return what is seen of each line; what is not goes to ``found``."""
    lines = list(_raw_lines(text))
    if not eye.is_odd:
        return [[line] for line in lines]
    words = [[(at + m.start(), m.group()) for m in _WORD.finditer(line)] for at, line in lines]
    reasons = iter(eye.reasons([(at, at + len(word) - 1) for row in words for at, word in row]))
    stretches = []
    for line, row in zip(lines, words, strict=True):
        told = list(zip(row, reasons, strict=False))
        _note_unseen(told, found)
        seen = [piece for piece, reason in told if reason is None]
        stretches.append([line] if len(seen) == len(row) else seen)
    return list(filter(None, stretches))


def _raw_lines(text: str) -> Iterator[Piece]:
    start, wide = 0, _BEYOND_BMP.search(text) is not None
    # It writes the hyphen at a line end as U+FFFE and no line break after it.
    for raw in text.replace("\ufffe", "\ufffe\r").split("\r"):
        if bare := raw.strip():
            yield start + raw.index(bare[0]), bare
        # It counts in UTF-16.
        start += len(raw) + (len(_BEYOND_BMP.findall(raw)) if wide else 0)
        start += not raw.endswith("\ufffe")


def _note_unseen(told: Sequence[tuple[Piece, str | None]], found: PageLines) -> None:
    unseen: dict[str, list[str]] = {}
    for (_, word), reason in told:
        if reason is not None:
            unseen.setdefault(reason, []).append(word)
    for reason, words in unseen.items():
        found.hidden.append((HiddenKind.PDF_LAYER, " ".join(words), reason))


def _lines(eye: Eye, stretches: Sequence[list[Piece]], number: int) -> list[Line]:
    ends = [(pieces[0][0], _end(*pieces[-1])) for pieces in stretches]
    return [
        Line(_text(eye, pieces, place), number, *place)
        for pieces, place in zip(stretches, eye.places(ends), strict=True)
    ]


def _text(eye: Eye, pieces: list[Piece], place: Place) -> str:
    text = " ".join([mended(eye, text, at) for at, text in pieces])
    if text[0] >= _SIGNS:
        text = _POINT.sub("• ", text)
    return f"• {text}" if eye.has_mark(place) and text[0].isalnum() else text


def _end(position: int, text: str) -> int:
    return position + len(text.rstrip("\ufffe")) - 1
