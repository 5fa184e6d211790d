"""Each edit is stored at once as being judged, and settled when the judge's verdict arrives."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from case_views import TEXT, UNJUDGED, a_document, a_study
from desk_client import KEY, DeskClient, read, texts
from scripted_endpoint import ScriptedEndpoint, api_error, completion, schema_name
from scripted_model import judge_of

from config.resources import Resources
from config.settings import Settings
from desk.app import create_app
from review import adoption, decisions
from review.changes import Confirm, SetSpeakers, SetStatement
from review.history import history
from review.judgment import ASKING, waits
from review.revisions import state_of
from schemas.cases import CaseStudy, Part, Section, Support, SupportLevel
from schemas.errors import InvalidDecision
from schemas.reviews import CaseStatus, CaseView, Decision
from schemas.sources import Document, Speakers

NEW = "The parts work together as the source says."
REWORD = {"n": "5", "text": NEW}


@pytest.fixture
def judge(model_endpoint) -> ScriptedEndpoint:
    """A judge that finds everything entailed."""
    model_endpoint.script = partial(verdicts, "entailed")
    return model_endpoint


@pytest.fixture
def settings(tmp_path, judge) -> Settings:
    endpoint = {"llm_base_url": judge.base_url, "llm_model": "scripted"}
    return Settings(home=tmp_path, curator="mira", **endpoint)


@pytest.fixture
def held(judge) -> threading.Event:
    """The judge answers once this is set."""
    event = threading.Event()
    judge.script = lambda request: replace(verdicts("entailed", request), hold=event)
    return event


def verdicts(label: str, request):
    """Answer with the same label for each part that is asked about."""
    assert schema_name(request) == "JudgeAnswer"
    return completion(judge_of(request, label))


def eventually(is_so: Callable[[], object]) -> None:
    """Wait for the background."""
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def settled(desk) -> None:
    """Wait until nobody asks the judge."""
    eventually(lambda: not desk.app.state.desk.judging.tasks)


def support(warehouse, case_id: str, text: str = NEW) -> Support:
    """The support of the statement or tag with a text."""
    study = warehouse.case(case_id).revision.study
    parts = {one.text: one for one in study.statements} | {one.slug: one for one in study.tags}
    return parts[text].support


def judged(view: CaseView) -> bool:
    """Whether the judge's revision is the newest."""
    return bool(view.reviews) and view.reviews[-1].decision is Decision.JUDGE


@pytest.mark.parametrize(
    ("label", "level"),
    [
        ("entailed", SupportLevel.VERIFIED),
        ("partly", SupportLevel.DOUBTFUL),
        ("contrary", SupportLevel.REFUTED),
    ],
)
def test_an_edit_is_stored_at_once_and_judged_then(
    desk, case_id, warehouse, judge, held, label, level
):
    """The answer shows the part as being judged; the verdict is the judge's own revision."""
    judge.script = lambda request: replace(verdicts(label, request), hold=held)
    page = read(desk.change(case_id, "set_statement", htmx=True, **REWORD))
    assert "being judged" in texts(page, "//li[@id='s-5']/p[@class='judged']")[0]
    assert "The judge is being asked about 1 part" in texts(page, "//*[@id='asking']")[0]
    assert support(warehouse, case_id) == Support(level=SupportLevel.UNVERIFIED, reason=ASKING)
    with pytest.raises(InvalidDecision, match=NEW):
        decisions.approve(warehouse, case_id, "mira")
    held.set()
    eventually(lambda: judged(warehouse.case(case_id)))
    view = warehouse.case(case_id)
    assert support(warehouse, case_id).level is level
    assert (view.revision.author, view.reviews[-1].who) == ("scripted", "scripted")
    assert view.status is CaseStatus.DRAFT
    (request,) = judge.requests
    assert len(judge_of(request)["verdicts"]) == 1


