"""Effects of a curator's forms on the warehouse."""

from unittest.mock import Mock

import pytest
from case_views import REFUTED, a_publication, a_study
from desk_client import read, texts
from lxml import html

from desk import state
from publishing.gate import WHOLE
from review import decisions
from schemas.cases import SupportLevel
from schemas.errors import InvalidDecision, WarehouseBusy
from schemas.reviews import EARLIER_JUDGE, CaseStatus, Decision


def test_approving_what_readers_would_not_see_needs_the_curators_word(desk, case_id, view):
    """Without confirmation nothing is stored and the parts are named; with it, approval works."""
    refused = desk.decide(case_id, "approve", htmx=True)
    assert refused.status_code == 409
    assert "REFUTED-STATEMENT" in refused.text
    assert "DOUBTFUL-STATEMENT" in refused.text
    assert view().reviews == ()
    assert desk.decide(case_id, "approve", leave_out="true").status_code == 303
    (review,) = view().reviews
    assert (review.decision, review.who) == (Decision.APPROVE, "mira")
    assert view().status is CaseStatus.APPROVED
    stale = desk.decide(case_id, "reject", reason="thin", expected_status="draft")
    assert (stale.status_code, view().status) == (409, CaseStatus.APPROVED)


def test_approval_confirms_what_is_doubtful_and_never_what_is_refuted(desk, case_id, view):
    """The confirmation is a separate revision by the curator; the case is approved."""
    desk.decide(case_id, "approve", confirm="true", leave_out="true")
    after = view()
    assert after.status is CaseStatus.APPROVED
    assert after.revision.made_by == "person"
    by_text = {one.text: one.support for one in after.revision.study.statements}
    assert by_text["DOUBTFUL-STATEMENT"].confirmed_by == "mira"
    assert by_text["REFUTED-STATEMENT"].confirmed_by is None
    assert [r.decision for r in after.reviews] == [Decision.EDIT, Decision.APPROVE]


def test_the_curator_learns_that_a_summary_is_left_out_whole(desk, warehouse, build):
    """The approval and the page name a sentence of the summary that is held back for another."""
    study = a_study()
    first = study.statements[0].model_copy(update={"support": REFUTED})
    case_id = build.draft(study.model_copy(update={"statements": (first, *study.statements[1:])}))
    with pytest.raises(InvalidDecision, match=f"Officers check each draft.*{WHOLE}"):
        decisions.approve(warehouse, case_id, "mira")
    page = read(desk.get(f"/cases/{case_id}"))
    left_out = texts(page, "//ul[@class='left-out doubtful']/li")
    assert f"Officers check each draft before it is sent. {WHOLE}" in left_out


def test_the_page_names_an_earlier_judge(desk, warehouse, build):
    """A draft of an earlier judge has a note that says how to judge it anew."""
    *others, draft = build.rows()
    recipe = draft.recipe.model_copy(
        update={"judge": "a-judge", "prompts": (EARLIER_JUDGE,), "strategy": "single"}
    )
    warehouse.append(*others, draft.model_copy(update={"recipe": recipe}))
    notes = texts(read(desk.get(f"/cases/{draft.case_id}")), "//p[@class='judging']")
    assert notes[0].startswith("Judged by an earlier version")
    assert notes[0].endswith("casebook rerun --judge judges it anew.")


def test_a_case_that_could_not_be_published_is_not_approved(warehouse, build):
    """A case without a title is refused at approval, not only at publication."""
    untitled = a_study().model_copy(update={"facts": a_study().facts[1:]})
    with pytest.raises(InvalidDecision, match="title"):
        decisions.approve(warehouse, build.draft(untitled), "mira", leave_out=True)


@pytest.fixture
def published(warehouse, case_id, settings) -> str:
    """The case, published as a draft that was approved."""
    decisions.approve(warehouse, case_id, "mira", leave_out=True)
    seen = {"revision_id": warehouse.case(case_id).revision.revision_id}
    row = a_publication(case_id, "cases/one/index.html")
    warehouse.append(row.model_copy(update=seen | {"target": str(settings.site_path)}))
    assert warehouse.case(case_id).status is CaseStatus.PUBLISHED
    return case_id


def test_a_published_case_is_not_approved_again(warehouse, published):
    """Readers see the revision already: a second approval would change nothing."""
    with pytest.raises(InvalidDecision, match="already published"):
        decisions.approve(warehouse, published, "mira", leave_out=True)


