"""Stories are read without what follows them; services and manuals are read whole."""

import pytest
from web_pages import read
from written_pages import PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_written_page_gives_its_text_alone(name):
    """All wanted lines are in the text, in order, without teasers and menus."""
    page = PAGES[name]
    text = read(page.html, page.url).text
    assert [line for line in page.wanted if line not in text] == []
    assert [line for line in page.unwanted if line in text] == []
    places = [text.index(line) for line in page.wanted]
    assert places == sorted(places)
