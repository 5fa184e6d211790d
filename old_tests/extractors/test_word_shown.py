"""What a Word document shows is read: no figure joined, none lost, none twice."""

import pytest
from written_word import document, paragraph, run, style, table

from casebook.extractors.registry import extract
from casebook.schemas.documents import Extracted
from casebook.schemas.errors import Damaged
from casebook.schemas.sources import Payload

STYLES = "".join(
    (
        style("heading 1", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>', identity="berschrift1"),
        style("Kapitel", '<w:basedOn w:val="berschrift1"/>'),
        style("toc 1"),
        style("table of figures"),
        style(
            "TOC Heading",
            '<w:basedOn w:val="berschrift1"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr>',
        ),
        style("Raised", '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>', "character"),
        style("Higher", '<w:rPr><w:position w:val="8"/></w:rPr>', "character"),
    )
)
LETTERS = "We route eleven thousand letters a day"


def read(*body: str, **more: str) -> Extracted:
    data = document(*body, **{"styles": STYLES, **more})
    return extract(Payload(data=data, name="letters.docx", media_type=""))


def text_of(*body: str) -> str:
    """Return what is read of ``body``, behind a paragraph that makes it long enough."""
    found = read(paragraph(LETTERS), *body)
    assert found.text.startswith(LETTERS)
    assert not found.hidden_text
    return found.text.removeprefix(LETTERS).strip()


def raised(text: str) -> str:
    return run(text, '<w:vertAlign w:val="superscript"/>')


def control(inside: str, properties: str = "") -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{inside}</w:sdtContent></w:sdt>"


def field(code: str, *result: str) -> str:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    said = f"<w:r><w:instrText>{code}</w:instrText></w:r>"
    return "".join((mark("begin"), said, mark("separate"), *result, mark("end")))


def form(checked: str) -> str:
    """Return a box as forms of old had it."""
    data = f"<w:ffData><w:checkBox>{checked}</w:checkBox></w:ffData>"
    begin = f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r>'
    return f'{begin}<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def box(*inside: str) -> str:
    return (
        "<w:r><w:pict><v:oval><v:textbox><w:txbxContent>"
        f"{''.join(inside)}</w:txbxContent></v:textbox></v:oval></w:pict></w:r>"
    )


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ((run("1"), run("1,0"), run("00 letters")), "11,000 letters"),
        (("10", raised("1"), raised("5"), " marks"), "10¹⁵ marks"),
        (("10", run("15", '<w:rStyle w:val="Raised"/>'), " marks"), "10¹⁵ marks"),
        (("10", run("15", '<w:rStyle w:val="Higher"/>'), " marks"), "10¹⁵ marks"),
        (("10", run("15", '<w:position w:val="8"/>'), " marks"), "10¹⁵ marks"),
        (("H", run("2", '<w:vertAlign w:val="subscript"/>'), "O"), "H2O"),
        (("It is 90", "<w:r><w:cr/></w:r>", "20 more"), "It is 90\n20 more"),
        (("It is 90", '<w:r><w:br w:type="page"/></w:r>', "20 more"), "It is 90\n20 more"),
        (("It is 90", '<w:r><w:br w:type="column"/></w:r>', "20 more"), "It is 90\n20 more"),
        (("It is 90", "<w:r><w:tab/></w:r>", "20 more"), "It is 90 20 more"),
        (("It is 90", "<w:r><w:ptab/></w:r>", "20 more"), "It is 90 20 more"),
        (("self", "<w:r><w:noBreakHyphen/></w:r>", "hosted"), "self‑hosted"),
        (("self", "<w:r><w:softHyphen/></w:r>", "ish"), "selfish"),
        (("Yes ", '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'), "Yes ✓"),
        (("Yes ", '<w:r><w:sym w:font="Wingdings" w:char="f0fc"/></w:r>'), "Yes ✓"),
        (("It is ", '<w:r><w:sym w:font="Calibri" w:char="2264"/></w:r>', " 5 %"), "It is ≤ 5 %"),
        ((run("\uf073 below \uf06d", '<w:rFonts w:ascii="Symbol"/>'), "."), "σ below μ."),
        ((run("\uf0fc yes", '<w:rFonts w:hAnsi="Wingdings"/>'), "."), "✓ yes."),
        (("Of ", '<w:fldSimple w:instr="NUMPAGES">' + run("40") + "</w:fldSimple>"), "Of 40"),
        (("Of ", field("REF x", run("40"))), "Of 40"),
        ((f'<w:hyperlink r:id="gone">{run("A link")}</w:hyperlink>', " on"), "A link on"),
        ((f'<w:smartTag w:element="x">{run("Oslo")}</w:smartTag>', " it is"), "Oslo it is"),
        ((f"<w:customXml>{run('Oslo')}</w:customXml>", " it is"), "Oslo it is"),
        ((f'<w:bdo w:val="ltr">{run("Oslo")}</w:bdo>', " it is"), "Oslo it is"),
        ((f'<w:dir w:val="rtl">{run("Oslo")}</w:dir>', " it is"), "Oslo it is"),
        ((control(run("Oslo")), " it is"), "Oslo it is"),
        ((control(run("Oslo"), "<w:showingPlcHdr/>"), "It is"), "It is"),
        (
            (control(run("☒"), '<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>'), " Yes ",
             control(run("☐"), '<w14:checkbox><w14:checked w14:val="0"/></w14:checkbox>'), " No"),
            "☒ Yes ☐ No",
        ),
        ((form("<w:checked/>"), " Yes ", form('<w:default w:val="0"/>'), " No"), "☒ Yes ☐ No"),
        (("It is ", f"<w:ins>{run('40')}</w:ins>", f"<w:del>{run('90')}</w:del>"), "It is 40"),
        (("It is ", f"<w:moveTo>{run('40')}</w:moveTo>", f"<w:moveFrom>{run('90')}</w:moveFrom>"),
         "It is 40"),
        (("It is ", ("<w:r><w:ruby><w:rt><w:r><w:t>とうきょう</w:t></w:r></w:rt><w:rubyBase><w:r>"
          "<w:t>東京</w:t></w:r></w:rubyBase></w:ruby></w:r>"), " then"), "It is 東京(とうきょう) then"),
        (("Small ", run("caps", "<w:smallCaps/>"), run(" and all", "<w:caps/>")),
         "Small caps and all"),
    ],
)  # fmt: skip
def test_a_line_is_read_as_it_is_shown(said, text):
    """Across runs, fields, controls, changes and characters that are elements."""
    assert text_of(paragraph(*said)) == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ((paragraph(run("T"), more='<w:framePr w:dropCap="drop" w:lines="3"/>'),
          paragraph("he model reads letters.")), "The model reads letters."),
        ((paragraph("Before ", box(paragraph("In a box.")), "and on."),), "Before and on.\nIn a box."),
        ((control(paragraph("Contents") + paragraph("Results 3"),
                  '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'),
          paragraph("Letters.")), "Letters."),
        ((paragraph("Contents", style="TOCHeading"), paragraph("Results 3", style="toc1"),
          paragraph("Recall by size 9", style="tableoffigures"),
          paragraph("Letters.")), "Letters."),
        ((paragraph("Gone", more='<w:rPr><w:del w:id="1"/></w:rPr>'),
          paragraph(" and on.")), "Gone and on."),
        (("<w:p><w:r><w:t>It</w:t></w:r><!-- --><w:r><w:t> is<!-- x --> so</w:t>"
          "</w:r></w:p>"), "It is so"),
    ],
)  # fmt: skip
def test_paragraphs_are_read_as_they_are_shown(body, text):
    """First letters set large, boxes, lists of contents, and paragraphs that were joined."""
    assert text_of(*body) == text


