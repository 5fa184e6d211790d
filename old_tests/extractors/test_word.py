"""Word documents: what they say, who says it, and what they say to nobody."""

import io
import zipfile

import pytest
from written_word import WORD, packed, paragraph, parts_of, related, style, table
from written_word import document as written

from casebook.extractors.registry import extract
from casebook.schemas.errors import (
    ContentMismatch,
    Damaged,
    DocumentEmpty,
    Encrypted,
    KindUnsupported,
)
from casebook.schemas.sources import Payload, SourceKind

PROSE = "We route eleven thousand letters a day with one small model."
STYLES = style("Title") + style("heading 1") + style("toc 1")


_BREAK = "<w:r><w:br/></w:r>"


def document(*body, **more):
    return written(*body, styles=STYLES, **more)


def read(data, name="letters.docx", media_type="", **more):
    return extract(Payload(data=data, name=name, media_type=media_type, **more))


def test_a_document_is_read_as_its_styles_say():
    """Titles, sections, lists of contents, tables and the properties that the file states."""
    core = (
        '<p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Draft 3</dc:title>'
        "<dc:creator>Ada Berg; python-docx</dc:creator></p>"
    )
    found = read(
        document(
            paragraph("Letters, ", "sorted", style="Title"),
            paragraph("What we built 3", style="toc1"),
            paragraph("What we built", style="heading1"),
            paragraph(PROSE),
            table(("small", "91 %")),
            core=core,
        )
    )
    assert (found.kind, found.title) == (SourceKind.WORD, "Letters, sorted")
    assert (found.authors, found.language) == (("Ada Berg",), "en")
    assert found.text == f"Letters, sorted\n\nWhat we built\n\n{PROSE}\nsmall | 91 %"
    assert found.passages[-1].locator.section == "What we built"


@pytest.mark.parametrize(
    ("below", "authors"),
    [
        ("By Maren Tolliver", ("Maren Tolliver",)),
        (PROSE, ("Ada Berg",)),
        ("Von Hand", ("Ada Berg",)),
    ],
)
def test_who_signs_a_document_comes_before_whose_file_it_is(below, authors):
    """The one who typed it is its author only where nobody signs it."""
    core = '<p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Ada Berg</dc:creator></p>'
    body = (paragraph("Letters", style="Title"), paragraph(below), paragraph(PROSE))
    assert read(document(*body, core=core)).authors == authors


@pytest.mark.parametrize(
    ("stated", "body", "title"),
    [
        (
            "Sorting letters",
            [paragraph(PROSE), paragraph("Costs", style="heading1")],
            "Sorting letters",
        ),
        ("Draft 3.docx", [paragraph(PROSE), paragraph("Costs", style="heading1")], "Costs"),
        ("Draft 3", [paragraph("Letters", style="heading1"), paragraph(PROSE)], "Letters"),
        (
            "",
            [
                paragraph("Letters,", "<w:r><w:br/></w:r>", "sorted", style="Title"),
                paragraph(PROSE),
            ],
            "Letters, sorted",
        ),
        ("Microsoft Word - x", [paragraph(PROSE)], None),
        ("[NAME OF COMPANY]", [paragraph(PROSE), paragraph("Costs", style="heading1")], "Costs"),
        ("", [paragraph(PROSE), paragraph("1. Definitions", style="heading1")], None),
        ("", [paragraph(PROSE), paragraph("Inhalt", style="heading1")], None),
        (
            "",
            [
                paragraph("Letters", style="heading1"),
                *[paragraph(PROSE)] * 40,
                paragraph("Box 1", style="Title"),
            ],
            "Letters",
        ),
    ],
)
def test_a_title_is_what_stands_above_or_what_the_file_states(stated, body, title):
    """A part further down is a title only where nothing else is."""
    core = f'<p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{stated}</dc:title></p>'
    assert read(document(*body, core=core)).title == title


@pytest.mark.parametrize(
    "more", [{"media_type": WORD}, {"media_type": "application/zip", "name": ""}, {"name": "x"}]
)
def test_a_document_is_told_by_its_bytes(more):
    """Servers send Word documents as archives, and under no name."""
    assert read(document(paragraph(PROSE)), **more).text == PROSE


