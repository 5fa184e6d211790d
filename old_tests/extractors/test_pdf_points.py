"""Where paragraphs of a PDF end: points of slides, names over an abstract, quotations, notes."""

import time

import pytest

from casebook.extractors.pdf.blocks.initials import with_initials
from casebook.extractors.pdf.blocks.paragraphs import to_blocks
from casebook.extractors.pdf.lines import Line
from casebook.extractors.text.properties import authors_in, is_title

SAID = (
    "{} costs are told to those who caused them|Since {} nobody asks for the old queue|"
    "What {} needs is written down by its team|No {} is sent before it was read once"
).split("|")
WIDE = [
    Line(f"• {said.format(who)} any more, on any day.", n, 20, False, 60, 700, y)
    for n, who in enumerate(("Billing", "Support", "Fraud", "Claims"), 1)
    for y, said in zip((350, 310, 270, 230), SAID, strict=True)
]
"""Points over the whole width of other slides."""

POINT = [
    Line("• Because the queue is durable, a restart of", 5, 20, False, 60, 340, 300),
    Line("the worker loses no request.", 5, 20, False, 60, 270, 276),
]
BESIDE = [
    Line("• Since the release nobody has asked for", 5, 20, False, 400, 680, 300),
    Line("a person to answer.", 5, 20, False, 400, 560, 276),
]


def texts_of(lines: list[Line]) -> list[str]:
    pages = [[line for line in lines if line.page == n] for n in range(1, lines[-1].page + 1)]
    return [block.text for block in to_blocks(pages).blocks]


def test_a_point_goes_on_beside_another_column():
    """On slides of one column points reach far; beside another one a line is full before that."""
    found = texts_of([*WIDE, *POINT, *BESIDE])
    assert found[-2:] == [
        "• Because the queue is durable, a restart of the worker loses no request.",
        "• Since the release nobody has asked for a person to answer.",
    ]


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        (POINT, "the worker loses no request."),
        (
            [
                POINT[0]._replace(text="I love you, and your form delights me;"),
                POINT[1]._replace(text="And if you will not go, I take you."),
                *BESIDE,
            ],
            "And if you will not go, I take you.",
        ),
        (
            [POINT[0]._replace(text="In favour"), POINT[1]._replace(text="Against"), *BESIDE],
            "Against",
        ),
    ],
    ids=["nothing beside", "verse", "cells"],
)
def test_a_line_that_was_ended_on_purpose_ends_there(lines, last):
    """What ends far before its column does, and lines of verse and cells beside others, stay."""
    assert last in texts_of([*WIDE, *lines])


def test_a_point_of_a_smaller_font_begins_no_other_type():
    """The point of a list may be of another font, smaller than its text, as Impress has it."""
    first = Line("• In Rotterdam the service runs on two machines that", 1, 8, False, 60, 700, 300)
    lines = [first._replace(last=18), Line("carry the load.", 1, 18, False, 76, 200, 276)]
    text = [Line(f"Some text of slide {n}.", 1, 18, False, 60, 700, 200 - n) for n in (30, 90)]
    assert texts_of([*lines, *text])[0].endswith("that carry the load.")


@pytest.mark.parametrize("after", ["minutes.", "2 Operators asked for a switch in the form."])
def test_a_note_in_the_type_of_the_text_goes_on(after):
    """The small number of a note does not part its lines; that of the next one does."""
    first = Line("1 The router sends each ticket to a team in 35", 1, 9, False, 60, 345, 100)
    number = after[0].isdigit()
    lines = [
        Line("Text of the page that fills its column well.", 1, 11, False, 60, 355, 200),
        Line("Text of the page that fills its column, too.", 1, 11, False, 60, 355, 184),
        first._replace(last=11),
        Line(after, 1, 9 if number else 11, False, 60, 340 if number else 110, 84, last=11),
    ]
    assert texts_of(lines)[-1].startswith("2" if number else "1")


ABSTRACT = [
    Line("Costs are attributed to the product that caused them, so that no budget is a", 1, 10,
         False, 65, 552, 674),
    Line("surprise, and each answer is checked before a person sees it, in all three", 1, 10,
         False, 55, 553, 662),
    Line("of the products that were named.", 1, 10, False, 55, 220, 650),
]  # fmt: skip


def test_what_stands_in_the_middle_over_text_is_apart():
    """The names of authors close over an abstract do not begin its first paragraph."""
    names = Line("Mara Lindqvist, Jonas Petrov", 1, 10, False, 240, 368, 686)
    found = texts_of([names, *ABSTRACT])
    assert found[0] == names.text
    assert found[1].startswith("Costs")
    assert found[1].endswith("named.")