def drawing(inside: str, about: str = "") -> str:
    """Return a drawing that says by a relation what it shows."""
    return (
        f'<w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="900000"/><wp:docPr id="1" {about}/>'
        f"<a:graphic><a:graphicData>{inside}</a:graphicData></a:graphic></wp:inline></w:drawing>"
        "</w:r>"
    )


def point(name: str, text: str, kind: str = "node") -> str:
    return (
        f'<d:pt modelId="{name}" type="{kind}"><d:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></d:t>'
        "</d:pt>"
    )


def cached(name: str, *values: str, code: str = "General") -> str:
    told = "".join(f"<c:pt><c:v>{value}</c:v></c:pt>" for value in values)
    return f"<c:{name}><c:formatCode>{code}</c:formatCode>{told}</c:{name}>"


_A = "http://schemas.openxmlformats.org/drawingml/2006"
DIAGRAM = (
    f'<?xml version="1.0"?><d:dataModel xmlns:d="{_A}/diagram" xmlns:a="{_A}/main"><d:ptLst>'
    f"{point('0', '', 'doc')}{point('2', 'Answer')}{point('1', 'Sort')}{point('3', 'by topic')}"
    f"{point('9', 'not shown', 'pres')}</d:ptLst><d:cxnLst>"
    '<d:cxn srcId="0" destId="2" srcOrd="1"/><d:cxn srcId="0" destId="1" srcOrd="0"/>'
    '<d:cxn srcId="1" destId="3" srcOrd="0"/><d:cxn srcId="3" destId="0" srcOrd="0"/>'
    '<d:cxn type="presOf" srcId="0" destId="9"/></d:cxnLst></d:dataModel>'
)
CHART = (
    f'<?xml version="1.0"?><c:chartSpace xmlns:c="{_A}/chart" xmlns:a="{_A}/main"><c:chart>'
    "<c:title><a:p><a:r><a:t>Letters answered</a:t></a:r></a:p></c:title><c:plotArea>"
    f"<c:ser>{cached('tx', 'By people')}{cached('cat', '2024', '2025')}"
    f"{cached('val', '.9', '.5', code='0%')}"
    f"</c:ser><c:ser>{cached('tx', 'By the model')}{cached('cat', '2024', '2025')}"
    f'{cached("val", ".1", ".5", code="0%")}<c:dLbls><c:showVal val="1"/></c:dLbls></c:ser>'
    "</c:plotArea></c:chart></c:chartSpace>"
)
_OF_DIAGRAM = f'<d:relIds xmlns:d="{_A}/diagram" r:lo="r9" r:dm="r1"/>'
_OF_CHART = f'<c:chart xmlns:c="{_A}/chart" r:id="r2"/>'


