"""Strings that break programs, as titles and bodies of every kind of file: read, stored, read back.

Many to a file, so that all of them take seconds.
"""

import html
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pytest
from fpdf import FPDF
from pypdf import PdfReader

from casebook.extractors import registry
from casebook.extractors.pdf.about import describe
from casebook.extractors.text.titles import clean_title
from casebook.extractors.web.markup.parsing import parse
from casebook.schemas.documents import Document, Extracted
from casebook.schemas.errors import CasebookError
from casebook.schemas.ids import content_id
from casebook.schemas.sources import Payload
from casebook.warehouse.store import Warehouse

pytestmark = pytest.mark.datasets

STORY = "The team moved its ticket router to a small model and measured it every week for a year. "
PACK = 65
# What a reader does not see, or what is no character at all.
_UNSEEN = re.compile(r"[^\w!-~]")


@pytest.fixture(scope="module")
def naughty(datasets) -> list[str]:
    """All naughty strings."""
    return json.loads((datasets / "security" / "naughty_strings.json").read_text())


@pytest.fixture(scope="module")
def attacks(datasets) -> list[str]:
    """All attack strings."""
    return (datasets / "security" / "xss.txt").read_text(errors="replace").splitlines()


def as_html(title: str, body: Sequence[str]) -> bytes:
    paragraphs = "".join(f"<p>{html.escape(text)} {STORY}</p>" for text in body)
    escaped = html.escape(title)
    return (
        f"<html lang=en><head><meta charset=utf-8><title>{escaped}</title></head><body><article>"
        f"<h1>{escaped}</h1>{paragraphs}<p>{STORY * 4}</p></article></body></html>"
    ).encode("utf-8", "replace")


def as_raw_html(title: str, body: Sequence[str]) -> bytes:
    """The strings as they are, as a careless site would put them into its page."""
    paragraphs = "".join(f"<p>{text} {STORY}</p>" for text in body)
    return f"<title>{title}</title><h1>{title}</h1>{paragraphs}<p>{STORY * 4}</p>".encode(
        "utf-8", "replace"
    )


def as_markdown(title: str, body: Sequence[str]) -> bytes:
    paragraphs = "\n\n".join(f"{text} {STORY}" for text in body)
    return f"---\nlang: en\n---\n# {title}\n\n{paragraphs}\n\n{STORY * 4}\n".encode(
        "utf-8", "replace"
    )


def as_text(title: str, body: Sequence[str]) -> bytes:
    return "\n\n".join([title, *body, STORY * 4]).encode("utf-8", "replace")


KINDS: list[tuple[str, Callable[[str, Sequence[str]], bytes]]] = [
    ("text/html", as_html),
    ("text/html", as_raw_html),
    ("text/markdown", as_markdown),
    ("text/plain", as_text),
]


def packs(strings: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(strings), PACK):
        yield strings[at : at + PACK]


def read(data: bytes, media_type: str) -> Extracted:
    return registry.extract(Payload(data=data, media_type=media_type, url="https://a.example/x"))


def stored(found: Extracted, number: int) -> Document:
    url = f"https://a.example/{number}"
    return Document(
        **found.model_dump(exclude={"canonical_url"}),
        document_id=content_id("doc", url, found.text),
        source_id=content_id("src", url),
        snapshot_id=content_id("snap", url),
        url=url,
    )


def squeezed(text: str) -> str:
    """What is left when spaces and everything unusual is taken out."""
    return _UNSEEN.sub("", text)


@pytest.mark.parametrize(
    ("media_type", "make"), KINDS, ids=lambda kind: getattr(kind, "__name__", "")
)
def test_every_string_in_a_body_is_read_and_comes_back_from_the_warehouse(
    naughty, attacks, tmp_path, media_type, make
):
    """No string breaks a reader or the store; the same bytes give the same id; the story is there."""
    documents = []
    # In Markdown, an attack with half an element may take the rest of the file with it.
    tried = [*naughty, *(attacks if media_type == "text/html" else attacks[::8])]
    for number, body in enumerate(packs(tried)):
        data = make("A title", body)
        found = read(data, media_type)
        assert STORY.strip() in found.text
        assert number % 20 or read(data, media_type) == found
        documents.append(stored(found, number))
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.append(*documents)
    for document in documents:
        kept = warehouse.document(document.document_id)
        assert kept.model_dump_json() == document.model_dump_json()


def test_plain_text_keeps_every_string(naughty, attacks):
    """Nothing that a reader sees of any string is lost or changed in a text file."""
    for body in packs([*naughty, *attacks]):
        text = squeezed(read(as_text("A title", body), "text/plain").text)
        for string in body:
            assert squeezed(string) in text or not string.isascii(), string


def test_strings_as_titles_are_stored(naughty, attacks, tmp_path):
    """A title is one line of text or none, and comes back from the warehouse as it was read."""
    documents = []
    for number, title in enumerate([*naughty, *attacks[::8]]):
        found = read(as_markdown(title, []), "text/markdown")
        assert found.title is None or found.title == " ".join(found.title.split())
        documents.append(stored(found, number))
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.append(*documents[::10])
    for document in documents[::50]:
        kept = warehouse.document(document.document_id)
        assert kept.model_dump_json() == document.model_dump_json()


def test_strings_as_titles_of_web_pages_stay_text(naughty, attacks):
    """A page's title is one line of text, whatever it says; a page that is no page is refused.

    Every string goes through the reading of titles, many of them through the whole page.
    """
    for title in [*naughty, *attacks]:
        tree = parse(as_html(title, []).decode())
        (stated,) = tree.xpath("//title/text()") or [""]
        found = clean_title(stated, tree.xpath("//h1/text()"), ["a.example"])
        assert found is None or found == " ".join(found.split())
        assert squeezed(found or "") in squeezed(title)
    for title in [*naughty[::2], *attacks[::40]]:
        try:
            found = read(as_html(title, []), "text/html")
        except CasebookError:
            continue  # "404", say: a page with such a title and little text is one that says so
        assert STORY.strip() in found.text
        assert found.title is None or found.title == " ".join(found.title.split())


def test_strings_as_titles_and_text_of_pdfs(naughty, attacks):
    """A PDF's metadata may say anything; what it says is one line, or nothing."""
    for title in [*naughty, *attacks[::8]]:
        paper = FPDF()
        paper.add_page()
        paper.set_title(title)
        paper.set_author(title)
        about, _ = describe(partial(PdfReader, io.BytesIO(bytes(paper.output()))), [])
        assert about.title is None or about.title == " ".join(about.title.split())
    latin = [s for s in [*naughty, *attacks] if s.isascii() and s.isprintable() and s.strip()]
    for body in list(packs(latin))[::4]:
        paper = FPDF()
        paper.add_page()
        paper.set_font("helvetica", size=9)
        for text in body:
            paper.multi_cell(0, 5, text, new_x="LMARGIN", new_y="NEXT")
        found = squeezed(read(bytes(paper.output()), "application/pdf").text)
        assert sum(squeezed(text)[:40] in found for text in body) >= 0.9 * len(body)
