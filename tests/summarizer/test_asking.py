"""Each question is asked once."""

import itertools

import pytest
from pydantic import BaseModel, Field
from scripted_endpoint import api_error, completion

from casebook.prompts.loader import parse_prompt
from casebook.schemas import errors
from casebook.schemas.generations import Generation, Usage
from casebook.summarizer.asking import Asker, schema_hash, total_usage
from casebook.summarizer.client import OpenAICompatible, RetryPolicy
from casebook.summarizer.profiles import Price, Profile, Strategy

RAW = """---
name: ask
version: 2
purpose: Ask.
variables: [text]
---
[system]
Answer.
[user]
{{ text }}
"""
PROMPT = parse_prompt(RAW)
PRICED = Profile(
    context_tokens=9000,
    output_tokens=500,
    strategy=Strategy.SINGLE,
    price=Price(input=1.0, output=5.0),
)


class Word(BaseModel):
    """A small answer type."""

    word: str


class Wide(BaseModel):
    """Another schema for the same field."""

    word: str = Field(description="Any word.")


class Ledger:
    """Keeps generations in memory."""

    def __init__(self):
        self.kept: dict[str, Generation] = {}

    def find(self, generation_id):
        """Look an answer up."""
        return self.kept.get(generation_id)

    def keep(self, generation):
        """Keep a new answer."""
        assert generation.generation_id not in self.kept
        self.kept[generation.generation_id] = generation


@pytest.fixture
def ledger():
    """An empty ledger."""
    return Ledger()


@pytest.fixture
def asker_of(endpoint, ledger):
    """Make askers over one endpoint and one ledger."""
    endpoint.fallback = lambda _: completion('{"word": "yes"}')

    def make(model_name="scripted", document_id="doc1_a", profile=PRICED):
        model = OpenAICompatible(
            model_name, endpoint.base_url, "key", policy=RetryPolicy(attempts=1)
        )
        return Asker(lambda: model, model_name, profile, ledger, document_id)

    return make


async def ask(asker, text="Which?", prompt=PROMPT, answer_type=Word, **parameters):
    given = {"temperature": 0.0} | parameters
    return await asker.ask("summarize", prompt, {"text": text}, answer_type, **given)


async def test_the_same_question_is_asked_once(endpoint, asker_of, ledger):
    """A second ask, by another asker too, sends no request and rests on the kept answer."""
    first, second = asker_of(), asker_of()
    answers = [await ask(first), await ask(first), await ask(second)]
    assert answers == [Word(word="yes")] * 3
    assert len(endpoint.requests) == len(ledger.kept) == 1
    assert (len(first.paid), len(first.generations)) == (1, 2)
    assert (len(second.paid), len(second.generations)) == (0, 1)


async def test_a_known_answer_does_not_even_start_the_model(asker_of, ledger):
    """The model is made for a new question only: the embedded one takes seconds to load."""
    await ask(asker_of())

    def never():
        raise AssertionError("the model was started")

    answer = await ask(Asker(never, "scripted", PRICED, ledger, "doc1_a"))
    assert answer == Word(word="yes")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (api_error(500), errors.ProviderUnavailable),
        (api_error(401), errors.KeyRejected),
        (completion('{"word": "ye', finish="length"), errors.AnswerTruncated),
        (completion('{"other": 1}'), errors.AnswerInvalid),
    ],
)
async def test_a_failed_call_leaves_nothing_behind(endpoint, asker_of, ledger, reply, error):
    """No answer is kept, none is counted, and the next ask pays for a fresh one."""
    asker = asker_of()
    endpoint.enqueue(reply)
    with pytest.raises(error):
        await ask(asker)
    assert (ledger.kept, asker.generations, asker.paid) == ({}, [], [])
    assert await ask(asker) == Word(word="yes")
    assert len(asker.paid) == 1


