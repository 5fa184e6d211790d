"""From approval to the site that the desk serves."""

import pytest
from lxml import html

from schemas.reviews import CaseStatus


@pytest.fixture
def case_id(desk, build) -> str:
    """An approved case."""
    made = build.draft()
    desk.decide(made, "approve", leave_out="true")
    return made


def test_publishing_says_what_changed_and_the_site_can_be_read(desk, warehouse, settings, case_id):
    """The page names the case and the folder; readers see what the gate lets through."""
    assert "Nothing is published yet" in desk.get("/site/").text
    assert "Publish 1 approved case" in desk.get("/publish").text
    answer = desk.send_form("/publish", htmx=True)
    shown = html.fromstring(answer.text)
    assert "Added:" in answer.text
    assert str(settings.site_path) in answer.text
    address = shown.xpath("//li[@class='row']//h3/a/@href")[0]
    page = desk.get(address)
    assert page.status_code == 200
    assert "Officers correct fewer drafts." in page.text
    assert "REFUTED" not in page.text
    assert "DOUBTFUL" not in page.text
    assert address in desk.get(f"/cases/{case_id}").text
    assert warehouse.case(case_id).status is CaseStatus.PUBLISHED


def test_a_reopened_case_leaves_at_the_next_publication(desk, warehouse, case_id):
    """The page announces the withdrawal, and then says that it was done."""
    desk.send_form("/publish")
    desk.decide(case_id, "reopen")
    assert "1 case to withdraw" in desk.get("/publish").text
    assert "Withdrawn:" in desk.send_form("/publish", htmx=True).text
    assert warehouse.publications() == []


def test_an_edited_and_approved_case_is_published_anew(desk, case_id):
    """A new revision waits though the old one is published."""
    desk.send_form("/publish")
    desk.change(case_id, "set_fact", name="title", value="A better title")
    desk.decide(case_id, "approve", leave_out="true")
    assert "1 case to add or change" in desk.get("/publish").text
    assert "Changed:" in desk.send_form("/publish", htmx=True).text
    assert "A better title" in desk.get("/site/").text


def test_the_site_is_read_only_and_bounded(desk, settings, case_id):
    """No path leads out of the site's folder, and nothing can be written to it."""
    desk.send_form("/publish")
    assert (settings.home / "warehouse.duckdb").exists()
    assert desk.get("/site/%2e%2e/warehouse.duckdb").status_code == 404
    assert desk.get("/site/..%2fwarehouse.duckdb").status_code == 404
    headers = {"x-casebook-token": desk.token, "sec-fetch-site": "same-origin"}
    assert desk.put("/site/index.html", headers=headers).status_code == 405
