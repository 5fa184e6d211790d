"""A line that no reader of a PDF sees takes no word out of its text; nor does a letter's own one."""

import pytest
from fpdf import FPDF
from pypdf.generic import ArrayObject, DecodedStreamObject, FloatObject, NameObject
from struck_pdf import (
    AFTER,
    BEFORE,
    DOWN,
    HIGH,
    LEFT,
    MIDST,
    SIZE,
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

from casebook.extractors.pdf.visibility import sight

Y = HIGH - DOWN + MIDST


def lined(said: str, *, first: bool = False, ink: int = 0):
    """Read a page to which operators are added, with the ``LINE`` over the words in them."""
    pdf = sheet(ink=ink)
    begin, end = place_of_taken(pdf)
    writer = opened(pdf)
    states = {f"A{n}": names(CA=FloatObject(n / 10), ca=FloatObject(n / 10)) for n in (0, 1, 5)}
    writer.pages[0]["/Resources"][NameObject("/ExtGState")] = names(**states)
    box = f"{begin - 2} {Y - 6} {end - begin + 4} 14 re"
    line = f".6 w {begin} {Y} m {end} {Y} l S"
    draw(writer, f"q {said.replace('LINE', line).replace('BOX', box)} Q", first=first)
    return read(written(writer))


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("0 0 9 9 re W n LINE", False),
        ("LINE 1 g BOX f", True),
        ("/A0 gs LINE", False),
        ("/A1 gs LINE", False),
        (".9 G LINE", False),
        (".5 g BOX f .5 G LINE", True),
    ],
    ids=["clipped", "painted over", "clear", "faint", "pale", "on its own colour"],
)
def test_a_line_that_nobody_sees_strikes_nothing_out(said, first):
    """Whoever hides a line from readers would take a "not" from the model alone."""
    found = lined(said, first=first)
    assert f"{BEFORE} {TAKEN} {AFTER}" in found.text
    assert not found.hidden_text


def test_words_under_a_part_of_a_line_that_is_painted_over_stay():
    """A white box in the midst of a line gives the words upon it back to readers."""
    pdf = sheet()
    begin, end = place_of_taken(pdf)
    writer = opened(pdf)
    left = begin + pdf.get_string_width("every ")
    width = pdf.get_string_width("fourth")
    line = f".6 w {begin} {Y} m {end} {Y} l S"
    draw(writer, f"q {line} 1 g {left - 1} {Y - 6} {width + 2} 14 re f Q", first=True)
    found = read(written(writer))
    assert f"{BEFORE} fourth {AFTER}" in found.text
    assert [each.text for each in found.hidden_text] == ["every ticket by hand"]


def test_a_black_line_on_black_strikes_no_white_words_out():
    """A slide in the dark: what is drawn under its type in the colour of the ground is not there."""
    said = f"0 g 40 {Y - 20} 520 40 re f 0 G LINE"
    assert f"{BEFORE} {TAKEN} {AFTER}" in lined(said, first=True, ink=255).text


@pytest.mark.parametrize("said", ["/A5 gs LINE", "1 1 0 RG LINE", "[2 1] 0 d LINE", "0 w LINE"])
def test_a_line_that_is_seen_strikes_out(said):
    """Half clear, yellow, dashed, as thin as can be."""
    assert f"{BEFORE} {AFTER}" in lined(said).text


def test_where_the_page_cannot_be_drawn_nothing_is_struck_out_and_that_is_told(monkeypatch):
    """Nobody knows whether the line is seen; the text of the file stays."""
    monkeypatch.setattr(sight, "_MOST_DOTS", -1)
    found = lined("LINE")
    assert f"{BEFORE} {TAKEN} {AFTER}" in found.text
    assert any("not looked for" in step.method + step.outcome for step in found.extraction)


@pytest.mark.parametrize(
    ("drawn", "seen"),
    [
        ("1 0 0 RG .6 w 0 5 m 400 5 l S", True),
        ("1 1 1 RG .6 w 0 5 m 400 5 l S", False),
        ("1 0 0 RG .6 w 0 .5 m 400 .5 l S", False),
        ("1 1 0 rg 0 0 400 11 re f", False),
        ("", False),
    ],
    ids=["line", "white", "under", "marker", "nothing"],
)
def test_a_remark_strikes_out_as_it_looks(drawn, seen):
    """What it draws is what a reader sees of it, whatever it calls itself."""
    pdf = sheet()
    begin, end = place_of_taken(pdf)
    writer = opened(pdf)
    low = HIGH - DOWN - 2
    look = DecodedStreamObject()
    look.set_data(drawn.encode())
    look.update(
        names(
            Type=NameObject("/XObject"),
            Subtype=NameObject("/Form"),
            BBox=numbers(0, 0, end - begin, 11),
        )
    )
    remark = names(
        Type=NameObject("/Annot"),
        Subtype=NameObject("/StrikeOut"),
        Rect=numbers(begin, low, end, low + 11),
        QuadPoints=numbers(begin, low + 11, end, low + 11, begin, low, end, low),
        AP=names(N=writer._add_object(look)),
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(remark)])
    found = read(written(writer))
    assert (f"{BEFORE} {TAKEN} {AFTER}" in found.text) is not seen
    assert [each.text for each in found.hidden_text] == ([TAKEN] if seen else [])


def said_with(word: str, *, struck: str, height: float = MIDST) -> tuple[FPDF, str]:
    pdf = sheet()
    pdf.text(LEFT, DOWN, f"They do {word} sort them.")
    begin = LEFT + pdf.get_string_width(f"They do {word.partition(struck)[0]}")
    stroke(pdf, begin, begin + pdf.get_string_width(struck), height)
    return pdf, " ".join(read(pdf).text.split())


@pytest.mark.parametrize("word", ["not", "0.81"])
def test_a_single_word_that_is_struck_out_is_told(word):
    """It may turn what a sentence says into its opposite."""
    pdf, text = said_with(word, struck=word)
    assert "They do sort them." in text
    assert [each.text for each in read(pdf).hidden_text] == [word]


@pytest.mark.parametrize(("word", "struck"), [("h", "h"), ("Laski", "L"), ("d", "d")])
def test_the_stroke_of_a_letter_strikes_nothing_out(word, struck):
    """A formula's h with a bar, and a name whose letter the file puts together."""
    assert f"They do {word} sort them." in said_with(word, struck=struck, height=0.42 * SIZE)[1]
