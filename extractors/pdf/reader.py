"""Read a PDF: pdfium extracts words and positions; everything after that is ours."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import pypdfium2
from pypdfium2.raw import FORMTYPE_XFA_FOREGROUND, FORMTYPE_XFA_FULL

from extractors.blocks import Block, lay_out
from extractors.data import pattern, table
from extractors.languages import language_of
from extractors.pdf import metadata
from extractors.pdf.furniture import without_furniture
from extractors.pdf.headings import levels_of
from extractors.pdf.hidden import is_scan, without_hidden
from extractors.pdf.lines import TextLine, lines_of
from extractors.pdf.order import in_order
from extractors.pdf.paragraphs import (
    LineGroup,
    Metrics,
    groups_of,
    text_of,
    vocabulary,
    with_boxes,
)
from extractors.pdf.scans import Recogniser, advice
from extractors.pdf.structure import Structure
from extractors.pdf.words import Frame, PdfPage, words_of
from extractors.text import count_words, hidden_in, name_of
from schemas.errors import ExtractionError
from schemas.sources import Extracted, HiddenText, Payload, SourceKind, Step

_WRONG_PASSWORD = 4  # FPDF_ERR_PASSWORD of pdfium's fpdfview.h
_MOST_PAGES, _MOST_HIDDEN, _FEWEST_WORDS = 3_000, 100, 5
_UNDER_TITLE, _LONGEST_UNDER_TITLE = 3, 200  # groups that may name authors; characters of one
_GARBLED, _FEWEST_USUAL = 0.3, 0.02  # shares of the glyphs and of the words of a page
_MEANINGLESS = re.compile("[\ufffd\ue000-\uf8ff\xc0-\xff]")  # the last: Cyrillic taken for Latin
_USUAL_WORDS = frozenset(table("pdf")["pages"]["usual_words"].split())
_XFA, _LONGEST_SHELL = {FORMTYPE_XFA_FULL, FORMTYPE_XFA_FOREGROUND}, 200  # words of its only page
_VIEWER = pattern("pdf", "pages", "viewer")


def read(payload: Payload) -> Extracted:
    """Return the text of a PDF; each passage has the page that it begins on.

    Raises ExtractionError if it needs a password, cannot be parsed or has no usable text.
    """
    name = name_of(payload)
    # If pdfium has no cause for a failure, it repeats that of the last file: this one.
    with suppress(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(b"no PDF")
    try:
        with closing(pypdfium2.PdfDocument(payload.data)) as document:
            return _extracted(document, Structure(payload.data), name)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _WRONG_PASSWORD:
            message = f"{name} needs a password; submit a copy without one."
            raise ExtractionError(message, cause="encrypted") from error
        message = f"{name} cannot be read as a PDF; open it in a viewer and save it again."
        raise ExtractionError(message, cause="damaged") from error


def _extracted(document: Any, structure: Structure, name: str) -> Extracted:
    pages, count = _Pages(structure), len(document)
    for number in range(1, min(count, _MOST_PAGES) + 1):
        with suppress(pypdfium2.PdfiumError):
            pages.read(document[number - 1], number)
    if not pages.lines:
        raise pypdfium2.PdfiumError("no page can be read")
    kept, left_out = without_furniture(pages.lines)
    lines = [line for page in kept for line in in_order(page)]
    groups, blocks = _blocks(lines, metadata.outline_of(document))
    language = language_of(" ".join(block.text for block in blocks))
    text, passages = lay_out(blocks, language)
    pages.refuse(text, name, document.get_formtype())
    (title, authors, created), (heads, bylines) = (
        structure.stated(),
        _first_page(groups, blocks),
    )
    return Extracted(
        kind=SourceKind.PDF,
        title=metadata.title_of(title, heads),
        authors=metadata.authors_of(authors, bylines),
        published=metadata.day_of(created, [line.text for line in kept[0]]),
        language=language,
        text=text,
        passages=with_boxes(text, passages, [line for group in groups for line in group]),
        steps=[*pages.steps(count, left_out), *structure.notes()],
        hidden=[*pages.hidden, *hidden_in("\n".join(line.text for line in lines))][:_MOST_HIDDEN],
    )


@dataclass(slots=True)
class _Pages:
    """The lines of each readable page, and statistics about the pages."""

    structure: Structure
    recogniser: Recogniser = field(default_factory=Recogniser)
    lines: list[list[TextLine]] = field(default_factory=list)
    hidden: list[HiddenText] = field(default_factory=list)
    proven: set[str] = field(default_factory=set)  # fonts that some page uses for plain language
    garbled: int = 0  # pages whose fonts do not name their letters
    pictures: int = 0  # pages without words
    layers: int = 0  # pages whose words are the text layer of a scan

    def read(self, raw: Any, number: int) -> None:
        """Add a page of pypdfium2; raises ``PdfiumError`` if pdfium cannot read it."""
        page = words_of(raw)
        (words, hidden, is_layer), frame = without_hidden(page, raw), page.frame
        is_picture = len(words) < _FEWEST_WORDS and not hidden and is_scan(raw, page.frame)
        if is_picture or self._is_garbled(page, number):
            shown = self.recogniser.words(raw)
            self.garbled += not is_picture and not shown
            if shown:  # its positions refer to the picture
                words, frame = shown, Frame(0, 0, *raw.get_size())
        self.pictures += is_picture
        self.layers += is_layer
        self.lines.append(lines_of(words, number, frame))
        self.hidden += hidden
        raw.close()

    def _is_garbled(self, page: PdfPage, number: int) -> bool:
        """Return whether the fonts of a page do not map its glyphs to characters."""
        words, fonts = [word.text for word in page.words], [word.style.font for word in page.words]
        text = "".join(words)
        if not text.isascii() and len(_MEANINGLESS.findall(text)) > _GARBLED * len(text):
            return True
        if sum(map(_USUAL_WORDS.__contains__, words)) >= _FEWEST_USUAL * len(words):
            self.proven.update(fonts)
            return False
        unmapped = self.structure.unmapped_fonts(number) - self.proven
        return page.unmapped + sum(map(unmapped.__contains__, fonts)) / len(fonts) > _GARBLED

    def steps(self, count: int, left_out: int) -> Iterator[Step]:
        """Yield the processing steps of the document's ``count`` pages."""
        outcome = f"{count} pages, {left_out} running heads, feet and page numbers left out"
        yield Step(method="pdfium", outcome=outcome)
        sure = self.recogniser.sure
        for method, number, what, doubtful in (
            ("tesseract", len(sure), f"read by OCR, {fmean(sure or [0]):.0f} % sure", False),
            ("tesseract", self.recogniser.left, "could not be read by OCR", True),
            ("pages", count - len(self.lines), "could not be read", True),
            ("glyphs", self.garbled, "have fonts that do not map glyphs to letters", True),
            ("scan", self.layers, "have the text layer of a scan", False),
        ):
            if number:
                yield Step(method=method, outcome=f"{number} pages {what}", doubtful=doubtful)

    def refuse(self, text: str, name: str, form: int) -> None:
        """Raise ExtractionError if the document has no usable text."""
        words, is_scanned = count_words(text), self.pictures or self.layers
        is_shell = form == FORMTYPE_XFA_FULL or (form in _XFA and _VIEWER.search(text))
        if 2 * self.garbled > len(self.lines):
            problem = "has fonts that do not map glyphs to letters"
        elif is_scanned and words < _FEWEST_WORDS:
            problem = "consists of pictures without usable text"
        elif is_shell and len(self.lines) == 1 and words < _LONGEST_SHELL:
            message = f"{name} is an XFA form, which needs another viewer"
            remedy = "print it to a PDF in Adobe Reader and submit that"
            raise ExtractionError(f"{message}: {remedy}.", "document_empty")
        elif words:
            return
        else:
            message = f"{name} contains no text; check that it is the right one."
            raise ExtractionError(message, "document_empty")
        raise ExtractionError(f"{name} {problem}: {advice()}.", cause="scanned")


def _blocks(
    lines: Sequence[TextLine], outline: dict[str, int]
) -> tuple[list[LineGroup], list[Block]]:
    metrics, known = Metrics(lines), vocabulary(lines)
    groups = groups_of(lines, metrics)
    blocks = []
    for group, level in zip(groups, levels_of(groups, metrics, outline), strict=True):
        is_program = not level and all(line.fixed and not line.is_row for line in group)
        blocks.append(Block(text_of(group, known), level, group[0].page, verbatim=is_program))
    return groups, blocks


def _first_page(
    groups: Sequence[LineGroup], blocks: Sequence[Block]
) -> tuple[list[str], list[str]]:
    """Return the headings of the first page, largest first, and the lines under the first."""
    heads = [n for n, block in enumerate(blocks) if block.level and block.page == 1]
    heads.sort(key=lambda n: -groups[n][0].size)
    under = range(heads[0] + 1, len(groups))[:_UNDER_TITLE] if heads else ()
    near = [groups[n] for n in under if len(blocks[n].text) <= _LONGEST_UNDER_TITLE]
    return [blocks[n].text for n in heads], [line.text for group in near for line in group]
