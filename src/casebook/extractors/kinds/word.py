"""Word documents (.docx, ISO/IEC 29500): read as the page that mammoth makes of them.

Deleted text, comments, heads and feet are left out, and so is a table of contents.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import Any
from xml.parsers.expat import ExpatError

import mammoth
from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.kinds.plaintext import refuse_empty
from casebook.extractors.naming import where
from casebook.extractors.speech.speakers import with_speakers
from casebook.extractors.text.authors import clean_authors
from casebook.extractors.text.bylines import byline
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.metadata import language_of
from casebook.extractors.text.passages import Block, lay_out
from casebook.extractors.text.properties import authors_in, is_title
from casebook.extractors.visibility.hidden import strip_hidden
from casebook.extractors.visibility.reporting import MOST_REPORTED, report
from casebook.extractors.web.blocks.bold_lines import with_bold_headings
from casebook.extractors.web.markup.parsing import parse
from casebook.extractors.web.markup.tree_blocks import FURNITURE, placed_blocks
from casebook.extractors.word import drawn, formulas, shown, tables
from casebook.extractors.word.backdrops import Backdrops
from casebook.extractors.word.colours import Palette
from casebook.extractors.word.numbers import Numbers, one_list
from casebook.extractors.word.package import HEADS, Parts, opened
from casebook.extractors.word.sight import STRUCK, Sight
from casebook.extractors.word.styles import Styles
from casebook.extractors.word.xml import all_in, around, drop, name_of, texts
from casebook.schemas.documents import Extracted, ExtractionStep, HiddenKind
from casebook.schemas.errors import Damaged
from casebook.schemas.sources import Payload, SourceKind

_TEXTS = ("document", "footnotes", "endnotes")

# What comes out of files that break the standard, from three libraries.
_BROKEN = (
    zipfile.BadZipFile, etree.XMLSyntaxError, ExpatError, RuntimeError, LookupError, ValueError,
    TypeError, AttributeError, OSError, EOFError,
)  # fmt: skip
_STYLES = """
br[type='page'] => br
br[type='column'] => br
p[style-name='TOC Heading'] => !
p[style-name='Title'] => h1.title:fresh
p[style-name^='toc '] => !
p[style-name^='Contents '] => !
p[style-name='table of figures'] => !
p[style-name^='index '] => !
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Preformatted Text'] => pre:separator('\\n')
p[style-name='Source Code'] => pre:separator('\\n')
p[style-name='Code'] => pre:separator('\\n')
"""
_NOTE_MARKS = "//sup/a[starts-with(@id, 'footnote-ref-') or starts-with(@id, 'endnote-ref-')]"
_BACK = "//a[starts-with(@href, '#footnote-ref-') or starts-with(@href, '#endnote-ref-')]"
_FAR_DOWN = 40  # paragraphs: more than a cover page has
_TITLES = f"//h1[@class='title'][count(preceding::p[normalize-space()]) < {_FAR_DOWN}]"
_TO_FILL_IN = re.compile(r"\[[^\[\]]*\]|<[^<>]*>")
_ANY_PART = re.compile(
    r"[\d０-９]|[ivx]{1,4}[.)]|(?:table of )?contents\b|inhalt|introduction\b|einleitung|abstract\b"
    r"|references?\b|bibliography\b|literatur|appendix\b|chapter\b",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?[ \t]+-->[ \t]+[\d:.,]+[ \t]*$", re.MULTILINE
)


def extract(payload: Payload) -> Extracted:
    """Return the text of a Word document.

    Raises:
        Damaged: if it is none that can be read, holds texts that Word alone reads, or unpacks to
            more than a book.
        DocumentEmpty: if no text is left.
    """
    try:
        parts, drawings = opened(payload)
        if all_in(parts["document"], "altChunk"):
            raise Damaged(
                f"{where(payload)} holds another file in its text, which Word alone reads: open "
                "it in Word and save it again, or export it as PDF."
            )
        unseen = list(_settled(parts, drawings))
        markup = _as_page(parts)
        core = _properties(parts)
    except _BROKEN as error:
        raise Damaged(
            f"{where(payload)} is no Word document that can be read: open it in Word or "
            "LibreOffice and save it again, or export it as PDF."
        ) from error
    tree = parse(f"<body>{markup}</body>")
    if tree is None:
        tree = etree.Element("body")
    for mark in tree.xpath(f"{_NOTE_MARKS} | {_BACK}"):
        mark.drop_tree()
    tables.as_data(tree)
    told = report(((HiddenKind.STYLE, *one) for one in unseen), telling={STRUCK})
    hidden = [*told, *strip_hidden(tree)]
    blocks = list(map(_begun, with_bold_headings(placed_blocks(tree, FURNITURE))))
    language = language_of(core.get("language"), "\n".join(block.text for block in blocks))
    tree.set("lang", language or "")
    signed = byline(tree) or authors_in(core.get("creator", ""))
    text, passages = lay_out(with_speakers(blocks), language)
    refuse_empty(text, payload)
    return Extracted(
        kind=SourceKind.WORD,
        title=_title(tree, blocks, one_line(core.get("title", ""))),
        authors=clean_authors(signed),
        language=language,
        text=text,
        passages=passages,
        extraction=[ExtractionStep(method="mammoth", outcome=f"{len(blocks)} blocks")],
        hidden_text=hidden[:MOST_REPORTED],
    )


def _begun(block: Block) -> Block:
    """Return a block in which a line of two times, as Teams wrote them, is the first of them."""
    if "-->" not in block.text:
        return block
    return block._replace(text=_CUE.sub(_clock, block.text))


def _clock(cue: re.Match[str]) -> str:
    hours, minutes, seconds = map(int, cue.groups())
    return f"{hours}:{minutes:02}:{seconds:02}"


def _title(tree: Any, blocks: Sequence[Block], stated: str) -> str | None:
    """Return what is set as the title, or begins the text; then what is stated; then a part.

    Far below, as over a box, the style of titles says nothing. The part is the first, if it is
    neither numbered nor one that every document has.
    """
    set_as = (one_line(str(one.text_content())) for one in tree.xpath(_TITLES))
    first = (one_line(block.text) for block in blocks[:1] if block.heading)
    known = [stated] if is_title(stated) and not _TO_FILL_IN.fullmatch(stated) else []
    part = next((one_line(block.text) for block in blocks if block.heading), "")
    named = [] if _ANY_PART.match(part) else [part]
    return next(filter(None, chain(set_as, first, known, named)), None)


def _settled(parts: Parts, drawings: drawn.Drawn) -> Iterator[tuple[str, str]]:
    """Leave in ``parts`` what a reader sees, as mammoth reads it; yield what is hidden, and why."""
    bodies = [parts[name] for name in _TEXTS if name in parts]
    for part in bodies:
        shown.settle(part)
    drawn.set_in_text(parts["document"], drawings)
    styles = Styles(parts.get("styles"))
    palette = Palette(parts["document"], parts.get("theme"), parts.get("settings"))
    heads = [part for name, part in parts.items() if name.startswith(HEADS)]
    backdrops = Backdrops(parts["document"], heads, palette)
    sight, numbers = Sight(styles, palette, backdrops), Numbers(parts.get("numbering"), styles)
    for part in bodies:
        yield from _taken_out([*shown.codes(part), *sight.unseen(part)])
        formulas.set_in_text(part)
        shown.reword(part)
        shown.state_raised(part, styles)
        numbers.set_in_text(part)
    for kind in ("footnote", "endnote"):
        shown.keep_marks(parts["document"], kind, parts.get(f"{kind}s"))
    if "styles" in parts:
        shown.name_headings(styles, parts["styles"])


def _taken_out(unseen: Iterable[tuple[Any, str]]) -> Iterator[tuple[str, str]]:
    """Take out what is not seen; yield what each paragraph says so in one piece."""
    for (_, reason), some in groupby(unseen, lambda one: (around(one[0], "p"), one[1])):
        pieces = [element for element, _ in some]
        said = "".join(text for piece in pieces for text in texts(piece))
        for piece in pieces:
            drop(piece)
        yield said, reason


def _as_page(parts: Parts) -> str:
    """Return the HTML that mammoth makes of a document and its notes, without its pictures."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("styles", *_TEXTS):
            if name in parts:
                archive.writestr(f"word/{name}.xml", etree.tostring(parts[name]))
        archive.writestr("word/numbering.xml", etree.tostring(one_list(parts["document"])))
    packed.seek(0)
    return str(mammoth.convert_to_html(packed, style_map=_STYLES).value)


def _properties(parts: Parts) -> dict[str, str]:
    """Return what the file states of itself: title, creator, language (ISO/IEC 29500-2, 8)."""
    core = parts.get("core-properties", ())
    return {name_of(one): one.text or "" for one in core}
