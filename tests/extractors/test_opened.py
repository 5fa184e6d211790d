"""Tabs that are plain links: which places of a page a reader can turn to."""

import lxml.html
import pytest

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
