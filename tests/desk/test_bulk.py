"""One action on many cases, and saved views."""

import time

import pytest
from case_views import a_publication
from desk_client import read
from lxml import html

from review import decisions


def report(desk, **fields):
    """Start an action and return its last report."""
    answer = desk.send_form("/bulk", htmx=True, **fields)
    return ended(desk, html.fromstring(answer.text))


def ended(desk, page):
    """Return the text of a report after its action has finished."""
    for _ in range(200):
        if not (address := page.xpath("//@hx-get[starts-with(., '/bulk')]")):
            return " ".join(page.text_content().split())
        time.sleep(0.05)
        page = html.fromstring(desk.get(address[0]).text)
    raise AssertionError(page.text_content())


def test_cases_are_assigned_and_tagged(desk, build, warehouse):
    """A tag is added if the source names it."""
    case_id = build.draft()
    assert "1 case assigned." in report(desk, case=case_id, act="assign", who="mira")
    assert warehouse.case(case_id).reviews[-1].reason == "mira"
    assert "1 case tagged." in report(desk, case=case_id, act="tag", slug="postgresql")
    assert "has no term nowhere" in report(desk, case=case_id, act="tag", slug="nowhere")


def undone(desk, address):
    """Undo an action by its page, and return the report."""
    return ended(desk, html.fromstring(desk.send_form(f"{address}/undo", htmx=True).text))


def sent(desk, **fields):
    """Carry out an action; return the address of its report."""
    answer = desk.send_form("/bulk", **fields)
    ended(desk, read(desk.get(answer.headers["location"])))
    return answer.headers["location"]


def test_an_action_is_undone_for_all_of_its_cases(desk, build, warehouse):
    """Text, status and assignee are as before, except for cases that changed since."""
    first, second, changed = (build.draft() for _ in range(3))
    decisions.assign(warehouse, first, "mira", "mira")
    decisions.approve(warehouse, second, "mira", leave_out=True)
    before = [warehouse.case(one) for one in (first, second)]
    for fields in (
        {"preset": "Not a real deployment."},
        {"act": "assign", "who": ""},
        {"act": "tag", "slug": "postgresql"},
    ):
        address = sent(desk, case=[first, second, changed], **fields)
        decisions.comment(warehouse, changed, "Wait.", "ada")
        report = undone(desk, address)
        assert "2 cases as before. 1 case not changed" in report
        assert "ada changed it in the meantime" in report
        for view in before:
            now = warehouse.case(view.case.case_id)
            assert (now.status, now.revision.study) == (view.status, view.revision.study)
    desk.get("/")
    assert desk.app.state.desk.live.index.line(first)["assignee"] == "mira"
    assert warehouse.case(changed).reviews[0].reason == "Not a real deployment."
    assert "0 cases as before" in undone(desk, address)


def test_a_rejected_edit_comes_back_with_its_text(desk, build, warehouse):
    """Rejecting restores the published revision, and undoing it restores the edit."""
    case_id = build.draft()
    desk.decide(case_id, "approve", leave_out="true")
    revision = warehouse.case(case_id).revision.revision_id
    changes = {"revision_id": revision}
    warehouse.append(a_publication(case_id, "cases/a/").model_copy(update=changes))
    desk.change(case_id, "drop", part="s-5")
    edited = warehouse.case(case_id)
    address = sent(desk, case=case_id, preset="Not a real deployment.")
    assert warehouse.case(case_id).revision.revision_id == revision
    assert "1 case as before." in undone(desk, address)
    now = warehouse.case(case_id)
    assert (now.status, now.revision.study) == (edited.status, edited.revision.study)


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
    answer = desk.send_form("/bulk", case=build.draft(), act="assign", who="mira")
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
