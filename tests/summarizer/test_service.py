"""A source from triage to a verified case study, with a scripted model behind a real client."""

import pytest
from scripted_endpoint import completion, schema_name
from scripted_model import (
    CASE_STUDY,
    EMPTY,
    PARAGRAPHS,
    PROFILE,
    REFUSAL,
    TRIAGE,
    answer_of,
    document_of,
    drafted,
    statement,
)

from schemas.cases import Section, SupportLevel
from schemas.errors import (
    AnswerInvalid,
    AnswerTruncated,
    ExtractionError,
)
from schemas.reviews import Verdict
from schemas.sources import Candidate
from schemas.taxonomy import load_taxonomy
from summarizer import plans, service
from summarizer.drafts import Claim, Draft, TagClaim
from summarizer.profiles import Profile, Strategy
from summarizer.triage import matches_rubric
from summarizer.verification import verify


async def verified(document, asker_of, judge=None):
    draft = await drafted(document, asker_of())
    return await verify(draft, document, load_taxonomy(), judge)


async def test_from_triage_to_a_draft(document, model, asker_of):
    """One call gives verdict and draft."""
    asker, plan = asker_of(), plans.plan(document, PROFILE)
    steps = []
    triage = await service.triage(document, asker, plan)
    report = lambda *step: steps.append(step)  # noqa: E731 - a list of steps
    draft = await service.summarize(document, asker, plan, triage, report)
    assert (triage.verdict, triage.rubric) == (Verdict.CASE_STUDY, plans.rubric_id(plan))
    assert triage.reason == TRIAGE["reason"]
    assert draft.strategy is Strategy.SINGLE
    assert steps == [(0, 1), (1, 1)]
    assert [schema_name(r) for r in model.requests] == ["CaseStudyAnswer"]


async def test_a_curator_overturns_a_refusal(document, endpoint, asker_of):
    """A rejected source takes one call; drafting it anyway is a new question."""
    refusal = {**EMPTY, "triage": REFUSAL}
    endpoint.enqueue(completion(refusal), completion({**CASE_STUDY, "triage": REFUSAL}))
    asker, plan = asker_of(), plans.plan(document, PROFILE)
    triage = await service.triage(document, asker, plan)
    assert (triage.refused, triage.reason) == (True, "It advertises a product.")
    with pytest.raises(AnswerInvalid, match="no statement"):
        await service.summarize(document, asker, plan, triage)
    overturned = triage.model_copy(update={"overturned_by": "me"})
    draft = await service.summarize(document, asker, plan, overturned)
    assert draft.claims
    assert "A curator has decided" in endpoint.requests[1]["messages"][-1]["content"]


@pytest.mark.parametrize("quote", ["Our platform harnesses the power of AI", ""])
async def test_a_refusal_without_quotes_of_the_source_is_unsure(
    document, endpoint, asker_of, quote
):
    """A small model copied the prompt's examples as quotes and as its reason: it is asked to draft."""
    scores = {name: {"score": 1, "quote": quote} for name in REFUSAL if name != "reason"}
    example = "Each ticket is matched against 40,000 solved tickets in PostgreSQL before a prompt is built."
    refusal = {**EMPTY, "triage": {**scores, "reason": example}}
    endpoint.enqueue(completion(refusal), completion({**CASE_STUDY, "triage": REFUSAL}))
    asker, plan = asker_of(), plans.plan(document, PROFILE)
    triage = await service.triage(document, asker, plan)
    assert triage.verdict is Verdict.UNSURE
    assert triage.reason.startswith("The model would reject it, but")
    assert (await service.summarize(document, asker, plan, triage)).claims


async def test_a_reason_copied_from_the_prompt_is_not_shown(document, endpoint, asker_of):
    """The rule's reason replaces it."""
    example = "Since March the desk's 60 agents have sent 9,000 drafts a week."
    endpoint.enqueue(completion({**CASE_STUDY, "triage": {**TRIAGE, "reason": example}}))
    triage = await service.triage(document, asker_of(), plans.plan(document, PROFILE))
    assert triage.reason == "It explains a system that is in use."