def test_diagrams_and_charts_say_their_words():
    """In their places; of a chart only the figures that it shows, and nothing of a hidden one."""
    found = read(
        paragraph("How it goes: ", drawing(_OF_DIAGRAM)),
        paragraph("What came of it: ", drawing(_OF_CHART)),
        paragraph("Unseen: ", drawing(_OF_DIAGRAM, 'hidden="1"')),
        paragraph("Away: ", drawing(_OF_CHART.replace("r2", "r7"))),
        diagramData=DIAGRAM,
        chart=CHART,
    )
    assert found.text.split("\n") == [
        "How it goes:", "Sort", "by topic", "Answer",
        "What came of it:", "Letters answered", "2024 | 2025", "By people",
        "By the model: 2024 10%, 2025 50%",
        "Unseen:", "Away:",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("m/d/yyyy", "2024-05-06 | 2024-05-07"),
        ("mmm-yy", "2024-05-06 | 2024-05-07"),
        ('0" days"', "45418 | 45419.5"),
        ("[Red]0", "45418 | 45419.5"),
        ("h:mm", "45418 | 45419.5"),
    ],
)
def test_the_days_of_a_chart_are_days(code, told):
    """A spreadsheet counts them from 1900 on, and says by a format that they are such."""
    days = cached("cat", "45418", "45419.5", code=code)
    chart = CHART.replace(cached("cat", "2024", "2025"), days)
    assert (
        told in read(paragraph("See: ", drawing(_OF_CHART)), diagramData=DIAGRAM, chart=chart).text
    )


def test_the_days_of_a_chart_from_a_mac_count_from_1904():
    """The file says so; else each day would be four years off."""
    days = cached("cat", "43956", "43957", code="m/d/yyyy")
    chart = CHART.replace(cached("cat", "2024", "2025"), days)
    chart = chart.replace("<c:chart>", '<c:date1904 val="1"/><c:chart>')
    text = read(paragraph("See: ", drawing(_OF_CHART)), diagramData=DIAGRAM, chart=chart).text
    assert "2024-05-06 | 2024-05-07" in text


def test_a_chart_is_said_once_however_often_it_is_shown():
    """Else a small file of many places and one long chart would make a text without end."""
    found = read(*[paragraph("See: ", drawing(_OF_CHART))] * 3, diagramData=DIAGRAM, chart=CHART)
    assert found.text.count("Letters answered") == 1


def test_headings_are_told_by_their_level_in_the_outline():
    """Whatever a language, or a house, calls their styles."""
    found = read(
        paragraph("Ergebnis", style="berschrift1"),
        paragraph(LETTERS),
        paragraph("Kosten", style="Kapitel"),
        paragraph("Nine cents a letter."),
    )
    assert [passage.locator.section for passage in found.passages] == ["Ergebnis", "Kosten"]
    assert found.title == "Ergebnis"


def test_a_style_that_does_not_say_of_what_is_one_of_paragraphs():
    """Some programs leave out what is so by default."""
    bare = style("heading 1").replace(' w:type="paragraph"', "")
    found = read(paragraph("Result", style="heading1"), paragraph(LETTERS), styles=bare)
    assert found.passages[0].locator.section == "Result"


