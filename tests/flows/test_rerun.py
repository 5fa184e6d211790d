"""New drafts of known sources, made from the stored bytes."""

import pytest
from local_site import Site
from scripted_endpoint import ScriptedEndpoint, completion
from scripted_model import CASE_STUDY, REFUSED

from config.resources import Resources
from config.settings import Settings
from flows.rerun import differences, redraft, reread, stale
from review.changes import SetFact
from review.decisions import approve, edit
from schemas.errors import UnknownId
from schemas.reviews import CaseStatus, CaseView


@pytest.fixture
def newer(settings: Settings) -> Settings:
    """Settings with another model."""
    models = {"newer": {"price": {"input": 1.0, "output": 4.0}, "context_tokens": 64_000}}
    return settings.model_copy(update={"llm_model": "newer", "models": models})


async def test_a_case_is_stale_when_today_would_make_it_otherwise(
    resources: Resources, newer: Settings, case: CaseView
) -> None:
    """With the same settings nothing is stale; a new model or judge is given as the reason."""
    assert await stale(resources) == {}
    async with Resources(newer.model_copy(update={"judge": "off"})) as other:
        found = await stale(other)
    reasons = ("model scripted → newer", "judge scripted → off")
    assert found == {case.case.case_id: reasons}


async def test_differences_name_prompts_readers_and_checks(
    resources: Resources, case: CaseView
) -> None:
    """Each changed part of a recipe is a separate reason."""
    (provenance,) = resources.warehouse.provenances()
    same = provenance.recipe

    def reasons(**changes: object) -> tuple[str, ...]:
        old = same.model_copy(update=changes)
        return differences(provenance.model_copy(update={"recipe": old}), same)

    assert reasons() == ()
    assert reasons(prompts=("case_study/v0",)) == (f"prompt {', '.join(sorted(same.prompts))}",)
    assert reasons(fingerprint="other") == ("checks or parameters",)
    aged = provenance.model_copy(update={"extractor": "markdown/0"})
    assert differences(aged, same) == ("read by markdown/0",)


async def test_an_undecided_case_gets_the_newest_draft(
    site: Site, resources: Resources, newer: Settings, case: CaseView
) -> None:
    """The stored bytes are drafted without network access; the new draft becomes current."""
    site.pages.clear()
    async with Resources(newer) as other:
        result = await redraft(case.case.case_id, other)
        assert await stale(other) == {}
    view = resources.warehouse.case(case.case.case_id)
    assert (result.revision_id, result.model) == (view.revision.revision_id, "newer")
    assert view.revision.document_id == case.revision.document_id
    assert view.newer is None


@pytest.mark.parametrize("decided", ["approved", "edited"])
async def test_a_newer_draft_waits_beside_a_persons_work(
    decided: str,
    resources: Resources,
    newer: Settings,
    case: CaseView,
    model_endpoint: ScriptedEndpoint,
) -> None:
    """An approved or edited case is unchanged; the draft waits, and the case is not stale."""
    case_id, warehouse = case.case.case_id, resources.warehouse
    edit(warehouse, case_id, [SetFact(name="title", value="A title by hand")], "tester")
    if decided == "approved":
        approve(warehouse, case_id, "tester", leave_out=True)
    before = warehouse.case(case_id)

    async with Resources(newer) as other:
        result = await redraft(case_id, other)
        assert await stale(other) == {}

    after = warehouse.case(case_id)
    assert after.revision == before.revision
    assert after.newer is not None
    assert after.newer.revision_id == result.revision_id
    assert after.status is (CaseStatus.APPROVED if decided == "approved" else CaseStatus.DRAFT)
    assert warehouse.attention()["newer_drafts"] == 1


async def test_a_refusal_of_triage_does_not_undo_a_case(
    resources: Resources, newer: Settings, case: CaseView, model_endpoint: ScriptedEndpoint
) -> None:
    """A case is redrafted even if the newer model's triage would reject the source."""

    def script(request):
        is_ordered = "A curator has decided" in request["messages"][-1]["content"]
        return completion(CASE_STUDY if is_ordered else REFUSED)

    model_endpoint.script = script
    async with Resources(newer) as other:
        result = await redraft(case.case.case_id, other)
    assert (result.status.value, result.verdict) == ("draft", "unsure")


async def test_stored_bytes_can_be_read_again(resources: Resources, case: CaseView) -> None:
    """The same extractor gives the same document; unknown sources are refused."""
    before, after = await reread(case.source.source_id, resources)
    assert before is not None
    assert before.text == after.text
    assert after.document_id == case.document.document_id
    with pytest.raises(UnknownId, match="submit it first"):
        await reread("src1_unknown", resources)
    with pytest.raises(UnknownId, match="no case"):
        await redraft("case1_unknown", resources)
