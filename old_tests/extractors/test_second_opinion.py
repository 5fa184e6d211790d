"""Trafilatura is asked of less than the page, and says of it what it says of the page."""

import pytest
import trafilatura
from lxml import etree

from casebook.extractors.web.markup.parsing import parse
from casebook.extractors.web.second_opinion import quick_reading

STORY = "".join(
    f"<p>In week {n} the router sent each ticket to the team that could answer it.</p>"
    for n in range(12)
)
BESIDE = "<nav><a href=/>Home</a></nav><aside><p>Read our other stories of routers.</p></aside>"


@pytest.mark.parametrize(
    "body",
    [
        f"{BESIDE}<article><h1>How it routes</h1>{STORY}</article>",
        *(f"<{tag}>Menu{STORY}" for tag in ("button", "nav", "menu", "dialog", "label", "object")),
        f"<p>It began on <time>2 May 2024</time>.</p><table><tr><td>{STORY}</td></tr></table>",
        "<p>Soon.</p>",
        "",
    ],
)
def test_the_opinion_is_that_of_the_whole_page(body):
    """Most pages have their text in what it keeps; some in a button that nothing closes."""
    tree = parse(f"<html><head><title>How it routes</title></head><body>{body}</body></html>")
    before = etree.tostring(tree)
    whole = trafilatura.bare_extraction(tree, include_comments=False, fast=True)
    assert quick_reading(tree, "") == (whole.text if whole is not None else "")
    assert etree.tostring(tree) == before
