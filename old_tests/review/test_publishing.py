"""From approval to the site that the desk serves."""

from desk_drafts import example_study
from lxml import html

from casebook.schemas.cases import Fact


def approved(desk, build) -> str:
    case_id = build.draft()
    desk.decide(case_id, "approve", leave_out_unsupported="true")
    return case_id


def test_publishing_says_what_changed_and_the_site_can_be_read(desk, build, settings):
    """The page names the added case and the folder; the case's page is served with its policy."""
    case_id = approved(desk, build)
    assert "Publish 1 approved case" in desk.get("/publish").text
    answer = desk.send_form("/publish", htmx=True)
    shown = html.fromstring(answer.text)
    assert "Added:" in answer.text
    assert str(settings.site_path) in answer.text
    address = shown.xpath("//li[@class='row']//h3/a/@href")[0]
    page = desk.get(address)
    assert page.status_code == 200
    assert "Each ticket passes four steps" in page.text
    assert "Elasticsearch" not in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert address in desk.get(f"/cases/{case_id}").text


def test_what_is_reopened_leaves_at_the_next_publication(desk, build):
    """The page announces the withdrawal, and then tells that it was done."""
    case_id = approved(desk, build)
    desk.send_form("/publish")
    desk.decide(case_id, "reopen")
    assert "1 case to withdraw" in desk.get("/publish").text
    assert "Withdrawn:" in desk.send_form("/publish", htmx=True).text
    assert build.warehouse.publications() == []


def test_an_edited_and_approved_again_case_is_published_anew(desk, build):
    """A new revision waits though the old one is out."""
    case_id = approved(desk, build)
    desk.send_form("/publish")
    desk.decide(case_id, "edit", action="set_fact", field="title", value="A better title")
    desk.decide(case_id, "approve", leave_out_unsupported="true")
    assert "1 case to add or change" in desk.get("/publish").text
    assert "Changed:" in desk.send_form("/publish", htmx=True).text
    assert "A better title" in desk.get("/site/").text


def test_the_site_says_when_nothing_is_published(desk, build):
    """Before the first publication there is a sentence, afterwards the site, without a restart."""
    missing = desk.get("/site/")
    assert missing.status_code == 404
    assert "Nothing is published yet" in missing.text
    approved(desk, build)
    desk.send_form("/publish")
    assert desk.get("/site/").status_code == 200


def test_the_site_is_read_only_and_bounded(desk, build, settings):
    """No path leads out of the site's folder, and nothing can be written to it."""
    approved(desk, build)
    desk.send_form("/publish")
    assert settings.warehouse_path.exists()
    assert desk.get("/site/%2e%2e/warehouse.duckdb").status_code == 404
    assert desk.get("/site/..%2fwarehouse.duckdb").status_code == 404
    token = {"x-casebook-token": desk.token(), "sec-fetch-site": "same-origin"}
    assert desk.put("/site/index.html", headers=token).status_code == 405


def test_a_case_without_a_title_can_be_listed(desk, build):
    """Nothing on the publishing page depends on facts that a source may not state."""
    case_id = build.draft(example_study().model_copy(update={"title": Fact()}))
    desk.decide(case_id, "approve", leave_out_unsupported="true")
    assert "Untitled" in desk.get("/publish").text
