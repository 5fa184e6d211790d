"""Words of a PDF that a line goes through are no text of it; words beside any other line are."""

import pytest
from fpdf import FPDF
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from struck_pdf import (
    AFTER,
    BEFORE,
    DOWN,
    HIGH,
    LEFT,
    MIDST,
    SIZE,
    STORY,
    TAKEN,
    draw,
    names,
    numbers,
    opened,
    place_of_taken,
    read,
    sheet,
    stroke,
    written,
)

from casebook.extractors.pdf.visibility.eye import Eye


def by_pen(pdf: FPDF, begin: float, end: float) -> None:
    stroke(pdf, begin, end)


def by_box(pdf: FPDF, begin: float, end: float) -> None:
    pdf.rect(begin, DOWN - MIDST, end - begin, 0.7, style="F")


def by_two_lines(pdf: FPDF, begin: float, end: float) -> None:
    stroke(pdf, begin, end, MIDST - 0.8, 0.4)
    stroke(pdf, begin, end, MIDST + 0.8, 0.4)


def by_parts(pdf: FPDF, begin: float, end: float) -> None:
    step = (end - begin) / 9
    for n in range(9):
        stroke(pdf, begin + n * step, begin + (n + 1) * step)


def by_words(pdf: FPDF, begin: float, end: float) -> None:
    for word in TAKEN.split():
        stroke(pdf, begin, begin + pdf.get_string_width(word))
        begin += pdf.get_string_width(f"{word} ")


def by_hand(pdf: FPDF, begin: float, end: float) -> None:
    pdf.set_draw_color(220, 30, 30)
    stroke(pdf, begin - 2, end + 2, MIDST, 1.5)


@pytest.mark.parametrize("strike", [by_pen, by_box, by_two_lines, by_parts, by_words, by_hand])
def test_what_a_line_is_drawn_through_is_left_out_and_told(strike):
    """However the line is drawn, the words under it are no text, and the curator is told them."""
    pdf = sheet()
    strike(pdf, *place_of_taken(pdf))
    found = read(pdf)
    assert f"{BEFORE} {AFTER}" in found.text
    assert [(each.text, each.reason) for each in found.hidden_text] == [
        (TAKEN, "struck out: whoever drew the line takes it back")
    ]


def test_a_number_that_is_corrected_is_read_as_it_is_now():
    """A style of struck type, as a program sets it: the old number goes, its neighbours stay."""
    pdf = sheet()
    pdf.set_xy(LEFT, DOWN)
    pdf.set_font("times", size=SIZE)
    pdf.write(14, "It saves (")
    pdf.set_font("times", style="S", size=SIZE)
    pdf.write(14, "$340,000")
    pdf.set_font("times", size=SIZE)
    pdf.write(14, ") $55,000 in a year.")
    text = " ".join(read(pdf).text.split())
    assert "340" not in text
    assert "It saves ( ) $55,000 in a year." in text


@pytest.mark.parametrize("taken", ["It saves 90 %.", "half & half", "I need A / B"])
def test_a_sign_goes_with_the_words_beside_it(taken):
    """A "%" that stood by itself behind a struck number was left as a word of its own."""
    pdf = sheet()
    pdf.text(LEFT, DOWN, f"{BEFORE} {taken} {AFTER}")
    begin = LEFT + pdf.get_string_width(f"{BEFORE} ")
    stroke(pdf, begin, begin + pdf.get_string_width(taken))
    found = read(pdf)
    assert f"{BEFORE} {AFTER}" in found.text
    assert [each.text for each in found.hidden_text] == [taken]


def test_white_words_on_black_are_struck_out_by_a_white_line():
    """A slide in the dark: what is seen of the type is seen of the line."""
    pdf = sheet(ink=255)
    pdf.rect(40, DOWN - 20, 520, 40, style="F")
    pdf.set_draw_color(255)
    by_pen(pdf, *place_of_taken(pdf))
    assert f"{BEFORE} {AFTER}" in read(pdf).text


def test_a_line_goes_on_where_its_last_words_are_struck_out():
    """It is as long as it was, so the paragraph does not end there, nor begin anew."""
    pdf = sheet()
    pdf.text(
        LEFT, DOWN, "Some of these the clerks sort again, for the router is at times unsure and"
    )
    begin = LEFT + pdf.get_string_width("Some of these the clerks sort again, ")
    pdf.text(LEFT, DOWN + 14, "nobody knows when, which costs them a day of each week of the year.")
    by_pen(pdf, begin, LEFT + pdf.get_string_width("Some of these the clerks sort again, for the "
                                                   "router is at times unsure and"))  # fmt: skip
    assert "sort again, nobody knows when" in read(pdf).text