def test_reopening_commenting_and_assigning_are_kept(desk, case_id, view):
    """Each is stored as a row; comments and assignments do not change the status."""
    desk.decide(case_id, "reject", reason="thin")
    desk.decide(case_id, "comment", reason="wrote to the author")
    desk.decide(case_id, "assign", reason="mira")
    assert view().status is CaseStatus.REJECTED
    assert "Assigned to" in desk.get(f"/cases/{case_id}").text
    desk.decide(case_id, "assign")
    assert "Assigned to" not in desk.get(f"/cases/{case_id}").text
    desk.decide(case_id, "reopen")
    assert view().status is CaseStatus.DRAFT
    kinds = ["reject", "comment", "assign", "assign", "reopen"]
    assert [r.decision.value for r in view().reviews] == kinds


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (None, "reopen", "nothing to reopen"),
        ({"decision": "reject", "reason": "x"}, "reject", "already rejected"),
        ({"decision": "approve", "leave_out": "1"}, "approve", "already approved"),
        (None, "comment", "comment is empty"),
    ],
)
def test_steps_that_the_status_forbids(desk, case_id, first, second, message):
    """The response gives the reason and the required first step."""
    if first:
        desk.send_form(f"/cases/{case_id}/decisions", **first)
    answer = desk.decide(
        case_id, second, htmx=True, **({"reason": "y"} if second == "reject" else {})
    )
    assert answer.status_code == 409
    assert message in answer.text


def test_a_double_click_is_one_decision(desk, case_id, view, monkeypatch):
    """A second click on *Drop* by the same person changes nothing and reports success."""
    monkeypatch.setattr(state, "SECOND_CLICK", 60.0)
    page = read(desk.get(f"/cases/{case_id}"))
    address = page.xpath("string(//form[@id='strip']/@action)")
    fields = {"decision": "edit", "action": "drop", "part": "s-9"}
    answers = [desk.send_form(address, htmx=True, **fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("Saved as a new revision." in answer.text for answer in answers)
    (only,) = view().reviews
    assert only.decision is Decision.EDIT
    assert "DOUBTFUL-STATEMENT" not in str(view().revision.study.statements)
    assert desk.send_form(address, htmx=True, **fields | {"part": "s-10"}).status_code == 200
    assert len(view().reviews) == 2


def test_a_decision_that_failed_is_tried_again(desk, warehouse, case_id, view, monkeypatch):
    """Failed requests are not remembered: the same form works after an error."""
    with monkeypatch.context() as patch:
        patch.setattr(warehouse, "decide", Mock(side_effect=WarehouseBusy("Another writes.")))
        assert desk.decide(case_id, "comment", reason="Is it so?").status_code == 503
    assert desk.decide(case_id, "comment", reason="Is it so?").status_code == 303
    assert len(view().reviews) == 1


@pytest.mark.parametrize(
    ("decision", "fields"),
    [
        ("approve", {"leave_out": "true"}),
        ("reject", {"reason": "thin"}),
        ("reopen", {}),
    ],
)
def test_a_decision_on_an_older_revision_overwrites_nothing(desk, case_id, view, decision, fields):
    """The second of two curators gets a 409 with the first one's name; nothing is stored."""
    seen = {"expected_revision": view().revision.revision_id, "expected_status": "draft"}
    desk.change(case_id, "set_fact", name="company", value="First", **seen)
    rows = len(view().reviews)
    answer = desk.decide(case_id, decision, htmx=True, **fields, **seen)
    assert answer.status_code == 409
    assert "mira changed this case in the meantime" in answer.text
    assert answer.headers["hx-retarget"] == "#notice"
    assert len(view().reviews) == rows
    assert view().revision.study.fact("company").value == "First"


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": "erase"},
        {"decision": "edit", "action": "set_fact", "name": "colour", "value": "red"},
        {"decision": "edit", "action": "set_statement", "n": "x", "text": "y"},
        {"decision": "edit", "action": "explode"},
        {"decision": "edit"},
        {},
    ],
)
def test_a_form_that_is_not_the_desks_changes_nothing(desk, case_id, view, fields):
    """Unknown decisions, actions, names and numbers are refused in words."""
    answer = desk.send_form(f"/cases/{case_id}/decisions", **fields)
    assert answer.status_code == 409
    assert len(view().revisions) == 1


def test_a_doubtful_part_is_confirmed_from_its_own_form(desk, case_id, view):
    """Only the doubtful statement has the button; it confirms the statement for the curator."""
    page = html.fromstring(desk.get(f"/cases/{case_id}").text)
    (form,) = page.xpath("//form[contains(@class,'confirm')]")
    fields = dict(form.fields)
    assert fields["part"] == "s-9"
    desk.send_form(form.action, **{k: v for k, v in fields.items() if k != "token"})
    support = view().revision.study.statements[8].support
    assert (support.level, support.confirmed_by) == (SupportLevel.DOUBTFUL, "mira")
    page = read(desk.get(f"/cases/{case_id}"))
    assert not page.xpath("//form[contains(@class,'confirm')]")
