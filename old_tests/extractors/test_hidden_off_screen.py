"""Boxes set beyond the edges of the screen: each was held against what Chromium paints."""

import pytest
from hidden_words import SECRET, strip

BOX = f'<div class="post"><p>First.</p><p class="x">{SECRET}</p></div>'


@pytest.mark.parametrize(
    "sheet",
    [
        *(
            f".x{{position:absolute;left:{no_place};right:9999px}}"
            for no_place in ("initial", "unset", "revert", "none", "inherit", "var(--none)", "5")
        ),
        ".x{position:absolute;top:revert;bottom:9999px}",
        ".x{position:relative;top:10%;bottom:9999px}",
        ".x{position:fixed;left:0;right:-9999px;text-align:right}",
        ".x{position:fixed;left:0;right:-9999px;direction:rtl}",
        ".x{position:fixed;left:0;right:9999px;overflow:hidden}",
        ".x{position:fixed;left:0;right:-9999px;margin:auto;width:200px}",
        ".x{position:fixed;left:0;right:-9999px;justify-self:end;width:200px}",
        ".x{position:fixed;top:0;bottom:-9999px;align-content:end}",
        ".x{position:fixed;top:0;bottom:-9999px;display:flex;align-items:flex-end}",
        ".post{text-align:center}.x{position:absolute;left:0;right:-9999px}",
        ".post{direction:rtl}.x{position:relative;left:0;right:9999px}",
        ".x{position:fixed;left:0;right:-9999px;writing-mode:vertical-rl}",
        ".x{position:fixed;left:0;right:-9999px;text-align-last:right}",
    ],
)
def test_a_far_side_hides_where_the_one_across_does_not_hold_the_text(sheet):
    """A right side counts without a left one, and where the text is set from the right."""
    _assert_hidden(sheet)


@pytest.mark.parametrize(
    "attribute", ['dir="rtl"', 'align="right"', 'style="text-align:right"', 'style="direction:rtl"']
)
def test_a_far_side_hides_what_is_set_from_it_by_what_it_stands_in(attribute):
    """What is around a text tells from which side it is set."""
    inner = f'<p style="position:absolute;left:0;right:-9999px">{SECRET}</p>'
    found, text = strip(f"<div {attribute}>{inner}</div>")
    assert SECRET not in text
    assert [piece.text for piece in found] == [SECRET]


@pytest.mark.parametrize(
    ("attribute", "sheet"),
    [
        ('align="right"', ""),
        ('dir="rtl"', ""),
        ('class="y"', ".y{text-align:right}"),
        ('class="y"', ".y{float:right}"),
        ('class="y"', ".y{margin-left:auto;width:200px}"),
        ('class="y"', ".y{position:absolute;right:0}"),
    ],
)
def test_a_far_side_hides_what_is_set_from_it_within(attribute, sheet):
    """A box from one side to a far one is as wide as both say, and its end is out of sight."""
    sheet = f".x{{position:absolute;left:0;right:-9999px}}{sheet}"
    found, text = strip(
        f'<div class="x"><p {attribute}>{SECRET}</p></div>', f"<style>{sheet}</style>"
    )
    assert SECRET not in text
    assert [piece.text for piece in found] == [SECRET]


@pytest.mark.parametrize(
    "sheet",
    [
        ".x{position:fixed;left:0;right:9999px}p.x{left:auto}",
        ".x{position:fixed;top:0;bottom:-100vh}p.x{top:auto}",
        ".x{position:absolute;left:1000px;transform:translateX(-1000px)}p.x{left:0}",
        ".x{left:1000px;transform:translateX(-1000px)}",
        ".x{position:fixed;top:100vh;margin-top:-60px}p.x{margin-top:0}",
        ".x{position:fixed;top:100vh;transform:translateY(-50vh)}p.x{transform:none}",
        ".x{margin-left:-9999px;padding-left:9999px}p.x{padding-left:0}",
    ],
)
def test_what_one_rule_takes_back_another_may_unsay(sheet):
    """No rule is passed over for what it says beside."""
    _assert_hidden(sheet)


