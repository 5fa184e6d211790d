"""Word documents (.docx, ISO/IEC 29500): read as the page that mammoth makes of them.

Deleted text, comments, heads and feet are left out, and so is a table of contents.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers.expat import ExpatError

import mammoth
from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors import versions
from casebook.extractors.kinds.plaintext import refuse_empty
from casebook.extractors.kinds.word_sight import state_raised, unseen_runs
from casebook.extractors.naming import where
from casebook.extractors.speech.speakers import with_speakers
from casebook.extractors.text.authors import clean_authors
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.metadata import language_of
from casebook.extractors.text.passages import lay_out
from casebook.extractors.text.properties import authors_in, is_title
from casebook.extractors.visibility.hidden import MOST_REPORTED, report, strip_hidden
from casebook.extractors.web.bold_lines import with_bold_headings
from casebook.extractors.web.parsing import parse
from casebook.extractors.web.tree_blocks import FURNITURE, placed_blocks
from casebook.schemas.documents import Extracted, ExtractionStep, HiddenKind
from casebook.schemas.errors import Damaged
from casebook.schemas.sources import Payload, SourceKind

_MOST_XML = 15_000_000
"""Bytes of XML; a book of 500 pages has some five million, and takes ten seconds to read."""

# What comes out of files that break the standard, from three libraries.
_BROKEN = (
    zipfile.BadZipFile, etree.XMLSyntaxError, ExpatError, RuntimeError, LookupError, ValueError,
    TypeError, AttributeError, OSError, EOFError,
)  # fmt: skip
_STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name^='toc '] => !
p[style-name^='Contents '] => !
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Preformatted Text'] => pre:separator('\\n')
p[style-name='Source Code'] => pre:separator('\\n')
p[style-name='Code'] => pre:separator('\\n')
"""
_NOTE_MARKS = "//sup/a[starts-with(@id, 'footnote-ref-') or starts-with(@id, 'endnote-ref-')]"
_BACK = "//a[starts-with(@href, '#footnote-ref-') or starts-with(@href, '#endnote-ref-')]"


def extract(payload: Payload) -> Extracted:
    """Return the text of a Word document.

    Raises:
        Damaged: if it is none that can be read, or unpacks to more than a book.
        DocumentEmpty: if no text is left.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(payload.data)) as archive:
            parts = _unpacked(archive, payload)
        unseen = list(_without_unseen(parts))
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
    hidden = [*report((HiddenKind.STYLE, *one) for one in unseen), *strip_hidden(tree)]
    blocks = with_bold_headings(placed_blocks(tree, FURNITURE))
    language = language_of(core.get("language"), "\n".join(block.text for block in blocks))
    text, passages = lay_out(with_speakers(blocks), language)
    refuse_empty(text, payload)
    titles = [one_line(str(one.text_content())) for one in tree.xpath("//h1[@class='title']")]
    titles += [block.text for block in blocks if block.heading]
    stated = one_line(core.get("title", ""))
    title = next(filter(None, titles), stated if is_title(stated) else "")
    return Extracted(
        kind=SourceKind.WORD,
        extractor=versions.WORD,
        title=one_line(title) or None,
        authors=clean_authors(authors_in(core.get("creator", ""))),
        language=language,
        text=text,
        passages=passages,
        extraction=[ExtractionStep(method="mammoth", outcome=f"{len(blocks)} blocks")],
        hidden_text=hidden[:MOST_REPORTED],
    )


def _unpacked(archive: zipfile.ZipFile, payload: Payload) -> dict[str, bytes]:
    """Return the parts that are XML, by their names; pictures and programs are left packed.

    Raises:
        Damaged: if they are more than a book has.
    """
    wanted = [one for one in archive.infolist() if one.filename.endswith((".xml", ".rels"))]
    size = sum(one.file_size for one in wanted)  # of more zipfile reads nothing
    if size > _MOST_XML:
        raise Damaged(
            f"{where(payload)} unpacks to {size / 1e6:,.0f} MB, more than any book has: submit "
            "the part that matters, or export it as PDF."
        )
    return {one.filename: archive.read(one) for one in wanted}


def _without_unseen(parts: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Take out of ``parts`` what no reader sees; yield each such text and why."""
    styles = next((_tree(data) for name, data in parts.items() if "styles" in name), None)
    for name, data in parts.items():
        root = _tree(data)
        if etree.QName(root).localname not in {"document", "footnotes", "endnotes"}:
            continue
        for run, reason in list(unseen_runs(root, styles)):
            yield "".join(run.itertext("{*}t")), reason
            run.getparent().remove(run)
        state_raised(root)
        parts[name] = etree.tostring(root)


def _tree(data: bytes) -> Any:
    """Return the root of a part.

    Raises:
        ValueError: if it has a document type, which the standard forbids and bombs need.
        lxml.etree.XMLSyntaxError: if it is no XML.
    """
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    if root.getroottree().docinfo.doctype:
        raise ValueError("a document type")
    return root


def _as_page(parts: Mapping[str, bytes]) -> str:
    """Return the HTML that mammoth makes; pictures and a file's own rules are left out."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    packed.seek(0)
    made = mammoth.convert_to_html(
        packed,
        style_map=_STYLES,
        include_embedded_style_map=False,
        convert_image=lambda _: [],
    )
    return str(made.value)


def _properties(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Return what the file states of itself: title, creator, language (ISO/IEC 29500-2, 8)."""
    core = next((data for name, data in parts.items() if name.endswith("core.xml")), None)
    if core is None:
        return {}
    return {etree.QName(one).localname: one.text or "" for one in _tree(core).iterchildren("*")}
