"""The registry picks by header, name and bytes, and refuses what is not what it is called."""

import io
import zipfile

import pytest
from fpdf import FPDF

from extractors.registry import choose_format, read
from schemas.errors import ExtractionError, FetchError
from schemas.sources import Payload, SourceKind, Step

TEXT = b"We run a model in production that answers nine thousand letters a week.\n"
PAGE = b"<!DOCTYPE html><html><body><p>" + TEXT * 9 + b"</p></body></html>"
VTT = b"WEBVTT\n\n00:01.000 --> 00:03.000\n" + TEXT
SRT = b"1\n00:00:01,000 --> 00:00:03,000\n" + TEXT
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
FEED = b"<?xml version='1.0'?><!-- x --><rss version='2.0'><channel/></rss>"
MENTIONS = b"# Parsing\n\nA file starts with %PDF-1.7, then come objects.\n\n" + TEXT


def pdf() -> bytes:
    writer = FPDF()
    writer.add_page()
    writer.set_font("helvetica", size=12)
    writer.multi_cell(0, text=TEXT.decode())
    return bytes(writer.output())


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return made.getvalue()


def payload(data: bytes, media_type: str = "", name: str = "") -> Payload:
    return Payload(data=data, media_type=media_type, name=name)


CHOSEN = [
    (PAGE, "text/html; charset=utf-8", "", "web"),
    (PAGE, "application/xhtml+xml", "x", "web"),
    (PAGE, "application/octet-stream", "a.htm", "web"),
    (PAGE, "text/markdown", "a.md", "web"),
    (PAGE, "", "page", "web"),
    (TEXT, "text/plain", "a.md", "markdown"),
    (TEXT, "text/html", "a.md", "markdown"),
    (MENTIONS, "", "a.md", "markdown"),
    (b"<p>" + TEXT, "text/html", "a.md", "web"),
    (TEXT, "application/octet-stream", "README", "text"),
    (TEXT.decode().encode("utf-16"), "text/plain", "a.txt", "text"),
    (VTT, "text/plain", "a.txt", "captions"),
    (SRT, "application/octet-stream", "talk", "captions"),
    (pdf(), "text/html", "", "pdf"),
    (b"\xef\xbb\xbf \n" + pdf(), "application/pdf", "", "pdf"),
    (archive("word/document.xml"), "application/zip", "a.zip", "word"),
    (b"{}", "application/vnd.casebook.video+json", "", "video"),
]


@pytest.mark.parametrize(("data", "media_type", "name", "kind"), CHOSEN)
def test_a_reader_is_chosen_by_header_name_and_bytes(data, media_type, name, kind):
    """Clear first bytes decide; otherwise the name, if the header is vague."""
    assert choose_format(payload(data, media_type, name))[0].kind == kind


VETOED = [
    (PNG, "text/html", "page.html", "content_mismatch"),
    (PNG, "image/png", "a.png", "kind_unsupported"),
    (TEXT, "application/pdf", "a.pdf", "content_mismatch"),
    (MENTIONS, "application/pdf", "a.pdf", "content_mismatch"),
    (TEXT, "", "a.docx", "content_mismatch"),
    (b'{"a": [1]}', "text/html", "", "content_mismatch"),
    (b'{"a": 1}', "application/json", "a.json", "kind_unsupported"),
    (b"\x7fELF\x02\0\0\0", "text/plain", "a.txt", "content_mismatch"),
    (b"\0\1\2\3\4\5\6\7" * 9, "text/markdown", "a.md", "content_mismatch"),
    (archive("ppt/presentation.xml"), "", "a.pptx", "kind_unsupported"),
    (archive("x"), "", "a.docx", "content_mismatch"),
    (b"ID3\x04" + b"\0" * 99, "audio/mpeg", "a.mp3", "kind_unsupported"),
    (b"\0\0\0 ftypmp42", "video/mp4", "a.mp4", "kind_unsupported"),
    (b"abc def", "", "x.bin", "kind_unsupported"),
]


@pytest.mark.parametrize(("data", "media_type", "name", "cause"), VETOED)
def test_bytes_have_a_veto(data, media_type, name, cause):
    """Other kinds of files are refused with advice."""
    with pytest.raises(ExtractionError, match=r"\.pdf") as caught:
        read(payload(data, media_type, name))
    assert caught.value.kind == cause


def test_an_office_file_with_a_password_says_so():
    """The message advises removing the password."""
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(ExtractionError, match="remove the password") as caught:
        read(payload(data, "", "a.docx"))
    assert caught.value.kind == "encrypted"


@pytest.mark.parametrize(
    ("data", "media_type", "name"),
    [
        (FEED, "text/html", ""),
        (FEED, "application/rss+xml", "feed"),
        (b"<urlset><url/></urlset>", "text/xml", "sitemap.xml"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": []}', "application/json", ""),
        (b"url,title\nhttps://a.example/1,One\n", "text/csv", "urls"),
        (b"url\ttitle\n", "", "a.tsv"),
    ],
)
def test_a_list_is_not_a_source(data, media_type, name):
    """A case made from a feed's teasers would be useless."""
    with pytest.raises(FetchError, match="casebook backfill"):
        read(payload(data, media_type, name))


@pytest.mark.parametrize("data", [b"", b" \n\t\0\n", b"one two three four"])
def test_without_words_a_document_is_empty(data):
    """An empty text is an error."""
    with pytest.raises(ExtractionError, match=r"a\.txt"):
        read(payload(data, "text/plain", "a.txt"))


def test_a_document_carries_its_reader_and_how_it_came():
    """The reader's version, the fetch steps and the registry's note are stored with the text."""
    fetched = Step(method="fetch", outcome="200")
    one = payload(VTT, "text/plain", "a.txt").model_copy(update={"steps": (fetched,)})
    found = read(one)
    assert (found.kind, found.extractor) == (SourceKind.CAPTIONS, "captions/1")
    assert [step.method for step in found.steps] == ["fetch", "registry", "captions"]
    assert "text/plain" in found.steps[1].outcome


def test_a_title_is_not_a_book():
    """It is in every list and prompt."""
    front = b"---\ntitle: " + b"Words of it " * 200 + b"\n---\n"
    found = read(payload(front + TEXT, "text/markdown"))
    assert found.title is not None
    assert 400 < len(found.title) <= 500
