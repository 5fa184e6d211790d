"""Several lines that one path draws strike out what each of them goes through."""

import pytest
from pypdf.generic import DecodedStreamObject, NameObject
from struck_pdf import (
    AFTER,
    BEFORE,
    DOWN,
    HIGH,
    LEFT,
    MIDST,
    STORY,
    TAKEN,
    draw,
    names,
    numbers,
    opened,
    place_of_taken,
    read,
    sheet,
    written,
)

FOOT = HIGH - DOWN
SECOND, NEXT = "Nobody reads these", FOOT - 40.0
BOTH = f"{TAKEN} {SECOND}"


def two_lines(said: str, *, first: bool = False):
    """Read a page with two lines of words that ``said`` is to strike out."""
    pdf = sheet()
    begin, end = place_of_taken(pdf)
    pdf.text(LEFT, DOWN + 40, f"{SECOND} but the others are read.")
    right = LEFT + pdf.get_string_width(SECOND)
    writer = opened(pdf)
    places = {"a": begin, "b": end, "c": LEFT, "d": right, "y": FOOT + MIDST, "z": NEXT + MIDST}
    draw(writer, said.format(**places), first=first)
    return read(written(writer))


def told(found) -> str:
    return " ".join(each.text for each in found.hidden_text)


LINES = "q 0.6 w {a} {y} m {b} {y} l {c} {z} m {d} {z} l S Q"
BARS = "q {a} {y} {width} 0.7 re {c} {z} {other} 0.7 re f Q"


def test_each_line_of_a_path_strikes_out():
    """Lines in several rows of type, drawn at once by a pen."""
    found = two_lines(LINES)
    assert told(found) == BOTH
    assert f"{BEFORE} {AFTER}" in found.text
    assert "but the others are read." in found.text


def test_each_bar_of_a_path_strikes_out():
    """Rectangles as thin as lines, filled at once."""
    pdf = sheet()
    begin, end = place_of_taken(pdf)
    wide = pdf.get_string_width(SECOND)
    found = two_lines(BARS.replace("{width}", f"{end - begin}").replace("{other}", f"{wide}"))
    assert told(found) == BOTH


def test_lines_of_a_path_that_is_moved_strike_out_where_they_are_shown():
    """The path is told in its own measure, and stands elsewhere on the page."""
    moved = LINES.replace("q 0.6 w", "q 2 0 0 2 0 0 cm .5 0 0 .5 0 0 cm 0.6 w")
    assert told(two_lines(moved)) == BOTH


def test_lines_of_a_path_within_a_form_strike_out():
    """As reviewers' tools draw them: a form that is placed on the page."""
    pdf = sheet()
    begin, end = place_of_taken(pdf)
    pdf.text(LEFT, DOWN + 40, f"{SECOND} but the others are read.")
    right = LEFT + pdf.get_string_width(SECOND)
    writer = opened(pdf)
    form = DecodedStreamObject()
    y, z = FOOT + MIDST - 100, NEXT + MIDST - 100
    form.set_data(f"0.6 w {begin} {y} m {end} {y} l {LEFT} {z} m {right} {z} l S".encode())
    form.update(names(Type=NameObject("/XObject"), Subtype=NameObject("/Form")))
    form[NameObject("/BBox")] = numbers(0, 0, 600, HIGH)
    resources = writer.pages[0]["/Resources"]
    resources[NameObject("/XObject")] = names(Fm=writer._add_object(form))
    draw(writer, "q 1 0 0 1 0 100 cm /Fm Do Q")
    assert told(read(written(writer))) == BOTH


@pytest.mark.parametrize(
    "said",
    [
        # a rule under each of two lines, and one between them
        LINES.replace("{y}", str(FOOT - 1.5)).replace("{z}", str(NEXT - 1.5)),
        # lines that run on, as those of a chart
        "q 0.6 w 20 {y} m 580 {y} l 20 {z} m 580 {z} l S Q",
        # a curve among them: a drawing
        LINES.replace(" S", " {a} {y} m {a} 300 {b} 300 {b} {y} c S"),
        # a part that is no line
        LINES.replace(" S", " {c} 400 m {d} 300 l S"),
        # no ink, and in the colour of the paper
        LINES.replace("q 0.6", "q 1 1 1 RG 0.6"),
        LINES.replace(" S", " n"),
        # clipped away
        LINES.replace("q 0.6", "q 0 0 5 5 re W n 0.6"),
        # painted over
        LINES + " q 1 1 1 rg 0 0 600 800 re f Q",
    ],
    ids="under chart curve shape white none clipped covered".split(),
)
def test_other_paths_of_several_parts_strike_nothing_out(said):
    """Rules, charts and drawings do not, and neither does what no reader sees."""
    covered = "re f Q" in said and "1 1 1 rg" in said
    found = two_lines(said, first=covered)
    assert told(found) == ""
    assert f"{BEFORE} {TAKEN} {AFTER}" in found.text
    assert STORY in found.text
