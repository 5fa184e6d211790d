"""PDF: pdfium reads words and their places; everything after that is ours."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pypdfium2

from extractors.blocks import Block, lay_out
from extractors.language import language_of
from extractors.naming import where
from extractors.pdf import metadata
from extractors.pdf.furniture import without_furniture
from extractors.pdf.headings import levels_of, with_chapters
from extractors.pdf.hidden import is_scan, without_hidden
from extractors.pdf.lines import Line, lines_of
from extractors.pdf.order import in_order
from extractors.pdf.paragraphs import Group, Layout, groups_of, text_of, vocabulary
from extractors.pdf.scans import Recogniser, advice
from extractors.pdf.words import Page, words_on
from extractors.text import count_words, hidden_in
from schemas.documents import Extracted, HiddenText
from schemas.errors import DocumentEmpty, Unreadable
from schemas.sources import Payload, SourceKind, Step

_WRONG_PASSWORD = 4
"""FPDF_ERR_PASSWORD of pdfium's fpdfview.h."""

_MOST_PAGES, _MOST_HIDDEN = 3_000, 100
_FEWEST_WORDS = 5
_GARBLED, _NOISE, _FEWEST = 0.3, 0.3, 0.02
_USUAL = frozenset("the of and to in is a der die und le la de les et el los que di il".split())
"""Words without which no text in these languages gets by; ``_FEWEST`` is the least share."""

_MEANINGLESS = re.compile("[\ufffd\ue000-\uf8ff]")
_REAL_WORD = re.compile(r"\W*[^\W\d_]{3,}\W*")
# It writes to stderr what the steps say.
logging.getLogger("pypdfium2").setLevel(logging.CRITICAL)
_UNDER_TITLE, _LONGEST_UNDER_TITLE = 3, 200


