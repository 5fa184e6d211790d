"""Papers: the text of the HTML or PDF without its references, and what the archive says of it."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import feedparser  # type: ignore[import-untyped]  # it ships no types
from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.days import stated_day
from casebook.extractors.gathering import bundles
from casebook.extractors.gathering.bundles import Bundle, Part, unpack
from casebook.extractors.kinds import html, latexml, pdf
from casebook.extractors.naming import where
from casebook.extractors.sniffing import sniff
from casebook.extractors.text.authors import clean_authors
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.charset import decode
from casebook.extractors.text.metadata import clean_date
from casebook.extractors.text.references import cites, stands_over_references
from casebook.extractors.web.markup.parsing import parse
from casebook.schemas.documents import Extracted, ExtractionStep, Passage
from casebook.schemas.errors import ContentMismatch, Damaged
from casebook.schemas.sources import Payload, SourceKind

_REFERENCES = re.compile(
    r"(?:\d+\.?|[IVX]+\.?)?\s*(?:references|bibliography|literature cited|works cited)\s*:?",
    re.IGNORECASE,
)
# What a landing page says of its paper: for Google Scholar, else in the names of Dublin Core.
_TITLES = ("citation_title", "dc.title")
_DAYS = (
    *(f"citation_{kind}" for kind in ("publication_date", "date", "online_date")),
    *("dcterms.issued", "dc.date", "dc.date.issued"),
)
_INLINE = re.compile(r"</?(?:b|em|i|strong|su[bp]|inf)>", re.IGNORECASE)
_GENERATION = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV")


@dataclass(frozen=True, slots=True)
class About:
    """What an archive says of a paper; every field may be missing."""

    title: str | None = None
    authors: Sequence[str] = ()
    published: date | None = None


def extract(payload: Payload) -> Extracted:
    """Return the text of a paper, its references cut off.

    Raises:
        Damaged: if the bundle holds neither HTML nor PDF.
        ExtractionError: what reading either raises.
    """
    bundle = unpack(payload)
    about = _about(bundle)
    text = _text(bundle, payload)
    on_arxiv = payload.media_type == bundles.ARXIV
    return text.model_copy(
        update={
            "kind": SourceKind.ARXIV if on_arxiv else SourceKind.PDF,
            "title": about.title or text.title,
            "authors": about.authors or text.authors,
            "published": about.published or text.published,
            "site": "arXiv" if on_arxiv else text.site,
        }
    )


def _text(bundle: Bundle, payload: Payload) -> Extracted:
    """Return the text of the HTML, else of the PDF, which says what became of the references."""
    if part := bundle.find("html"):
        text, note = _from_html(part)
        step = ExtractionStep(method="references", outcome=note)
        return text.model_copy(update={"extraction": (*text.extraction, step)})
    if part := bundle.find("pdf"):
        _refuse_page(part)
        return pdf.extract(part.payload())
    raise Damaged(
        f"{where(payload)}: what was kept of it holds no text; fetch it again with --refresh."
    )


def _refuse_page(part: Part) -> None:
    """Let a PDF pass, and tell a page that stands in its place by the wall that it is.

    Raises:
        ExtractionError: what reading that page raises, else that it is no PDF.
    """
    if "html" in part.media_type and sniff(part.data) != "PDF":
        html.extract(part.payload())
        raise ContentMismatch(
            f"{part.url} is a web page where the paper's PDF should be: open it in a browser, save "
            "the PDF, and submit the file."
        )


# --- HTML ----------------------------------------------------------------------------------------


def _from_html(part: Part) -> tuple[Extracted, str]:
    """Read LaTeXML's page, its list of references left out."""
    markup, _ = decode(part.data, part.charset, markup=True)
    tree = parse(markup)
    if tree is None:
        return without_references(html.extract(part.payload()))
    entries = latexml.tidy(tree)
    cleaned = etree.tostring(tree, encoding="utf-8", method="html")
    page = part.payload().model_copy(update={"data": cleaned, "charset": "utf-8"})
    extracted, note = without_references(html.extract(page))
    return extracted, f"{entries} left out" if entries else note


# --- References ----------------------------------------------------------------------------------


