"""PDF: pdfium for the text, which it reads best; pypdf for what the file says of itself."""

import io
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pypdf
import pypdfium2

from casebook.extractors import versions
from casebook.extractors.characters import count_words, one_line
from casebook.extractors.hidden import report
from casebook.extractors.metadata import clean_authors, language_of
from casebook.extractors.naming import where
from casebook.extractors.passages import Block, lay_out
from casebook.extractors.pdf_lines import PageLines, read_page
from casebook.extractors.pdf_paragraphs import to_blocks
from casebook.extractors.plaintext import refuse_empty
from casebook.schemas.documents import Extracted, ExtractionStep
from casebook.schemas.errors import Damaged, Encrypted, Scanned
from casebook.schemas.sources import Payload, SourceKind

_WRONG_PASSWORD = 4
"""FPDF_ERR_PASSWORD of pdfium's fpdfview.h."""

_FEWEST_WORDS_A_PAGE = 5
_NO_TITLE = re.compile(
    r"^(untitled\b.*|title|model|document\d*|microsoft (word|powerpoint) - .*|"
    r"sheet\d*|presentation\d*|.*\.(docx?|pptx?|xlsx?|tex|dvi|pdf|indd|odt|qxd))$",
    re.IGNORECASE,
)
_FEWEST_TITLE = 4
_MOST_OUTLINE = 500

# Both say on stderr what our steps and errors already say.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)
logging.getLogger("pypdfium2").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class About:
    """What a PDF says of itself; every field may be missing."""

    title: str | None = None
    authors: Sequence[str] = ()
    created: date | None = None
    language: str | None = None
    outline: Sequence[str] = field(default=())
    encrypted: bool = False


def extract(payload: Payload) -> Extracted:
    """Return the text of a PDF; each passage knows the page it begins on.

    Raises:
        Encrypted: if it needs a password.
        Damaged: if it cannot be parsed, or no page of it can.
        Scanned: if its pages are pictures without a text layer.
        DocumentEmpty: if it has no text for another reason.
    """
    pages, broken = _read(payload.data, where(payload))
    about, known = describe(payload.data)
    blocks = to_blocks([page.lines for page in pages], about.outline)
    language = language_of(about.language, " ".join(block.text for block in blocks))
    text, passages = lay_out(blocks, language)
    _refuse_pictures(text, pages, about, where(payload))
    refuse_empty(text, payload)
    return Extracted(
        kind=SourceKind.PDF,
        extractor=versions.PDF,
        title=_title(about, blocks),
        authors=clean_authors(about.authors),
        published=about.created,
        language=language,
        text=text,
        passages=passages,
        extraction=[
            ExtractionStep(method="pdfium", outcome=f"{len(pages)} pages, {broken} unreadable"),
            ExtractionStep(method="pypdf", outcome=known),
        ],
        hidden_text=report(found for page in pages for found in page.hidden),
    )


def _read(data: bytes, name: str) -> tuple[list[PageLines], int]:
    """Return the lines of each page that can be read, and how many cannot."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _WRONG_PASSWORD:
            raise Encrypted(
                f"{name} needs a password; save a copy without one and submit it."
            ) from error
        raise _damaged(name) from error
    pages = []
    try:
        count = len(document)
        for number in range(count):
            try:
                page = document[number]
                pages.append(read_page(page, number + 1))
                page.close()
            except pypdfium2.PdfiumError:
                continue
    finally:
        document.close()
    if not pages:
        raise _damaged(name)
    return pages, count - len(pages)


def _damaged(name: str) -> Damaged:
    return Damaged(f"{name} cannot be read as a PDF; open it in a viewer and save it again.")


def describe(data: bytes) -> tuple[About, str]:
    """Return what the file says of itself, as far as pypdf can read it, and how that went."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        meta = reader.metadata
        created = _created(meta)
        about = About(
            title=one_line(str(meta.title)) if meta and meta.title else None,
            authors=_authors(str(meta.author)) if meta and meta.author else (),
            created=created,
            language=_language(reader),
            outline=_titles(reader),
            encrypted=reader.is_encrypted,
        )
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a broken file breaks pypdf anywhere; text comes first
        return About(), f"failed: {type(error).__name__}"
    return about, "dated by the file's creation" if created else "no date"


def _created(meta: Any) -> date | None:
    """Return the day of creation; a malformed date is none."""
    try:
        moment = meta.creation_date if meta else None
    except ValueError:
        return None
    return moment.date() if moment else None


def _authors(stated: str) -> list[str]:
    return re.split(r"\s*[;,]\s*|\s+and\s+|\s*&\s*", stated)


def _language(reader: pypdf.PdfReader) -> str | None:
    stated = reader.root_object.get("/Lang")
    return str(stated) if stated else None


def _titles(reader: pypdf.PdfReader) -> list[str]:
    found: list[str] = []
    waiting: list[Any] = list(reader.outline)
    while waiting and len(found) < _MOST_OUTLINE:
        entry = waiting.pop(0)
        if isinstance(entry, list):
            waiting = [*entry, *waiting]
        elif entry.title:
            found.append(one_line(str(entry.title)))
    return found


def _title(about: About, blocks: Sequence[Block]) -> str | None:
    """Return the title the file states, unless it is a file name, else its first heading."""
    stated = about.title or ""
    if len(stated) >= _FEWEST_TITLE and not _NO_TITLE.match(stated):
        return stated
    first = [block for block in blocks[:8] if block.heading and block.page == 1]
    return first[0].text if first else None


def _refuse_pictures(text: str, pages: Sequence[PageLines], about: About, name: str) -> None:
    if count_words(text) >= _FEWEST_WORDS_A_PAGE * len(pages):
        return
    if about.encrypted and not text:
        raise Encrypted(f"{name} is encrypted and gives no text; save a copy without protection.")
    if any(page.pictures for page in pages):
        raise Scanned(
            f"{name} has pictures of pages and no text; run it through OCR and submit the result."
        )
