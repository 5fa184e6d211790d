"""The picture of a case."""

from io import BytesIO

import pytest
from PIL import Image

from publishing.site.cards import card

TITLE = "Voice agents in production, and what they cost"
KICKER = "Harbourline · Insurance · 2026"


def test_a_card_is_a_small_picture():
    """It has the size for link previews, is small, and is reproducible."""
    made = card(TITLE, KICKER, "Models at work")
    assert made == card(TITLE, KICKER, "Models at work")
    picture = Image.open(BytesIO(made))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "P", (800, 420))
    assert len(made) < 12_000
    colours = [colour for _, colour in picture.convert("RGB").getcolors()]
    assert {(251, 250, 246), (35, 33, 29), (29, 92, 86)} <= set(colours)
    assert made != card(TITLE, KICKER, "Another site")


@pytest.mark.parametrize("title", ["word " * 500, "W" * 5_000, ""])
def test_long_words_stay_on_the_card(title):
    """Titles are cut to fit; margins and the line above the site's name stay empty."""
    picture = Image.open(BytesIO(card(title, title, title))).convert("L")
    margins = [picture.crop((745, 12, 800, 420)), picture.crop((0, 12, 55, 420))]
    margins.append(picture.crop((0, 340, 800, 352)))
    assert all(margin.getextrema() == (250, 250) for margin in margins)


@pytest.mark.parametrize("text", ["日本の事例", "حالة", "Müller", "a\u0301", "\x00", "🙂"])
def test_no_card_has_a_box_for_a_letter(text):
    """If the font lacks a character of the texts, there is no card."""
    assert card(text, KICKER, "s") is None
    assert card(TITLE, text, "s") is None
    assert card(TITLE, KICKER, text) is None


def test_dashes_and_spaces_are_drawn_as_the_font_can():
    """Dashes that the font lacks become hyphens, and no-break spaces become spaces."""
    assert card("a\u00a0–\u00a0b", "k", "s") == card("a - b", "k", "s")
