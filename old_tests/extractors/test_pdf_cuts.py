"""A paragraph that a table or a figure cuts is whole again."""

import pytest

from casebook.extractors.pdf.blocks.paragraphs import to_blocks
from casebook.extractors.pdf.lines import Line


def column(left: float, top: float, texts: list[str], page: int = 1) -> list[Line]:
    """Full lines of a column, but for those that end a sentence."""
    return [
        Line(text, page, 10, False, left, left + (120 if text.endswith(".") else 220), top - 12 * n)
        for n, text in enumerate(texts)
    ]


CUT = column(
    72, 200, ["Each team that moved its tickets to the router", "had to ask the people of the"]
)
REST = column(310, 500, ["platform group for a queue, which took", "two days."])
TABLE = [
    Line("Table 1: Days of waiting", 1, 10, False, 340, 470, 700),
    Line("Team Days", 1, 10, True, 330, 420, 680),
    Line("billing 2", 1, 10, False, 330, 420, 668),
    Line("support 4", 1, 10, False, 330, 420, 656),
]


def texts_of(*lines: Line) -> list[str]:
    return [block.text for block in to_blocks([list(lines)]).blocks]


def test_a_paragraph_goes_on_over_a_table():
    """A paragraph that a column's foot cuts is read on after the table that stands between."""
    first, *rest = texts_of(*CUT, *TABLE, *REST)
    assert first == (
        "Each team that moved its tickets to the router had to ask the people of the "
        "platform group for a queue, which took two days."
    )
    assert " ".join(rest) == "Table 1: Days of waiting Team Days billing 2 support 4"


NO_CAPTION = [line for line in TABLE if not line.text.startswith("Table")]
NEXT = column(310, 500, ["Platform groups have a queue, which took", "two days."])
BENEATH = [Line("$ ask platform", 1, 10, False, 90, 160, 170)]
ENDED = [line._replace(right=292) for line in column(72, 200, ["Each team asked.", "It took it."])]
ROWS = column(
    72, 200, ["billing tickets of the second week of May, all", "support tickets of that"]
)


@pytest.mark.parametrize(
    "lines",
    [
        [*CUT, *NO_CAPTION, *REST],
        [*CUT, *TABLE, *NEXT],
        [*CUT, *BENEATH, *TABLE, *REST],
        [*ENDED, *TABLE, *REST],
        [*ROWS, *TABLE, *REST],
        [*CUT, *TABLE, *NEXT, *REST],
    ],
    ids=["no caption", "begins large", "not at the foot", "over", "rows", "another between"],
)
def test_a_paragraph_is_not_read_on_where_nothing_says_so(lines):
    """Without a caption between, a sentence that is open, or a rest that begins small, it ends."""
    assert not any("of the platform group" in text for text in texts_of(*lines))
    assert any(text.startswith(("platform group", "Platform groups")) for text in texts_of(*lines))
