"""What a curator's forms do to the warehouse."""

import pytest
from desk_drafts import example_document, texts
from lxml import html

from casebook.schemas.cases import Origin, SupportLevel
from casebook.schemas.reviews import CaseStatus, Decision

LOST = {"leave_out_unsupported": "true"}


@pytest.fixture
def case_id(build) -> str:
    return build.draft()


@pytest.fixture
def view(build, case_id):
    return lambda: build.warehouse.case(case_id)


def test_approving_what_lacks_support_needs_the_confirmation(desk, case_id, view):
    """Without it nothing is stored; with it the approval is, in the curator's name."""
    refused = desk.decide(case_id, "approve", htmx=True)
    assert refused.status_code == 409
    assert view().reviews == []
    assert desk.decide(case_id, "approve", **LOST).status_code == 303
    (review,) = view().reviews
    assert (review.decision, review.who) == (Decision.APPROVE, "mira")
    assert view().status is CaseStatus.APPROVED


def test_rejecting_needs_a_reason(desk, case_id, view):
    """A reason is asked for and kept."""
    assert desk.decide(case_id, "reject", reason="  ").status_code == 409
    assert desk.decide(case_id, "reject", reason="told elsewhere").status_code == 303
    assert view().reviews[-1].reason == "told elsewhere"
    assert view().status is CaseStatus.REJECTED


def test_reopening_and_commenting_are_kept(desk, case_id, view):
    """Both make a row each; a comment leaves the status as it is."""
    desk.decide(case_id, "reject", reason="thin")
    desk.decide(case_id, "comment", reason="asked the author")
    assert view().status is CaseStatus.REJECTED
    desk.decide(case_id, "reopen")
    assert view().status is CaseStatus.DRAFT
    assert [r.decision.value for r in view().reviews] == ["reject", "comment", "reopen"]


def test_editing_a_fact_makes_a_revision_with_its_parent(desk, case_id, view):
    """The value is the curator's; an emptied one says that the source is silent."""
    before = view().revision
    desk.decide(case_id, "edit", action="set_fact", field="company", value="Parcelwise BV")
    after = view().revision
    assert after.parent_id == before.revision_id
    assert after.author == "mira"
    assert after.case_study.company.value == "Parcelwise BV"
    desk.decide(case_id, "edit", action="set_fact", field="company", value="")
    assert view().revision.case_study.company.value is None


def test_a_reworded_statement_is_judged_anew(desk, case_id, view):
    """A made-up number is noticed in a person's words too, and a new quote is located."""
    wording = {"action": "set_statement", "field": "lessons", "index": "0"}
    desk.decide(case_id, "edit", **wording, text="A citation saves 99 percent of the care.")
    changed = view().revision.case_study.lessons[0]
    assert changed.origin is Origin.CURATOR
    assert changed.support.level is SupportLevel.UNSUPPORTED
    quote = "Keep the old path alive."
    desk.decide(case_id, "edit", **wording, text="They kept the old path alive.", quote=quote)
    changed = view().revision.case_study.lessons[0]
    assert [e.quote for e in changed.evidence] == ["Keep the old path alive."]
    assert changed.support.level is SupportLevel.SUPPORTED


def test_statements_are_dropped_and_added_with_a_quote(desk, case_id, view):
    """An added one needs a quote that is in the source; else the case stays as it was."""
    desk.decide(case_id, "edit", action="drop_statement", field="architecture", index="3")
    assert len(view().revision.case_study.architecture) == 3
    adding = {"action": "add_statement", "field": "failures", "text": "A rate limit was hit."}
    assert desk.decide(case_id, "edit", **adding, quote="nobody said this").status_code == 409
    assert view().revision.case_study.failures == []
    quote = "On Black Friday we hit the token rate limit of our provider"
    assert desk.decide(case_id, "edit", **adding, quote=quote).status_code == 303
    assert view().revision.case_study.failures[0].evidence[0].quote == quote


def test_a_tag_is_dropped(desk, case_id, view):
    """Only the named tag goes."""
    before = [tag.slug for tag in view().revision.case_study.tags]
    desk.decide(case_id, "edit", action="drop_tag", slug=before[0])
    assert [tag.slug for tag in view().revision.case_study.tags] == before[1:]


def test_the_page_s_own_form_saves(desk, case_id, view):
    """What the browser finds in the form of a statement, sent as it is but reworded, is stored."""
    page = html.fromstring(desk.get(f"/cases/{case_id}").text)
    form = page.xpath("//li[@id='s-lessons-0']//form")[0]
    fields = dict(form.fields) | {"text": "Citations make people careless."}
    answer = desk.post(
        form.action, data=fields, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False
    )
    assert answer.status_code == 303
    assert view().revision.case_study.lessons[0].text == "Citations make people careless."


def test_htmx_gets_the_case_as_it_then_is(desk, case_id):
    """The fragment shows the new value and says that it was saved."""
    answer = desk.decide(
        case_id, "edit", htmx=True, action="set_fact", field="title", value="A better title"
    )
    assert answer.status_code == 200
    assert texts(html.fromstring(answer.text), "//h1") == ["A better title"]
    assert "Saved as a new revision." in answer.text


@pytest.mark.parametrize(
    ("decision", "fields"),
    [
        ("approve", LOST),
        ("reject", {"reason": "thin"}),
        ("edit", {"action": "set_fact", "field": "year", "value": "1999"}),
        ("reopen", {}),
    ],
)
def test_who_looked_at_an_older_revision_overwrites_nothing(desk, case_id, view, decision, fields):
    """The second of two curators gets 409, told that somebody changed it, and no row is made."""
    seen = {"expected_revision": view().revision.revision_id, "expected_status": "draft"}
    desk.decide(case_id, "edit", action="set_fact", field="company", value="First", **seen)
    rows = len(view().reviews)
    answer = desk.decide(case_id, decision, htmx=True, **fields, **seen)
    assert answer.status_code == 409
    assert "mira changed this case meanwhile" in answer.text
    assert answer.headers["hx-retarget"] == "#notice"
    assert len(view().reviews) == rows
    assert view().revision.case_study.company.value == "First"


def test_who_looked_at_a_draft_does_not_reject_what_was_approved_meanwhile(desk, case_id, view):
    """The revision is the same, the status is not: the approval stays."""
    seen = {"expected_revision": view().revision.revision_id, "expected_status": "draft"}
    desk.decide(case_id, "approve", **LOST, **seen)
    assert desk.decide(case_id, "reject", reason="thin", **seen).status_code == 409
    assert view().status is CaseStatus.APPROVED


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": "erase"},
        {"decision": "edit", "action": "set_fact", "field": "colour", "value": "red"},
        {"decision": "edit", "action": "set_statement", "field": "lessons", "index": "x"},
        {"decision": "edit"},
        {},
    ],
)
def test_a_form_that_is_not_ours_changes_nothing(desk, case_id, view, fields):
    """Unknown decisions, fields and indexes are refused in words."""
    answer = desk.send_form(f"/cases/{case_id}/decisions", **fields)
    assert answer.status_code == 409
    assert len(view().revisions) == 1


def test_every_statement_of_the_example_is_on_the_page(desk, case_id, view):
    """Nothing that would be approved is hidden from who approves it."""
    page = html.fromstring(desk.get(f"/cases/{case_id}").text)
    shown = set(texts(page, "//p[@class='said']"))
    assert shown == {" ".join(s.text.split()) for _, s in view().revision.case_study.statements()}
    source = page.xpath("//div[@class='passages']")[0].text_content()
    document = example_document()
    assert all(document.passage_text(passage) in source for passage in document.passages)