async def test_a_generation_tells_where_it_comes_from(endpoint, asker_of):
    """Prompt, schema, model, parameters, tokens, cost and the endpoint, but no key, are kept."""
    asker = asker_of()
    await ask(asker)
    [kept] = asker.generations
    assert (kept.prompt, kept.prompt_version, kept.prompt_hash) == ("ask", 2, PROMPT.hash)
    assert (kept.schema_hash, kept.model) == (schema_hash(Word), "scripted")
    assert (kept.endpoint, kept.parameters) == (endpoint.base_url, {"temperature": 0.0})
    assert (kept.answer, kept.attempts, kept.stage) == ('{"word":"yes"}', 1, "summarize")
    assert kept.usage == Usage(prompt_tokens=100, completion_tokens=20, cost_usd=0.0002)
    assert "key" not in kept.model_dump_json().replace("prompt_hash", "")


CHANGES = {
    "document": {"asker": {"document_id": "doc1_b"}},
    "model": {"asker": {"model_name": "other"}},
    "prompt": {"ask": {"prompt": parse_prompt(RAW.replace("purpose: Ask.", "purpose: Ask!"))}},
    "schema": {"ask": {"answer_type": Wide}},
    "parameter": {"ask": {"temperature": 0.5}},
    "new parameter": {"ask": {"seed": 7}},
    "message": {"ask": {"text": "Which one?"}},
}


async def test_whatever_shapes_an_answer_changes_its_id(endpoint, asker_of, ledger):
    """Document, model, prompt file, schema, parameters and messages each make a new question."""
    await ask(asker_of())
    for change in CHANGES.values():
        await ask(asker_of(**change.get("asker", {})), **change.get("ask", {}))
    assert len(ledger.kept) == len(endpoint.requests) == 1 + len(CHANGES)


async def test_what_does_not_shape_an_answer_leaves_the_id(endpoint, asker_of, ledger):
    """Stage, price, limits and the order of parameters do not make a new question."""
    cheap = PRICED.model_copy(update={"price": None, "context_tokens": 1, "output_tokens": 1})
    asker = asker_of()
    await ask(asker, seed=1, top_p=0.5)
    await ask(asker_of(profile=cheap), top_p=0.5, seed=1)
    values = {"text": "Which?"}
    parameters = {"top_p": 0.5, "seed": 1, "temperature": 0.0}
    await asker.ask("triage", PROMPT, values, Word, **parameters)
    assert len(ledger.kept) == len(endpoint.requests) == 1


async def test_any_text_can_be_asked_about(asker_of, ledger):
    """A lone surrogate, as broken pages have, neither breaks the id nor merges two questions."""
    messages = ["a\ud800", "a\udfff", "a"]
    ids = set()
    for text in messages:
        asker = asker_of()
        with_surrogate = await _id_of(asker, ledger, text)
        ids.add(with_surrogate)
    assert len(ids) == len(messages)


async def _id_of(asker, ledger, text):
    """Return the id that a question would have, from what the ledger is asked for."""
    asked = []

    class Recorder:
        """Notes what is looked up."""

        def find(self, generation_id):
            """Note the id and give up."""
            asked.append(generation_id)
            raise LookupError

        keep = ledger.keep

    with pytest.raises(LookupError):
        await ask(Asker(asker._model, "scripted", PRICED, Recorder(), "doc1_a"), text)
    return asked[0]


async def test_costs_are_summed_or_not_known(asker_of):
    """Two priced calls add up; one without a price makes the sum None, and tokens still add."""
    priced, free = (
        asker_of(),
        asker_of("unpriced", profile=PRICED.model_copy(update={"price": None})),
    )
    await ask(priced, "one")
    await ask(priced, "two")
    await ask(free, "three")
    assert total_usage([g.usage for g in priced.generations]) == Usage(
        prompt_tokens=200, completion_tokens=40, cost_usd=0.0004
    )
    mixed = total_usage([g.usage for g in (*priced.generations, *free.generations)])
    assert mixed == Usage(prompt_tokens=300, completion_tokens=60, cost_usd=None)
    assert total_usage([]) == Usage(cost_usd=0.0)


def test_every_kind_of_schema_change_changes_its_hash():
    """A description is part of what the model is told, so it counts."""
    types = [Word, Wide, Usage]
    assert all(schema_hash(a) != schema_hash(b) for a, b in itertools.combinations(types, 2))
    assert schema_hash(Word) == schema_hash(Word)