def test_a_document_under_another_name_is_refused_with_its_own():
    """A file's name is what a person believes it to be."""
    with pytest.raises(ContentMismatch, match=r"a Word document .* rename it to \.docx"):
        read(document(paragraph(PROSE)), name="letters.pdf")
    with pytest.raises(ContentMismatch, match="called a Word document and does not begin as one"):
        read(PROSE.encode(), name="letters.docx")


@pytest.mark.parametrize(
    "form",
    [
        lambda who, at, said: [paragraph(who, f"   {at}", _BREAK, said)],
        lambda who, at, said: [paragraph(f"{who}  {at}"), paragraph(said)],
        lambda who, at, said: [table((at, who, said))],
        lambda who, at, said: [paragraph(f"0:{at}.450 --> 0:59:59.1", _BREAK, who, _BREAK, said)],
        lambda who, at, said: [paragraph(f"00:0{at} {who}"), paragraph(said)],
    ],
)
def test_a_meeting_is_read_with_who_speaks_and_when(form):
    """As Teams, Otter and Word itself write their transcripts, now and years ago."""
    turns = [("Ada Berg", "0:03"), ("Joel Lind", "0:15")] * 3
    said = [f"{PROSE} And that is what we did in week {n}." for n in range(6)]
    times = [f"{n}:{at[2:]}" for n, (_, at) in enumerate(turns)]
    body = [
        part
        for (who, _), at, text in zip(turns, times, said, strict=True)
        for part in form(who, at, text)
    ]
    found = read(document(*body))
    assert found.text.split("\n\n") == said
    assert [passage.locator.speaker for passage in found.passages] == [who for who, _ in turns]
    assert [passage.locator.seconds for passage in found.passages] == [3, 75, 123, 195, 243, 315]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (document(paragraph(PROSE))[:-300], "no Word document that can be read"),
        (document(paragraph(PROSE), before="<!DOCTYPE w>"), "no Word document that can be read"),
        (document("<w:tbl><w:tr><w:tc>" * 5_000), "no Word document that can be read"),
        (document(paragraph(PROSE), settings=" " * 20_000_000), "more than any book has"),
    ],
    ids=["cut off", "with a document type", "deep", "a bomb"],
)
def test_a_document_that_cannot_be_read_says_so(data, told):
    """Nothing of it is taken for its text."""
    with pytest.raises(Damaged, match=told):
        read(data)


def test_pictures_alone_are_no_text():
    """A scan in a Word document is refused as empty."""
    with pytest.raises(DocumentEmpty):
        read(document(paragraph("")))


def _old(*streams):
    """Return an OLE file with streams of these names."""
    return b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "".join(streams).encode("utf-16-le")


_ODF = "application/vnd.oasis.opendocument"


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("talk.doc", _old("WordDocument"), r"an old Word document \(\.doc\).* save it as \.docx"),
        ("talk.docx", _old("WordDocument"), r"claims to be a Word.* an old Word document"),
        (
            "talk.ppt",
            _old("PowerPoint Document"),
            r"an old Office file, .* save it as .docx or PDF",
        ),
        ("talk.rtf", b"{\\rtf1 We route}", r"an RTF document, .* save it as \.docx or PDF"),
        ("talk.odt", packed({"mimetype": f"{_ODF}.text"}, 0), r"an OpenDocument text \(\.odt\), "),
        ("talk.odp", packed({"mimetype": f"{_ODF}.presentation"}, 0), "an OpenDocument file, "),
        ("book.epub", packed({"mimetype": "application/epub+zip"}, 0), "an EPUB book, "),
        ("talk.pptx", packed({"ppt/presentation.xml": "<p/>"}), "a PowerPoint file, "),
        (
            "talk.docx",
            packed({"ppt/presentation.xml": "<p/>"}),
            "claims .* a PowerPoint file; open",
        ),
        ("data.xlsx", packed({"xl/workbook.xml": "<p/>"}), "an Excel file, "),
        (
            "all.zip",
            packed({"talk.docx": document(paragraph(PROSE))}, 0),
            "a zip archive, .* submit",
        ),
    ],
)
def test_what_a_word_processor_can_save_otherwise_says_so(name, data, told):
    """A file that is not read is named for what it is, with what to do about it."""
    with pytest.raises((KindUnsupported, ContentMismatch), match=told):
        read(data, name=name)


