"""Tabs that are plain links: which places of a page a reader can turn to."""

import lxml.html

from casebook.extractors.visibility.opened import controls_of


def test_links_to_places_of_one_name_are_counted_once():
    """A link leads to the first of a name, however many there are: linear in the page."""
    links = '<a href="#a">A</a><a href="#b">B</a>' * 300
    root = lxml.html.document_fromstring(f"{links}<div><p id=b>x</p>{'<p id=a>y</p>' * 300}</div>")
    hidden = set(root.xpath("//p[@id='a']"))
    controls = controls_of(root, [], hidden)
    assert {name: len(found) for name, found in controls.items()} == {"a": 300}