def test_tables_are_read_row_by_row():
    """Cells that were merged or deleted, and tables within cells."""
    merged = "<w:tcPr><w:vMerge{}/></w:tcPr>"
    wide = f'<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{paragraph("91 %")}'
    gone = f'<w:tcPr><w:cellDel w:id="3"/><w:tcPrChange w:id="4"><w:tcPr><w:cellDel w:id="5"/></w:tcPr></w:tcPrChange></w:tcPr>{paragraph("12 %")}'
    rows = table(
        (merged.format(' w:val="restart"') + paragraph("small"), "recall", "91 %"),
        (merged.format("") + paragraph(""), "precision", "88 %"),
        ("large", wide),
        ("huge", gone, "93 %"),
    )
    assert text_of(rows).split("\n") == [
        "small | recall | 91 %", "precision | 88 %", "large | 91 %", "huge | 93 %",
    ]  # fmt: skip
    gone = table(("large", "12 %"), row='<w:trPr><w:del w:id="4"/></w:trPr>')
    assert text_of(gone, paragraph("It is so.")) == "It is so."
    inner = table((paragraph("Small: ") + table(("recall", "91 %")) + paragraph(""), "two"))
    assert text_of(inner) == "Small:\nrecall | 91 %\ntwo"


def test_notes_are_read_once_and_their_marks_join_no_figure():
    """Footnotes and endnotes stand at the end, in the order of their marks."""
    note = '<w:footnote w:id="1">{}</w:footnote>'.format
    end = '<w:endnote w:id="1">{}</w:endnote>'.format
    found = read(
        paragraph(
            "It reads 11,000",
            '<w:r><w:endnoteReference w:id="1"/></w:r>',
            " letters and 40",
            '<w:r><w:footnoteReference w:id="1"/></w:r>',
            " parcels",
            '<w:r><w:footnoteReference w:id="7"/></w:r>',
            ".",
        ),
        footnotes=note(paragraph("Counted in May.")),
        endnotes=end(paragraph("Counted in March.")),
    )
    assert found.text == (
        "It reads 11,000 letters and 40 parcels.\n1. Counted in March.\n2. Counted in May."
    )


def math(inside: str) -> str:
    return f"<m:oMath>{inside}</m:oMath>"


def mr(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (f"<m:sSup><m:e>{mr('10')}</m:e><m:sup>{mr('15')}</m:sup></m:sSup>", "10¹⁵"),
        (f"<m:sSub><m:e>{mr('x')}</m:e><m:sub>{mr('i')}</m:sub></m:sSub>", "x_i"),
        (f"{mr('F')}{mr('=')}<m:f><m:num>{mr('2pr')}</m:num><m:den>{mr('p+r')}</m:den></m:f>",
         "F = (2 pr)/(p + r)"),
        (f"<m:rad><m:radPr><m:degHide/></m:radPr><m:deg/><m:e>{mr('2')}</m:e></m:rad>", "√2"),
        (f"<m:rad><m:deg>{mr('3')}</m:deg><m:e>{mr('2')}</m:e></m:rad>", "³√2"),
        (f"<m:d><m:e>{mr('a')}</m:e><m:e>{mr('b')}</m:e></m:d>", "(a|b)"),
        (f'<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val=""/></m:dPr><m:e>{mr("a")}</m:e></m:d>',
         "[a"),
        ((f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{mr("i=1")}</m:sub><m:sup>{mr("n")}'
         f"</m:sup><m:e>{mr('i')}</m:e></m:nary>"), "∑_{i=1}^n i"),
        (f"<m:acc><m:e>{mr('y')}</m:e></m:acc>", "ŷ"),
        (mr("91.5%"), "91.5%"),
        (f"<m:func><m:fName>{mr('log')}</m:fName><m:e>{mr('n')}</m:e></m:func>", "log n"),
        (f"<m:m><m:mr><m:e>{mr('1')}</m:e><m:e>{mr('2')}</m:e></m:mr></m:m>", "1, 2"),
    ],
)  # fmt: skip
def test_formulas_are_read_on_a_line(formula, text):
    """As those of web pages are; none is lost."""
    assert text_of(paragraph("It is ", math(formula), " here")) == f"It is {text} here"
    alone = f"<w:p><m:oMathPara>{math(formula)}</m:oMathPara></w:p>"
    assert text_of(alone) == text


def test_a_document_with_a_file_in_its_text_is_refused():
    """What Word alone reads would be lost without a word."""
    with pytest.raises(Damaged, match="which Word alone reads: open it in Word and save it again"):
        read(paragraph(LETTERS), '<w:altChunk r:id="r9"/>')


def test_a_strict_document_is_read_as_any_other():
    """Word offers to save in the strict form, with names of its own for all elements."""
    body = (
        paragraph("Ergebnis", style="Kapitel"),
        paragraph(LETTERS),
        paragraph("10", raised("15")),
    )
    data = document(*body, styles=STYLES, strict=True)
    found = extract(Payload(data=data, name="letters.docx", media_type=""))
    assert found.text == f"Ergebnis\n\n{LETTERS}\n10¹⁵"
