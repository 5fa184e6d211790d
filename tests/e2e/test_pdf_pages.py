"""A PDF's page beside the draft, in a real Chromium."""

from pathlib import Path

import pytest
from case_views import a_quote, a_statement
from playwright.sync_api import expect

from extractors.pdf.reader import read
from flows.identity import document_from
from schemas.cases import CaseStudy
from schemas.sources import Payload, Snapshot

pytestmark = pytest.mark.browser

EXAMPLE = Path(__file__).parents[2] / "examples" / "claims-copilot.pdf"
QUOTE = "the writing model see the material, and it sees facts, not pages"


@pytest.fixture
def case_id(build, services):
    """A draft of the example with one quote on its second page."""
    payload = Payload(data=EXAMPLE.read_bytes(), media_type="application/pdf", name=EXAMPLE.name)
    about, size = payload.model_dump(exclude={"data"}), len(payload.data)
    sha256 = services.blobs.put(payload.data)
    kept = Snapshot(snapshot_id="snap1_a", source_id="src1_a", sha256=sha256, size=size, **about)
    services.warehouse.append(kept)
    document = document_from(read(payload), payload, "src1_a", "snap1_a")
    statement = a_statement(1, "It sees facts.", a_quote(document, QUOTE, page=2))
    return build.draft(CaseStudy(facts=(), statements=(statement,)), document)


def test_a_page_opens_beside_the_draft_and_alone(address, case_id, page):
    """The boxes lie over the picture, and the link of a quote arrives at its box."""
    page.goto(f"{address}/cases/{case_id}")
    page.get_by_text("Page 2", exact=True).click()
    sheet = page.locator("#page-2 .paper")
    expect(sheet.locator("rect")).to_have_count(1)
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
