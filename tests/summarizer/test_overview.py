"""A larger embedded model adds company, title and abstract to a guided draft."""

import pytest
from scripted_endpoint import api_error, completion
from scripted_model import document_of

from schemas.cases import Origin, Section
from schemas.errors import ModelError
from schemas.taxonomy import load_taxonomy
from summarizer import plans, service
from summarizer.profiles import Profile, Strategy
from summarizer.triage import triage_by_cues
from summarizer.verification import verify

LARGE = Profile(model="large.gguf", strategy=Strategy.GUIDED, overview=True)
DOCUMENT = document_of(
    "The shops of Parcelwise ask about 40,000 lost parcels a month.",
    "# How it works",
    "Each ticket is embedded and stored in PostgreSQL, and a small service in Go answers queries.",
    "# What was hard",
    "The biggest problem was that the parser could not read scanned delivery notes at all.",
    "# Results",
    "Median time to first reply went from 4 hours 10 minutes to 1 hour 35 minutes.",
    title=None,
)


def answer(sentence, rests_on=(1,), company="Parcelwise", title="Parcelwise answers shops"):
    """Return a scripted answer to the one question."""
    abstract = [{"sentence": sentence, "rests_on": list(rests_on)}]
    return completion({"company": company, "title": title, "abstract": abstract})


async def drafted(asker_of, document=DOCUMENT):
    """Return the draft and what code makes of it."""
    asker, plan = asker_of(LARGE), plans.plan(document, LARGE)
    draft = await service.summarize(document, asker, plan, triage_by_cues(document))
    study = (await verify(draft, document, load_taxonomy())).study
    return draft, study, {fact.name: fact.value for fact in study.facts}


async def test_one_call_names_and_sums_up(asker_of, endpoint):
    """The abstract cites numbered statements, and the call is stored with the file's name."""
    endpoint.enqueue(answer("Each ticket is stored in PostgreSQL, and a service answers queries."))
    draft, study, facts = await drafted(asker_of)
    [sentence] = study.section(Section.ABSTRACT)
    assert sentence.origin is Origin.MODEL
    rested = [s.text for s in study.statements if s.n in sentence.rests_on]
    assert rested
    assert facts["company"] == "Parcelwise"
    assert facts["title"] == "Parcelwise answers shops"
    [request] = endpoint.requests
    asked = request["messages"][-1]["content"]
    assert request["model"] == "large.gguf"
    assert f"1. {rested[0]}" in asked
    assert "3. Median time" in asked
    assert "Opening: The shops of Parcelwise" in asked
    assert len(draft.generation_ids) == 1


@pytest.mark.parametrize(
    ("sentence", "rests_on"),
    [
        ("Each ticket is answered in 9 minutes.", [1]),
        ("Each ticket is stored in MongoDB.", [1]),
        ("Each ticket is embedded and stored in PostgreSQL, and a small service in Go", [1]),
        ("Each ticket is embedded. A small service in Go answers queries.", [1]),
        ("Each ticket is stored in PostgreSQL.", []),
        ("Each ticket is stored in PostgreSQL.", [99]),
    ],
)
async def test_a_doubtful_abstract_gives_way_to_the_sources_sentences(
    asker_of, endpoint, sentence, rests_on
):
    """An abstract with unsupported numbers, names or sentences is replaced."""
    endpoint.enqueue(answer(sentence, rests_on))
    _, study, _ = await drafted(asker_of)
    abstract = study.section(Section.ABSTRACT)
    assert {s.origin for s in abstract} == {Origin.SOURCE}
    assert all(s.text in DOCUMENT.text for s in abstract)


@pytest.mark.parametrize("company", ["Ofenglut", "PostgreSQL", "the", "", None])
async def test_a_company_that_the_text_does_not_name_is_dropped(asker_of, endpoint, company):
    """Tools and common words are not accepted as companies either."""
    endpoint.enqueue(answer("Each ticket is embedded.", company=company))
    _, _, facts = await drafted(asker_of)
    assert "company" not in facts


async def test_what_the_page_states_stays(asker_of, endpoint):
    """The page's own title takes precedence over the model's."""
    endpoint.enqueue(answer("Each ticket is embedded."))
    stated = DOCUMENT.model_copy(update={"title": "Lost parcels"})
    _, _, facts = await drafted(asker_of, stated)
    assert facts["title"] == "Lost parcels"


async def test_an_unusable_answer_costs_no_draft(asker_of, endpoint):
    """An unusable answer leaves the chosen sentences; an outage is an error."""
    endpoint.enqueue(*[completion("nonsense")] * 2)
    _, study, _ = await drafted(asker_of)
    assert {s.origin for s in study.statements} == {Origin.SOURCE}
    endpoint.enqueue(*[api_error(500)] * 9)
    with pytest.raises(ModelError):
        await drafted(asker_of)


def test_forecast_and_recipe_know_the_call():
    """For a small model without an overview, no call is forecast and the recipe has no prompt."""
    small = Profile(strategy=Strategy.GUIDED)
    plan = plans.usual_plan(8_000, LARGE)
    assert plans.forecast(8_000, LARGE, plan).calls == 1
    assert plans.forecast(8_000, small, plan).calls == 0
    assert plans.recipe(plan, LARGE).prompts == ("overview/v1",)
    assert plans.recipe(plan, small).prompts == ()
