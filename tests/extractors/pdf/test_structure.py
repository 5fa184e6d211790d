"""The parts of a PDF beside its pages: stated by the file, read by pypdf, never at a text's cost."""

from datetime import date
from io import BytesIO

import pypdf
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)

from extractors.pdf.structure import Structure
from schemas.errors import ExtractionError

XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Routing tickets at a harbour</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>Ada Example</rdf:li><rdf:li>Bo Li</rdf:li></rdf:Seq></dc:creator>
<xmp:CreateDate>2025-04-05T12:00:00Z</xmp:CreateDate></rdf:Description></rdf:RDF></x:xmpmeta>"""
SHELL = (
    "Please wait... If this message is not eventually replaced with the proper contents of the "
    "document, your PDF viewer may not be able to display this type of document. You can upgrade "
    "to the latest version of Adobe Reader by visiting the site of its maker."
)


@pytest.fixture
def writer(page_of):
    """A writer with one page of prose, and nothing that the file states about itself."""
    return PdfWriter(clone_from=BytesIO(page_of()))


def written(writer):
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def note(found, method):
    """Return the outcomes of a document's steps by one method."""
    return [step.outcome for step in found.steps if step.method == method]


def test_xmp_states_what_the_information_does_not(read, writer):
    """Title, authors and date come from XMP if the document information lacks them."""
    writer.metadata = None
    writer.xmp_metadata = XMP.encode()
    found = read(written(writer))
    assert found.title == "Routing tickets at a harbour"
    assert found.authors == ("Ada Example", "Bo Li")
    assert found.published == date(2025, 4, 5)
    writer.add_metadata({"/Title": "Routing, revised", "/CreationDate": "D:20250601120000+02'00'"})
    found = read(written(writer))
    assert (found.title, found.published) == ("Routing, revised", date(2025, 6, 1))
    assert found.authors == ("Ada Example", "Bo Li")


def test_attachments_are_named(read, writer):
    """Attached files are not read, but their names are reported."""
    writer.add_attachment("error rates.csv", b"team,share\nharbour,4")
    writer.add_attachment("prompt.txt", b"Route the ticket.")
    assert note(read(written(writer)), "attachments not read") == ["error rates.csv, prompt.txt"]


def test_printed_page_numbers_are_noted(read, writer, page_of):
    """Pages are numbered by position; differing printed numbers are noted."""
    for _ in range(4):
        writer.append(BytesIO(page_of()))
    assert note(read(written(writer)), "page labels") == []
    writer.set_page_label(0, 1, PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(2, 4, PageLabelStyle.DECIMAL, start=11)
    found = read(written(writer))
    assert note(found, "page labels") == ["1–2 printed as i–ii, 3–5 printed as 11–13"]
    assert {passage.page for passage in found.passages} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_locked_file_that_opens_says_so(read, writer, algorithm):
    """A file locked only against changes is read with its metadata, and a step says so."""
    writer.add_metadata({"/Title": "Routing, locked"})
    writer.encrypt("", "owner", algorithm=algorithm)
    found = read(written(writer))
    assert found.title == "Routing, locked"
    assert note(found, "encryption") == ["opens without a password"]


def test_a_file_that_pypdf_cannot_read_keeps_its_text(read, writer, monkeypatch):
    """If pypdf raises any error, the text that pdfium reads is still returned."""
    writer.add_metadata({"/Title": "Routing, revised", "/Author": "Ada Example"})
    data = written(writer)
    text = read(data).text

    def broken(*_, **__):
        raise RecursionError

    for name in ("metadata", "page_labels", "attachments", "is_encrypted"):
        with monkeypatch.context() as patch:
            patch.setattr(PdfReader, name, property(broken))
            assert read(data).text == text
    monkeypatch.setattr(pypdf, "PdfReader", broken)
    assert read(data).text == text


@pytest.mark.parametrize("damage", [b"/Info 9999 0 R", b"/Info (none)", b"/Info[[[[[["])
def test_damaged_information_is_passed_over(read, page_of, damage):
    """A broken trailer loses the title, but not the text."""
    data = page_of().replace(b"/Root 1 0 R", b"/Root 1 0 R" + damage)
    assert "The router sends" in read(data).text


def test_pypdf_is_loaded_when_it_is_asked(page_of):
    """The file is parsed once, and only if it is needed."""
    structure = Structure(page_of())
    assert "_reader" not in vars(structure)
    structure.stated()
    reader = vars(structure)["_reader"]
    list(structure.notes())
    assert vars(structure)["_reader"] is reader


def a_form(writer, *, dynamic=False):
    """Make the writer's file an XFA form."""
    packet = DecodedStreamObject()
    packet.set_data(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><template/></xdp:xdp>")
    parts = ArrayObject([TextStringObject("template"), writer._add_object(packet)])
    form = {NameObject("/XFA"): parts, NameObject("/Fields"): ArrayObject()}
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(form)
    writer.root_object[NameObject("/NeedsRendering")] = BooleanObject(dynamic)
    return written(writer)


@pytest.mark.parametrize(
    ("text", "dynamic"),
    [(SHELL, False), (SHELL, True), ("Bitte warten, bis das Formular geladen ist.", True)],
)
def test_an_xfa_form_without_its_contents_is_refused(read, page_of, text, dynamic):
    """The page that asks for another viewer is refused with a reason and advice."""
    lines = "".join(f"({text[n : n + 70]}) Tj T* " for n in range(0, len(text), 70))
    page = page_of(f"BT /F1 11 Tf 14 TL 72 700 Td {lines}ET", prose=0)
    with pytest.raises(ExtractionError, match=r"is an XFA form.*print it to a PDF") as error:
        read(a_form(PdfWriter(clone_from=BytesIO(page)), dynamic=dynamic))
    assert error.value.kind == "document_empty"


def test_a_form_with_its_text_on_the_page_is_read(read, writer):
    """The pages of a static XFA form are drawn and therefore read."""
    assert "The router sends" in read(a_form(writer)).text