def without_references(extracted: Extracted) -> tuple[Extracted, str]:
    """Return the text without the passages that stand under "References", and a note.

    What follows them under another heading (an appendix) stays.
    """
    lists = _lists_of_references(extracted)
    kept = [p for p in extracted.passages if p.locator.section not in lists]
    count = len(extracted.passages) - len(kept)
    if not count or not kept:
        return extracted, "none found" if not count else "not told apart from the text"
    pieces: list[str] = []
    passages: list[Passage] = []
    length = 0
    for start, end, passage in _stretches(extracted, kept):
        piece = extracted.text[start:end]
        at = length + passage.start - start
        width = passage.end - passage.start
        passages.append(
            passage.model_copy(update={"n": len(passages) + 1, "start": at, "end": at + width})
        )
        pieces.append(piece)
        length += len(piece)
    changes = {"text": "".join(pieces), "passages": tuple(passages)}
    return extracted.model_copy(update=changes), f"{count} passages left out"


def _lists_of_references(extracted: Extracted) -> set[str]:
    """Return the sections that are such lists: those of another name must also read like one.

    "2 Literature" is what the paper tells of others' work; LaTeX gives a list no number.
    """
    under: dict[str, list[str]] = {}
    for passage in extracted.passages:
        section = passage.locator.section or ""
        listed = stands_over_references(section) and not section[:1].isdigit()
        if listed or _REFERENCES.fullmatch(section):
            under.setdefault(section, []).append(extracted.text[passage.start : passage.end])
    return {name for name, told in under.items() if _REFERENCES.fullmatch(name) or cites(told)}


def _stretches(extracted: Extracted, kept: Sequence[Passage]) -> Iterator[tuple[int, int, Passage]]:
    """Yield where each kept passage stands in the text, with what stands before it.

    Before a passage stand white space and its headings; after references, the heading "References"
    and they themselves do not count to it.
    """
    end = 0
    by_number = {passage.n: passage for passage in extracted.passages}
    for passage in kept:
        before = by_number.get(passage.n - 1)
        start = before.end if before else 0
        yield max(end, start), passage.end, passage
        end = passage.end


# --- What the archive says -----------------------------------------------------------------------


def _about(bundle: Bundle) -> About:
    if (part := bundle.find("atom")) and (told := about_atom(part.data)).title:
        return told
    if part := bundle.find("landing"):
        return about_landing(decode(part.data, part.charset, markup=True)[0])
    return About()


def about_atom(data: bytes) -> About:
    """Return what arXiv's API says; nothing where it knows no such paper."""
    entries = feedparser.parse(io.BytesIO(data)).entries  # bytes that are a path would be opened
    if not entries or "/abs/" not in entries[0].get("id", ""):
        return About()
    entry = entries[0]
    return About(
        title=one_line(entry.get("title", "")) or None,
        authors=clean_authors([author.get("name", "") for author in entry.get("authors", [])]),
        published=clean_date(entry.get("published")),
    )


def about_landing(markup: str) -> About:
    """Return what a landing page's ``citation_…`` tags say (Google Scholar's inclusion guide)."""
    tree = parse(markup)
    if tree is None:
        return About()
    told = _stated(tree)
    title = next((name for kind in _TITLES for name in told.get(kind, ())), "")
    together = (name for names in told.get("citation_authors", ()) for name in _apart(names))
    people = [name for one in told.get("citation_author", ()) for name in one.split(";")]
    names = [*people, *together] or told.get("dc.creator", [])
    days = (stated_day(stated) for kind in _DAYS for stated in told.get(kind, ()))
    return About(
        title=one_line(_INLINE.sub("", title)) or None,
        authors=clean_authors([_forename_first(name.strip()) for name in names]),
        published=next(filter(None, days), None),
    )


def _stated(tree: Any) -> dict[str, list[str]]:
    """Return what the page's ``meta`` elements say, by their names in lower case."""
    told: dict[str, list[str]] = {}
    for element in tree.xpath("//meta[@content and (@name or @property)]"):
        name = (element.get("name") or element.get("property")).strip().lower()
        told.setdefault(name, []).append(str(element.get("content")))
    return told


def _apart(names: str) -> list[str]:
    """Return the names in a list; commas part those that are written out ("Ada Byron, Bo Li")."""
    whole = all(" " in name.strip() for name in names.split(","))
    return re.split(r",(?:\s*and\s)?|\sand\s" if whole and ";" not in names else ";", names)


def _forename_first(name: str) -> str:
    """Return "Martin King Jr." for "King, Martin, Jr."."""
    surname, *others = [part.strip() for part in name.split(",")]
    after = [part for part in others if _GENERATION.fullmatch(part)]
    forenames = [part for part in others if part not in after]
    return " ".join([*forenames, surname, *after])