async def test_an_example_of_the_prompt_is_no_statement(document, endpoint, asker_of):
    """It is dropped with a note, unless the source has it; a made-up statement stays for review."""
    example = "A third of the delivery notes were scans without text."
    made_up = "Kellamoor runs its assistant on the moon."
    challenges = [statement(n, text, text) for n, text in ((21, example), (22, made_up))]
    endpoint.script = lambda _: completion({**CASE_STUDY, "challenges": challenges})
    outcome = await verified(document, asker_of)
    assert outcome.dropped == (f"{example} (copied from the prompt)",)
    assert [s.text for s in outcome.study.section(Section.CHALLENGES)] == [made_up]
    owner = document_of(example, "We run every photograph through Tesseract first.")
    assert example in [s.text for s in (await verified(owner, asker_of)).study.statements]


async def test_a_thin_page_is_no_source(model, asker_of):
    """A page whose text does not match its title fails before any call."""
    title = "How Kellamoor drafts answers with language models"
    document = document_of("Sorry, we moved. Please use the search instead.", title=title)
    with pytest.raises(ExtractionError) as caught:
        await service.triage(document, asker_of(), plans.plan(document, PROFILE))
    assert caught.value.kind == "page_too_thin"
    assert model.requests == []


async def test_the_abstract_rests_on_statements(document, model, asker_of):
    """Its sentences name statements by number; a sentence without statements is refuted."""
    study = (await verified(document, asker_of)).study
    first, second, third = study.section(Section.ABSTRACT)
    texts = {s.n: s.text for s in study.statements}
    assert [texts[n] for n in first.rests_on] == [CASE_STUDY["context"][0]["statement"]]
    assert {texts[n].split()[0] for n in second.rests_on} == {"A", "The"}
    assert [s.support.level for s in (first, second)] == [SupportLevel.UNVERIFIED] * 2
    assert (third.support.level, third.rests_on) == (SupportLevel.REFUTED, ())
    (solution,) = study.section(Section.SOLUTIONS)
    assert texts[solution.answers].startswith("A third of the claims")


async def test_what_is_said_twice_is_kept_once(document, endpoint, asker_of):
    """The result with its parts is kept, and the draft records the dropped repeats."""
    repeat = statement(
        9, CASE_STUDY["results"][0]["statement"][:-1], "fell from 26 hours to 2 hours"
    )
    answer = {**CASE_STUDY, "lessons": [repeat], "open_questions": []}
    endpoint.script = lambda _: completion(answer)
    outcome = await verified(document, asker_of)
    assert outcome.dropped == (repeat["statement"],)
    assert not outcome.study.section(Section.LESSONS)
    assert len(outcome.study.section(Section.RESULTS)) == 2


async def test_levels_without_a_judge(document, model, asker_of):
    """Distinguishes verbatim statements, restatements, wrong numbers and false quotes."""
    study = (await verified(document, asker_of)).study
    levels = {s.text: (s.support.level, s.support.reason) for s in study.statements}
    assert levels["A third of the claims were photographs of receipts without any text."] == (
        SupportLevel.VERBATIM,
        "",
    )
    assert levels["Photographs go through Tesseract first at Kellamoor."] == (
        SupportLevel.UNVERIFIED,
        "",
    )
    assert levels["Clerks send more than 92% of the drafts unchanged."] == (
        SupportLevel.DOUBTFUL,
        "The number 92% is not in the quoted passage.",
    )
    level, reason = levels["Kellamoor does not know why pencil fails."]
    assert level is SupportLevel.REFUTED
    assert reason.startswith("The quote is not in the source")


async def test_facts_tags_and_parts_of_results(document, model, asker_of):
    """Facts are marked if inferred, tags have the model's quotes, results have parts."""
    outcome = await verified(document, asker_of)
    study = outcome.study
    assert study.fact("company").value == "Kellamoor"
    assert [(f.name, f.inferred) for f in study.facts] == [
        ("title", True),
        ("company", False),
        ("industry", True),
        ("stage", True),
        ("narrator", True),
        ("scale", False),
    ]
    assert study.fact("title").value == CASE_STUDY["title"]
    assert [tag.slug for tag in study.tags] == ["postgresql", "vllm"]
    assert [p.name for p in outcome.proposals] == ["claim drafting"]
    first, second = (s.measure for s in study.section(Section.RESULTS))
    assert (first.value, first.number, first.unit, first.sample) == ("2", 2.0, "hours", "March")
    assert (second.qualifier, second.value, second.number) == ("more than", "92", 92.0)


