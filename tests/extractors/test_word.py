"""Word documents: what they say, who says it, and what they say to nobody."""

import pytest
from written_word import WORD, paragraph, style, table
from written_word import document as written

from casebook.extractors.registry import extract
from casebook.schemas.errors import ContentMismatch, Damaged, DocumentEmpty
from casebook.schemas.sources import Payload, SourceKind

PROSE = "We route eleven thousand letters a day with one small model."
STYLES = style("Title") + style("heading 1") + style("toc 1")


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
        lambda who, at, said: [paragraph(who, f"   {at}", "<w:r><w:br/></w:r>", said)],
        lambda who, at, said: [paragraph(f"{who}  {at}"), paragraph(said)],
    ],
)
def test_a_meeting_is_read_with_who_speaks_and_when(form):
    """As Teams and Otter write their transcripts, in one paragraph a turn or in two."""
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