@pytest.mark.parametrize("way", [0, 90, -90])
@pytest.mark.parametrize("shown", [0, 90, 180])
def test_lines_on_a_page_that_is_turned_strike_out_as_well(way, shown):
    """Whichever way the lines of a page run, and however it is shown."""
    pdf = FPDF(unit="pt", format=(800, HIGH))
    pdf.add_page()
    pdf.set_font("times", size=SIZE)
    with pdf.rotation(way, x=400, y=400):
        for n in range(12):
            pdf.text(LEFT, 120 + 14 * n, f"{STORY} {n}")
        by_pen(pdf, *place_of_taken(pdf))
        pdf.text(LEFT, DOWN + 20, "An underlined word")
        pdf.line(LEFT, DOWN + 21.5, LEFT + 90, DOWN + 21.5)
    writer = opened(pdf)
    writer.pages[0].rotate(shown)
    found = read(written(writer))
    assert f"{BEFORE} {AFTER}" in found.text
    assert "An underlined word" in found.text


def test_a_remark_that_was_made_part_of_the_page_strikes_out():
    """A viewer that "flattens" remarks draws the line in a form, set where it belongs."""
    pdf = sheet()
    begin, end = place_of_taken(pdf)
    writer = opened(pdf)
    form = DecodedStreamObject()
    form.set_data(f"1 0 0 RG .3 w 5 7 m {5 + (end - begin) / 2} 7 l S".encode())
    form.update(
        names(Type=NameObject("/XObject"), Subtype=NameObject("/Form"), BBox=numbers(0, 0, 400, 9))
    )
    page = writer.pages[0]
    page["/Resources"][NameObject("/XObject")] = names(Fm=writer._add_object(form))
    y = HIGH - DOWN + MIDST
    draw(writer, f"q 2 0 0 2 {begin - 10} {y - 14} cm /Fm Do Q")
    assert f"{BEFORE} {AFTER}" in read(written(writer)).text


def test_a_line_on_a_layer_that_is_off_strikes_nothing_out():
    """Nobody sees it, so the words under it are said."""
    pdf = sheet()
    begin, end = place_of_taken(pdf)
    writer = opened(pdf)
    layer = writer._add_object(names(Type=NameObject("/OCG"), Name=TextStringObject("Changes")))
    off = names(OFF=ArrayObject([layer]))
    writer.root_object[NameObject("/OCProperties")] = names(OCGs=ArrayObject([layer]), D=off)
    page = writer.pages[0]
    page["/Resources"][NameObject("/Properties")] = names(L=layer)
    y = HIGH - DOWN + MIDST
    draw(writer, f"/OC /L BDC q .6 w {begin} {y} m {end} {y} l S Q EMC")
    assert f"{BEFORE} {TAKEN} {AFTER}" in read(written(writer)).text


def remark(kind: str, *, flags: int = 4) -> bytes:
    """Return a page with a remark over the words to be taken back, and over a line above them."""
    pdf = sheet()
    begin, end = place_of_taken(pdf)
    writer = opened(pdf)
    low, above = HIGH - DOWN - 2, HIGH - 234
    corners = [begin, low + 11, end, low + 11, begin, low, end, low]
    corners += [LEFT, above + 9, 500, above + 9, LEFT, above - 2, 500, above - 2]
    annotation = names(
        Type=NameObject("/Annot"),
        Subtype=NameObject(kind),
        Rect=numbers(LEFT, low, 500, above + 9),
        QuadPoints=numbers(*corners),
        F=NumberObject(flags),
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(annotation)])
    return written(writer)


def test_what_a_remark_strikes_out_is_left_out_and_told():
    """Word by word of each of its lines, and nothing beside them."""
    found = read(remark("/StrikeOut"))
    assert f"{BEFORE} {AFTER}" in found.text
    assert f"{STORY} 10" in found.text
    assert f"{STORY} 11" not in found.text
    assert [each.text for each in found.hidden_text] == [f"{STORY} 11 {TAKEN}"]


@pytest.mark.parametrize(
    ("kind", "flags"), [("/Underline", 4), ("/Highlight", 4), ("/Squiggly", 4), ("/StrikeOut", 2)]
)
def test_other_remarks_and_hidden_ones_strike_nothing_out(kind, flags):
    """What is marked for its weight is text, and so is what a remark strikes out unseen."""
    found = read(remark(kind, flags=flags))
    assert f"{BEFORE} {TAKEN} {AFTER}" in found.text
    assert not found.hidden_text


def under(pdf: FPDF, begin: float, end: float) -> None:
    stroke(pdf, begin, end, -1.2)


def at_the_foot(pdf: FPDF, begin: float, end: float) -> None:
    stroke(pdf, begin, end, 0.3)


def over(pdf: FPDF, begin: float, end: float) -> None:
    stroke(pdf, begin, end, 0.75 * SIZE)


