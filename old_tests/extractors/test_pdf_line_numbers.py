"""Numbers of lines in the margins of a PDF are told apart; other numbers stay."""

import pytest
from fpdf import FPDF

from casebook.extractors.kinds.pdf import extract
from casebook.schemas.sources import Payload

STORY = (
    "The router sends each ticket to the team that can answer it within the hour and those that "
    "it cannot place are read by a clerk on the same day because a small check in code was worth "
    "more than any larger model could be for it compares each number in a draft with the policy "
    "that the contract names and asks whoever wrote it where none is named at all by either side. "
)
WORDS = (STORY * 4).split()
LINES = [" ".join(WORDS[n : n + 10]) for n in range(0, len(WORDS), 10)]


def draft(*, late: bool = False, every: int = 1, start: int = 1) -> FPDF:
    """A page of prose, with the numbers of its lines written before each of them, or after all."""
    pdf = FPDF(unit="pt", format="A4")
    pdf.add_page()
    numbers = [n for n in range(len(LINES)) if (n + start) % every == 0]

    def number(n: int) -> None:
        pdf.set_font("helvetica", size=6)
        pdf.text(50 - pdf.get_string_width(str(n + start)), 60 + 14 * n, str(n + start))

    for n, line in enumerate(LINES):
        if n in numbers and not late:
            number(n)
        pdf.set_font("times", size=11)
        pdf.text(72, 60 + 14 * n, line)
    for n in numbers if late else ():
        number(n)
    return pdf


def read(pdf: FPDF):
    return extract(Payload(data=bytes(pdf.output()), media_type="application/pdf"))


@pytest.mark.parametrize("late", [False, True], ids=["before each line", "after all"])
@pytest.mark.parametrize(("every", "start"), [(1, 1), (1, 98), (2, 1)])
def test_numbers_of_lines_are_told_apart(late, every, start):
    """A page of prose whose lines are numbered is prose, no table, and its sentences are whole."""
    found = read(draft(late=late, every=every, start=start))
    assert " ".join(found.text.split()) == " ".join(WORDS)
    told = {step.method: step.outcome for step in found.extraction}
    assert told["running heads"].endswith("lines left out")


def test_numbers_at_both_sides_of_two_columns_are_told_apart():
    """Drafts for review count on from the left column, in the left margin, to the right one."""
    pdf = FPDF(unit="pt", format="A4")
    pdf.add_page()
    short = [" ".join(WORDS[n : n + 6]) for n in range(0, 240, 6)]
    pdf.set_font("times", size=10)
    for n, line in enumerate(short):
        pdf.text(72 + 240 * (n // 20), 60 + 14 * (n % 20), line)
    pdf.set_font("helvetica", size=6)
    for n in range(40):
        pdf.text(40 + 510 * (n // 20), 60 + 14 * (n % 20), f"{n:03d}")
    assert " ".join(read(pdf).text.split()) == " ".join(" ".join(short).split())


def test_numbers_of_the_rows_of_a_table_stay():
    """What they stand before is no prose."""
    pdf = FPDF(unit="pt", format="A4")
    pdf.add_page()
    pdf.set_font("times", size=11)
    for n in range(1, 13):
        pdf.text(50, 60 + 16 * n, str(n))
        pdf.text(90, 60 + 16 * n, f"Team {'abcdefghijklm'[n]}")
        pdf.text(200, 60 + 16 * n, f"{n * 37 % 50} tickets")
    for n, line in enumerate(LINES[:10]):
        pdf.text(90, 400 + 14 * n, line)
    text = read(pdf).text
    assert all(f"{n} Team" in text for n in range(1, 13))


@pytest.mark.parametrize("left", [True, False], ids=["before", "behind"])
def test_years_are_no_numbers_of_lines(left):
    """They count on by one, too; each says when what it stands beside was."""
    pdf = FPDF(unit="pt", format="A4")
    pdf.add_page()
    pdf.set_font("times", size=11)
    for n in range(9):
        pdf.text(50 if left else 420, 60 + 18 * n, str(2016 + n))
        pdf.text(90, 60 + 18 * n, f"launched the {WORDS[n + 1]} service in two regions")
    text = read(pdf).text
    assert all(str(2016 + n) in text for n in range(9))


def test_numbers_of_lines_go_on_over_those_of_years():
    """Long drafts come to two thousand lines; a page has more of them than a list has years."""
    found = read(draft(start=1_980))
    assert " ".join(found.text.split()) == " ".join(WORDS)


TITLES = [f"Tickets of team {name}" for name in ("Ada", "Bo", "Cy", "Di", "Ed")]


@pytest.mark.parametrize("start", [len(LINES) + 1, 3], ids=["goes on", "begins anew"])
def test_numbers_go_on_over_pages_of_other_lines(start):
    """A page of lists is numbered where the one before it was, and its numbers are the next."""
    pdf = draft()
    pdf.add_page()
    for n, title in enumerate(TITLES):
        pdf.set_font("helvetica", size=6)
        pdf.text(50 - pdf.get_string_width(str(start + n)), 60 + 14 * n, str(start + n))
        pdf.set_font("times", size=11)
        pdf.text(72, 60 + 14 * n, title)
    words = read(pdf).text.split()
    assert words.count("Tickets") == len(TITLES)
    assert words.count(str(start + 2)) == (start == 3)
