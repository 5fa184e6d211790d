"""Stories are read without what follows them; services and manuals are read whole."""

import json

import pytest
from datasets import OWN
from web_pages import read

PAGES = sorted((OWN / "web/written").glob("*.html"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_written_page_gives_its_text_alone(page):
    """All wanted lines are in the text, in order, without teasers and menus."""
    truth = json.loads(page.with_suffix(".json").read_text("utf-8"))
    text = read(page.read_bytes(), truth["url"]).text
    assert [line for line in truth["with"] if line not in text] == []
    assert [line for line in truth["without"] if line in text] == []
    places = [text.index(line) for line in truth["with"]]
    assert places == sorted(places)


def test_the_written_pages_are_there():
    """The pages are found, so that the test above is not empty."""
    assert len(PAGES) == 20