@pytest.mark.parametrize(
    "sheet",
    [
        ".x{position:fixed;left:1000%;transform:translateX(-1000%)}",
        ".x{position:absolute;left:1000px;transform:translateX(-1000px) translateX(-1000px)}",
        ".x{position:absolute;left:1000px;translate:-1000px;transform:translateX(-1000px)}",
        ".x{position:fixed;top:100vh;transform:none}",
        ".x{position:fixed;top:100vh;translate:none}",
        ".x{position:fixed;top:100vh;transform:translateX(-50%)}",
        ".x{position:fixed;top:100vh;transform:translateY(10px)}",
        ".x{position:fixed;top:-100vh;margin-top:-60px}",
        ".x{position:fixed;top:100vh;margin-top:-1px}",
        ".x{position:fixed;top:200vh;margin-top:-60px}",
        ".x{position:fixed;bottom:-100vh;margin-bottom:-60px}",
        ".x{position:fixed;left:100vi}",
        ".post{transform:none;filter:none;will-change:opacity}.x{position:fixed;top:100%}",
        ".post{contain:paint}.x{position:fixed;top:100%}",
    ],
)
def test_what_does_not_come_back_is_hidden(sheet):
    """A move or a margin counts by where it leads, and by how far."""
    _assert_hidden(sheet)


@pytest.mark.parametrize(
    "sheet",
    [
        ".x{position:fixed;top:-100vh;margin-top:100vh}",
        ".x{position:fixed;bottom:-100vh;margin-bottom:100vh}",
        ".x{position:fixed;right:100vw;margin-right:-60px}",
        ".x{position:fixed;bottom:100vh;margin-bottom:-60px}",
        ".x{position:fixed;left:100vw}p.x{margin-left:-99px}",
        ".x{position:fixed;top:-100vh;padding-top:100vh}",
        ".x{position:fixed;top:-100vh;bottom:-100vh;margin:auto;height:20px}",
        ".x{position:fixed;left:100vw;transform:translate3d(-100%,0,0)}",
        ".post{text-align:center}.x{position:fixed;left:0;right:-100%;text-align:left}",
        ".post{text-align:center}.x{position:relative;left:0;right:-100%}",
        *(
            f".post{{{holds}}}.x{{position:fixed;top:100%}}"
            for holds in (
                "backdrop-filter:blur(3px)", "transform:translateZ(0)", "filter:blur(0)",
                "perspective:10px", "will-change:transform", "contain:layout",
            )
        ),
    ],
)  # fmt: skip
def test_what_is_brought_back_or_held_by_a_box_stays(sheet):
    """A menu hangs below its bar, in which a filter holds what is fixed."""
    found, text = strip(BOX, f"<style>{sheet}</style>")
    assert SECRET in text
    assert not found


@pytest.mark.parametrize(
    ("sheet", "style"),
    [
        (".x{position:fixed;top:0!important}", "top:100vh"),
        (".x{position:fixed;margin-top:-60px}", "top:100vh"),
        (".x{position:fixed;left:0}", "right:-9999px"),
        (".x{position:fixed;right:-9999px}", "left:0"),
    ],
)
def test_what_a_sheet_says_beside_an_attribute_counts(sheet, style):
    """Places in sheets are read where only a style attribute sets a text far away."""
    found, text = strip(f'<p class="x" style="{style}">{SECRET}</p>', f"<style>{sheet}</style>")
    assert SECRET in text
    assert not found


def test_a_left_side_wins_once_a_box_is_checked():
    """What a click gives a left side comes into sight, whatever is said of the right one."""
    box = '<input type="checkbox" id="t"><label for="t">Show the rest of it</label>'
    sheet = ".x{position:fixed;right:-9999px}#t:checked~.x{left:0}"
    found, text = strip(f'{box}<p class="x">{SECRET}</p>', f"<style>{sheet}</style>")
    assert SECRET in text
    assert not found


def _assert_hidden(sheet):
    found, text = strip(BOX, f"<style>{sheet}</style>")
    assert SECRET not in text
    assert [piece.text for piece in found] == [SECRET]