def test_corrected_speakers_are_kept_and_what_depends_on_them_is_judged_again(
    desk, build, warehouse, judge
):
    """The judge is asked about the new host's quotes only, and reads who asks now."""
    document, voices = a_document(), {2: "Ana", 6: "Ben"}
    passages = [p.model_copy(update={"speaker": voices.get(p.n)}) for p in document.passages]
    document = document.model_copy(update={"passages": passages})
    spoken = document.spoken_by(Speakers(guests=("Ana", "Ben"), guests_company="Harbourline"))
    case_id = build.draft(quoting(spoken), spoken)
    page = read(desk.get(f"/cases/{case_id}"))
    assert texts(page, "//details[@id='speakers']/summary") == [
        "Speakers: Ana and Ben of Harbourline"
    ]
    form = {"hosts": "Ben\n", "guests": "Ana", "guests_company": "Harbourline"}
    desk.change(case_id, "set_speakers", **form)
    eventually(lambda: judged(warehouse.case(case_id)))
    view = warehouse.case(case_id)
    assert (
        view.document.speakers
        == view.revision.speakers
        == Speakers(
            hosts=("Ben",), guests=("Ana",), guests_company="Harbourline", roles_by="person"
        )
    )
    [request] = judge.requests
    shown = request["messages"][-1]["content"]
    assert "Speakers: Ben (host), Ana (guest)" in shown
    assert "- note: Only the host says it (Ben)." in shown
    asked = {one for one in view.revision.study.statements if f": {one.text}\n" in shown}
    assert {e.speaker for one in asked for e in one.evidence} == {"Ben"}
    edit = next(one for one in view.reviews if one.decision is Decision.EDIT)
    assert (edit.who, edit.reason) == ("mira", "Corrected who speaks for whom.")


def test_a_correction_of_speakers_alone_is_undone_alone(build, warehouse):
    """It is a step of its own, even if no part depends on the speakers."""
    document = a_document().spoken_by(Speakers(guests=("Ana",)))
    case_id = build.draft(a_study(), document)
    first = warehouse.case(case_id).revision
    change = SetSpeakers(hosts=("Zed",), guests=("Ana",))
    for changes in ([SetStatement(n=14, text="A reader samples answers.")], [change]):
        decisions.edit(warehouse, case_id, changes, "mira")
    new = warehouse.case(case_id).revision
    decisions.undo(warehouse, case_id, "mira")
    undone = warehouse.case(case_id).revision
    assert (undone.study, undone.speakers) == (new.study, document.speakers)
    decisions.undo(warehouse, case_id, "mira")
    assert warehouse.case(case_id).revision.study == first.study


def test_two_corrections_of_speakers_at_once_clash(build, warehouse):
    """The second form has the first one's names as they were; saving it would take them back."""
    case_id = build.draft(a_study(), a_document().spoken_by(Speakers(guests=("Ana",))))
    seen = state_of(warehouse.case(case_id))
    decisions.edit(warehouse, case_id, [SetSpeakers(hosts=("Ana",))], "mira", seen=seen)
    late = SetSpeakers(guests=("Ana",), guests_system="Ink")
    with pytest.raises(InvalidDecision, match="mira changed this case in the meantime"):
        decisions.edit(warehouse, case_id, [late], "ada", seen=seen)


def test_a_note_on_numbers_stays_when_speakers_are_corrected(build, warehouse):
    """The judge is not asked about such notes, so they would never have a verdict again."""
    study = a_study()
    verified = next(s for s in study.statements if s.section is Section.CONTEXT)
    note = verified.model_copy(update={"n": 99, "section": Section.GAPS})
    study = study.model_copy(update={"statements": (*study.statements, note)})
    case_id = build.draft(study, a_document())
    change = SetSpeakers(guests=("Ana",), guests_company="Elsewhere")
    decisions.edit(warehouse, case_id, [change], "mira", judged=True)
    new = warehouse.case(case_id).revision.study
    assert waits(new)
    assert new.section(Section.GAPS)[0].support == note.support


def quoting(document: Document) -> CaseStudy:
    """Return the study with the speakers of its quotes."""

    def spoken(part: Part) -> Part:
        found = [one.start is not None and document.passage_at(one.start) for one in part.evidence]
        voices = [one.speaker if one else None for one in found]
        pairs = zip(part.evidence, voices, strict=True)
        new = tuple(one.model_copy(update={"speaker": voice}) for one, voice in pairs)
        return part.model_copy(update={"evidence": new})

    return a_study(document).map_parts(spoken)