def read(payload: Payload) -> Extracted:
    """Return the text of a PDF; each passage knows the page it begins on.

    Raises:
        Unreadable: if it needs a password (``encrypted``), cannot be parsed (``damaged``), or is a
            scan that could not be recognised (``scanned``).
        DocumentEmpty: if it holds no text for another reason.
    """
    name = where(payload)
    try:
        document = _opened(payload.data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _WRONG_PASSWORD:
            problem = f"{name} needs a password; save a copy without one and submit it."
            raise Unreadable(problem, cause="encrypted") from error
        raise _damaged(name) from error
    try:
        return _extracted(document, name)
    finally:
        document.close()


def _opened(data: bytes) -> Any:
    """Open a file. Where pdfium has no cause for a failure it repeats that of an earlier file."""
    with suppress(pypdfium2.PdfiumError):
        return pypdfium2.PdfDocument(data)
    with suppress(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(b"no PDF")
    return pypdfium2.PdfDocument(data)


def _damaged(name: str) -> Unreadable:
    problem = f"{name} cannot be read as a PDF; open it in a viewer and save it again."
    return Unreadable(problem, cause="damaged")


@dataclass(slots=True)
class _Pages:
    """The lines of each page that could be read, and what else was found on the way.

    ``pictures`` counts pages that are a picture without words, ``layers`` those whose words are
    the invisible layer of a scan; ``garbled`` numbers pages whose fonts do not name their letters.
    """

    recogniser: Recogniser
    lines: list[list[Line]] = field(default_factory=list)
    hidden: list[HiddenText] = field(default_factory=list)
    garbled: list[int] = field(default_factory=list)
    pictures: int = 0
    layers: int = 0

    def read(self, document: Any, number: int) -> None:
        """Add the page with a ``number`` from 1, if pdfium can read it."""
        try:
            raw = document[number - 1]
            page = words_on(raw)
        except pypdfium2.PdfiumError:
            return
        words, hidden, is_layer = without_hidden(page, raw)
        is_picture = len(words) < _FEWEST_WORDS and is_scan(raw, page.frame)
        if (is_picture and not hidden) or _is_garbled(page):
            shown = self.recogniser.words(raw)
            if not (is_picture or shown):
                self.garbled.append(number)
            words = shown or words
        self.pictures += is_picture
        self.layers += is_layer
        self.lines.append(lines_of(words, number, page.frame))
        self.hidden += hidden
        raw.close()

    def steps(self, count: int, left_out: int) -> Iterator[Step]:
        """Yield what was done with the ``count`` pages of the document."""
        outcome = f"{count} pages, {left_out} running heads, feet and page numbers left out"
        yield Step(method="pdfium", outcome=outcome)
        if unread := count - len(self.lines):
            yield Step(method="pages", outcome=f"{unread} of {count} not read", doubtful=True)
        if self.garbled:
            outcome = f"fonts on {len(self.garbled)} pages do not say which letters they draw"
            yield Step(method="glyphs", outcome=outcome, doubtful=True)
        if self.layers:
            outcome = f"the text of {self.layers} pages is the layer of a scan"
            yield Step(method="scan", outcome=outcome)
        yield from self.recogniser.steps()

    def refuse(self, text: str, name: str) -> None:
        """Raise the error for a document without text that can be used."""
        if 2 * len(self.garbled) > len(self.lines):
            problem = f"{name} does not say which letters its fonts draw: {advice()}."
        elif self.pictures and count_words(text) < _FEWEST_WORDS:
            problem = f"{name} consists of pictures without a text layer: {advice()}."
        elif (self.pictures or self.layers) and _is_noise(text):
            problem = (
                f"{name} is a scan, and the text that OCR made of it has no words: {advice()}."
            )
        elif not count_words(text):
            problem = f"{name} holds no text; check that it is the right one."
            raise DocumentEmpty(problem)
        else:
            return
        raise Unreadable(problem, cause="scanned")


def _is_garbled(page: Page) -> bool:
    """Return whether the fonts of a page do not say what its glyphs mean."""
    words = [word.text for word in page.words]
    if page.unmapped > _GARBLED and sum(map(_USUAL.__contains__, words)) < _FEWEST * len(words):
        return True
    text = "".join(words)
    return not text.isascii() and len(_MEANINGLESS.findall(text)) > _GARBLED * len(text)


def _is_noise(text: str) -> bool:
    """Return whether most of a text is single letters and signs, as OCR reads a drawing."""
    tokens = text.split()
    letters = sum(len(token) for token in tokens if _REAL_WORD.fullmatch(token))
    return text.isascii() and letters < _NOISE * sum(map(len, tokens))


def _extracted(document: Any, name: str) -> Extracted:
    stated = metadata.language_stated(document)
    pages, count = _Pages(Recogniser(stated)), len(document)
    for number in range(1, min(count, _MOST_PAGES) + 1):
        pages.read(document, number)
    if not pages.lines:
        raise _damaged(name)
    kept, left_out = without_furniture(pages.lines)
    lines = [line for page in kept for line in in_order(page)]
    groups, levels, blocks = _blocks(lines, metadata.outline_of(document))
    language = language_of(" ".join(block.text for block in blocks), stated)
    text, passages = lay_out(blocks, language)
    pages.refuse(text, name)
    about = document.get_metadata_dict()
    title, bylines = _shown(groups, levels, blocks)
    return Extracted(
        kind=SourceKind.PDF,
        title=metadata.title_of(about, title),
        authors=metadata.authors_of(about, bylines),
        published=metadata.day_of(about, [line.text for line in kept[0]]),
        language=language,
        text=text,
        passages=passages,
        steps=list(pages.steps(count, left_out)),
        hidden=[*pages.hidden, *hidden_in("\n".join(line.text for line in lines))][:_MOST_HIDDEN],
    )


def _blocks(
    lines: Sequence[Line], outline: dict[str, int]
) -> tuple[list[Group], list[int], list[Block]]:
    layout, known = Layout.of(lines), vocabulary(lines)
    groups = with_chapters(groups_of(lines, layout))
    levels = levels_of(groups, layout, outline)
    return (
        groups,
        levels,
        [
            Block(
                text_of(group, known),
                level=level,
                page=group[0].page,
                verbatim=not level and all(line.fixed and not line.is_row for line in group),
            )
            for group, level in zip(groups, levels, strict=True)
        ],
    )


def _shown(
    groups: Sequence[Group], levels: Sequence[int], blocks: Sequence[Block]
) -> tuple[str | None, list[str]]:
    """Return the largest heading of the first page, and the lines under it."""
    heads = [n for n, group in enumerate(groups) if levels[n] and group[0].page == 1]
    if not heads:
        return None, []
    title = max(heads, key=lambda n: groups[n][0].size)
    under = groups[title + 1 : title + 1 + _UNDER_TITLE]
    near = [
        group
        for n, group in enumerate(under)
        if len(blocks[title + 1 + n].text) <= _LONGEST_UNDER_TITLE
    ]
    return blocks[title].text, [line.text for group in near for line in group]
