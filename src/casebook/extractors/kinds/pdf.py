"""PDF: pdfium for the text, which it reads best; pypdf for what the file says of itself.

Each is the other's second opinion: a page of which pdfium makes nothing readable is tried by pypdf,
and so is a file that pdfium cannot open.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import pypdfium2

from casebook.extractors.days import stated_day
from casebook.extractors.garbage import undisturbed
from casebook.extractors.kinds.plaintext import refuse_empty
from casebook.extractors.naming import where
from casebook.extractors.pdf.about import (
    About,
    authors_of,
    days_in,
    describe,
    outline_of,
    title_of,
)
from casebook.extractors.pdf.blocks.furniture import tell
from casebook.extractors.pdf.blocks.paragraphs import to_blocks
from casebook.extractors.pdf.characters.actual import Glyphs
from casebook.extractors.pdf.function_words import is_no_language
from casebook.extractors.pdf.lines import FEWEST_WORDS, Line, PageLines
from casebook.extractors.pdf.ocr import tesseract
from casebook.extractors.pdf.page import STRUCK, read_page
from casebook.extractors.pdf.second import SecondReader, is_garbled
from casebook.extractors.pdf.visibility.sight import Budget
from casebook.extractors.text.authors import clean_authors
from casebook.extractors.text.characters import has_words, one_line
from casebook.extractors.text.metadata import language_written
from casebook.extractors.text.passages import lay_out
from casebook.extractors.text.references import without_references
from casebook.extractors.visibility.reporting import report
from casebook.schemas.documents import Extracted, ExtractionStep, HiddenKind
from casebook.schemas.errors import Damaged, Encrypted, Scanned
from casebook.schemas.sources import Payload, SourceKind

_WRONG_PASSWORD = 4
"""FPDF_ERR_PASSWORD of pdfium's fpdfview.h."""

_AGAINST = "read the text against the file"
_MOST_NAMED = 5
_SHOWN = 40
_FEWEST_UNPROVED = 30
"""Letters on a page; single ligatures come to fewer."""
_SAMPLED = 12
"""Pages of a long document, by which its language is told."""

_MOST_PAGES = 10_000
"""With text on them fewer fill a minute; of none, as many take three seconds."""

_UNSEEN = "hidden text not looked for"
_FEWEST_HIDDEN = 2
_SHORTEST_WORD, _FEWEST_IN_WORDS = 3, 0.3
"""Words. Less rarely hides more than a stray mark."""

# It says on stderr what our steps and errors already say.
logging.getLogger("pypdfium2").setLevel(logging.CRITICAL)


@dataclass(slots=True)
class _Reading:
    """The pages as read, what the file holds beside them, and the steps that were taken."""

    pages: list[PageLines] = field(default_factory=list)
    outline: list[str] = field(default_factory=list)
    steps: list[ExtractionStep] = field(default_factory=list)

    def note(self, method: str, outcome: str) -> None:
        self.steps.append(ExtractionStep(method=method, outcome=outcome))


class Apart(NamedTuple):
    """What a PDF holds beside its text, stretch by stretch: told apart, not lost.

    ``furniture`` are running heads, feet, page numbers and stamps, ``leaders`` the dots and pages
    of a table of contents, ``references`` the entries of lists of references, ``hidden`` what no
    reader sees.
    """

    furniture: Sequence[str]
    leaders: Sequence[str]
    references: Sequence[str]
    hidden: Sequence[str]


def extract(payload: Payload) -> Extracted:
    """Return the text of a PDF; each passage knows the page it begins on.

    Raises:
        Encrypted: if it needs a password.
        Damaged: if it cannot be parsed, or no page of it can.
        Scanned: if its pages are pictures without a text layer, and cannot be recognised.
        DocumentEmpty: if it has no text for another reason.
    """
    return read(payload)[0]


@undisturbed()
def read(payload: Payload) -> tuple[Extracted, Apart]:
    """Return the text of a PDF, and what was told apart from it.

    Raises:
        ExtractionError: as ``extract`` says.
    """
    name = where(payload)
    second = SecondReader(payload.data)
    reading = _read(payload.data, second, name)
    about, failed = describe(second.opened, reading.outline)
    first = reading.pages[0].as_set or reading.pages[0].lines
    published, dated = _dated(about, first)
    reading.note("pypdf", failed or dated)
    _refuse_locked(reading, about, name)
    arranged = to_blocks([page.lines for page in reading.pages], about.outline)
    furniture = [line.text for line in arranged.furniture]
    furniture += [said for page in reading.pages for said in page.stamps]
    reading.note("running heads", tell(furniture))
    blocks, references, note = without_references(arranged.blocks)
    reading.note("references", note)
    language = language_written(about.language, " ".join(block.text for block in blocks))
    text, passages = lay_out(blocks, language)
    _refuse_pictures(text, reading.pages, name)
    refuse_empty(text, payload)
    hidden = list(_whole(reading.pages))
    rows = [line for line in reading.pages[0].lines if line.row]
    extracted = Extracted(
        kind=SourceKind.PDF,
        title=title_of(about, blocks, first),
        authors=clean_authors(authors_of(about, blocks, first, rows)),
        published=published,
        language=language,
        text=text,
        passages=passages,
        extraction=reading.steps,
        hidden_text=report(hidden, fewest=_FEWEST_HIDDEN, telling={STRUCK}),
    )
    return extracted, Apart(
        furniture=list(map(one_line, furniture)),
        leaders=arranged.leaders,
        references=[block.text for block in references],
        hidden=[said for _, said, _ in hidden],
    )


