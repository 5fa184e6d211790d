"""A PDF's page beside the draft, in a real Chromium."""

import pytest
from pdf_case import QUOTE
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_page_opens_beside_the_draft_and_alone(address, pdf_case, page):
    """The boxes lie over the picture, and a quote's link scrolls to its box."""
    page.goto(f"{address}/cases/{pdf_case}")
    page.get_by_text("Page 2", exact=True).click()
    sheet = page.locator("#page-2 .paper")
    expect(sheet.locator("rect")).to_have_count(1)
    expect(sheet.locator("img")).to_have_js_property("complete", value=True)
    picture, boxes = (sheet.locator(name).bounding_box() for name in ("img", "svg"))
    assert picture["height"] > 300
    assert {side: round(picture[side]) for side in picture} == {
        side: round(boxes[side]) for side in boxes
    }
    page.locator("#s-1 a.choose").click()
    page.locator("#s-1 .where a", has_text="page 2").click()
    expect(page.locator("#quote rect")).to_be_in_viewport()
    expect(page.locator("li.on blockquote")).to_have_text(QUOTE)
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Page 3 of 3")
    assert page.errors == []