def test_undo_takes_back_the_edit_and_not_the_verdict(desk, case_id, warehouse):
    """One step back from a judged edit is the revision before the edit."""
    before = warehouse.case(case_id).revision.study
    desk.change(case_id, "set_statement", **REWORD)
    eventually(lambda: judged(warehouse.case(case_id)))
    decisions.undo(warehouse, case_id, "mira")
    assert warehouse.case(case_id).revision.study == before
    assert decisions.undoable(warehouse.case(case_id)) is None


def test_an_earlier_revision_comes_back_with_its_verdicts(desk, case_id, warehouse, judge):
    """A restored part is not judged a second time."""
    desk.change(case_id, "set_statement", **REWORD)
    eventually(lambda: judged(warehouse.case(case_id)))
    revision = warehouse.case(case_id).revision
    desk.decide(case_id, "undo")
    desk.decide(case_id, "restore", revision_id=revision.revision_id)
    assert support(warehouse, case_id).level is SupportLevel.VERIFIED
    assert len(judge.requests) == 1


def test_a_second_failure_is_recorded_too(desk, case_id, warehouse, judge):
    """Asking again in vain is a new revision, so that open pages show the outcome."""
    judge.script = lambda _: api_error(401)
    desk.change(case_id, "set_statement", **REWORD)
    eventually(lambda: judged(warehouse.case(case_id)))
    first = warehouse.case(case_id).revision.revision_id
    assert desk.send_form(f"/cases/{case_id}/judge").status_code == 303
    eventually(lambda: warehouse.case(case_id).revision.revision_id != first)
    assert warehouse.case(case_id).reviews[-1].reason


def test_a_draft_that_is_judged_again_is_still_a_draft(desk, build, warehouse):
    """Nobody decided about it: a later draft replaces it, and the history names the judge."""
    statements = list(a_study().statements)
    unjudged = UNJUDGED.model_copy(update={"confirmed_by": None})
    statements[4] = statements[4].model_copy(update={"support": unjudged})
    study = a_study().model_copy(update={"statements": tuple(statements)})
    case_id = build.draft(study)
    desk.send_form(f"/cases/{case_id}/judge")
    eventually(lambda: judged(warehouse.case(case_id)))
    view = warehouse.case(case_id)
    assert view.revision.study.statements[4].support.level is SupportLevel.VERIFIED
    assert [one.what for one in history(view)] == ["judged the text", "drafted (guided)"]
    assert decisions.undoable(view) is None
    later = build.newer(case_id, a_study())
    assert warehouse.case(case_id).revision.revision_id == later


def test_another_edit_does_not_ask_again(desk, case_id, warehouse, judge):
    """A part that could not be judged waits for the curator, not for the next click."""
    judge.script = lambda _: api_error(401)
    desk.change(case_id, "set_statement", **REWORD)
    eventually(lambda: judged(warehouse.case(case_id)))
    asked = len(judge.requests)
    desk.change(case_id, "confirm", part="s-9")
    settled(desk)
    assert len(judge.requests) == asked


def test_a_part_that_changed_meanwhile_keeps_waiting(desk, case_id, warehouse, judge, held):
    """Verdicts belong to words: later words get their own, and a drop is no obstacle."""
    desk.change(case_id, "set_statement", **REWORD)
    eventually(lambda: judge.requests)
    change = SetStatement(n=5, text="Other words on retrieval.")
    decisions.edit(warehouse, case_id, [change], "ada", judged=True)
    desk.change(case_id, "set_statement", n="14", text="A second reader works each week.")
    desk.change(case_id, "drop", part="s-4")
    held.set()
    eventually(lambda: not any(p.support.reason == ASKING for p in statements(warehouse, case_id)))
    assert support(warehouse, case_id, "Other words on retrieval.").level is SupportLevel.VERIFIED
    assert len(judge.requests) > 1


def statements(warehouse, case_id: str):
    """The statements of the current revision."""
    return warehouse.case(case_id).revision.study.statements


