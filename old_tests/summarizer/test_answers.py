"""The answer type of capable models, and the craft of the prompt that asks for it."""

import json
import re

import pytest
from written_documents import document_of

from casebook.prompts.loader import load_prompt
from casebook.schemas.cases import FACT_FIELDS, STATEMENT_FIELDS, SupportLevel
from casebook.summarizer.drafting.answers import CaseStudyAnswer, proposal_of
from casebook.summarizer.grounding.drafts import Grounder

PROMPT = load_prompt("case_study")
SYSTEM, SHOWN, ANSWERED, _ = (message.content for message in PROMPT.messages)
ANSWER = CaseStudyAnswer.model_validate_json(ANSWERED)


def quotes_of(value):
    """Yield every quote in an answer, however deep it lies."""
    if isinstance(value, dict):
        yield from value.get("quotes", [])
        yield from [value["quote"]] if "quote" in value else []
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from quotes_of(each)


@pytest.fixture(scope="module")
def study():
    """The worked example's own answer, grounded in the source it shows."""
    source = SHOWN.split("=====source-example=====")[1]
    document = document_of("\n\n".join(re.findall(r"^\[\d+\] (.+)$", source, re.MULTILINE)))
    return Grounder(document).case_study(proposal_of(ANSWER, {}))


@pytest.mark.parametrize("field", [*STATEMENT_FIELDS, *FACT_FIELDS[1:], "tags"])
def test_each_field_is_defined_with_a_good_and_a_bad_example(field):
    """A definition alone leaves the border open: both sides of it are shown."""
    [told] = re.findall(rf"^- {field}: (.+(?:\n  .+)*)", SYSTEM, re.MULTILINE)
    assert "Good: " in told
    assert "Bad: " in told


def test_the_worked_example_is_what_we_ask_for(study):
    """Its statements all hold in its own source, and its quotes are of 5 to 30 words."""
    levels = {s.text: s.support for _, s in study.statements()}
    assert len(levels) >= 6
    assert {s.level for s in levels.values()} == {SupportLevel.SUPPORTED}, levels
    facts = [fact for _, fact in study.facts() if fact.value]
    assert all(fact.support.level is not SupportLevel.UNSUPPORTED for fact in facts)
    for quote in quotes_of(json.loads(ANSWERED)):
        assert 5 <= len(quote.split()) <= 30, quote


def test_the_worked_example_has_typed_results_and_open_questions(study):
    """It shows a value apart from its unit, and a question that the tellers leave open."""
    [result] = study.results
    assert (result.number, result.unit, result.baseline) == (4, "hours", "3 days")
    assert study.open_questions
    assert "lessons" in study.silent()


def test_the_schema_asks_for_every_field_and_describes_it():
    """What the endpoint gets with the schema is part of the prompt: nothing is left unsaid."""
    schema = CaseStudyAnswer.model_json_schema()
    parts = [p for p in (schema, *schema["$defs"].values()) if "properties" in p]
    assert len(parts) >= 7
    for part in parts:
        assert set(part["required"]) == set(part["properties"])
        assert all(p.get("description") for p in part["properties"].values()), part["title"]


def test_a_field_left_out_is_silence_and_a_strange_choice_is_read():
    """One slip in the form of an answer does not cost the call: it reads as nothing, or nearly."""
    said = {"statement": "It took 2 s.", "quotes": ["took"], "method": "split test"}
    answer = CaseStudyAnswer.model_validate(
        {"results": [said], "deployment": {"value": "Production", "quote": "q"}}
    )
    proposal = proposal_of(answer, {"year": "2025", "title": None})
    assert proposal.statements["results"][0].method == "A/B test"
    assert {n: f.value for n, f in proposal.facts.items()} == {
        "deployment": "Production",
        "year": "2025",
    }
    assert not proposal.statements["summary"]


def test_what_a_model_writes_turns_no_figures_and_steers_nothing():
    """Told by a page, a model may write "14%" so that readers see "41%": the marks go."""
    turned, steering = "\u202e14\u202c%", "\x1b[2J\x9b"
    answer = CaseStudyAnswer.model_validate(
        {
            "company": {"value": f"Acme{steering}", "quote": "q"},
            "results": [
                {
                    "statement": f"It saved {turned}.",
                    "quotes": ["q"],
                    "value": turned,
                    "unit": turned,
                }
            ],
            "tags": [{"name": f"RAG{turned}", "group": "technique", "quote": "q"}],
        }
    )
    made = proposal_of(answer, {})
    (result,) = made.statements["results"]
    assert (result.text, result.value, result.unit) == ("It saved 14%.", "14%", "14%")
    assert (made.facts["company"].value, made.tags[0].name) == ("Acme[2J", "RAG14%")
