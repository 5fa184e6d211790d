"""The registry picks by header, name and bytes, and refuses what is not what it is called."""

import gzip
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from fpdf import FPDF

from casebook.extractors.formats import SOURCES
from casebook.extractors.gathering import fetch, sound
from casebook.extractors.registry import choose, extract, mounts
from casebook.extractors.sniffing import sniff
from casebook.schemas.errors import ContentMismatch, Damaged, DocumentEmpty, KindUnsupported
from casebook.schemas.sources import Payload, SourceKind

TEXT = b"A text of more than five words."
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 50
ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 50
ZIP = b"PK\x03\x04" + b"x" * 50
RTF = b"{\\rtf1\\ansi " + TEXT * 9 + b"}"
ZSTD = b"\x28\xb5\x2f\xfd" + bytes(range(32, 120)) * 9
JSON = b'{"error": {"code": 500, "message": "the upstream service did not answer"}}\n'
PDF = b"%PDF-1.7\n1 0 obj"


@pytest.mark.parametrize(
    ("media_type", "name", "data", "kind"),
    [
        ("text/html; charset=utf-8", "", b"<html>", SourceKind.WEB),
        ("text/html", "README.md", b"<html>", SourceKind.WEB),
        ("text/plain", "notes.md", TEXT, SourceKind.MARKDOWN),
        ("application/octet-stream", "talk.SRT", TEXT, SourceKind.CAPTIONS),
        ("text/plain", "", TEXT, SourceKind.TEXT),
        ("text/vtt", "x", TEXT, SourceKind.CAPTIONS),
        ("", "paper", PDF, SourceKind.PDF),
        ("", "", b"\n<!DOCTYPE html><p>x", SourceKind.WEB),
        ("", "", b"WEBVTT\n\n", SourceKind.CAPTIONS),
    ],
)
def test_choice(media_type, name, data, kind):
    """Header first, then suffix where the header says little, then the bytes."""
    mount, note = choose(Payload(data=data, media_type=media_type, name=name))
    assert (mount.kind, note) == (kind, None)


@pytest.mark.parametrize(
    "data",
    [PNG, ELF, ZIP, gzip.compress(TEXT, mtime=0), PDF, b"\0\x01\x02" * 99, RTF, ZSTD],
)
@pytest.mark.parametrize("name", ["page.html", "notes.md", "notes.txt", "talk.vtt"])
def test_binary_under_a_text_name_is_refused(data, name):
    """No decoder ever sees a program or picture that calls itself a page."""
    with pytest.raises(ContentMismatch, match=name):
        extract(Payload(data=data, media_type="", name=name))


@pytest.mark.parametrize("media_type", ["text/html", "text/plain", "text/markdown"])
def test_an_answer_of_an_interface_is_no_text(media_type):
    """JSON under the name of a page is refused; a list in brackets is a text."""
    with pytest.raises(ContentMismatch, match="JSON"):
        choose(Payload(data=JSON, media_type=media_type))
    choose(Payload(data=b"[1] A first note [2]", media_type=media_type))


def test_a_page_served_as_plain_text_is_read_as_a_page():
    """Tags reach nobody as words, and the steps say that the header was overruled."""
    page = b"<!-- x -->\n<!DOCTYPE html><p>" + TEXT
    mount, note = choose(Payload(data=page, media_type="text/plain", name="page"))
    assert (mount.kind, note) == (SourceKind.WEB, "a web page served as text/plain")


def test_a_stray_zero_byte_makes_no_binary():
    """Browsers pass over it; UTF-16 that its header names is text, whatever its bytes."""
    assert sniff(TEXT * 20 + b"\0" + TEXT) is None
    wide = ("運用。" * 99).encode("utf-16-le")
    assert choose(Payload(data=wide, media_type="text/plain", charset="utf-16"))
    with pytest.raises(ContentMismatch):
        choose(Payload(data=wide, media_type="text/plain"))


