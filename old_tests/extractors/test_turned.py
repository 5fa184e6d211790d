"""What a page shows once a box on it is checked, or a link within it followed, is content."""

import pytest
from hidden_words import SECRET, strip
from hidden_words import SEEN as SEEN_TEXT

from casebook.extractors.visibility.hidden import strip_hidden
from casebook.extractors.web.markup.parsing import parse

BOX = "<input type=checkbox id=a>"
LABEL = "<label for=a>Show</label>"
SHOWN = ".p{display:none}#a:checked~.p{display:block}"
TABS = (
    "<input type=radio name=t id=a checked>{label}<input type=radio name=t id=b>"
    "<label for=b>Two</label>"
)

SEEN = [
    (SHOWN, f"{BOX}{LABEL}<p class=p>{{}}</p>"),
    (f"{SHOWN}#a{{display:none}}", f"{BOX}{LABEL}<p class=p>{{}}</p>"),
    (SHOWN, f"<b>x</b>{TABS.format(label='')}<p class=p>{{}}</p>"),
    (
        ".p{display:none}#b:checked~.two{display:block}",
        f"{TABS.format(label=LABEL)}<p class=p>One.</p><p class='p two'>{{}}</p>",
    ),
    ("#a:not(:checked)+label+.p{display:none}", f"{BOX}{LABEL}<p class=p>{{}}</p>"),
    (
        ".p{max-height:0;overflow:hidden}input:checked~.p{max-height:99em}",
        f"{BOX}{LABEL}<p class=p>{{}}</p>",
    ),
    (
        ".p{display:none}div:has(#a:checked) .p{display:block}",
        f"<div><label>{BOX} Show</label><p class=p>{{}}</p></div>",
    ),
    (
        ".p{visibility:hidden;opacity:0}#a:checked~.p{visibility:visible;opacity:1}",
        f"{BOX}{LABEL}<p class=p>{{}}</p>",
    ),
    (".p{display:none}.p:target{display:block}", "<a href='#m'>More</a><p class=p id=m>{}</p>"),
    (
        f".q{{display:none}}#q:checked~.q{{display:block}}{SHOWN}",
        f"<input type=checkbox id=q><label for=q>+</label><div class=q>{BOX}{LABEL}<p class=p>{{}}",
    ),
    ("#a:checked~.p{display:none}", f"{BOX}{LABEL}<p class=p>{{}}</p>"),
    (
        f"{SHOWN}.q{{display:none}}#b:checked~.p .q{{display:block}}",
        (
            f"{BOX}{LABEL}<input type=checkbox id=b><label for=b><b>+</b></label>"
            "<div class=p><p class=q>{}</p></div>"
        ),
    ),
    (
        ".p{display:none}#c:checked~.three{display:block}",
        (
            f"{TABS.format(label='')}<input type=radio name=t id=c><label for=c>C</label>"
            "<p class='p three'>{}</p>"
        ),
    ),
    (
        ".hidden{display:none}#a:checked~.peer\\:block{display:block}",
        f"{BOX}{LABEL}<p class='hidden peer:block'>{{}}</p>",
    ),
]
UNSEEN = [
    ("#a:checked~.hidden{color:red}", f"{BOX}{LABEL}<p class=hidden>{{}}</p>"),
    (f"{SHOWN}#a{{display:none}}", f"{BOX}<p class=p>{{}}</p>"),
    (f"{SHOWN}#a{{display:none}}", f"{BOX}<label for=a></label><p class=p>{{}}</p>"),
    (f"{SHOWN}#a,label{{display:none}}", f"{BOX}{LABEL}<p class=p>{{}}</p>"),
    (
        "#a{display:none}#a:checked~.p{display:none}",
        "<input type=checkbox id=a checked><p class=p>{}</p>",
    ),
    (SHOWN, f"{BOX}{LABEL}<p class=p hidden>{{}}</p><p class=p>Else.</p>"),
    (".p{display:none}#z:checked~.p{display:block}", f"{BOX}{LABEL}<p class=p>{{}}</p>"),
    (".p{display:none}#a:checked~.p{opacity:0}", f"{BOX}{LABEL}<p class=p>{{}}</p>"),
    (".p{display:none}.p:target{display:block}", "<p class=p id=m>{}</p>"),
    (
        ".p,a{display:none}.p:target{display:block}",
        "<a href='#m'>More</a><p class=p id=m>{}</p>",
    ),
    (
        ".p{display:none}div:checked~.p{display:block}",
        "<a href='#m'>More</a><div id=m>x</div><p class=p>{}</p>",
    ),
    *(
        (f"{SHOWN}#a{{display:none}}label{{{style}}}", f"{BOX}{LABEL}<p class=p>{{}}</p>")
        for style in ("font-size:0", "color:#fff", "color:transparent", "text-indent:-9999px")
    ),
    *(
        (f"{SHOWN}#a{{appearance:none}}", f"{BOX}<label for=a>{empty}</label><p class=p>{{}}</p>")
        for empty in ("<br>", "<b></b>", "<b hidden>Show</b>", "\u200b", "\u3164")
    ),
    (SHOWN, f"{BOX.replace('>', ' disabled>')}{LABEL}<p class=p>{{}}</p>"),
    (SHOWN, f"<fieldset disabled>{BOX}{LABEL}<p class=p>{{}}</p></fieldset>"),
    (
        ".p{display:none}#a:not(:checked)~.p{display:block}",
        f"<input type=radio id=a checked>{LABEL}<p class=p>{{}}</p>",
    ),
    (
        ".p{display:none}#a:checked~#b:checked~.p{display:block}",
        f"{TABS.format(label=LABEL)}<p class=p>{{}}</p>",
    ),
    (
        ".p{display:none}#m:target~#n:target~.p{display:block}",
        "<a href='#m'>A</a><a href='#n'>B</a><i id=m></i><i id=n></i><p class=p>{}</p>",
    ),
    *(
        (f"{SHOWN}#a:checked~.p b{{{style}}}", f"{BOX}{LABEL}<div class=p>So. <b>{{}}</b></div>")
        for style in ("display:none", "color:#fff", "visibility:hidden")
    ),
    (".p{display:none}.p:target{display:block}", "<a href='#m'> </a><p class=p id=m>{}</p>"),
]


