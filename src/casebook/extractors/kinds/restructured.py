"""reStructuredText, in the dialect of Sphinx too: read as the page that docutils makes of it."""

import re
from collections.abc import Iterable
from typing import Any

from casebook.extractors.kinds import plaintext
from casebook.extractors.kinds.front_matter import day_of_publication, first_of, names_of
from casebook.extractors.kinds.said import COMMENT
from casebook.extractors.restructured.page import Page, Unreadable, page_of
from casebook.extractors.speech.speakers import with_speakers
from casebook.extractors.text.authors import clean_authors
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.charset import decode
from casebook.extractors.text.metadata import language_of
from casebook.extractors.text.passages import Block, lay_out
from casebook.extractors.visibility.hidden import strip_hidden
from casebook.extractors.visibility.reporting import MOST_REPORTED, report
from casebook.extractors.web.blocks.bold_lines import with_bold_headings
from casebook.extractors.web.markup import formulas
from casebook.extractors.web.markup.parsing import closed, parse
from casebook.extractors.web.markup.tree_blocks import FURNITURE, placed_blocks
from casebook.schemas.documents import Extracted, ExtractionStep, HiddenKind, HiddenText
from casebook.schemas.sources import Payload, SourceKind

_GOES_ON = r"(?:(?:[ \t]*\n)*[ \t]+\S[^\n]*\n?)"
# A comment at the margin, as docutils has it: what is no note, place, substitution or directive.
_COMMENT = re.compile(
    r"^\.\.(?:[ \t]+(?![\[_|]|[\w:+.-]+[ ]?::)\S[^\n]*\n?"
    rf"{_GOES_ON}*"
    rf"|[ \t]*\n[ \t]+\S[^\n]*\n?{_GOES_ON}*)",
    re.MULTILINE,
)
# How docutils says by what a list is numbered, and how HTML does.
_NUMBERED = {"loweralpha": "a", "upperalpha": "A", "lowerroman": "i", "upperroman": "I"}
_HEADINGS = "//p[@class='subtitle' or @class='rubric']"


def extract(payload: Payload) -> Extracted:
    """Return the text of a reStructuredText file; what docutils cannot read is read as plain text.

    Raises:
        DocumentEmpty: if no text is left.
    """
    source, encoding = decode(payload.data, payload.charset)
    try:
        page = page_of(source := source.replace("\r\n", "\n").replace("\r", "\n"))
    except Unreadable as why:
        return _as_plain_text(payload, source, encoding, str(why))
    blocks, hidden = _shown(page)
    language = language_of(
        first_of(page.stated, "lang", "language"), "\n".join(block.text for block in blocks)
    )
    text, passages = lay_out(with_speakers(blocks), language)
    plaintext.refuse_empty(text, payload)
    headings = (block.text for block in blocks if block.heading)
    return Extracted(
        kind=SourceKind.RESTRUCTURED,
        title=one_line(first_of(page.stated, "title") or next(headings, "")) or None,
        authors=clean_authors(names_of(page.stated)),
        published=day_of_publication(page.stated),
        language=language,
        text=text,
        passages=passages,
        extraction=[
            ExtractionStep(method="charset", outcome=encoding),
            ExtractionStep(method="docutils", outcome=f"{len(blocks)} blocks"),
        ],
        hidden_text=hidden[:MOST_REPORTED],
    )


def _as_plain_text(payload: Payload, source: str, encoding: str, why: str) -> Extracted:
    shown = _COMMENT.sub("\n", source)
    update = {"data": shown.encode(), "charset": "utf-8"}
    read = plaintext.extract(payload.model_copy(update=update))
    hidden = _commented(one[0].removeprefix("..") for one in _COMMENT.finditer(source))
    return read.model_copy(
        update={
            "kind": SourceKind.RESTRUCTURED,
            "extraction": (
                ExtractionStep(method="docutils", outcome=f"{why}; read as plain text"),
                ExtractionStep(method="charset", outcome=encoding),
                *read.extraction[1:],
            ),
            "hidden_text": (*hidden, *read.hidden_text)[:MOST_REPORTED],
        }
    )


def _commented(comments: Iterable[str]) -> list[HiddenText]:
    return report((HiddenKind.TEMPLATE, said, COMMENT) for said in comments)


def _shown(page: Page) -> tuple[list[Block], list[HiddenText]]:
    """Return what the page shows, and what the file says to nobody."""
    hidden = _commented(page.comments)
    tree = parse(closed(page.markup)) if page.markup.strip() else None
    if tree is None:
        return [], hidden
    _set_in_text(tree)
    hidden += strip_hidden(tree)
    body = next(iter(tree.xpath("//body")), tree)
    return with_bold_headings(placed_blocks(body, FURNITURE)), hidden


def _set_in_text(tree: Any) -> None:
    """Have boxes and notes, which docutils sets aside, read in their places."""
    for aside in list(tree.iter("aside")):
        aside.tag = "div"
    for numbered in tree.iter("ol"):
        for name in (numbered.get("class") or "").split():
            numbered.set("type", _NUMBERED.get(name, numbered.get("type") or "1"))
    for heading in tree.xpath(_HEADINGS):
        heading.tag = "h2"
    formulas.set_out(tree, ())
