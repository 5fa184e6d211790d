"""Rows, programs, notes and paragraphs beside a box are read as the page sets them."""

from collections.abc import Sequence

from fpdf import FPDF
from written_fonts import font_of

from casebook.extractors.kinds.pdf import read
from casebook.schemas.sources import Payload

SENTENCES = (
    "The router sends each ticket to the team that can answer it, and keeps what it could not "
    "place for a person, who has a button for each team and one for none of them. Each week the "
    "tickets that were placed by hand are added to the set that the model is tried on. "
)


class Sheet(FPDF):
    """A page in points, on which text is set line by line."""

    def __init__(self) -> None:
        super().__init__(unit="pt", format=(612, 792))
        self.add_page()
        self.set_font("times", size=10)

    def prose(self, y: float, text: str, *, left: float = 72, width: float = 420) -> float:
        """Set ``text`` as a paragraph with a ragged edge, and return where it ends."""
        line: list[str] = []
        for word in text.split():
            if line and self.get_string_width(" ".join([*line, word])) > width:
                self.text(left, y, " ".join(line))
                y, line = y + 12, []
            line.append(word)
        self.text(left, y, " ".join(line))
        return y + 24

    def rows(self, y: float, rows: Sequence[Sequence[str]], at: Sequence[float]) -> float:
        """Set the cells of a table side by side, and return where it ends."""
        for row in rows:
            for cell, left in zip(row, at, strict=True):
                self.text(left, y, cell)
            y += 12
        return y + 12


def texts(sheet: FPDF) -> list[str]:
    extracted, _ = read(Payload(data=bytes(sheet.output()), media_type="application/pdf"))
    return [line for part in extracted.text.split("\n\n") for line in part.splitlines()]


def test_rows_that_fill_the_column_stay_rows():
    """Lines with room between their cells are rows of cells, and a caption under them is none."""
    sheet = Sheet()
    under = sheet.prose(72, SENTENCES * 3)
    rows = [["Quarter", "Tickets", "Hours"], ["First", "12,400", "190"], ["Second", "13,100", "88"]]
    under = sheet.rows(under, rows, [72, 250, 465])
    sheet.text(
        72, under - 12, "Table 1: Tickets that were placed by hand, and the hours they took."
    )
    sheet.prose(under + 24, SENTENCES)
    found = texts(sheet)
    assert [" | ".join(row) for row in rows] == found[1:4]
    assert found[4].startswith("Table 1: Tickets")


def test_a_stretched_line_of_prose_is_no_row():
    """One line that is stretched to fill its column does not end the paragraph."""
    sheet = Sheet()
    under = sheet.prose(72, SENTENCES * 2)
    sheet.text(
        72, under, "Each of the teams that had asked for it was given a queue that holds what"
    )
    for word, left in zip(["the", "model", "could", "not"], [72, 190, 310, 470], strict=True):
        sheet.text(left, under + 12, word)
    sheet.text(72, under + 24, "place, and nobody else sees it until a day has gone by and it is")
    sheet.text(72, under + 36, "handed to the next.")
    assert any("holds what the model could not place, and" in text for text in texts(sheet))


PROGRAM = ["draft = model.complete(prompt(question, passages))", "return cited(draft, passages)"]


def test_lines_of_a_program_stay_lines():
    """What is set in letters of one width ends where its lines end, however long they are."""
    sheet = Sheet()
    under = sheet.prose(72, SENTENCES * 2)
    sheet.set_font("courier", size=10)
    for n, line in enumerate(PROGRAM):
        sheet.text(72, under + 12 * n, line)
    assert texts(sheet)[-2:] == PROGRAM


def test_prose_that_begins_and_ends_with_code_is_joined():
    """Names in letters of one width at both ends of a line make no program of it."""
    sheet = Sheet()
    under = sheet.prose(72, SENTENCES * 2)
    for n, (first, midst, last) in enumerate(
        [
            ("retrieve", "returns eight passages at most, and where there is none", "refuse"),
            ("refuse", "says so to the person who asked, as does", "cited"),
        ]
    ):
        left = 72.0
        for word, font in ((first, "courier"), (f" {midst} ", "times"), (last, "courier")):
            sheet.set_font(font, size=10)
            sheet.text(left, under + 12 * n, word)
            left += sheet.get_string_width(word)
    assert any("there is none refuse refuse says so" in text for text in texts(sheet))


def test_a_document_in_letters_of_one_width_has_paragraphs():
    """Where all text is set like a program, its lines are joined as any other's."""
    sheet = Sheet()
    sheet.set_font("courier", size=10)
    sheet.prose(72, SENTENCES * 2)
    assert texts(sheet) == [" ".join((SENTENCES * 2).split())]


def test_a_paragraph_beside_a_box_is_whole():
    """Lines that all end short of a box beside them are one paragraph."""
    sheet = Sheet()
    under = sheet.prose(72, SENTENCES * 3)
    beside = sheet.prose(under, SENTENCES, width=200)
    for n, line in enumerate(["About the team", "Nine people", "Two offices"]):
        sheet.text(330, under + 20 + 14 * n, line)
    sheet.prose(beside, SENTENCES * 2)
    whole = " ".join(SENTENCES.split())
    assert texts(sheet).count(whole) == 1


