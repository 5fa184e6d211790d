"""Tabs that are plain links: which places of a page a reader can turn to."""

import lxml.html
import pytest

from casebook.extractors.visibility.hidden import strip_hidden
from casebook.extractors.visibility.markup.opened import controls_of, rows_of_tabs, unfolding


def test_links_to_places_of_one_name_are_counted_once():
    """A link leads to the first of a name, however many there are: linear in the page."""
    links = '<a href="#a">A</a><a href="#b">B</a>' * 300
    root = lxml.html.document_fromstring(f"{links}<div><p id=b>x</p>{'<p id=a>y</p>' * 300}</div>")
    hidden = set(root.xpath("//p[@id='a']"))
    controls = controls_of(root, [], hidden)
    assert {name: len(found) for name, found in controls.items()} == {"a": 300}


TAB = "<b role=tab>T</b>"
PANELS = "<p role=tabpanel>x</p><p role=tabpanel id=a hidden>y</p>"


@pytest.mark.parametrize(
    ("markup", "tabs"),
    [
        (f"<div role=tablist>{TAB * 2}</div>{PANELS}", 1),
        (f"<div><div role=tablist>{TAB * 2}</div></div><div>{PANELS}</div>", 1),
        (f"<div role=tablist>{TAB * 3}</div>{PANELS}", 0),
        (f"{TAB * 2}{PANELS}", 0),
        (f"<div role=tablist>{TAB * 2}</div>{PANELS.replace('role=tabpanel', '')}", 0),
    ],
)
def test_a_panel_without_a_name_is_opened_by_the_tab_in_its_place(markup, tabs):
    """Where there are as many tabs above as panels; the first tab is the first one's."""
    root = lxml.html.document_fromstring(f"<main>{markup}</main>")
    panel = root.get_element_by_id("a")
    assert list(unfolding(panel, rows_of_tabs(root.iter("*")))) == root.xpath("//b")[1 : 1 + tabs]


@pytest.mark.parametrize(
    "panel", ["<p role=tabpanel hidden>x", "<div><p role=tabpanel hidden>x</div>"]
)
def test_panels_without_end_cost_little(panel):
    """What holds them is not searched for tabs by each of them."""
    root = lxml.html.document_fromstring(f"<main>{panel * 100_000}</main>")
    rows = rows_of_tabs(root.iter("*"))
    assert not any(tab for one in root.iter("p") for tab in unfolding(one, rows))


SAID = "<p>It rose from 61 to 88 percent within a month.</p>"


@pytest.mark.parametrize(
    ("markup", "opens"),
    [
        (f"<button onclick=\"openTab(event, 'a')\">After</button><div id=a>{SAID}</div>", 1),
        (f"<a onclick=\"show('#a');return false\">More</a><div id=a>{SAID}</div>", 1),
        (f"<button onclick=\"openTab(event, 'b')\">After</button><div id=a>{SAID}</div>", 0),
        (f"<p data-call=\"show('a')\">More</p><div id=a>{SAID}</div>", 0),
        (f"<button onclick=\"ask('a')\">Ask</button><div id=a role=dialog>{SAID}</div>", 0),
        (f"<nav><button onclick=\"show('a')\">Menu</button><div id=a>{SAID}</div></nav>", 0),
        (
            "<button onclick=\"show('a')\">Of</button><div id=a><a href=/>All of our goods</a></div>",
            0,
        ),
    ],
)
def test_a_click_that_calls_a_script_with_a_name_opens_what_is_named_so(markup, opens):
    """Tabs and "Show more" of pages without a library; not menus, and not dialogues."""
    root = lxml.html.document_fromstring(f"<main>{markup}</main>")
    controls = controls_of(root, [], {root.get_element_by_id("a")})
    assert len(controls.get("a", [])) == opens


@pytest.mark.parametrize(
    ("style", "shown"),
    [("", True), ("style='display:none'", False), ("style='font-size:0'", False)],
)
def test_a_call_from_a_control_that_nobody_sees_opens_nothing(style, shown):
    """Else a page could hand any text to the model."""
    prose = "".join(f"<p>In week {n} the desk sorted {n}00 letters by hand.</p>" for n in range(9))
    control = f"<button {style} onclick=\"show('a')\">Show the rest</button>"
    markup = f"<body>{prose}{control}<div id=a style='display:none'>{SAID}</div></body>"
    root = lxml.html.document_fromstring(markup)
    told = strip_hidden(root)
    assert ("88 percent" in root.text_content()) is shown
    assert bool(told) is not shown


def test_many_calls_for_one_part_cost_little():
    """Whether a part is a menu is asked once, however many controls name it."""
    calls = "<b onclick=\"show('a')\">More</b>" * 5_000
    root = lxml.html.document_fromstring(f"<main>{calls}<div id=a>{'<p>x y z</p>' * 20_000}</div>")
    controls = controls_of(root, [], {root.get_element_by_id("a")})
    assert len(controls["a"]) == 5_000
