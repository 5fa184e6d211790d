"""An element holds what it holds in a browser, where that matters for what is seen."""

import time

import pytest
from hidden_words import SECRET, SEEN

from casebook.extractors.visibility.hidden import strip_hidden
from casebook.extractors.web.markup.endings import as_opened, keep_open
from casebook.extractors.web.markup.parsing import parse

SECONDS = 2.0
INNER = {
    "table": "<table><tr><td>{}</td></tr></table>",
    "li": "<ul><li>{}</li></ul>",
    "dl": "<dl><dd>{}</dd></dl>",
    "menu": "<menu><li>{}</li></menu>",
}


def left_of(inner: str, head: str = "") -> str:
    root = parse(f"<html><head>{head}</head><body>{SEEN}{inner}<p>After.</p></body></html>")
    strip_hidden(root)
    assert not [one.tag for one in root.iter("*") if one.tag.startswith("kept")]
    return " ".join(root.text_content().split())


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        *((tag, "p") for tag in "b big i s small strike tt u h1 h2 h6".split()),
        ("h3", "table"),
        ("h3", "form"),
        ("a", "table"),
        ("address", "form"),
        ("ul", "form"),
        ("ol", "form"),
        ("pre", "table"),
        ("address", "li"),
        ("dir", "dl"),
        ("dl", "li"),
        ("dt", "dl"),
        ("font", "center"),
        ("legend", "fieldset"),
        ("menu", "dd"),
        ("menu", "ul"),
        ("ul", "address"),
        ("ul", "menu"),
    ],
)
@pytest.mark.parametrize("how", ["hidden", 'title=">" style="display:none"', "\fhidden"])
def test_what_an_element_hides_stays_in_it(outer, inner, how):
    """A paragraph, a table or a form does not end what holds it."""
    held = INNER.get(inner, f"<{inner}>{{}}</{inner}>").format(SECRET)
    left = left_of(f"<{outer} {how}>No.{held}</{outer}>")
    assert SECRET not in left
    assert left.endswith("After.")


@pytest.mark.parametrize("tag", ["ul", "h2", "address", "menu"])
def test_what_is_kept_open_still_ends_the_paragraph_before_it(tag):
    """A hidden paragraph of which nothing tells the end does not hide the list behind it."""
    left = left_of(
        f"<p hidden>No <b>way</b>.<{tag} class=z>Seen too.<form>So it was.</form></{tag}>"
    )
    assert "No" not in left
    assert "Seen too." in left
    assert "So it was." in left


@pytest.mark.parametrize(
    "hidden",
    [
        "<dl><dt style='display:none'>No.<dd>Seen too.<dl><dt>So it was.</dt></dl></dd></dt></dl>",
        "<a hidden>No.<a href=/>Seen too.</a> So it was.<table><tr><td>All.</table></a>",
    ],
)
def test_what_ends_its_like_in_browsers_too_does(hidden):
    """An answer ends its question, a link the one before it, whatever stands behind."""
    left = left_of(hidden)
    assert "No." not in left
    assert "Seen too. So it was." in left.replace("too.So", "too. So")


@pytest.mark.parametrize(
    ("outer", "inner"), [("i", "p"), ("h2", "p"), ("a", "table"), ("address", "ul"), ("dt", "dl")]
)
@pytest.mark.parametrize("how", ["class=x", "id=y"])
def test_what_a_rule_hides_by_a_name_stays_in_it(outer, inner, how):
    """Rules name elements as well as attributes do, behind however many links with a class."""
    links = "<a class=z href=/>Home</a> " * 2_500
    held = INNER.get(inner, f"<{inner}>{{}}</{inner}>").format(SECRET)
    sheet = "<style>.x, #y{opacity:0}</style>"
    assert SECRET not in left_of(f"{links}<{outer} {how}>No.{held}</{outer}>", sheet)


@pytest.mark.parametrize("tag", ["s", "strike"])
def test_paragraphs_that_are_struck_out_are_not_said(tag):
    """The line goes through all paragraphs in the element, and through none behind it."""
    left = left_of(
        f"<{tag}><p>It saved a half.</p><p>All of it.</p></{tag}><p>It saved a tenth.</p>"
    )
    assert "half" not in left
    assert "All of it" not in left
    assert "It saved a tenth." in left


@pytest.mark.parametrize("nested", ["<i class=a>A.</i>", "<i>A.</i><i hidden>B.</i>"])
def test_elements_of_the_same_name_are_told_apart(nested):
    """The end of one within is not the end of what holds it."""
    assert SECRET not in left_of(f"<i hidden>{nested}<p>{SECRET}</p></i>")
    assert SECRET in left_of(f"<i hidden>{nested}</i><p>{SECRET}</p><i>C.</i>")


@pytest.mark.parametrize(
    "inner",
    ["<b hidden>No.</b><p>{}</p>", "<h2 style='color:#000'><p>{}</p></h2>", "<b hidden><p>{}"],
)
def test_what_stands_behind_stays(inner):
    """An element that ends before, one that hides nothing, and one that never ends."""
    assert SECRET in left_of(inner.format(SECRET))


@pytest.mark.parametrize(
    "inner",
    [
        "<p hidden/>{}</p>",
        "<div style='display:none'/><p>{}</p></div>",
        "<div hidden>No.</body><p>{}</p></div>",
        "<div hidden>No.</body></html>{}</div>",
    ],
)
def test_what_browsers_pass_over_ends_nothing(inner):
    """A slash in a start tag, and the end of a page within an element."""
    assert SECRET not in left_of(inner.format(SECRET))


def test_a_slash_after_a_line_strikes_out_what_follows():
    """Browsers read it as the start of what is struck out."""
    assert "not" not in left_of("<p>It did <s/>not</s> improve.</p>").partition("It did")[2]


@pytest.mark.parametrize(
    "inner", ["<div class=a/><p>{}</p>", "<br hidden/>{}", "<a id=a/><p>{}</p>", "<img hidden/>{}"]
)
def test_a_slash_changes_nothing_where_nothing_is_hidden(inner):
    """Anchors without an end, breaks and pictures stay what they are."""
    assert SECRET in left_of(inner.format(SECRET))


def test_xml_ends_elements_with_a_slash():
    """A page that says it is XML is read as such."""
    root = parse(f"<?xml version='1.0'?><html><body>{SEEN}<p hidden=''/>{SECRET}</body></html>")
    strip_hidden(root)
    assert SECRET in root.text_content()


@pytest.mark.parametrize("tag", ["textarea", "xmp"])
def test_markup_that_is_shown_as_written_stays_as_written(tag):
    """No name of ours gets into the words of an example."""
    shown = '<b class="x"><p>One.</p></b>'
    root = parse(f"<html><body>{SEEN}<{tag}>{shown}</{tag}></body></html>")
    assert next(root.iter(tag)).text == shown


@pytest.mark.parametrize(
    "markup",
    [
        f"<div {'style= ' * 50_000}/>",
        "<b class=x>" * 50_000 + "<p>",
        "<s><p>x</p>" * 50_000,
    ],
    ids=["styles", "starts", "struck"],
)
def test_elements_that_never_end_take_the_time_of_their_length(markup):
    """Each was looked for anew to the end of the page: minutes, at this length."""
    began = time.process_time()
    keep_open(as_opened(markup))
    assert time.process_time() - began < SECONDS
