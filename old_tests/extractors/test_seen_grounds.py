"""Inks and grounds that no rule states for the text itself, and text that only looks away."""

import pytest
from hidden_words import SECRET, SEEN, strip

BOX = '<div class="post"><p class="x">{}</p></div>'


@pytest.mark.parametrize(
    ("sheet", "box"),
    [
        (".x{background-color:transparent}.x{background:#123;color:#fff}", BOX),
        (".x{background-image:none}.x{background:#123;color:#fff}", BOX),
        (
            ".x{background-color:transparent;background-image:linear-gradient(#123,#456);color:#fff}",
            BOX,
        ),
        (
            (
                ".post{background:#123}.x{color:#fff;background-image:linear-gradient(#fff,#fff);"
                "background-size:0 1px;background-repeat:no-repeat}"
            ),
            BOX,
        ),
        (".post{color:#000;background:#000}", '<p class="post"><a href="/a">{}</a></p>'),
        ("button{color:#fff}.post{background:#000}", '<div class="post"><button>{}</button></div>'),
        (".post{background:#000}", '<div class="post"><button>{}</button></div>'),
        ("", '<div bgcolor="#000000"><p>{}</p></div>'),
    ],
)
def test_a_text_on_the_ground_that_browsers_paint_is_seen(sheet, box):
    """The later of two grounds counts; a gradient lies on a colour; links have a colour."""
    assert SECRET in strip(box.format(SECRET), f"<style>{sheet}</style>")[1]


@pytest.mark.parametrize(
    ("sheet", "box"),
    [
        (".x{background:#123;color:#fff}.x{background:#fff}", BOX),
        (".x{background:#123;color:#fff}.x{background-color:#fff}", BOX),
        (".post{background:#000}", BOX),
        (".post{background:#000}", '<div class="post"><a name="a">{}</a></div>'),
        ("", '<p bgcolor="#000000" style="color:#fff">{}</p>'),
        (
            "body{color:#000}",
            '<div style="background:#000"><button style="background:none">{}</button></div>',
        ),
        (".post a{color:#fff}", '<div class="post"><a href="/a">{}</a></div>'),
        ("", '<table><tr><td bgcolor="#000000"><p>{}</p></td></tr></table>'),
    ],
)
def test_a_text_in_the_colour_of_its_ground_is_hidden_though_nothing_states_one(sheet, box):
    """Black is what browsers write in where a page says no other colour."""
    assert SECRET not in strip(box.format(SECRET), f"<style>{sheet}</style>")[1]


@pytest.mark.parametrize(
    "head", ['<link rel="stylesheet" href="a.css">', "<style>@import url(a.css);</style>"]
)
def test_ink_that_a_sheet_elsewhere_may_state_is_not_known(head):
    """A dark box whose ink is in a file is read."""
    for tag in ("div", "button", "a href=/a"):
        box = f'<{tag} style="background:#000">{SECRET}</{tag.split()[0]}>'
        assert SECRET in strip(box, head)[1]


def test_what_is_hidden_within_a_page_that_waits_for_its_scripts_is_hidden():
    """A script shows the page, not all that is put away in it."""
    inner = f'<p class="x">{SECRET}</p><h1>Seen</h1>{SEEN}'
    hidden = "<style>.x{display:none}</style>"
    for page in (f"<main style='display:none'>{inner}</main>", f"<main hidden>{inner}</main>"):
        found, text = strip(page, hidden)
        assert (text.count("router"), SECRET in text) == (40, False)
        assert SECRET in {piece.text for piece in found}


def test_parts_that_fade_in_one_within_another_stay():
    """What fades in with a part that does, too, is no less shown."""
    part = f'<section style="opacity:0">{SEEN}<p style="opacity:0">{SECRET}</p></section>'
    assert SECRET in strip(part)[1]


HOLY = "<div class='one'>{}</div><div class='two'>{}</div>"


@pytest.mark.parametrize(
    "sheet",
    [
        ".one{float:left;width:100%}.two{float:left;width:230px;margin-left:-100%}",
        "body{display:flex}.one{width:100%}.two{width:230px;margin-left:-100%}",
    ],
)
def test_a_column_that_is_drawn_up_beside_another_is_seen(sheet):
    """Sphinx sets its menu so: moved back by the width of the text that floats before."""
    assert SECRET in strip(HOLY.format("Text", SECRET), f"<style>{sheet}</style>")[1]


@pytest.mark.parametrize(
    "sheet",
    [
        ".two{float:left;margin-left:-100%}",
        ".one{float:left}.two{float:left;margin-left:-100%}",
        ".one{float:left;width:100%}.two{margin-left:-100%}",
        ".one{float:left;width:100%}.two{float:left;margin-left:-300%}",
        ".one{float:left;width:100%}.two{float:left;margin-left:-9999px}",
    ],
)
def test_what_a_margin_draws_off_the_screen_is_hidden(sheet):
    """Beside no column, or farther than its width."""
    assert SECRET not in strip(HOLY.format("Text", SECRET), f"<style>{sheet}</style>")[1]


def test_a_shadow_trees_sheet_cannot_leave_it():
    """A bracket too many ends nothing; its rules count for the tree alone."""
    shadow = "<div><template shadowrootmode=open><style>} .x{display:block!important}</style></template></div>"
    assert SECRET not in strip(shadow + BOX.format(SECRET), "<style>.x{display:none}</style>")[1]
