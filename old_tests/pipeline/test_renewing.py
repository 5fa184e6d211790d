"""What an older recipe made is told, and made anew beside what people decided and wrote."""

import pytest
from scripted_endpoint import api_error

from casebook.extractors.formats import FORMATS
from casebook.pipeline.curation import adopting, decisions
from casebook.pipeline.curation.differing import Kind, differences
from casebook.pipeline.curation.editing import DropStatement, SetFact, SetStatement
from casebook.pipeline.curation.publish import publish
from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.reprocessing import rerunning
from casebook.runtime.services import Services
from casebook.schemas.cases import SILENT, Tag
from casebook.schemas.errors import InvalidDecision
from casebook.schemas.reviews import CaseStatus
from casebook.schemas.sources import SourceRef
from casebook.summarizer.models.profiles import Strategy

HTML = next(one.version for one in FORMATS if one.reader == "html")
TAG = Tag(slug="rag", label="RAG", group="technique", evidence=[], support=SILENT)


@pytest.fixture
async def older(settings_of, quick, web):
    """Services of the time before case_study v2, and a case that they made."""
    async with quick(Services(settings_of(), prompts={"case_study": 1})) as made:
        outcome = await ingest(SourceRef(source=web.url_for("/case")), made)
        assert outcome.case_id, outcome
        yield made, outcome.case_id


async def renewed(services, *case_ids):
    return [made async for made in rerunning.rerun(case_ids, services)]


async def test_a_case_is_stale_by_the_prompt_that_made_it(older, services):
    """Nothing differs for who made it; today the prompt does, and it is named with its versions."""
    then, case_id = older
    (fresh,) = rerunning.stale_cases(then)
    assert (fresh.changes, fresh.is_stale) == ([], False)
    (stale,) = rerunning.stale_cases(services)
    assert stale.case_id == case_id
    assert [change.told for change in stale.changes] == ["prompt case_study v1 → v2"]
    assert rerunning.chosen([stale], prompt="case_study") == [stale]
    assert rerunning.chosen([stale], prompt="triage") == []


async def test_without_a_stored_recipe_the_calls_tell(older, services, monkeypatch):
    """A draft of an older casebook is stale by what its generations name."""
    monkeypatch.setattr(
        type(services.warehouse), "makings", _without_recipes(services.warehouse.makings)
    )
    (stale,) = rerunning.stale_cases(services)
    assert [change.told for change in stale.changes] == ["prompt case_study v1 → v2"]


def _without_recipes(makings):
    found = [making.model_copy(update={"recipe": None}) for making in makings()]
    return lambda _self, _ids=None: found


async def test_another_model_and_strategy_are_told(older, settings_of):
    """A model and a strategy that differ are named; the other strategy's prompts are not."""
    other = Services(settings_of(llm_model="larger", llm_strategy="guided"))
    (stale,) = rerunning.stale_cases(other)
    assert [change.told for change in stale.changes] == [
        "strategy single → guided",
        "model scripted → larger",
    ]


async def test_an_older_extractor_makes_a_case_stale_until_it_is_read_again(
    services, web, monkeypatch
):
    """What an older extractor read is told; reading the same text again pays for nothing."""
    made = await ingest(SourceRef(source=web.url_for("/case")), services)
    newer = [_raised(mount) for mount in rerunning.mounts()]
    with monkeypatch.context() as patch:
        patch.setattr(rerunning, "mounts", lambda: newer)
        (stale,) = rerunning.stale_cases(services)
    assert [change.told for change in stale.changes] == [f"extractor {HTML} → html/next"]
    (again,) = await renewed(services, made.case_id)
    assert (again.is_new, again.calls) == (False, 0)


def _raised(mount):
    return type(mount)(
        mount.kind,
        mount.version.replace(HTML, "html/next"),
        mount.extractor,
        mount.media_types,
        mount.suffixes,
    )


async def test_a_rerun_leaves_a_published_case_as_it_is(older, services, endpoint):
    """The new draft waits in the history: status, current revision and publication stay."""
    _, case_id = older
    await decisions.approve(case_id, services, who="ada")
    await publish(services)
    before = services.warehouse.case(case_id)
    (made,) = await renewed(services, case_id)
    after = services.warehouse.case(case_id)
    assert (made.is_new, made.is_current, made.calls) == (True, False, 1)
    assert after.status is CaseStatus.PUBLISHED
    assert (after.revision, after.published) == (before.revision, before.published)
    assert adopting.waiting_draft(after).revision_id == made.revision_id
    (stale,) = rerunning.stale_cases(services)
    assert (stale.waiting, stale.is_stale) == (made.revision_id, False)
    assert stale.changes
    asked = len(endpoint.requests)
    (again,) = await renewed(services, case_id)
    assert (again.is_new, again.revision_id) == (False, made.revision_id)
    assert len(endpoint.requests) == asked


