"""One action on many cases, and saved views."""

import time

import pytest
from desk_client import read
from lxml import html


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
        ({"act": "reject", "case": "x"}, "nothing was rejected"),
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
