"""One action on many cases, and saved views."""

import time

import pytest
from case_views import a_study
from desk_client import read, texts
from lxml import html

from review import decisions
from schemas.reviews import CaseStatus


def clear_draft(build):
    kept = tuple(s for s in a_study().statements if s.support.level not in {"doubtful", "refuted"})
    study = a_study()
    facts = tuple(fact for fact in study.facts if fact.support.level != "refuted")
    return build.draft(study.model_copy(update={"statements": kept, "tags": (), "facts": facts}))


def report(desk, **fields):
    """Start an action and return its last report."""
    answer = desk.send_form("/bulk", htmx=True, **fields)
    return ended(desk, html.fromstring(answer.text))


def ended(desk, page):
    """Return the text of a report after its action has finished."""
    for _ in range(200):
        if not (address := page.xpath("//@hx-get")):
            return " ".join(page.text_content().split())
        time.sleep(0.05)
        page = html.fromstring(desk.get(address[0]).text)
    raise AssertionError(page.text_content())


def test_what_has_nothing_doubtful_is_approved_and_the_rest_is_named(desk, build, warehouse):
    """Doubtful drafts stay unchanged, and each is listed with the reason."""
    good, doubtful = clear_draft(build), build.draft()
    words = report(desk, case=[good, doubtful], act="approve")
    assert "1 case approved." in words
    assert "1 case not changed" in words
    assert "readers would not see" in words
    assert warehouse.case(good).status is CaseStatus.APPROVED
    assert warehouse.case(doubtful).status is CaseStatus.DRAFT


def test_all_that_a_query_lists_is_rejected_with_a_reason(desk, build, warehouse):
    """Includes cases beyond the visible page, but no cases of other tabs."""
    ids = [build.draft() for _ in range(3)]
    decisions.approve(warehouse, clear_draft(build), "ada")
    desk.get("/")
    assert (
        "nothing was rejected"
        in desk.send_form("/bulk", htmx=True, all="/?status=draft", act="reject").text
    )
    assert "3 cases rejected." in report(desk, all="/?status=draft", act="reject", reason="thin")
    assert {warehouse.case(one).status for one in ids} == {CaseStatus.REJECTED}
    assert warehouse.case_counts()[CaseStatus.APPROVED] == 1


def test_cases_are_assigned_and_tagged(desk, build, warehouse):
    """A tag is added if the source names it."""
    case_id = build.draft()
    assert "1 case assigned." in report(desk, case=case_id, act="assign", who="ada")
    assert warehouse.case(case_id).reviews[-1].reason == "ada"
    assert "1 case tagged." in report(desk, case=case_id, act="tag", slug="postgresql")
    assert "has no term nowhere" in report(desk, case=case_id, act="tag", slug="nowhere")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"act": "approve"}, "nothing is selected"),
        ({"act": "explode", "case": "x"}, "approve, reject, assign or tag"),
        ({"act": "approve", "all": "/?order=sideways"}, "open the queue again"),
    ],
)
def test_a_form_that_does_not_fit_changes_nothing(desk, fields, message):
    """The response says what to do."""
    answer = desk.send_form("/bulk", htmx=True, **fields)
    assert answer.status_code in {409, 422}
    assert message in answer.text


def test_an_action_has_a_page_without_script(desk, build):
    """The form is answered with a redirect to a page with the report."""
    answer = desk.send_form("/bulk", case=build.draft(), act="assign", who="ada")
    assert answer.status_code == 303
    page = read(desk.get(answer.headers["location"]))
    assert "1 case assigned." in ended(desk, page)
    assert desk.get("/bulk/nowhere").status_code == 404


def test_a_search_is_kept_under_a_name_and_forgotten(desk, build):
    """It is a link above the queue until it is removed."""
    build.draft()
    desk.send_form("/views", name="Insurance", query="?industry=insurance&status=draft")
    page = read(desk.get("/"))
    (link,) = page.xpath("//ul[@class='views']/li/a")
    assert (link.text, link.get("href")) == ("Insurance", "/?industry=insurance&status=draft")
    assert len(texts(read(desk.get(link.get("href"))), "//h2/a")) == 1
    desk.send_form("/views", name="Insurance")
    assert not read(desk.get("/")).xpath("//ul[@class='views']/li/a")
    assert desk.send_form("/views", name="x", query="https://elsewhere.example").status_code == 409


def test_all_failures_of_one_cause_are_tried_again(desk, build):
    """All sources with that cause are retried, and no others."""
    build.failed(transient=True, kind="server_busy")
    build.failed(transient=True, kind="server_busy")
    build.failed(kind="login_wall")
    started = []
    desk.app.state.desk.jobs.start = lambda ref, **_: started.append(ref)
    assert "Retry all with" in desk.get("/?status=failed").text
    assert desk.send_form("/failures/server_busy/retry").status_code == 303
    assert len(started) == 2