def test_a_heading_in_a_cell_is_the_head_of_its_column():
    """Word has no style for those; a table within a cell that says nothing is none."""
    heads = (paragraph("Release", style="heading1"), "Days")
    within = f"{table(('', ''))}{paragraph('3.1')}"
    found = read(document(paragraph(PROSE), table(heads, (within, "12"))))
    assert "Release | Days\n3.1 | 12" in found.text
    assert {one.locator.section for one in found.passages} == {None}


def test_a_heading_beside_several_lines_stands_over_them():
    """A letter or a résumé is set in two columns, its headings in the first."""
    lines = paragraph("We sort letters.") + paragraph("Nine of ten are right.")
    rows = [(paragraph(name, style="heading1"), lines) for name in ("Work", "Costs")]
    found = read(document(table(*rows)))
    assert {one.locator.section for one in found.passages} == {"Work", "Costs"}


@pytest.mark.parametrize("name", ["talk.docx", "talk.docm", "talk"])
def test_a_password_is_told_as_one_whatever_the_file_is_called(name):
    """What helps is to take it off, as with a PDF; no other file is asked for."""
    with pytest.raises(Encrypted, match=rf"{name} is an Office file with a password: take it off"):
        read(_old("EncryptedPackage"), name=name)


def _twice(data):
    made = io.BytesIO(data)
    with zipfile.ZipFile(made, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", document(paragraph("Another text of some words.")))
    return made.getvalue()


def _encrypted(data):
    """Return an archive whose files say that they are encrypted."""
    local, central = b"PK\x03\x04\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x00"
    return data.replace(local, local[:-1] + b"\x01").replace(central, central[:-1] + b"\x01")


@pytest.mark.parametrize("change", [_twice, _encrypted])
def test_an_archive_that_two_programs_read_differently_is_refused(change):
    """Two parts of one name, and parts that are encrypted one by one."""
    with pytest.raises(Damaged, match="no Word document that can be read"):
        read(change(document(paragraph(PROSE))))


def test_only_parts_that_the_document_names_are_read():
    """Other files, wherever they say that they lie, are none of it; nor is what lies elsewhere."""
    parts = parts_of(paragraph(PROSE), styles=STYLES)
    parts["../../etc/word/document.xml"] = parts["/word/styles.xml"] = "<none/>"
    parts |= {f"customXml/item{n}.xml": "<a>" for n in range(2_000)}
    parts["word/_rels/document.xml.rels"] = parts["word/_rels/document.xml.rels"].replace(
        "</Relationships>",
        '<Relationship Id="x" Type="t/attachedTemplate" Target="http://127.0.0.1:9/t.dotm" '
        'TargetMode="External"/><Relationship Id="y" Type="t/styles" TargetMode="External" '
        'Target="http://127.0.0.1:9/styles.xml"/></Relationships>',
    )
    assert read(packed(parts)).text == PROSE


def test_a_document_may_lie_under_another_name():
    """Some programs count their parts."""
    parts = parts_of(paragraph("What we built", style="heading1"), paragraph(PROSE), styles=STYLES)
    parts["_rels/.rels"] = related(officeDocument="/word/document2.xml")
    parts["word/document2.xml"] = parts.pop("word/document.xml")
    parts["word/_rels/document2.xml.rels"] = related(styles="styles.xml")
    del parts["word/_rels/document.xml.rels"]
    assert read(packed(parts)).passages[0].locator.section == "What we built"


def test_a_document_without_styles_is_read():
    """Some programs write the text alone."""
    assert read(written(paragraph("What we built", style="Heading1"), paragraph(PROSE))).text == (
        f"What we built\n\n{PROSE}"
    )