def test_entries_of_an_index_are_not_joined():
    """Short lines that begin small and end alike are no paragraph where each ends in its page."""
    sheet = Sheet()
    under = sheet.prose(72, SENTENCES * 3)
    entries = ["routing of the tickets, by hand 12", "reviews by two people, how many 14",
               "refusals of the model, and why 19", "records of what was decided, 21"]  # fmt: skip
    for n, entry in enumerate(entries):
        sheet.text(72, under + 12 * n, entry)
    assert texts(sheet)[-4:] == entries


def test_commands_one_under_the_other_are_not_joined():
    """Lines that begin with the same word are a list, though they begin small and end alike."""
    sheet = Sheet()
    under = sheet.prose(72, SENTENCES * 3)
    lines = ["route list of the tickets of a team", "route check of the tickets of a team",
             "route fetch of the tickets of a day"]  # fmt: skip
    for n, line in enumerate(lines):
        sheet.text(72, under + 12 * n, line)
    assert texts(sheet)[-3:] == lines


def test_a_note_whose_number_is_small_is_whole():
    """A note begins with a small raised number; its second line is its own."""
    sheet = Sheet()
    sheet.prose(72, SENTENCES * 3)
    sheet.set_font("times", size=5)
    sheet.text(72, 697, "1")
    sheet.set_font("times", size=8)
    sheet.text(78, 700, "The set held 4,000 tickets at first, which two people had placed, and")
    sheet.text(72, 710, "grew by a hundred a week.")
    note = next(text for text in texts(sheet) if "4,000" in text)
    assert note.endswith("which two people had placed, and grew by a hundred a week.")


def test_an_entry_of_a_table_of_contents_ends_in_its_page():
    """Entries end at the same edge, in dots and a page; each is a line of its own."""
    sheet = Sheet()
    sheet.prose(300, SENTENCES)
    for n, title in enumerate(["Lookup of what was asked before", "Sharing", "Results"]):
        page = f" {n + 2}"
        width = 420 - sheet.get_string_width(title + page)
        dots = " ." * int(width / sheet.get_string_width(" ."))
        sheet.text(72, 72 + 12 * n, title + dots + page)
    assert texts(sheet)[-3:] == ["Lookup of what was asked before", "Sharing", "Results"]


def test_an_initial_beside_its_lines_begins_their_first_word():
    """An initial as high as several lines is the first letter of the word beside its head."""
    sheet = Sheet()
    sheet.set_font("times", size=34)
    sheet.text(72, 172, "I")
    sheet.set_font("times", size=10)
    sheet.text(72, 120, "What stands above")
    for n, line in enumerate(
        ["n the year in which the router was", "built there were nine teams, of"]
    ):
        sheet.text(88, 150 + 12 * n, line)
    sheet.prose(174, "which four had asked for it. " + SENTENCES)
    found = texts(sheet)
    assert found[0] == "What stands above"
    assert found[1].startswith("In the year in which the router was built there were nine teams")


def test_an_initial_that_is_a_word_stays_one():
    """An initial "A" before "team" is a word where the page has "team", and no "ateam"."""
    sheet = Sheet()
    sheet.set_font("times", size=34)
    sheet.text(72, 172, "A")
    sheet.set_font("times", size=10)
    for n, line in enumerate(["team that had asked for a router was", "given one in May, and its"]):
        sheet.text(104, 150 + 12 * n, line)
    sheet.prose(174, "people were told. The team was glad of it. " + SENTENCES)
    assert texts(sheet)[0].startswith("A team that had asked")


def test_points_of_a_text_processor_are_points(tmp_path):
    """A sign of a font of signs before a line is the point of a list, wherever lines end."""
    sheet = Sheet()
    sheet.add_font("signs", fname=font_of("\uf0b7", tmp_path))
    under = sheet.prose(72, SENTENCES * 2)
    lines = ["Tickets that name a customer go to the team that has the contract with it, and",
             "tickets without a name to the team on duty"]  # fmt: skip
    for n, line in enumerate(lines):
        sheet.set_font("signs", size=10)
        sheet.text(72, under + 12 * n, "\uf0b7")
        sheet.set_font("times", size=10)
        sheet.text(84, under + 12 * n, line)
    assert texts(sheet)[-2:] == [f"• {line}" for line in lines]


def test_lettered_points_within_a_point_are_points():
    """A point begins with "a." where it stands further in; "i. e." at the margin begins none."""
    sheet = Sheet()
    under = sheet.prose(72, SENTENCES * 2)
    for n, (left, line) in enumerate(
        [
            (
                72,
                "2. Tickets that the model does not place are read by a person of the team on duty;",
            ),
            (
                90,
                "a. complaints always go to a person, whatever the model makes of them, because a",
            ),
            (
                72,
                "whole team answers for each of them, and for each of those who wrote, that is to say,",
            ),
            (72, "i. e. for all."),
        ]
    ):
        sheet.text(left, under + 12 * n, line)
    found = texts(sheet)
    assert found[-2].endswith("team on duty;")
    assert found[-1].startswith("a. complaints")
    assert found[-1].endswith("that is to say, i. e. for all.")
