"""The strategy for small models: sentences that the model copies, and those that code adds."""

import pytest
from scripted_endpoint import completion
from scripted_model import document_of

from schemas.cases import Origin, Section, SupportLevel
from schemas.errors import AnswerInvalid
from schemas.taxonomy import load_taxonomy
from summarizer import plans, service
from summarizer.profiles import Profile, Strategy
from summarizer.triage import triage_by_cues
from summarizer.verification import verify

SMALL = Profile(model="small", small=True, strict=True)
SHOPS = "The shops of Parcelwise ask about 40,000 lost parcels a month."
QUIET = "Nobody at the depot wants to read a letter twice."
SLOW = "The biggest problem was that the parser could not read scanned delivery notes at all."
FASTER = "Median time to first reply went from 4 hours 10 minutes to 1 hour 35 minutes."
DOCUMENT = document_of(
    SHOPS,
    "# How it works",
    "Each ticket is embedded and stored in PostgreSQL, and a small service in Go answers queries.",
    "# What was hard",
    f"{SLOW} {QUIET}",
    "# Results",
    FASTER,
    title=None,
)
EMPTY = {
    name: []
    for name in (
        "context architecture challenges solutions tools results lessons failures plans".split()
    )
}


def copied(company="Parcelwise", title="Parcelwise answers shops", **fields):
    """Return a scripted answer with these copied sentences."""
    return completion({"company": company, "title": title, **EMPTY, **fields})


async def drafted(asker_of, document=DOCUMENT, profile=SMALL):
    """Return the draft, and the case study that code makes of it."""
    asker, plan = asker_of(profile), plans.plan(document, profile)
    verdict = await service.triage(document, asker, plan)
    draft = await service.summarize(document, asker, plan, verdict)
    return draft, (await verify(draft, document, load_taxonomy())).study


async def test_a_small_model_chooses_and_code_adds(endpoint, asker_of):
    """One call; a chosen sentence is kept where the model files it, and marked apart from others."""
    endpoint.enqueue(copied(challenges=[QUIET]))
    draft, study = await drafted(asker_of)
    assert len(endpoint.requests) == 1
    assert "copied letter for letter" in endpoint.requests[0]["messages"][-1]["content"]
    origins = {s.text: (s.section, s.origin) for s in study.statements}
    assert origins[QUIET] == (Section.CHALLENGES, Origin.SOURCE)
    assert origins[FASTER] == (Section.RESULTS, Origin.SELECTED)
    assert {s.support.level for s in study.statements} == {SupportLevel.VERBATIM}
    assert draft.strategy is Strategy.SINGLE
    assert f"the model chose 1 of {len(study.statements)} sentences" in draft.strategy_reason


async def test_each_sentence_stands_once_and_as_the_source_has_it(endpoint, asker_of):
    """Half a sentence becomes the whole; what the source does not have is not in the draft."""
    half, invented = SLOW.partition(" that ")[2], "Parcelwise saved 40 million euros."
    endpoint.enqueue(copied(challenges=[half], lessons=[half], results=[invented, FASTER]))
    _, study = await drafted(asker_of)
    texts = [s.text for s in study.statements]
    assert texts.count(SLOW) == texts.count(FASTER) == 1
    assert invented not in texts
    (result,) = study.section(Section.RESULTS)
    assert (result.measure.value, result.origin) == ("1 hour 35 minutes", Origin.SOURCE)


@pytest.mark.parametrize(
    ("company", "expected"),
    [("Parcelwise", "Parcelwise"), ("Ofenglut", None), ("PostgreSQL", None), (None, None)],
)
async def test_a_company_has_to_be_named_in_the_source(endpoint, asker_of, company, expected):
    """Other names, tools and common words are no company; the title is marked as inferred."""
    endpoint.enqueue(copied(company=company))
    _, study = await drafted(asker_of)
    assert study.fact("company").value == expected
    title = study.fact("title")
    assert (title.value, title.inferred) == ("Parcelwise answers shops", True)


async def test_a_long_source_is_read_in_windows(endpoint, asker_of):
    """Each window is a question; the choices of all are put together without another call."""
    parts = [f"{SHOPS} {n} {'It took a year in all. ' * 60}" for n in range(12)]
    document = document_of(*parts, SLOW, FASTER, title=None)
    profile = SMALL.model_copy(update={"context_tokens": 4_096, "output_tokens": 1_000})

    def answer(request):
        shown = request["messages"][-1]["content"]
        return copied(challenges=[SLOW] if SLOW in shown else [], context=[SHOPS])

    endpoint.script = answer
    draft, study = await drafted(asker_of, document, profile)
    assert (draft.strategy, draft.unread) == (Strategy.MAP_REDUCE, ())
    assert len(endpoint.requests) > 2
    assert plans.forecast(len(document.text), profile, plans.plan(document, profile)).calls > 2
    (challenge,) = study.section(Section.CHALLENGES)
    assert (challenge.text, challenge.origin) == (SLOW, Origin.SOURCE)


async def test_an_endless_answer_is_read_again_in_halves(endpoint, asker_of):
    """A small model that repeats itself until it is cut off costs no draft."""
    endpoint.enqueue(completion("{", finish="length"), copied(), copied(challenges=[QUIET]))
    draft, study = await drafted(asker_of)
    assert draft.strategy is Strategy.MAP_REDUCE
    assert QUIET in [s.text for s in study.statements]


async def test_no_usable_answer_is_a_failure(endpoint, asker_of):
    """Code's own choice would not be the model's draft."""
    endpoint.script = lambda _: completion("nonsense")
    with pytest.raises(AnswerInvalid, match="no usable answer"):
        await drafted(asker_of)


def test_triage_is_left_to_cues():
    """A small model refused sources with the examples of the prompt as its reasons."""
    plan = plans.plan(DOCUMENT, SMALL)
    assert plans.rubric_id(plan) == triage_by_cues(DOCUMENT).rubric
    assert plans.recipe(plan, SMALL, "judge-1").prompts == ("case_study_short/v1", "judge/v4")