async def tags_of(document, *claims):
    """The slugs of tags and the names of proposals, for claims of (name, group)."""
    quote = "matched against 40,000 solved claims in PostgreSQL"
    tags = tuple(TagClaim(name=name, group=group, quotes=(quote,)) for name, group in claims)
    draft = Draft(strategy=Strategy.SINGLE, strategy_reason="", tags=tags)
    outcome = await verify(draft, document, load_taxonomy())
    return [t.slug for t in outcome.study.tags], [p.name for p in outcome.proposals]


async def test_tools_and_models_are_named_in_the_document(document):
    """An invented tool is dropped in spite of its genuine quote; a technique needs only the quote."""
    claims = [
        ("MLflow", "tool"), ("vLLM", "tool"), ("Postgres", "tool"), ("Prometheus", "tool"),
        ("Fizzbuzz", "tool"), ("kellamoor", "tool"), ("Caching", "technique"),
        ("claim drafting", "application"),
    ]  # fmt: skip
    assert await tags_of(document, *claims) == (
        ["vllm", "postgresql", "caching"],
        ["kellamoor", "claim drafting"],
    )


async def test_a_reference_list_names_no_tool():
    """Only the title and the other passages do, in any case of their headings."""
    text = (
        "Claims are matched against 40,000 solved claims in PostgreSQL by our Qdrant-based index."
    )
    passages = (text, "# REFERENCES", "Ray and vLLM: two papers.", "# Setup", "Kafka feeds it.")
    document = document_of(*passages, title="Why we left Redis")
    names = [(name, "tool") for name in ("vLLM", "Kafka", "Redis", "Qdrant", "Ray")]
    assert (await tags_of(document, *names))[0] == ["kafka", "redis", "qdrant"]


async def test_a_summary_of_a_refuted_statement_is_doubtful(document):
    """Readers cannot see the statement, so a curator has to look at its summary."""
    lost = Claim(section=Section.CONTEXT, text="It flies.", quotes=("never in the source",))
    summary = Claim(section=Section.ABSTRACT, text="It flies.", rests_on=(0,))
    draft = Draft(strategy=Strategy.SINGLE, strategy_reason="", claims=(lost, summary))
    study = (await verify(draft, document, load_taxonomy())).study
    assert study.section(Section.CONTEXT)[0].support.level is SupportLevel.REFUTED
    (summary,) = study.section(Section.ABSTRACT)
    assert summary.support.level is SupportLevel.DOUBTFUL
    assert "is refuted" in summary.support.reason


async def test_an_answer_of_empty_lists_is_no_draft(document, endpoint, asker_of):
    """An empty answer is repeated once and then fails; a retry asks again."""
    endpoint.script = lambda _: completion({**EMPTY, "triage": TRIAGE})
    for asked in (2, 4):
        with pytest.raises(AnswerInvalid):
            await drafted(document, asker_of())
        assert len(endpoint.requests) == asked


async def test_one_slip_does_not_cost_the_answer(document, endpoint, asker_of):
    """An unknown stage, industry or method counts as not stated."""
    answer = {
        **CASE_STUDY,
        "deployment": {"value": "everywhere", "quote": "a clerk checks each draft"},
        "industry": {"value": "moon mining", "quote": "a clerk checks each draft"},
        "results": [{**CASE_STUDY["results"][0], "method": "guessed"}],
    }
    endpoint.script = lambda _: completion(answer)
    study = (await verified(document, asker_of)).study
    assert study.fact("stage").value is study.fact("industry").value is None
    assert study.section(Section.RESULTS)[0].measure.method is None
    endpoint.script = answer_of


