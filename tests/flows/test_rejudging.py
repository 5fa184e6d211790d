"""New verdicts on known drafts, whose text stays."""

from collections.abc import Callable, Collection

import pytest
from scripted_endpoint import Reply, ScriptedEndpoint, api_error, completion, schema_name
from scripted_model import answer_of, asked_items, judge_of, verdict

from config.resources import Resources
from config.settings import Settings
from flows.rerun import plan_text, rejudge, results, to_judge
from prompts.loader import load
from publishing.gate import readable
from review.changes import SetFact, SetStatement
from review.decisions import approve, edit, reject
from review.parts import parts_of
from schemas.cases import CaseStudy
from schemas.errors import ConfigurationError
from schemas.results import IngestStatus
from schemas.reviews import EARLIER_JUDGE, CaseStatus, CaseView, Decision

BY_HAND = "A title by hand"
Script = Callable[[dict], Reply]


def judging(label: str = "entailed", without: Collection[str] = ()) -> Script:
    """Return an endpoint that only judges, all alike, and passes over items with these words."""

    def script(request: dict) -> Reply:
        assert schema_name(request) == "JudgeAnswer"
        texts = dict(asked_items(request))
        verdicts = [
            one
            for one in judge_of(request, label)["verdicts"]
            if not any(words in texts[one["item"]] for words in without)
        ]
        return completion({"verdicts": verdicts})

    return script


@pytest.fixture
def earlier(resources: Resources, case: CaseView, model_endpoint: ScriptedEndpoint) -> str:
    """The id of a case that the earlier judge judged; the current one never saw its first sentence."""
    recipe = case.revision.recipe
    assert recipe
    prompts = ("case_study/v1", EARLIER_JUDGE)
    old = recipe.model_copy(update={"recipe_id": "recipe1_old", "prompts": prompts})
    first, *others = case.revision.study.statements
    first = first.model_copy(update={"text": f"Today {first.text}"})
    study = case.revision.study.model_copy(update={"statements": (first, *others)})
    revision = {"revision_id": "rev1_old", "recipe": old, "study": study}
    resources.warehouse.append(case.revision.model_copy(update=revision))
    model_endpoint.requests.clear()
    model_endpoint.script = judging()
    return case.case.case_id


def text_of(study: CaseStudy) -> list[str]:
    """Everything but the levels of a study."""
    return [part.model_dump_json(exclude={"support"}) for part in parts_of(study)]


async def test_what_the_current_judge_has_not_judged_is_chosen(
    resources: Resources, settings: Settings, earlier: str
) -> None:
    """An earlier prompt and another judge are reasons; a rejected case has none."""
    warehouse = resources.warehouse
    assert await to_judge(resources) == {earlier: (f"prompt {load('judge').label}",)}
    async with Resources(settings.model_copy(update={"judge": "other"})) as other:
        assert (await to_judge(other))[earlier][0] == "judge scripted → other"
    async with Resources(settings.model_copy(update={"judge": "off"})) as off:
        with pytest.raises(ConfigurationError, match="no judge is configured"):
            await to_judge(off)
    reject(warehouse, earlier, "Not a real deployment.", "tester")
    assert await to_judge(resources) == {}
    assert "is rejected" in str((await rejudge(earlier, resources)).failure)


async def test_a_draft_gets_its_levels_from_the_current_judge(
    resources: Resources, earlier: str, model_endpoint: ScriptedEndpoint
) -> None:
    """The text stays, the recipe names the judge, and judging again costs nothing."""
    before = resources.warehouse.case(earlier)
    result = await rejudge(earlier, resources)
    after = resources.warehouse.case(earlier)
    assert (result.status, result.failure, result.llm_calls) == (IngestStatus.DRAFT, None, 1)
    assert after.revision.revision_id == result.revision_id != before.revision.revision_id
    assert text_of(after.revision.study) == text_of(before.revision.study)
    assert (after.revision.author, after.revision.parent_id) == ("scripted", "rev1_old")
    assert after.revision.recipe
    assert after.revision.recipe.prompts == ("case_study/v1", load("judge").label)
    assert (after.status, after.newer, after.is_undecided) == (CaseStatus.DRAFT, None, True)
    assert [(one.decision, one.who) for one in after.reviews] == [(Decision.JUDGE, "scripted")]
    assert await to_judge(resources) == {}
    again = await rejudge(earlier, resources)
    assert (again.revision_id, again.llm_calls) == (result.revision_id, 0)
    assert len(model_endpoint.requests) == 1


