"""What a box of one colour lies over is hidden, what is set above it or beside it is not."""

import pytest
from hidden_words import SECRET, SEEN, strip

BOX = "content:'';position:absolute;inset:0;background:#fff"
OVER = "<div class='o'><p class='x'>{}</p><div class='b'></div></div>"


@pytest.mark.parametrize(
    ("sheet", "markup"),
    [
        (f".x{{position:relative}}.x::after{{{BOX}}}", "<p class='x'>{}</p>"),
        (f".x{{position:relative}}.x::before{{{BOX}}}", "<p class='x'>{}</p>"),
        (f".x{{position:relative}}.x::after{{{BOX}}}", "<div class='x'><p>{}</p></div>"),
        (
            f".x{{position:relative}}.x::after{{{BOX}}}b{{position:relative}}",
            "<p class='x'><b>{}</b></p>",
        ),
        (
            f".x{{position:relative}}.x::before{{{BOX};z-index:2}}b{{position:relative;z-index:1}}",
            "<p class='x'><b>{}</b></p>",
        ),
        (".o{position:relative}.b{position:absolute;inset:0;background:#fff}", OVER),
        (
            ".o{position:relative}.b{position:absolute;top:0;left:0;width:100%;height:100%;background:#eee}",
            OVER,
        ),
        (
            ".o,.x{position:relative}.b{position:absolute;inset:0;background:#fff}",
            OVER,
        ),
    ],
)
def test_what_lies_under_a_box_is_hidden(sheet, markup):
    """The box spans the element, is of one colour and painted after the text."""
    found, text = strip(markup.format(SECRET), f"<style>{sheet}</style>")
    assert SECRET not in text
    assert [piece.reason for piece in found] == ["covered by a box"]


@pytest.mark.parametrize(
    ("sheet", "markup"),
    [
        (f".x::after{{{BOX}}}", "<p class='x'>{}</p>"),
        (f".x{{position:relative}}.x::after{{{BOX};opacity:.5}}", "<p class='x'>{}</p>"),
        (f".x{{position:relative}}.x::after{{{BOX};background:#fff8}}", "<p class='x'>{}</p>"),
        (f".x{{position:relative}}.x::after{{{BOX};transform:scale(0)}}", "<p class='x'>{}</p>"),
        (f".x{{position:relative}}.x::after{{{BOX};top:auto;height:2px}}", "<p class='x'>{}</p>"),
        (f".x{{position:relative}}.x::before{{{BOX};z-index:-1}}", "<p class='x'>{}</p>"),
        (
            f".x{{position:relative}}.x::before{{{BOX}}}b{{position:relative}}",
            "<p class='x'><b>{}</b></p>",
        ),
        (
            f".x{{position:relative}}.x::after{{{BOX}}}b{{position:relative;z-index:1}}",
            "<p class='x'><b>{}</b></p>",
        ),
        (".o{position:relative}.b{position:absolute;inset:0;background:#fff;display:none}", OVER),
        (".o{position:relative}.b{position:absolute;inset:0;background:url(a.png)}", OVER),
        (".o{position:relative}.b{position:absolute;inset:auto 0 0;background:#fff}", OVER),
        (
            ".o{position:relative}.b{position:absolute;inset:0;background:#fff}",
            "<div class='o'><div class='b'><p>{}</p></div></div>",
        ),
        (
            ".o{position:relative}.b,.x{position:absolute;inset:0;background:#fff}",
            OVER,
        ),
        (
            ".o{position:relative}.b{position:absolute;inset:0;background:#fff}.o .b{top:auto;height:9px}",
            OVER,
        ),
        (".b{position:absolute;inset:0;background:#fff}", OVER),
        (".b{position:fixed;inset:0;background:#fff;z-index:9999}", OVER),
    ],
)
def test_what_no_box_lies_over_stays(sheet, markup):
    """It is clear, small, behind the text, one of several slides, or over all of the page."""
    assert SECRET in strip(markup.format(SECRET), f"<style>{sheet}</style>")[1]


def test_an_overlay_over_most_of_a_page_hides_nothing():
    """It goes once a reader has agreed, or the page has loaded."""
    page = f"<div class='o'>{SEEN * 3}<div class='b'>We use cookies.</div></div>"
    sheet = ".o{position:relative}.b{position:absolute;inset:0;background:#fff}"
    assert strip(page, f"<style>{sheet}</style>")[1].count("router") == 80
