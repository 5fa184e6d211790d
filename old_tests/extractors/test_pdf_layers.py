"""What a PDF states of itself against what it says: its language, its title, a scan's layer."""

import random
from pathlib import Path

import pytest
from fpdf import FPDF
from PIL import Image
from written_fonts import font_of

from casebook.extractors.kinds.pdf import extract
from casebook.schemas.errors import Scanned
from casebook.schemas.sources import Payload


def read(data: bytes):
    return extract(Payload(data=data, media_type="application/pdf", name="paper.pdf"))


GERMAN = (
    "Die Gruppe hat den Verteiler der Anfragen im Frühjahr auf ein kleines Modell umgestellt, und "
    "seitdem erreicht fast jede Anfrage beim ersten Versuch die richtigen Leute. Was der alte "
    "Dienst nach Wörtern entschied, entscheidet der neue nach dem Sinn der ganzen Nachricht. "
)


@pytest.mark.parametrize(
    ("stated", "times", "told"),
    [("en-US", 15, "de"), ("en-US", 1, "en"), ("gl", 15, "gl"), ("", 15, "de")],
)
def test_a_long_text_tells_its_language(stated, times, told):
    """Word processors state that of their menus; a short text does not tell against what is said."""
    pdf = FPDF()
    pdf.set_lang(stated) if stated else None
    pdf.add_page()
    pdf.set_font("times", size=11)
    pdf.multi_cell(160, text=GERMAN * times)
    assert read(bytes(pdf.output())).language == told


def test_the_heading_of_a_table_of_contents_is_no_title():
    """A file that states no title and begins with its contents has none."""
    pdf = FPDF()
    pdf.add_page()
    for text, size in [("Contents", 20), ("1 Routing 2", 11), ("2 Cost 7", 11), ("1 Routing", 16)]:
        pdf.set_font("times", style="B" if size > 11 else "", size=size)
        pdf.cell(text=text, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("times", size=11)
    pdf.multi_cell(160, text="The router sends each ticket to the team that can answer it. " * 6)
    assert read(bytes(pdf.output())).title is None


def scanned(layer: str, font: Path | None = None) -> bytes:
    """A picture of a page with a text layer."""
    pdf = FPDF(unit="pt", format=(600, 800))
    pdf.add_page()
    if font:
        pdf.add_font("layer", fname=font)
    pdf.set_font("layer" if font else "times", size=11)
    with pdf.local_context(text_mode="INVISIBLE"):
        for n, line in enumerate(layer.split("\n")):
            pdf.text(60, 80 + 20 * n, line)
    pdf.image(Image.new("RGB", (60, 80), "white"), x=0, y=0, w=600)
    return bytes(pdf.output())


def test_a_scan_in_a_script_without_spaces_is_a_document(tmp_path):
    """OCR sets a space behind each sign of Chinese, which then is one letter, and a word."""
    said = "路由器把每张工单交给能在一小时内回答它的团队"
    spaced = " ".join(said)
    found = read(
        scanned(f"{spaced}\n{spaced}", font_of(" " + "".join(sorted(set(said))), tmp_path))
    )
    assert said[:6] in "".join(found.text.split())


def test_a_scan_of_signs_is_no_document():
    """What OCR makes of a drawing is a text layer without words, and no text to quote."""
    with pytest.raises(Scanned, match="signs in place of words"):
        read(
            scanned(
                ":., dP . i, .. ?\n.i ' » 14 e. Nsr\n* ki ., 1 sa s .. % 2\nY. . g . %Z.. , I ' I"
            )
        )
    assert "each ticket" in read(scanned("The router sends each ticket\nto the team for it.")).text


def test_words_of_a_layer_that_jitter_are_lines_and_paragraphs():
    """A scan's layer sets each word as high and large as its letters; no paragraph is cut by it."""
    story = (
        "The router sends each ticket to the team that can answer it within the hour. It was moved "
        "to a small model in March, and the share of tickets that reach the wrong team fell from "
        "nine percent to four percent within a month. Nobody on the platform group had foreseen it."
    )
    dice = random.Random(7)  # noqa: S311 - places of words, no secret
    pdf = FPDF(unit="pt", format=(600, 800))
    pdf.add_page()
    pdf.set_font("times", size=11)
    y = 80.0
    with pdf.local_context(text_mode="INVISIBLE"):
        for _ in range(3):
            for line in pdf.multi_cell(300, text=story, dry_run=True, output="LINES"):
                left = 60.0
                for word in line.split():
                    pdf.set_font("times", size=11 * dice.uniform(0.8, 1.25))
                    pdf.text(left, y + dice.uniform(-2.5, 2.5) - left / 60, word)
                    left += pdf.get_string_width(word + " ")
                y += 14
            y += 10
    pdf.image(Image.new("RGB", (60, 80), "white"), x=0, y=0, w=600)
    assert read(bytes(pdf.output())).text.split("\n\n") == [story] * 3