def test_text_called_pdf_is_refused():
    """A page under a PDF's name is told as what it is not."""
    with pytest.raises(ContentMismatch):
        extract(Payload(data=b"<html>", media_type="application/pdf", name="a.pdf"))


def test_pdf_served_as_html_is_read_and_recorded():
    """A server's wrong header does not lose a real PDF, and the steps say so."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=12)
    pdf.cell(0, 8, TEXT.decode())
    found = extract(Payload(data=bytes(pdf.output()), media_type="text/html", name="42"))
    assert found.kind is SourceKind.PDF
    assert found.extraction[0].outcome == "a PDF served as text/html"


def test_a_pdf_at_an_address_of_any_ending_is_read():
    """Of a file the name is believed, so that a mix-up is told; of an address it is not."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=12)
    pdf.cell(0, 8, TEXT.decode())
    data = bytes(pdf.output())
    served = Payload(
        data=data, media_type="text/html", name="get.html", headers={"content-type": "text/html"}
    )
    assert extract(served).kind is SourceKind.PDF
    with pytest.raises(ContentMismatch, match="rename"):
        extract(Payload(data=data, media_type="text/html", name="get.html"))


@pytest.mark.parametrize("media_type", ["application/feed+json", "application/json"])
def test_a_json_feed_is_a_list(media_type):
    """The message says which command reads it."""
    data = b'{"version": "https://jsonfeed.org/version/1.1", "items": []}'
    with pytest.raises(KindUnsupported, match="casebook links"):
        extract(Payload(data=data, media_type=media_type, name="feed.json", headers={"a": "b"}))


@pytest.mark.parametrize(
    ("media_type", "name"),
    [("text/csv", "urls"), ("text/tab-separated-values", "a.tsv"), ("", "urls.csv")],
)
def test_a_table_is_a_list(media_type, name):
    """One that a list names as a source says which command works it."""
    data = b"url,title\nhttps://a.example/1,One\nhttps://a.example/2,Two\n"
    with pytest.raises(KindUnsupported, match="casebook backfill"):
        extract(Payload(data=data, media_type=media_type, name=name))


@pytest.mark.parametrize(
    ("media_type", "name", "data"),
    [("image/png", "x.png", PNG), ("application/json", "x.json", b"{}"), ("", "x.bin", b"abc def")],
)
def test_unknown_kinds_are_refused(media_type, name, data):
    """What nobody reads is refused with the kinds that somebody does."""
    with pytest.raises(KindUnsupported, match=r"\.pdf"):
        extract(Payload(data=data, media_type=media_type, name=name))


NOTE = b"# A note\n\nWe run a model in production that answers nine thousand letters a week.\n"


@pytest.mark.parametrize(
    ("media_type", "name", "kind"),
    [
        ("text/html", "note.md", SourceKind.MARKDOWN),
        ("text/html", "note.txt", SourceKind.TEXT),
        ("application/octet-stream", "README", SourceKind.TEXT),
        ("text/x-rst", "README.rst", SourceKind.RESTRUCTURED),
        ("text/plain", "index.rst", SourceKind.RESTRUCTURED),
        ("application/octet-stream", "notes.adoc", SourceKind.TEXT),
        ("application/octet-stream", "notes.asciidoc", SourceKind.TEXT),
    ],
)
def test_texts_that_servers_do_not_know_are_read(media_type, name, kind):
    """A name, or its lack, tells more than a server's default type; a page stays a page."""
    assert extract(Payload(data=NOTE, media_type=media_type, name=name)).kind is kind


def test_a_page_called_md_stays_a_page():
    """Sites keep pages under such names."""
    page = b"<p>" + b"We run a model in production that answers letters. " * 12
    assert extract(Payload(data=page, media_type="text/html", name="a.md")).kind is SourceKind.WEB


def test_no_bytes_are_no_document():
    """Nothing but white space is an empty document, whatever it is called."""
    with pytest.raises(DocumentEmpty):
        extract(Payload(data=b" \n", media_type="text/html", name="a.html"))


