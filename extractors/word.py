"""Word documents (.docx, ISO/IEC 29500): read as the HTML that mammoth converts them to.

Deleted text, comments, headers, footers and tables of contents are left out. Hidden text and white
text on white paper are reported. Pictures and anything outside the archive are never opened.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import mammoth
from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from extractors.blocks import document
from extractors.data import table
from extractors.speakers import with_speakers
from extractors.text import hidden_in, one_line, unreadable
from extractors.web.blocks import tree_blocks
from extractors.web.tree import body_of, parse
from schemas.errors import ExtractionError
from schemas.sources import Extracted, HiddenText, Payload, SourceKind

_TABLE = table("word")
_MOST_XML = 32_000_000  # bytes; a book of 500 pages has about five million
_WHITE = re.compile(r"[Ff][\dA-Fa-f]" * 3)
_NO_COLOUR = {"", "auto", "FFFFFF", "none", "white"}


def read(payload: Payload) -> Extracted:
    """Return the text of a Word document; raise ExtractionError if it is damaged or too large."""
    try:
        packed, hidden, about = _cleaned(payload)
        pictures = mammoth.images.img_element(lambda _: {})
        page = mammoth.convert_to_html(packed, style_map=_TABLE["styles"], convert_image=pictures)
    except (ExtractionError, MemoryError, RecursionError):
        raise
    except Exception as error:  # zipfile, lxml, expat and mammoth raise many classes
        advice = "open it in Word or LibreOffice and save it again, or export it as PDF"
        problem = f"cannot be read as a Word document: {advice}"
        raise unreadable(payload, problem, "damaged") from error
    tree: Any = parse(f"<body><p></p>{page.value}</body>")
    for mark in tree.xpath(_TABLE["note_marks"]):
        mark.drop_tree()
    blocks = tree_blocks(body_of(tree))
    titles = (one_line(" ".join(one.itertext())) for one in tree.xpath("//h1[@class='title']"))
    headings = (block.text for block in blocks if block.level)
    names = map(one_line, re.split("[;,]", about.get("creator", "")))
    found = document(
        SourceKind.WORD,
        with_speakers(blocks),
        about.get("language"),
        title=next(filter(None, (*titles, one_line(about.get("title", "")), *headings)), None),
        authors=[name for name in names if name.lower() not in _TABLE["no_authors"]],
    )
    return found.model_copy(update={"hidden": [*hidden, *hidden_in(found.text)]})


def _cleaned(payload: Payload) -> tuple[io.BytesIO, list[HiddenText], dict[str, str]]:
    """Return the document without hidden text, the hidden text, and the file's properties."""
    parts = dict(_parts(payload))
    known = [style for root in parts.values() for style in root.iterfind("{*}style")]
    styles = {_value(one, "styleId") for one in known if _is_on(one.find("{*}rPr/{*}vanish"))}
    core = (root for root in parts.values() if _name(root) == "coreProperties")
    about = {_name(one): one.text or "" for root in core for one in root}
    hidden: list[HiddenText] = []
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, root in parts.items():
            hidden += _strip_hidden(root, styles)
            etree.strip_tags(root, *_TABLE["wrappers"])
            archive.writestr(name, etree.tostring(root))
    packed.seek(0)
    return packed, hidden, about


def _parts(payload: Payload) -> Iterator[tuple[str, Any]]:
    """Yield the names and roots of the XML parts of a document.

    Raises ExtractionError if they are too large, ValueError for a DTD, which XML bombs need.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    with zipfile.ZipFile(io.BytesIO(payload.data)) as archive:
        entries = [one for one in archive.infolist() if one.filename.endswith((".xml", ".rels"))]
        size = sum(entry.file_size for entry in entries)  # zipfile reads no more than this
        if size > _MOST_XML:
            problem = f"unpacks to {size / 1e6:,.0f} MB of text, more than any book"
            advice = "submit the relevant part, or export it as PDF"
            raise unreadable(payload, f"{problem}: {advice}", "damaged")
        for entry in entries:
            root = etree.fromstring(archive.read(entry), parser)
            if root.getroottree().docinfo.doctype:
                raise ValueError("a DTD")
            yield entry.filename, root


def _strip_hidden(root: Any, styles: set[str]) -> Iterator[HiddenText]:
    """Remove the runs that no reader sees; yield their text, one piece per paragraph."""
    finds = [(run, reason) for run in root.iter("{*}r") if (reason := _hidden(run, styles))]
    for (_, reason), group in groupby(finds, lambda find: (find[0].getparent(), find[1])):
        runs = [run for run, _ in group]
        text = one_line("".join(t.text or "" for run in runs for t in run.iter("{*}t")))
        for run in runs:
            run.getparent().remove(run)
        if text:
            yield HiddenText(text=text[:300], reason=reason)


def _hidden(run: Any, styles: set[str]) -> str:
    stated = run.find("{*}rPr/{*}vanish")
    paragraph = next(run.iterancestors("{*}p"), run)
    named = (run.find("{*}rPr/{*}rStyle"), paragraph.find("{*}pPr/{*}pStyle"))
    if _is_on(stated) if stated is not None else not styles.isdisjoint(map(_value, named)):
        return "hidden type"
    ink = run.find("{*}rPr/{*}color")
    is_white = _WHITE.fullmatch(_value(ink)) and not _value(ink, "themeColor")
    return "white on white" if is_white and not _has_ground(run) else ""


def _has_ground(run: Any) -> bool:
    """Return whether a colour, a styled table or a drawn box may be behind a run."""
    grounds = run.xpath(_TABLE["grounds"])
    colours = {_value(one, name) for one in grounds for name in ("fill", "color", "themeFill")}
    marks = {_value(one) for one in grounds if _name(one) == "highlight"}
    return bool((colours | marks) - _NO_COLOUR or run.xpath(_TABLE["boxes"]))


def _name(element: Any) -> str:
    return str(etree.QName(element).localname)


def _value(element: Any, name: str = "val") -> str:
    """Return an attribute in any namespace, "" if it is missing."""
    found = () if element is None else element.items()
    return next((str(value) for key, value in found if key.rpartition("}")[2] == name), "")


def _is_on(element: Any) -> bool:
    return element is not None and _value(element) not in {"0", "false", "off"}
