"""The lines of a PDF with their place and type size, as pdfium sees them.

Words that no reader sees (invisible, white on white, tiny, off the page, covered) are left out of
the lines and handed back apart. The text layer of a scanned picture is what the reader sees, so it
stays. Asking pdfium about each word costs ten times what its text costs, so that is done only
on pages where one of its text objects looks odd.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2

from casebook.extractors.pdf.eye import Eye
from casebook.extractors.pdf.notes import Note, notes_on
from casebook.extractors.pdf.seams import mended
from casebook.extractors.pdf.sight import Budget
from casebook.schemas.documents import HiddenKind

FEWEST_WORDS = 5
"""Under this many words a page holds no text to speak of."""

_NOTE_SIZE = 10.0
_WORD = re.compile(r"\S+")
# pdfium writes the hyphen at a line end as U+FFFE and no line break after it.
_LINE = re.compile(r"[^\r\ufffe]*(?:\ufffe|\r\n|\r|\Z)")
_BEYOND_BMP = re.compile(r"[\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of type, in points: its ``size``, and its place from the page's corner."""

    text: str
    page: int
    size: float
    bold: bool
    left: float
    right: float
    base: float


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
    unsure: bool = False
    """Whether drawing it, to see what is hidden, took too long."""


def read_page(page: pypdfium2.PdfPage, number: int, budget: Budget) -> PageLines:
    """Return the lines of ``page``, which is number ``number`` (from 1)."""
    text = page.get_textpage()
    try:
        eye = Eye(page, text, budget)
        found = PageLines(number, pictures=eye.pictures)
        start = 0
        for raw in _LINE.findall(text.get_text_range()):
            found.lines.extend(_line(eye, raw.rstrip("\r\n"), start, found))
            start += len(raw) + len(_BEYOND_BMP.findall(raw))  # it counts in UTF-16
        for note in notes_on(page.raw):
            _pin(note, found)
        words = sum(len(line.text.split()) for line in found.lines)
        found.scan = words < FEWEST_WORDS and not found.hidden and eye.covers
        found.layer = eye.is_scan and words >= FEWEST_WORDS
        found.unsure = eye.is_unsure
    finally:
        text.close()
    return found


def _pin(note: Note, found: PageLines) -> None:
    if note.unseen:
        found.hidden.append((HiddenKind.PDF_LAYER, note.text, note.unseen))
    else:
        place = note.left, note.right, note.bottom
        found.lines.append(Line(note.text, found.number, _NOTE_SIZE, False, *place))


def _line(eye: Eye, raw: str, start: int, found: PageLines) -> Iterator[Line]:
    bare = raw.strip()
    if not bare:
        return
    pieces = [(start + raw.index(bare[0]), bare)]
    if eye.is_odd:
        seen, unseen = _sorted_words(eye, raw, start)
        for reason, words in unseen.items():
            found.hidden.append((HiddenKind.PDF_LAYER, " ".join(words), reason))
        if not seen:
            return
        pieces = seen if unseen else pieces
    position, end = pieces[-1]
    first = eye.index(pieces[0][0])
    last = max(first, eye.index(position + len(end.rstrip("\ufffe")) - 1))
    yield Line(
        text=" ".join(mended(eye, text, at) for at, text in pieces),
        page=found.number,
        size=eye.size(first),
        bold=eye.is_bold(first) and eye.is_bold(last),
        left=eye.box(first)[0],
        right=eye.box(last)[2],
        base=eye.origin(first),
    )


def _sorted_words(
    eye: Eye, raw: str, start: int
) -> tuple[list[tuple[int, str]], dict[str, list[str]]]:
    """Return the seen words with their position, and the unseen ones by reason."""
    seen: list[tuple[int, str]] = []
    unseen: dict[str, list[str]] = {}
    for match in _WORD.finditer(raw):
        position = start + match.start()
        first = eye.index(position)
        reason = eye.reason(first, max(first, eye.index(position + len(match.group()) - 1)))
        if reason is None:
            seen.append((position, match.group()))
        else:
            unseen.setdefault(reason, []).append(match.group())
    return seen, unseen