@pytest.mark.parametrize("label", ["entailed", "partly", "all entailed"])
async def test_an_approved_case_needs_a_decision_if_readers_would_see_other_parts(
    label: str, resources: Resources, earlier: str, model_endpoint: ScriptedEndpoint
) -> None:
    """It stays approved, or waits in the queue; confirmed and edited parts stay in any case."""
    warehouse = resources.warehouse
    edit(warehouse, earlier, [SetFact(name="title", value=BY_HAND)], "ada")
    approve(warehouse, earlier, "ada", confirm=True, leave_out=True)
    confirmed = warehouse.case(earlier).revision.study
    model_endpoint.script = judging(label)
    if label == "all entailed":  # also the part that was refuted and left out
        model_endpoint.script = lambda request: completion(
            {"verdicts": [verdict(n, text) for n, text in asked_items(request)]}
        )
    await rejudge(earlier, resources)
    view = warehouse.case(earlier)
    decisions = [one.decision for one in view.reviews]
    assert view.revision.study.fact("title").value == BY_HAND
    kept = [part for part in parts_of(confirmed) if part.support.confirmed_by]
    assert all(part in parts_of(view.revision.study) for part in kept)
    if label == "entailed":
        assert view.status is CaseStatus.APPROVED
        assert decisions[-2:] == [Decision.JUDGE, Decision.APPROVE]
        assert (view.reviews[-2].who, view.reviews[-1].who) == ("scripted", "tester")
        assert readable(view.revision.study).study.statements
    else:
        assert (view.status, decisions[-1]) == (CaseStatus.DRAFT, Decision.JUDGE)
        held = [len(readable(study).held_back) for study in (view.revision.study, confirmed)]
        assert (held[0] > held[1]) is (label == "partly")


async def test_an_endpoint_that_fails_changes_nothing(
    resources: Resources, earlier: str, model_endpoint: ScriptedEndpoint
) -> None:
    """The failure is reported, and the next run judges the case."""
    model_endpoint.script = lambda _: api_error(400, "bad_request", "not today")
    result = await rejudge(earlier, resources)
    assert result.failure
    assert "not today" in result.failure.message
    assert resources.warehouse.case(earlier).revision.revision_id == "rev1_old"
    model_endpoint.script = judging()
    assert (await rejudge(earlier, resources)).failure is None


async def test_verdicts_that_came_are_stored_and_the_others_asked_for_next_time(
    resources: Resources, earlier: str, model_endpoint: ScriptedEndpoint
) -> None:
    """Only the parts without a verdict are in the questions of the next run."""
    model_endpoint.script = judging(without=["vLLM serves"])
    first = await rejudge(earlier, resources)
    assert first.unjudged
    assert "1 of" in first.unjudged
    assert await to_judge(resources) == {earlier: ("parts without a verdict",)}
    # An edit while the judge is off has no verdict either.
    edit(resources.warehouse, earlier, [SetStatement(n=5, text="PostgreSQL has claims.")], "ada")
    model_endpoint.requests.clear()
    model_endpoint.script = judging()
    assert (await rejudge(earlier, resources)).unjudged is None
    asked = [text for request in model_endpoint.requests for _, text in asked_items(request)]
    assert asked == ["PostgreSQL has claims.", "vLLM serves Llama 3.1 8B, which writes the draft."]
    assert await to_judge(resources) == {}


async def test_a_budget_ends_the_run(
    resources: Resources, settings: Settings, earlier: str, model_endpoint: ScriptedEndpoint
) -> None:
    """The price is named before; the first case over the budget is the last one."""
    model_endpoint.script = answer_of
    text = await plan_text([earlier], resources, judging=True)
    assert text.startswith("1 cases with scripted, about $")
    assert text != await plan_text([earlier], resources, judging=False)
    async with Resources(settings.model_copy(update={"budget_run": 0.000001})) as poor:
        found = [one async for one in results([earlier] * 3, poor, rejudge)]
    assert [one.failure and one.failure.kind for one in found] == ["budget_reached"]
    assert model_endpoint.requests == []