def test_an_edit_of_what_the_judge_settled_meanwhile_is_no_conflict(desk, case_id, warehouse):
    """Only a confirmation is about the verdict; other changes apply to the judged part."""
    desk.change(case_id, "set_statement", **REWORD)
    seen = warehouse.case(case_id).reviews[0].revision_id, CaseStatus.DRAFT
    eventually(lambda: judged(warehouse.case(case_id)))
    with pytest.raises(InvalidDecision, match="scripted changed this part"):
        decisions.edit(warehouse, case_id, [Confirm(part="s-5")], "mira", seen=seen)
    change = SetStatement(n=5, text="Yet other words.")
    decisions.edit(warehouse, case_id, [change], "mira", seen=seen)
    assert support(warehouse, case_id, "Yet other words.")


def test_a_verdict_does_not_reopen_an_approved_case(desk, case_id, warehouse, judge, held):
    """A curator who leaves out a part that is being judged has decided without the judge."""
    desk.change(case_id, "set_statement", **REWORD)
    eventually(lambda: judge.requests)
    decisions.approve(warehouse, case_id, "mira", leave_out=True)
    held.set()
    settled(desk)
    view = warehouse.case(case_id)
    assert view.status is CaseStatus.APPROVED
    assert support(warehouse, case_id).reason == ASKING
    assert not read(desk.get(f"/cases/{case_id}")).xpath("//*[@id='asking']")
    desk.decide(case_id, "reopen")
    eventually(lambda: judged(warehouse.case(case_id)))


def test_a_case_that_was_being_judged_is_settled_at_the_next_start(
    resources, case_id, warehouse, judge
):
    """A crash between edit and verdict loses nothing."""
    change = SetStatement(n=5, text=NEW)
    decisions.edit(warehouse, case_id, [change], "mira", judged=True)
    with DeskClient(create_app(resources, KEY)):
        eventually(lambda: support(warehouse, case_id).level is SupportLevel.VERIFIED)


def test_a_desk_without_a_judge_says_so(tmp_path, settings, case_id, warehouse):
    """Parts that wait for a judge that was turned off do not wait forever."""
    change = SetStatement(n=5, text=NEW)
    decisions.edit(warehouse, case_id, [change], "mira", judged=True)
    without = Resources(settings.model_copy(update={"judge": "off"}))
    with DeskClient(create_app(without, KEY)) as desk:
        eventually(lambda: judged(without.warehouse.case(case_id)))
        assert "No judge is configured." in support(without.warehouse, case_id).reason
        desk.change(case_id, "set_statement", n="14", text="A second reader reads each week.")
        plain = support(without.warehouse, case_id, "A second reader reads each week.")
        assert plain == Support(level=SupportLevel.UNVERIFIED)
    without.warehouse.close()


def test_what_a_curator_confirms_is_not_judged_again(desk, case_id, warehouse, judge):
    """A confirmation is final, and so is the value of a fact that a curator enters."""
    assert desk.change(case_id, "confirm", part="s-9").status_code < 400
    desk.change(case_id, "set_fact", name="industry", value="finance")
    desk.change(case_id, "set_fact", name="title", value="A title of mine")
    study = warehouse.case(case_id).revision.study
    assert study.statements[8].support.confirmed_by == "mira"
    by_hand = Support(level=SupportLevel.UNVERIFIED, reason="Set by mira.", confirmed_by="mira")
    assert study.fact("industry").support == study.fact("title").support == by_hand
    assert not judge.requests


def test_a_confirmation_meanwhile_outlasts_the_verdict(desk, case_id, warehouse, judge, held):
    """The judge does not overwrite a part that was confirmed while it read."""
    desk.change(case_id, "set_statement", **REWORD)
    eventually(lambda: judge.requests)
    desk.change(case_id, "confirm", part="s-5")
    held.set()
    settled(desk)
    confirmed = {"reason": "Not judged yet.", "confirmed_by": "mira"}  # as readers see it
    assert support(warehouse, case_id) == Support(level=SupportLevel.UNVERIFIED, **confirmed)


def test_dropping_a_challenge_asks_nothing(desk, case_id, warehouse, judge):
    """A solution that lost its challenge was judged; one whose challenge is reworded was not."""
    desk.change(case_id, "set_statement", n="7", text="Scanned tables became word soup.")
    solution = "They wrote every rate out as a sentence."
    eventually(lambda: judged(warehouse.case(case_id)))
    (request,) = judge.requests
    assert len(judge_of(request)["verdicts"]) == 2
    assert support(warehouse, case_id, solution).level is SupportLevel.VERIFIED
    desk.change(case_id, "drop", part="s-7")
    assert len(judge.requests) == 1


