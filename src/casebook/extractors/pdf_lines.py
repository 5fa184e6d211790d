"""The lines of a PDF with their place and type size, as pdfium sees them.

Words that no reader sees (invisible, white on white, tiny, off the page) are left out of the lines
and handed back apart. An invisible text layer over a scanned picture is what the reader sees, so
it stays. Asking pdfium about each word costs ten times what its text costs, so that is done only
on pages where one of its text objects looks odd.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2

from casebook.extractors.pdf_eye import Eye
from casebook.schemas.documents import HiddenKind

FEWEST_WORDS = 5
"""Under this many words a page holds no text to speak of."""

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


def read_page(page: pypdfium2.PdfPage, number: int) -> PageLines:
    """Return the lines of ``page``, which is number ``number`` (from 1)."""
    text = page.get_textpage()
    try:
        eye = Eye(page, text)
        found = PageLines(number, pictures=eye.pictures)
        start = 0
        for raw in _LINE.findall(text.get_text_range()):
            found.lines.extend(_line(eye, raw.rstrip("\r\n"), start, found))
            start += len(raw) + len(_BEYOND_BMP.findall(raw))  # it counts in UTF-16
        words = sum(len(line.text.split()) for line in found.lines)
        found.scan = words < FEWEST_WORDS and not found.hidden and eye.covers()
    finally:
        text.close()
    return found


def _line(eye: Eye, raw: str, start: int, found: PageLines) -> Iterator[Line]:
    bare = raw.strip()
    if not bare:
        return
    first = eye.index(start + raw.index(bare[0]))
    last = first + len(bare.rstrip("\ufffe")) - 1
    if eye.is_odd:
        kept, unseen = _sorted_words(eye, raw, start)
        for reason, words in unseen.items():
            found.hidden.append((HiddenKind.PDF_LAYER, " ".join(words), reason))
        if not kept:
            return
        if unseen:
            bare = " ".join(word for _, word in kept)
            first, last = kept[0][0], kept[-1][0] + len(kept[-1][1].rstrip("\ufffe")) - 1
    left, base = eye.corner(first)
    size, bold = eye.type_at(first)
    yield Line(bare, found.number, size, bold, left, eye.end(max(first, last)), base)


def _sorted_words(
    eye: Eye, raw: str, start: int
) -> tuple[list[tuple[int, str]], dict[str, list[str]]]:
    """Return the seen words with their character index, and the unseen ones by reason."""
    kept: list[tuple[int, str]] = []
    unseen: dict[str, list[str]] = {}
    for match in _WORD.finditer(raw):
        index = eye.index(start + match.start())
        reason = eye.reason(index)
        if reason is None:
            kept.append((index, match.group()))
        else:
            unseen.setdefault(reason, []).append(match.group())
    return kept, unseen