def _dated(about: About, first: Sequence[Line]) -> tuple[date | None, str]:
    """Return the day that the first page shows, else the file's, and which it is.

    A file may be made or printed long after; a day to come (of an event) is no day it appeared on.
    """
    shown = next(filter(None, map(stated_day, days_in(first))), None)
    if shown and (about.created is None or (shown - about.created).days <= 1):
        return shown, "dated by a line of its first page"
    return about.created, "dated by the file's creation" if about.created else "no date"


def _read(data: bytes, second: SecondReader, name: str) -> _Reading:
    """Read each page by whatever reads it best."""
    reading = _Reading()
    try:
        document = _opened(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _WRONG_PASSWORD:
            raise Encrypted(
                f"{name} needs a password; save a copy without one and submit it."
            ) from error
        return _read_by_second(reading, second, name, error)
    try:
        _read_pages(document, data, reading, second, name)
        _doubt_letters(document, reading, second, name)
        if note := tesseract.read_scans(document, reading.pages, name, second.language()):
            reading.note("tesseract", note)
        reading.outline = outline_of(document)
        _note_attachments(document, reading)
    finally:
        document.close()
    return reading


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    """Return the file as pdfium opens it; raises ``PdfiumError`` with its cause.

    Where pdfium names none, it tells that of an earlier file, so a password is asked for only after
    another cause.
    """
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code != _WRONG_PASSWORD:
            raise
    with suppress(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(b"no PDF")
    return pypdfium2.PdfDocument(data)


def _read_pages(
    document: pypdfium2.PdfDocument,
    data: bytes,
    reading: _Reading,
    second: SecondReader,
    name: str,
) -> None:
    count, taken, unread = len(document), 0, list[int]()
    last = min(count, _MOST_PAGES)
    budget, glyphs = Budget(layers=second.has_layers_off()), Glyphs(data)
    for number in range(1, last + 1):
        found = _page(document, number, budget, glyphs)
        garbled = found is not None and is_garbled(found)
        # pypdf does not tell what is hidden, so it is not asked where something is.
        if found is None or (garbled and not found.hidden):
            better = second.page(number)
            taken += better is not None
            garbled = garbled and better is None
            found = better or found
        if found is not None and garbled:
            unread.append(number)
            if _is_noise(" ".join(line.text for line in found.lines)):
                _look_at(found)
        if found is not None:
            reading.pages.append(found)
    glyphs.close()
    if not reading.pages:
        raise _damaged(name)
    reading.note(
        "pdfium", f"{count} pages, {last - len(reading.pages)} unreadable{_beyond(last, count)}"
    )
    if unread:
        reading.note(
            "glyphs", f"pages {_numbers(unread)} have letters without a meaning; {_AGAINST}"
        )
    if taken:
        reading.note("pypdf text", f"{taken} pages that pdfium cannot read; {_UNSEEN}")
    _note_doubts(reading)


def _doubt_letters(
    document: pypdfium2.PdfDocument, reading: _Reading, second: SecondReader, name: str
) -> None:
    """Have pages read by OCR whose letters make words of no language, if they show others.

    pypdf is not asked: it takes letters from the same tables.

    Raises:
        Scanned: if nobody can tell what they show.
    """
    typed = [page for page in reading.pages if page.lines]
    some = typed[:: len(typed) // _SAMPLED + 1]
    if not is_no_language(" ".join(line.text for page in some for line in page.lines)):
        return
    shown = tesseract.shows(document, max(some, key=_length), second.language())
    if shown is None:
        raise Scanned(
            f"{name} states letters that make words of no language: its fonts may show others; "
            f"{tesseract.advice()}"
        )
    if not shown:
        for page in typed:
            _look_at(page)
        reading.note("glyphs", f"they show other letters than the file states; {_AGAINST}")


def _length(page: PageLines) -> int:
    return sum(len(line.text) for line in page.lines)


def _page(
    document: pypdfium2.PdfDocument, number: int, budget: Budget, glyphs: Glyphs
) -> PageLines | None:
    """Return a page as pdfium reads it, None where it cannot."""
    try:
        page = document[number - 1]
        found = read_page(page, number, budget, glyphs)
        page.close()
    except pypdfium2.PdfiumError:
        return None
    return found


def _look_at(page: PageLines) -> None:
    """Take a page whose letters mean nothing for a picture: that shows what they are."""
    page.lines, page.as_set = [], None
    page.scan = page.pictures = True


def _note_doubts(reading: _Reading) -> None:
    """Note what of the pages may not be what they show."""
    if untrue := [f"“{said[:_SHOWN]}”" for page in reading.pages for said in page.untrue]:
        told = ", ".join(untrue[:_MOST_NAMED]) + ", …" * (len(untrue) > _MOST_NAMED)
        reading.note("ActualText", f"not what is printed, and not read: {told}")
    if unproved := [page.number for page in reading.pages if page.unproved >= _FEWEST_UNPROVED]:
        told = _numbers(unproved)
        reading.note("glyphs", f"pages {told} read as the file states it, not the font; {_AGAINST}")
    if unsure := sum(page.unsure for page in reading.pages):
        reading.note("pdfium drawing", f"{unsure} pages take too long to draw; {_UNSEEN}")
    if woven := [page.number for page in reading.pages if page.woven]:
        told = _numbers(woven)
        reading.note("columns", f"pages {told} read across two columns; {_AGAINST}")
    if layers := sum(page.layer for page in reading.pages):
        reading.note("scan", f"text of {layers} pages is the layer of a scan, not of its picture")


def _numbers(pages: Sequence[int]) -> str:
    return ", ".join(map(str, pages[:_MOST_NAMED])) + ", …" * (len(pages) > _MOST_NAMED)


def _whole(pages: Sequence[PageLines]) -> Iterator[tuple[HiddenKind, str, str]]:
    """Yield what each page hides, with the lines of one stretch joined."""
    for page in pages:
        for (kind, reason), lines in groupby(page.hidden, key=itemgetter(0, 2)):
            said = " ".join(line for _, line, _ in lines)
            if reason == STRUCK or any(character.isalpha() for character in said):
                yield kind, said, reason


def _read_by_second(
    reading: _Reading, second: SecondReader, name: str, error: Exception
) -> _Reading:
    """Read a file that pdfium cannot open."""
    reading.pages = second.pages()
    if not any(page.lines for page in reading.pages):
        raise _damaged(name) from error
    beyond = _beyond(*second.reach())
    reading.note("pypdf text", f"{len(reading.pages)} pages{beyond}; {_UNSEEN}")
    return reading


def _beyond(last: int, count: int) -> str:
    """Return what is to be said of the pages behind the last one that is read."""
    return f"; only the first {last} of {count} are read" if last < count else ""


def _damaged(name: str) -> Damaged:
    return Damaged(f"{name} cannot be read as a PDF; open it in a viewer and save it again.")


def _note_attachments(document: pypdfium2.PdfDocument, reading: _Reading) -> None:
    try:
        count = document.count_attachments()
        names = [document.get_attachment(n).get_name() for n in range(min(count, _MOST_NAMED))]
    except pypdfium2.PdfiumError:
        return
    if count:
        told = ", ".join(re.sub(r"\s+", " ", name)[:60] for name in names)
        reading.note("attachments", f"{count} not read: {told}{', …' * (count > len(names))}")


def _refuse_locked(reading: _Reading, about: About, name: str) -> None:
    if about.encrypted and not any(page.lines for page in reading.pages):
        raise Encrypted(f"{name} is encrypted and gives no text; save a copy without protection.")


def _refuse_pictures(text: str, pages: Sequence[PageLines], name: str) -> None:
    pictures = any(page.pictures for page in pages)
    if pictures and not has_words(text, FEWEST_WORDS * len(pages)):
        raise Scanned(f"{name} has pictures of pages and no text layer; {tesseract.advice()}")
    if any(page.layer for page in pages) and _is_noise(text):
        raise Scanned(
            f"{name} is a scan whose text layer has signs in place of words; check the file, or "
            "run it through another OCR program."
        )


def _is_noise(text: str) -> bool:
    """Tell what OCR makes of a drawing: single letters and signs."""
    tokens = text.split()
    return sum(len(t) for t in tokens if _is_word(t)) < _FEWEST_IN_WORDS * sum(map(len, tokens))


def _is_word(token: str) -> bool:
    """Tell a word: of a script without capitals each letter, for OCR sets spaces between them."""
    letters = [character for character in token if character.isalpha()]
    return len(letters) >= _SHORTEST_WORD or any(c.lower() == c.upper() for c in letters)
