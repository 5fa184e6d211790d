"""Arabic and Hebrew in PDFs: read by where the letters stand, whatever order a file draws them in."""

import pytest
from fpdf import FPDF
from written_fonts import font_of

from casebook.extractors.kinds.pdf import extract
from casebook.extractors.pdf.characters.backwards import Glyph, text_of
from casebook.schemas.sources import Payload

WIDTH, SIZE = 500, 10
LINES = [  # as they stand, from the left
    "JSON ,30,000־מ הלע תולעה רבד לש ופוסבו",
    ".2026 יאמב 12 ץראה לכב הזה רבדה ןכש",
]
TEXT = "ובסופו של דבר העלות עלה מ־30,000, JSON שכן הדבר הזה בכל הארץ 12 במאי 2026."


def standing(shown: str) -> list[list[Glyph]]:
    """The words of a line that shows ``shown`` from left to right, from the right."""
    return [[Glyph(letter, 0, 0) for letter in word[::-1]] for word in shown.split(" ")[::-1]]


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (".2026 םולש", "שלום 2026."),
        ("80%־מ הכומנ", "נמוכה מ־80%"),
        ("$80 לש", "של $80"),
        ("בייח GPT 4 JSON לש", "של GPT 4 JSON חייב"),
        ("טלפ (LLM)", "(LLM) פלט"),
        ("12/05/2026 12 ךיראתב", "בתאריך 12 12/05/2026"),
        ("%80 نم لقأ", "أقل من 80%"),
        ("2026-2025 نيب", "بين 2025-2026"),
        ("3.5 نم", "من 3.5"),
    ],
)
def test_figures_and_latin_words_run_from_the_left(shown, text):
    """Signs beside figures run with them in Hebrew, and not in Arabic, as browsers show both."""
    assert text_of(standing(shown)) == text


@pytest.mark.parametrize("turned", [False, True], ids=["from the left", "from the right"])
def test_lines_from_the_right_are_read_by_place(tmp_path, turned):
    """Letters may be drawn in any order; lines that reach from edge to edge are one paragraph."""
    pdf = FPDF(unit="pt", format=(WIDTH, 300))
    pdf.add_font("letters", fname=font_of(" ".join(sorted(set("".join(LINES)))), tmp_path))
    pdf.add_page()
    pdf.set_font("letters", size=SIZE)
    for n, line in enumerate(LINES):
        left = WIDTH - 40 - SIZE * len(line)
        letters = [(left + SIZE * m, letter) for m, letter in enumerate(line) if letter != " "]
        for x, letter in letters[::-1] if turned else letters:
            pdf.text(x, 60 + 14 * n, letter)
    found = extract(Payload(data=bytes(pdf.output()), media_type="application/pdf"))
    assert found.text == TEXT


def test_a_ligature_is_spelled_in_order():
    """Both letters of lam and alef stand at one place, and either may come first."""
    assert text_of([[Glyph("ق", 9, 12), Glyph("لا", 3, 9)]]) == "قلا"


def test_a_line_of_marks_alone_is_read(tmp_path):
    """Marks without a letter under them have no word to belong to."""
    pdf = FPDF(unit="pt", format=(WIDTH, 300))
    pdf.add_font("letters", fname=font_of(" ".join(sorted({*"".join(LINES), "\u064b"})), tmp_path))
    pdf.add_page()
    pdf.set_font("letters", size=SIZE)
    for n, line in enumerate(LINES):
        for m, letter in enumerate(line):
            if letter != " ":
                pdf.text(60 + SIZE * m, 60 + 14 * n, letter)
    pdf.text(60, 200, "\u064b\u064b")
    found = extract(Payload(data=bytes(pdf.output()), media_type="application/pdf"))
    assert "30,000" in found.text
