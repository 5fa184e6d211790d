"""What mammoth does not read of a Word document is not handed to it, and nothing else is missing."""

from lxml import etree
from written_word import SPACES, paragraph, run, table

from casebook.extractors.word.slim import slim


def test_properties_that_say_nothing_of_the_text_go():
    """Fonts, sizes, borders and marks of revisions; most of the elements that Word writes."""
    heavy = "<w:rFonts w:ascii='Arial'/><w:sz w:val='22'/><w:lang w:val='en-US'/>"
    said = paragraph(
        "<w:bookmarkStart w:id='0' w:name='a'/>",
        run("Nine of ten", f"{heavy}<w:b/><w:vertAlign w:val='superscript'/>"),
        "<w:proofErr w:type='spellStart'/>",
        style="Quote",
        more=f"<w:keepNext/><w:rPr>{heavy}<w:del w:id='1'/></w:rPr><w:sectPr><w:cols/></w:sectPr>",
    ).replace("<w:p>", '<w:p w:rsidR="00AB">')
    cell = f"<w:tcPr><w:tcW w:w='9'/><w:gridSpan w:val='2'/></w:tcPr>{said}"
    grid = table((cell,), more="<w:tblStyle w:val='Rows'/><w:tblW w:w='9'/>")
    part = etree.fromstring(f"<w:document {SPACES}><w:body>{grid}</w:body></w:document>")
    slim(part)
    left = [etree.QName(one).localname for one in part.iter()]
    assert left == [
        "document", "body", "tbl", "tblPr", "tblStyle", "tr", "tc", "tcPr", "gridSpan",
        "p", "pPr", "pStyle", "rPr", "del", "r", "rPr", "b", "vertAlign", "t",
    ]  # fmt: skip
    assert not part.find(".//{*}p").attrib
    assert "".join(part.itertext()) == "Nine of ten"