def test_a_summary_sentence_is_judged_by_its_statements_and_its_quotes(
    desk, case_id, warehouse, judge
):
    """The ticked statements and the added quote both reach the judge."""
    base = {"rests_on": ["", "4", "13"], "quote": "Officers now change 18 % of the drafts"}
    desk.change(case_id, "set_statement", n="1", text="Officers change drafts.", **base)
    eventually(lambda: judged(warehouse.case(case_id)))
    one = warehouse.case(case_id).revision.study.statements[0]
    assert (one.rests_on, one.support.level) == ((4, 13), SupportLevel.VERIFIED)
    shown = judge.requests[0]["messages"][-1]["content"].partition("\n1, summary: ")[2]
    assert "rests on “It answers about 4,000 claims a week.”, “vLLM serves" in shown
    assert "Officers now change" in shown


@pytest.mark.parametrize(
    ("text", "by"), [(f"It was updated in June.\n\n{TEXT}", None), (TEXT, "another")]
)
def test_the_parts_that_a_curator_kept_are_judged_as_the_draft_was(
    desk, case_id, build, warehouse, text, by
):
    """Adopting a draft of a newer text, or by another judge, judges the fields that stay."""
    desk.change(case_id, "set_statement", n="14", text="A second reader works.")
    eventually(lambda: judged(warehouse.case(case_id)))
    newer = a_document(text)
    study = a_study(newer)
    first = study.statements[4].model_copy(update={"text": "Clauses come from PostgreSQL."})
    statements = (*study.statements[:4], first, *study.statements[5:])
    study = study.model_copy(update={"statements": statements})
    draft_id = build.newer(case_id, study, newer, by)
    adoption.adopt(warehouse, case_id, ["architecture"], "mira", draft_id=draft_id, judged=True)
    levels = {one.text: one.support for one in warehouse.case(case_id).revision.study.statements}
    assert levels["A second reader works."].reason == ASKING
    assert levels["Clauses come from PostgreSQL."].level is SupportLevel.UNVERIFIED
    assert not levels["Clauses come from PostgreSQL."].reason


def test_tags_added_in_bulk_are_judged(desk, build, warehouse, judge):
    """A tag is stored as being judged, and then has a verdict."""
    ids = [build.draft(), build.draft()]
    desk.send_form("/bulk", act="tag", slug="postgresql", case=ids)
    for case_id in ids:
        eventually(lambda case_id=case_id: judged(warehouse.case(case_id)))


def test_the_tags_of_a_ruling_are_judged(desk, build, warehouse, judge, held):
    """A term that curators accept is a tag of the draft once the judge agrees."""
    case_id = build.draft(document=a_document(f"{TEXT}\n\nIt lives in Quillbase."))
    build.proposed("Quillbase", "It lives in Quillbase.", case_id)
    fields = {"name": "Quillbase", "ruling": "accept", "definition": "A database."}
    desk.send_form("/tags", group="tool", **fields)
    assert support(warehouse, case_id, "quillbase").reason == ASKING
    held.set()
    eventually(lambda: support(warehouse, case_id, "quillbase").level is SupportLevel.VERIFIED)


def test_the_api_judges_edits(desk, case_id, warehouse, judge):
    """A script's edit is settled too, and it can ask the judge again."""
    headers = {"authorization": f"Bearer {KEY}"}
    change = {"action": "set_statement", "n": 5, "text": NEW}
    judge.script = lambda _: api_error(401)
    body = {"decision": "edit", "changes": [change]}
    made = desk.post(f"/api/cases/{case_id}/decisions", json=body, headers=headers)
    assert made.status_code == 201
    eventually(lambda: judged(warehouse.case(case_id)))
    judge.script = partial(verdicts, "entailed")
    assert desk.post(f"/api/cases/{case_id}/judge", headers=headers).status_code == 202
    eventually(lambda: support(warehouse, case_id).level is SupportLevel.VERIFIED)
