"""Lines become paragraphs and words, as they were before they were set."""

import pytest
from fpdf import FPDF

from extractors.pdf.lines import TextLine
from extractors.pdf.paragraphs import joined_text, vocabulary

SENTENCE = "The router sends each ticket to the team that can answer it within the hour. "


def lines_at(pdf, texts, left=20, top=40, step=5, size=11):
    pdf.set_font("times", size=size)
    for number, text in enumerate(texts):
        pdf.text(left, top + step * number, text)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["an exam\ufffe", "ple of it"], "an example of it"),
        (["an exam-", "ple of it"], "an example of it"),
        (["the fine-", "tuned one"], "the fine-tuned one"),
        (["the re-", "trained one"], "the retrained one"),
        (["an Anglo-", "American one"], "an Anglo-American one"),
        (["a state-of-the-", "art model"], "a state-of-the-art model"),
        (["私たちは小さな", "モデルを使う。"], "私たちは小さなモデルを使う。"),
    ],
)
def test_line_ends_are_undone(lines, expected):
    """Hyphens that only split words are removed; known compounds keep theirs."""
    known = vocabulary([TextLine("a fine-tuned model", 1, 0, 9, 9, 10)])
    assert joined_text(lines, known) == expected


def test_words_cut_at_line_ends_are_whole_again(read):
    """This also covers real lines that pdfium joins without a break."""
    paper = FPDF()
    paper.add_page()
    texts = [
        "The team moved its ticket router to a small fine-tuned model and the dis-",
        "tribution of tickets over the teams became even within a month, as every-",
        "one had foreseen when the project began in the spring of that year.",
    ]
    lines_at(paper, texts)
    text = read(paper.output()).text
    assert "the distribution of tickets" in text
    assert "as everyone had" in text
    assert "fine-tuned" in text


def test_a_sentence_reads_on_across_pages_and_notes(read):
    """A paragraph cut by a page break is one passage, on its first page, with anything below."""
    pdf = FPDF()
    for page in range(2):
        pdf.add_page()
        text = "it goes on and on without any end in sight over many lines of this long page"
        lines_at(pdf, [text] * 12 if page == 0 else ["until it ends here.", *["Next. " * 9] * 3])
        if page == 0:
            lines_at(pdf, ["1 A note in smaller type that ends here."], top=270, size=7)
    found = read(pdf.output())
    first = found.passages[0]
    assert first.page == 1
    assert "over many lines of this long page until it ends here." in found.text


def test_items_of_a_list_and_short_lines_are_apart(read):
    """A bullet starts a paragraph, and so does a line after one with room for its first word."""
    pdf = FPDF()
    pdf.add_page()
    bullet = chr(149)
    lines_at(
        pdf,
        [
            SENTENCE * 1 + "It was moved to a small",
            "model in March. It has been there since.",
            f"{bullet} The first point of the list, which goes on for longer than one line of the",
            "   column that it is set in.",
            f"{bullet} The second point.",
        ],
    )
    lines = read(pdf.output()).text.splitlines()
    assert [line[:12] for line in lines] == ["The router s", "• The first ", "• The second"]


def test_programs_keep_lines_and_indentation(read):
    """Lines in monospaced type are not joined."""
    pdf = FPDF()
    pdf.add_page()
    lines_at(pdf, [SENTENCE, SENTENCE])
    pdf.set_font("courier", size=9)
    for number, text in enumerate(
        ["def route(ticket):", "    team = ask(ticket)", "    return team"]
    ):
        indent = len(text) - len(text.lstrip())
        pdf.text(24 + indent * pdf.get_string_width("x"), 56 + 4 * number, text.lstrip())
    assert "def route(ticket):\n    team = ask(ticket)\n    return team" in read(pdf.output()).text


@pytest.mark.parametrize(
    "shown",
    [
        r"[(F) ] TJ [(\250) 467 (ur das Gr) 83 (\250) 467 (un)] TJ",
        r"(F) Tj 5 0 Td (\250) Tj .5 0 Td (u) Tj 6.2 0 Td (r das Gr) Tj 40 0 Td (\374n) Tj",
    ],
)
def test_accents_of_their_own_and_gaps_after_them_are_closed(read, page_of, shown):
    """TeX sets accents beside the letter; the words become whole again: Für, Grün."""
    text = read(page_of(f"BT /F1 11 Tf 72 300 Td {shown} ET")).text
    assert "Für das Grün" in " ".join(text.split())


def test_characters_beyond_the_first_plane_are_read(read, page_of):
    """Mathematical letters and emoji take two UTF-16 units; later words stay correct."""
    font = (
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 65/LastChar 66"
        "/Widths[600 600]/ToUnicode 7 0 R>>"
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00>"
        " <ff> endcodespacerange 2 beginbfchar <41> <d835dc65> <42> <d83dde00> endbfchar endcmap"
    )
    stream = f"<</Length {len(cmap)}>>stream\n{cmap}\nendstream"
    shown = "BT /F1 11 Tf 72 300 Td (Let ) Tj /F2 11 Tf (A) Tj /F1 11 Tf ( be the last one.) Tj ET"
    data = page_of(shown, objects=[font, stream])
    data = data.replace(b"/F1 5 0 R>>", b"/F1 5 0 R/F2 6 0 R>>")
    assert "Let 𝑥 be the last one." in " ".join(read(data).text.split())