def across_the_page(pdf: FPDF, begin: float, end: float) -> None:
    stroke(pdf, 40, 560)


def far_before(pdf: FPDF, begin: float, end: float) -> None:
    stroke(pdf, 20, end)


def in_cells(pdf: FPDF, begin: float, end: float) -> None:
    for cell in range(40, 560, 40):
        stroke(pdf, cell, cell + 40)


def in_white(pdf: FPDF, begin: float, end: float) -> None:
    pdf.set_draw_color(255)
    stroke(pdf, begin, end)


def with_a_marker(pdf: FPDF, begin: float, end: float) -> None:
    pdf.set_fill_color(255, 240, 120)
    pdf.rect(begin, DOWN - 0.4 * SIZE, end - begin, 0.3 * SIZE, style="F")


def between_columns(pdf: FPDF, begin: float, end: float) -> None:
    stroke(pdf, begin + 2, begin + 2 + 0.1, 10, 30)


def through_one_letter(pdf: FPDF, begin: float, end: float) -> None:
    at = begin + pdf.get_string_width("every ")
    stroke(pdf, at, at + pdf.get_string_width("f"))


def slantwise(pdf: FPDF, begin: float, end: float) -> None:
    pdf.line(begin, DOWN, end, DOWN - 2 * MIDST)


@pytest.mark.parametrize(
    "line",
    [under, at_the_foot, over, across_the_page, far_before, in_cells, in_white, with_a_marker,
     between_columns, through_one_letter, slantwise],
)  # fmt: skip
def test_other_lines_strike_nothing_out(line):
    """Rules under, over, behind and between words, a marker, and what no reader sees of a line."""
    pdf = sheet()
    line(pdf, *place_of_taken(pdf))
    found = read(pdf)
    assert f"{BEFORE} {TAKEN} {AFTER}" in found.text
    assert not found.hidden_text


def test_the_bar_of_a_fraction_strikes_nothing_out():
    """What stands over it and under it is read, and so is the sign of equality beside it."""
    pdf = sheet()
    width = pdf.get_string_width("all tickets")
    pdf.text(LEFT, DOWN - 7, "right ones")
    pdf.text(LEFT, DOWN + 8, "all tickets")
    stroke(pdf, LEFT, LEFT + width)
    pdf.text(LEFT + width + 4, DOWN, "= share of hits")
    text = read(pdf).text
    assert all(part in text for part in ("right ones", "all tickets", "= share of hits"))


def test_struck_cells_go_and_the_others_of_their_rows_stay():
    """A table with rules: a corrected figure stands in its column, the old one is gone."""
    pdf = sheet()
    rows = [("Model", "Right", "Cost"), ("small", "0.81 0.84", "3"), ("large", "0.90", "9"),
            ("both", "0.93", "12"), ("none of them", "0.40", "0"), ("a clerk", "0.97", "80")]  # fmt: skip
    for n, row in enumerate(rows):
        pdf.line(LEFT, DOWN + 18 * n - 12, 400, DOWN + 18 * n - 12)
        for left, cell in zip((LEFT, 180, 300), row, strict=True):
            pdf.text(left, DOWN + 18 * n, cell)
    begin, y = 180.0, DOWN + 18 - MIDST
    pdf.line(begin, y, begin + pdf.get_string_width("0.81"), y)
    text = read(pdf).text
    assert "small | 0.84 | 3" in text
    assert "Model | Right | Cost" in text
    assert "large | 0.90 | 9" in text


def test_struck_words_of_one_column_leave_the_other_as_it_is():
    """Lines of two columns stand as high as each other; the line is over one of them."""
    pdf = sheet()
    for n in range(10):
        pdf.text(LEFT, DOWN + 14 * n, f"On the left the tickets are counted in hours {n}")
        pdf.text(320, DOWN + 14 * n, f"On the right the letters are counted in days {n}")
    begin = 320 + pdf.get_string_width("On the right the letters are ")
    pdf.line(begin, DOWN + 28 - MIDST, begin + pdf.get_string_width("counted"), DOWN + 28 - MIDST)
    text = read(pdf).text
    assert "counted in hours 2" in text
    assert "letters are in days 2" in " ".join(text.split())
    assert text.count("counted in days") == 9


def test_a_page_of_rules_is_not_asked_for_its_letters(monkeypatch):
    """A look at how high the lines lie is enough for tables, links and heads."""
    pdf = sheet()
    for n in range(12):
        pdf.line(LEFT, 82 + 14 * n, 400, 82 + 14 * n)
        pdf.line(LEFT + 30 * n, 70, LEFT + 30 * n, 250)
    monkeypatch.setattr(Eye, "letters", None)
    assert f"{STORY} 11" in read(pdf).text