@pytest.mark.parametrize(("sheet", "markup"), SEEN)
def test_what_a_reader_turns_to_by_a_click_stays(sheet, markup):
    """Tabs and accordions of pages without scripts, also within each other; nothing is told."""
    found, text = strip(markup.format(SECRET), f"<style>{sheet}</style>")
    assert SECRET in text
    assert SECRET not in [piece.text for piece in found]


@pytest.mark.parametrize(("sheet", "markup"), UNSEEN)
def test_what_no_click_of_a_reader_shows_is_gone(sheet, markup):
    """Nor what no state of the page shows, or what is hidden in the part that a click opens.

    A box without a label that is seen opens nothing, nor does one that cannot be turned.
    """
    found, text = strip(markup.format(SECRET), f"<style>{sheet}</style>")
    assert SECRET not in text
    assert SECRET in [piece.text for piece in found]


@pytest.mark.parametrize(("sheet", "markup"), [SEEN[0], SEEN[3], SEEN[4], SEEN[6], SEEN[8]])
def test_a_browser_shows_it_after_the_click(sheet, markup, page):
    """What is taken for content here is what Chromium shows once its label or link is clicked."""
    page.set_content(f"<style>{sheet}</style>{markup.format(SECRET)}")
    page.locator("label, a").last.click()
    assert page.get_by_text(SECRET).is_visible()


def test_a_label_over_the_part_that_it_shows_is_its_heading():
    """As questions stand over answers; labels of tabs stand in a row, and those of forms alone."""
    answer = "We wrote the names of the products into the prompt and ran old tickets each night. "
    asked = "".join(
        f"<div><input type=checkbox id=a{n}><label for=a{n}>{why}</label><p class=p>{answer * 2}</p></div>"
        for n, why in enumerate(("What went wrong?", "And then?"))
    )
    rest = f"{TABS.format(label=LABEL)}<p class=p>{answer}</p><form><input type=checkbox id=c>"
    sheet = ".p{max-height:0;overflow:hidden}input:checked~.p{max-height:99em}"
    root = parse(
        f"<style>{sheet}</style>{SEEN_TEXT}{asked}{rest}<label for=c>Agreed</label></form>"
    )
    strip_hidden(root)
    assert [one.text for one in root.iter("h3")] == ["What went wrong?", "And then?"]


def test_boxes_and_places_without_end_cost_little():
    """States of a page are looked at in a number that goes down with its length."""
    many = range(20_000)
    boxes = "".join(f"<input type=radio name=t id=b{n}><label for=b{n}>x</label>" for n in many)
    links = "".join(f"<a href='#p{n}'>x</a><p class=p id=p{n}>a</p>" for n in many)
    sheet = ".p{display:none}.p:target,input:checked+.q{display:block}"
    assert (
        SECRET not in strip(f"{boxes}{links}<p class=p>{SECRET}</p>", f"<style>{sheet}</style>")[1]
    )