async def test_adopting_keeps_the_fields_that_a_person_edited(older, services):
    """Edited fields stay word for word, all others are the new draft's; then nothing waits."""
    _, case_id = older
    edits = [
        SetFact(field="company", value="Kettlebrook Ltd"),
        SetStatement(field="summary", index=0, text="Kettlebrook answers 9,000 letters."),
        DropStatement(field="tools", index=0),
    ]
    await decisions.edit(case_id, services, edits, who="ada")
    edited = services.warehouse.case(case_id).revision.case_study
    (made,) = await renewed(services, case_id)
    view = services.warehouse.case(case_id)
    assert view.revision.case_study == edited
    assert adopting.edited_fields(view) == ["company", "summary", "tools"]
    _, taken = await adopting.adopt(case_id, services, who="ada")
    view = services.warehouse.case(case_id)
    assert list(taken.kept) == ["company", "summary", "tools"]
    assert adopting.changed_fields(edited, view.revision.case_study) == []
    assert view.revision.recipe_id == services.recipe(Strategy.SINGLE).recipe_id
    assert view.status is CaseStatus.DRAFT
    assert adopting.edited_fields(view) == ["company", "summary", "tools"]
    assert adopting.waiting_draft(view) is None
    (fresh,) = rerunning.stale_cases(services)
    assert fresh.changes == []
    await adopting.adopt(case_id, services, who="ada", revision_id=made.revision_id, whole=True)
    view = services.warehouse.case(case_id)
    assert adopting.edited_fields(view) == []
    assert view.revision.case_study.company.value != "Kettlebrook Ltd"


async def test_adopting_onto_another_text_marks_quotes_that_are_gone(older, services, web):
    """Where the page was changed, an edited statement keeps its words and is judged anew."""
    _, case_id = older
    edit = SetStatement(field="summary", index=0, text="They answer letters by a pipeline.")
    await decisions.edit(case_id, services, [edit], who="ada")
    view = services.warehouse.case(case_id)
    quoted = view.revision.case_study.summary[0].evidence[0].quote
    text = view.document.text.replace(quoted, "Nothing of this is said here any more, alas.")
    document = view.document.model_copy(
        update={"document_id": "doc1_other", "text": text, "passages": []}
    )
    draft = view.revisions[0].model_copy(update={"document_id": "doc1_other"})
    made = adopting.proposal(view, draft, document, whole=False)
    statement = made.study.summary[0]
    assert statement.text == edit.text
    assert statement.support.level.value == "unsupported"


async def test_a_refused_draft_waits_no_more_and_is_not_paid_again(older, services, endpoint):
    """Refusing is remembered: the same recipe makes nothing new, and the case is not stale."""
    _, case_id = older
    await decisions.approve(case_id, services, who="ada")
    (made,) = await renewed(services, case_id)
    review = await adopting.refuse(case_id, services, who="ada", reason="worse")
    assert review.revision_id == made.revision_id
    with pytest.raises(InvalidDecision, match="nothing to refuse"):
        await adopting.refuse(case_id, services, who="ada")
    with pytest.raises(InvalidDecision, match="no newer draft"):
        await adopting.adopt(case_id, services, who="ada")
    view = services.warehouse.case(case_id)
    assert view.status is CaseStatus.APPROVED
    (stale,) = rerunning.stale_cases(services)
    assert (stale.refused, stale.is_stale) == (True, False)
    asked = len(endpoint.requests)
    (again,) = await renewed(services, case_id)
    assert (again.is_new, len(endpoint.requests)) == (False, asked)
    assert adopting.waiting_draft(services.warehouse.case(case_id)) is None


async def test_nothing_to_adopt_is_said(services, web):
    """Without a newer draft there is nothing to take over, and the current one is none."""
    made = await ingest(SourceRef(source=web.url_for("/case")), services)
    with pytest.raises(InvalidDecision, match="no newer draft"):
        await adopting.adopt(made.case_id, services, who="ada")
    held = services.warehouse.case(made.case_id).revision.revision_id
    with pytest.raises(InvalidDecision, match="current revision already"):
        await adopting.adopt(made.case_id, services, who="ada", revision_id=held)


async def test_a_failed_rerun_is_a_failure_and_changes_nothing(older, services, endpoint):
    """An outage is stored as a failure of the source; the case is what it was."""
    _, case_id = older
    before = services.warehouse.case(case_id)
    endpoint.fallback = lambda _: api_error(401)
    (made,) = await renewed(services, case_id)
    assert (made.failure.stage, made.exit_code) == ("summarize", 4)
    assert services.warehouse.case(case_id).revision == before.revision


async def test_a_difference_is_told_part_by_part(services, web):
    """Reworded, added and removed statements, changed facts and tags are told as such."""
    made = await ingest(SourceRef(source=web.url_for("/case")), services)
    study = services.warehouse.case(made.case_id).revision.case_study
    old = study.summary[0]
    reworded = old.model_copy(update={"text": old.text.replace(" ", " indeed ", 1)})
    added = old.model_copy(update={"text": "Something else entirely.", "evidence": []})
    after = study.model_copy(
        update={
            "summary": [reworded, added],
            "tools": [],
            "company": study.company.model_copy(update={"value": "Other"}),
            "tags": [TAG],
        }
    )
    told = {(d.field, d.kind): d for d in differences(study, after)}
    assert {key for key in told if key[0] != "company"} == {
        ("summary", Kind.REWORDED),
        ("summary", Kind.ADDED),
        ("tools", Kind.REMOVED),
        ("tags", Kind.ADDED),
    }
    assert told["summary", Kind.REWORDED].similarity > 0.8
    assert [d.after for d in differences(study, after) if d.field == "company"] == ["Other"]
    assert differences(study, study) == []