@pytest.mark.parametrize(
    "above",
    [
        Line(
            "Avian wildlife in this analysis are those species that are", 1, 10, False, 91, 517, 686
        ),
        Line(
            "The share that each team of them has to carry in that year", 1, 10, False, 55, 540, 686
        ),
    ],
    ids=["indented", "at the left"],
)
def test_what_does_not_stand_in_the_middle_begins_the_paragraph(above):
    """An indented first line with a ragged end is no line in the middle."""
    (text,) = texts_of([above, *ABSTRACT])[:1]
    assert text.startswith(f"{above.text} Costs")


def test_a_quotation_in_large_type_is_whole():
    """Its lines stand as much farther apart as its type is larger, in the middle or not."""
    text = [
        Line(f"The text of the page, line {n}, which is about as wide as any of them", 1, 10.5,
             False, 60, 540, 400 - 15.2 * n)
        for n in range(8)
    ]  # fmt: skip
    quotation = [
        Line("In Toronto the service runs on two machines, each of which can", 1, 14.2, False, 80,
             520, 240),
        Line("carry the whole load.", 1, 14.2, False, 230, 370, 219.4),
    ]  # fmt: skip
    assert texts_of([*text, *quotation])[-1].endswith("which can carry the whole load.")


def test_a_caption_does_not_end_a_word_that_is_broken_off():
    """Behind a word that the foot of a column breaks, the caption on top of the next is another."""
    broken = Line("Nobody of the team had asked for it in pro-", 1, 10, False, 60, 290, 90)
    full = Line("The router sends each ticket to a team, and", 1, 10, False, 60, 290, 102)
    caption = [
        Line("Figure 1: The share of tickets that went wrong", 1, 9, False, 320, 550, 700),
        Line("in each of the months that were tried out.", 1, 9, False, 320, 520, 689),
    ]
    rest = [
        Line("duction, and the first one who did was one of", 1, 10, False, 320, 550, 660),
        Line("the people who answer tickets.", 1, 10, False, 320, 480, 648),
    ]
    found = texts_of([full, broken, *caption, *rest])
    assert "asked for it in production, and the first" in found[0]
    assert found[1].startswith("Figure 1: The share of tickets that went wrong in each")


PLACEHOLDERS = ("(anonymous)", "(unspecified)", "anonymous")


def test_placeholders_of_programs_are_no_titles_and_no_names():
    """ReportLab writes "(anonymous)" and "(unspecified)" where nobody states anything."""
    assert is_title("Anonymous credentials in practice")
    assert not any(map(is_title, PLACEHOLDERS))
    assert not any(map(authors_in, PLACEHOLDERS))


def test_an_initial_stands_over_a_line_in_small_capitals():
    """The first line beside it is smaller and farther away; a later page has its word alone."""
    lines = [
        Line("A", 1, 37, False, 76, 103, 662),
        Line("fallback to the older pipeline is taken", 1, 7.5, False, 120, 292, 678),
        Line("whenever the confidence is under a threshold", 1, 11, False, 106, 292, 663),
        Line("that was set in the week before.", 1, 11, False, 63, 210, 648),
        Line("Nobody uses the fallback any more, it is said.", 2, 11, False, 63, 290, 700),
    ]
    assert texts_of(lines)[0].startswith("A fallback to the older pipeline is taken whenever the")


def test_initials_on_each_page_take_the_time_of_the_pages():
    """The words of a document are gathered once: a book of chapters took minutes, at this length."""
    pages = [
        [
            Line("A", n, 30, False, 60, 85, 680),
            *(
                Line(f"word{n}n{k} so it goes", n, 10, False, 90, 500, 700 - 12 * k)
                for k in range(40)
            ),
        ]
        for n in range(400)
    ]
    began = time.process_time()
    assert len(with_initials(pages)) == len(pages)
    assert time.process_time() - began < 2


def test_notes_with_small_letters_before_them_are_several():
    """The letter of a note stands beside its text, as a note in the margin would; each is one."""
    said = (
        "In Alaska no district went beyond the bounds in this year, as all of them said.",
        "Missouri has another one, which was not asked for in the same year.",
        "In New Jersey some went beyond the bounds, but nobody was sure of the year.",
    )
    lines = [
        line
        for n, text in enumerate(said)
        for line in (
            Line("abc"[n], 1, 6.5, False, 85, 87.5, 287 - 15 * n),
            Line(text, 1, 10, False, 90, 460, 285 - 15 * n),
        )
    ]
    assert [text for text in texts_of(lines) if len(text) > 1] == list(said)