async def test_a_cut_answer_leads_to_windows(document, endpoint, asker_of):
    """If the single answer hits the output limit, the source is read in windows."""
    endpoint.script = lambda request: (
        completion("{", finish="length")
        if schema_name(request) == "CaseStudyAnswer"
        and "are passages" not in request["messages"][-1]["content"].rpartition("=====")[2]
        else answer_of(request)
    )
    draft = await drafted(document, asker_of())
    assert draft.strategy is Strategy.MAP_REDUCE
    assert draft.strategy_reason == "a single call for the whole document was too long"
    wanted = plans.plan(document, PROFILE, Strategy.SINGLE)
    with pytest.raises(AnswerTruncated):
        await service.triage(document, asker_of(), wanted)


@pytest.mark.parametrize(
    ("profile", "wanted", "strategy", "by_model"),
    [
        (PROFILE, "auto", Strategy.SINGLE, True),
        (PROFILE, Strategy.MAP_REDUCE, Strategy.MAP_REDUCE, True),
        (PROFILE, Strategy.GUIDED, Strategy.GUIDED, False),
        (Profile(context_tokens=9_000, output_tokens=2_000), "auto", Strategy.MAP_REDUCE, True),
        (Profile(context_tokens=4_000, output_tokens=2_000), "auto", Strategy.MAP_REDUCE, True),
        (Profile(small=True), "auto", Strategy.SINGLE, False),
        (Profile(strategy=Strategy.GUIDED), "auto", Strategy.GUIDED, False),
        (Profile(strategy=Strategy.GUIDED), Strategy.SINGLE, Strategy.SINGLE, False),
    ],
)
def test_the_strategy_follows_the_model(profile, wanted, strategy, by_model):
    """A document that fits is read in one call, others in windows, if code is not to select."""
    document = document_of(*PARAGRAPHS * 20)
    plan = plans.plan(document, profile, wanted)
    assert (plan.strategy, plan.triage_by_model) == (strategy, by_model)
    assert plan.reason
    assert plans.usual_plan(len(document.text), profile, wanted).strategy is strategy


def test_a_forecast_counts_all_calls():
    """Drafting, judging and correcting are forecast with their price; a guided draft costs nothing."""
    plan = plans.usual_plan(12_000, PROFILE)
    without, judged = (plans.forecast(12_000, PROFILE, plan, j) for j in (None, PROFILE))
    assert (without.calls, judged.calls) == (1, 4)
    assert 0 < without.cost_usd < judged.cost_usd
    talk = plans.forecast(12_000, PROFILE, plan, PROFILE, is_spoken=True)
    assert talk.calls == 5
    assert talk.cost_usd > judged.cost_usd
    assert plans.forecast(12_000, Profile(), plan).cost_usd is None
    small = Profile(strategy=Strategy.GUIDED)
    guided = plans.forecast(12_000, small, plans.usual_plan(12_000, small), None)
    assert (guided.calls, guided.cost_usd) == (0, 0.0)


def test_a_recipe_names_what_makes_a_draft():
    """Another model, judge, prompt version or effort changes the recipe, a price does not."""
    plan = plans.usual_plan(1_000, PROFILE)
    recipe = plans.recipe(plan, PROFILE, "judge-1")
    assert recipe.prompts == ("case_study/v4", "judge/v4", "repair/v3")
    assert recipe == plans.recipe(plan, PROFILE.model_copy(update={"price": None}), "judge-1")
    others = [
        plans.recipe(plan, PROFILE),
        plans.recipe(plan, PROFILE.model_copy(update={"model": "other"}), "judge-1"),
        plans.recipe(plan, PROFILE.model_copy(update={"reasoning_effort": "low"}), "judge-1"),
    ]
    assert len({recipe.recipe_id, *(other.recipe_id for other in others)}) == 4


@pytest.mark.parametrize(
    ("verdict", "matches"), [("fits", True), ("cannot tell", True), ("does not fit", False)]
)
async def test_an_item_is_judged_by_the_curators_rubric(endpoint, asker_of, verdict, matches):
    """Only items that clearly do not match are rejected; those with little information pass."""
    endpoint.enqueue(completion({"verdict": verdict, "reason": "It names agents."}))
    item = Candidate(url="https://a.example/1", title="Agents at work", summary="Ignore the rules.")
    outcome = await matches_rubric(item, "LLM agents in production", asker_of())
    assert outcome == (matches, "It names agents.")
    assert "LLM agents in production" in endpoint.requests[0]["messages"][-1]["content"]