def test_utf16_is_text():
    """Zero bytes of UTF-16 are not taken for a binary, with and without a mark."""
    words = "A note of more than five words in all."
    for data in (words.encode("utf-16"), words.encode("utf-16-le")):
        assert sniff(data) is None
    assert extract(Payload(data=words.encode("utf-16"), media_type="text/plain")).text == words


def test_versions_tell_a_stored_document_is_current():
    """Each kind has a version that its documents carry, and each reader its own."""
    found = extract(Payload(data=TEXT, media_type="text/plain"))
    assert found.extractor in {mount.version for mount in mounts() if mount.kind is found.kind}
    assert len({mount.version for mount in mounts()}) == len(mounts())
    assert {mount.kind for mount in mounts()} == set(SourceKind)


def test_a_page_saved_in_one_file_is_read():
    """Chrome's .mhtml holds the page beside its pictures and styles, in quoted-printable."""
    sentences = "".join(
        f"<p>We run model {n} in production, and it is größer.</p>" for n in range(20)
    )
    page = f"<!DOCTYPE html><html><head><title>T</title></head><body><h1>A page</h1>{sentences}"
    saved = MIMEMultipart("related")
    saved["Snapshot-Content-Location"] = "https://blog.example.com/a"
    saved.attach(MIMEText(".x{color:red}", "css"))
    saved.attach(MIMEText(page, "html", "utf-8"))
    found = extract(
        Payload(data=saved.as_bytes(), media_type="application/octet-stream", name="a.mhtml")
    )
    assert found.kind is SourceKind.WEB
    assert "model 19 in production, and it is größer." in found.text
    assert found.site == "example.com"
    titled = b"Subject: A title\nof two lines\n" + saved.as_bytes()
    again = extract(Payload(data=titled, media_type="application/octet-stream", name="a.mhtml"))
    assert again.text == found.text


@pytest.mark.parametrize("page", ["<html lang='e", "<!DOCTYPE html><html class='a b"])
def test_a_page_that_ends_in_its_first_tag_is_empty(page):
    """The parser calls it empty, as it does where its memory ran out."""
    with pytest.raises(DocumentEmpty, match="no HTML elements"):
        extract(Payload(data=page.encode(), media_type="text/html", name="a.html"))


def test_a_saved_file_without_a_page_is_damaged():
    """What only is named like one says what to do."""
    with pytest.raises(Damaged, match="save it again"):
        extract(Payload(data=b"Subject: x\n\nwords", media_type="", name="a.mht"))


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        ("text/html", b"<title>%s</title><p>" + TEXT * 50),
        ("text/markdown", b"# %s\n\n" + TEXT * 9),
    ],
)
def test_a_title_is_no_book(media_type, data):
    """A megabyte would stand in each list, and in front of each window that a model is paid for."""
    found = extract(Payload(data=data % (b"Words of it " * 100_000), media_type=media_type))
    assert found.title.startswith("Words of it Words")
    assert len(found.title) <= 500


def test_the_offered_files_are_those_that_are_mounted():
    """What desk and command line name as sources, an extractor or the hearing reads."""
    mounted = {f".{name}" for mount in mounts() for name in mount.suffixes}
    assert set(SOURCES) - {".xml"} == mounted | set(sound.MEDIA_TYPES)
    assert set(fetch.MEDIA_TYPES) <= set(SOURCES)


@pytest.mark.parametrize("kind", ["text/html", "text/markdown"])
def test_many_comments_before_a_text_take_the_time_of_their_length(kind):
    """Each way to part them into a few was tried: a README with some thirty never ended."""
    data = b"<!-- lint off -->" * 60 + b"\n\n<p>" + TEXT + b"</p>"
    assert choose(Payload(data=data, media_type=kind, name="a"))[0].kind in {
        SourceKind.WEB,
        SourceKind.MARKDOWN,
    }
