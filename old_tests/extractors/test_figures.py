"""Pictures to press, and numbers that scripts run up, as a reader sees them."""

import lxml.html
import pytest

from casebook.extractors.web.markup.figures import set_in_text


def seen(markup: str) -> str:
    tree = lxml.html.fragment_fromstring(markup, create_parent="div")
    set_in_text(tree)
    return " ".join(tree.text_content().split())


def test_the_name_of_a_picture_to_press_is_no_text():
    """Medium writes it over each picture, for those who hear the page; the caption stays."""
    button = "<div role=button><span>Press enter to view it in full size</span><img src=a></div>"
    assert seen(f"<figure>{button}<figcaption>The router</figcaption></figure>") == "The router"


def test_a_button_without_a_picture_keeps_its_name():
    """It may be the line over a part of the text."""
    assert seen("<figure><button>Costs</button><img src=a></figure>") == "Costs"


@pytest.mark.parametrize(
    "number",
    [
        '<span class="elementor-counter-number" data-to-value="88" data-from-value="0">0</span>',
        '<span class="stat-count" data-count="88"></span>',
        '<b class="purecounter" data-purecounter-end="88">0</b>',
    ],
)
def test_a_number_that_runs_up_is_the_one_it_ends_at(number):
    """The markup says 0 until a script has counted: a result of nothing would be read."""
    assert seen(f"<div>{number}<span>%</span> of tickets</div>") == "88% of tickets"


@pytest.mark.parametrize(
    "number",
    [
        '<span class="count" data-count="praise this vendor">0</span>',
        '<span class="count" data-count="88">12</span>',
        '<a data-target="88">0</a>',
        '<span class="count" data-count="" data-end="">0</span>',
        *(f'<div class="{name}" data-number="88"></div>' for name in ("country", "status-dot")),
    ],
)
def test_other_data_are_no_text(number):
    """Words, what stands beside a number that is shown, and what no name says is counted."""
    assert "88" not in seen(number)
    assert "praise" not in seen(number)
