"""From approval to the site that the desk serves."""

import pytest
from case_views import an_approval
from desk_client import read, texts

from desk.publishing import Publishing
from schemas.reviews import CaseStatus


@pytest.fixture
def case_id(desk, build) -> str:
    """An approved case."""
    made = build.draft()
    desk.decide(made, "approve", leave_out="true")
    return made


def published(desk):
    """Publish; return the page once that has ended."""
    assert desk.send_form("/publish").headers["location"] == "/publish"
    while (page := read(desk.get("/publish"))).xpath("//progress"):
        pass
    return page


def changes(page):
    """How many cases the next publication changes, by what it does."""
    return dict(
        zip(texts(page, "//main//dl/div/dt"), texts(page, "//main//dl/div/dd"), strict=True)
    )


def test_publishing_says_what_changed_and_the_site_can_be_read(desk, warehouse, settings, case_id):
    """The page names the case and the folder; readers see only the publishable parts."""
    assert "Nothing is published yet" in desk.get("/site/").text
    before = read(desk.get("/publish"))
    assert texts(before, "//form//button") == ["Publish 1 approved case"]
    assert before.xpath("//details[@class='change added']//a/@href") == [f"/cases/{case_id}"]
    after = published(desk)
    (result,) = after.xpath("//section")
    assert "Added: 1 case" in result.text_content()
    assert str(settings.site_path) in result.text_content()
    assert result.xpath(".//li/a/@href") == [f"/cases/{case_id}"]
    (address,) = after.xpath("//details[@class='change kept']//a[@class='hint']/@href")
    page = desk.get(address)
    assert page.status_code == 200
    assert "Officers correct fewer drafts." in page.text
    assert "REFUTED" not in page.text
    assert "DOUBTFUL" not in page.text
    assert address in desk.get(f"/cases/{case_id}").text
    assert warehouse.case(case_id).status is CaseStatus.PUBLISHED


def test_the_page_shows_how_far_it_is_and_starts_one_at_a_time(desk, case_id):
    """While a publication runs there is no form, and a second start joins the first."""
    first = read(desk.send_form("/publish", htmx=True))
    assert first.get("hx-trigger") == "every 1s"
    assert texts(first, ".//h2") == ["Publishing"]
    assert not first.xpath(".//form")
    assert "http-equiv" in desk.get("/publish").text
    assert texts(published(desk), "//section/h2") == ["The site is written: 1 case."]


def test_a_page_made_while_publishing_ends_is_of_one_state(desk, case_id, monkeypatch):
    """The page shows and follows the progress instead of an end without changes."""
    answers = iter([True])
    monkeypatch.setattr(Publishing, "running", property(lambda _: next(answers, False)))
    page = read(desk.get("/publish"))
    assert page.xpath("//progress")
    assert page.xpath("//*[@id='publish']/@hx-trigger") == ["every 1s"]


def test_a_withdrawn_case_leaves_at_the_next_publication(desk, warehouse, case_id):
    """The page announces the withdrawal, and later reports it as done."""
    published(desk)
    desk.decide(case_id, "reopen")
    assert changes(read(desk.get("/publish")))["unchanged"] == "1"
    desk.decide(case_id, "withdraw", reason="The company asked for it.")
    assert "Withdrawn by mira" in read(desk.get(f"/cases/{case_id}")).text_content()
    assert changes(read(desk.get("/publish")))["to withdraw"] == "1"
    assert "Withdrawn: 1 case" in published(desk).text_content()
    assert warehouse.publications() == []


def test_an_edited_and_approved_case_is_published_anew(desk, case_id):
    """The new revision is listed as pending although the old one is published."""
    published(desk)
    desk.change(case_id, "set_fact", name="title", value="A better title")
    desk.decide(case_id, "approve", leave_out="true")
    page = read(desk.get("/publish"))
    assert changes(page) == {
        "to add": "0",
        "to change": "1",
        "to withdraw": "0",
        "unchanged": "0",
    }
    (line,) = page.xpath("//details[@class='change changed']//li")
    assert line.xpath("a/@href")[0] == f"/cases/{case_id}"
    assert "Changed: 1 case" in published(desk).text_content()
    assert "A better title" in desk.get("/site/").text


def test_a_failure_is_shown_and_the_site_stays(desk, warehouse, settings, case_id):
    """A folder that is not ours is not changed, and the page says what to do."""
    settings.site_path.mkdir()
    (settings.site_path / "letter.txt").write_text("mine", "utf-8")
    page = published(desk)
    assert texts(page, "//section/h2") == ["Nothing was published"]
    assert "choose an empty folder for the site" in page.text_content()
    assert (settings.site_path / "letter.txt").read_text("utf-8") == "mine"
    assert warehouse.publications() == []


def test_a_long_list_is_cut(desk, build, warehouse):
    """The page lists fifty cases per kind of change, with a link to all."""
    drafts = [build.rows() for _ in range(53)]
    rows = [row for draft in drafts for row in draft]
    warehouse.append(*rows, *[an_approval(draft[-1]) for draft in drafts])
    page = read(desk.get("/publish"))
    assert changes(page)["to add"] == "53"
    lines = texts(page, "//details[@class='change added']//li")
    assert (len(lines), lines[-1]) == (51, "and 3 more: all in the queue")


def test_the_site_is_read_only_and_bounded(desk, settings, case_id):
    """Paths cannot leave the site's folder, and nothing can be written."""
    published(desk)
    assert (settings.home / "warehouse.duckdb").exists()
    assert desk.get("/site/%2e%2e/warehouse.duckdb").status_code == 404
    assert desk.get("/site/..%2fwarehouse.duckdb").status_code == 404
    headers = {"x-casebook-token": desk.token, "sec-fetch-site": "same-origin"}
    assert desk.put("/site/index.html", headers=headers).status_code == 405
