"""Each question is asked once."""

import asyncio
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import BaseModel, Field
from scripted_endpoint import api_error, completion

from casebook.prompts.loader import parse_prompt
from casebook.schemas import errors
from casebook.schemas.generations import Generation, Usage, Waste
from casebook.summarizer.models import grace
from casebook.summarizer.models.asking import Asker, schema_hash, total_usage
from casebook.summarizer.models.budget import Budget
from casebook.summarizer.models.client import OpenAICompatible, RetryPolicy
from casebook.summarizer.models.profiles import Price, Profile, Strategy

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
        self.lost: list[Waste] = []

    def find(self, generation_id):
        """Look an answer up."""
        return self.kept.get(generation_id)

    def keep(self, generation):
        """Keep a new answer."""
        assert generation.generation_id not in self.kept
        self.kept[generation.generation_id] = generation

    def write_off(self, waste):
        """Keep what was lost."""
        self.lost.append(waste)

    def wasted(self, question_id):
        """Return the newest loss of a question."""
        return next((w for w in reversed(self.lost) if w.question_id == question_id), None)


@pytest.fixture
def ledger():
    """An empty ledger."""
    return Ledger()


@pytest.fixture
def asker_of(endpoint, ledger):
    """Make askers over one endpoint and one ledger."""
    endpoint.fallback = lambda _: completion('{"word": "yes"}')

    def make(model_name="scripted", document_id="doc1_a", profile=PRICED, budget=None, attempts=1):
        policy = RetryPolicy(attempts=attempts, backoff_initial=0.01, backoff_max=0.02)
        model = OpenAICompatible(model_name, endpoint.base_url, "key", policy=policy)
        return Asker(lambda: model, model_name, profile, ledger, document_id, budget=budget)

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


async def test_what_a_failed_question_cost_is_kept(endpoint, asker_of, ledger):
    """Tokens, price, requests and the fault's name; nothing of question or answer."""
    endpoint.enqueue(completion('{"other": "secret words"}'))
    asker = asker_of()
    with pytest.raises(errors.AnswerInvalid):
        await ask(asker, text="the question")
    [lost] = asker.wasted
    assert ledger.lost == [lost]
    assert (lost.kind, lost.attempts, lost.stage) == ("answer_invalid", 1, "summarize")
    assert lost.usage == Usage(prompt_tokens=100, completion_tokens=20, cost_usd=0.0002)
    assert not any(told in lost.model_dump_json() for told in ("secret", "the question"))


async def test_an_answer_that_was_cut_is_not_paid_for_again(endpoint, asker_of):
    """The same question with the same limit would be cut again; with another one it is asked."""
    endpoint.enqueue(completion('{"word": "ye', finish="length"))
    for _ in range(2):
        with pytest.raises(errors.AnswerTruncated, match="OUTPUT_TOKENS"):
            await ask(asker_of(), max_tokens=10)
    assert len(endpoint.requests) == 1
    assert await ask(asker_of(), max_tokens=20) == Word(word="yes")


async def test_a_cap_stops_before_the_call_and_costs_nothing(endpoint, asker_of, ledger):
    """The question stays unasked, leaves no waste, and is asked once there is money."""
    poor = asker_of(budget=Budget(run=0.0003))
    with pytest.raises(errors.BudgetReached):
        await ask(poor, max_tokens=500)
    assert (endpoint.requests, ledger.lost, poor.wasted) == ([], [], [])
    rich = asker_of(budget=Budget(run=1.0))
    assert await ask(rich, max_tokens=500) == Word(word="yes")


async def test_a_cap_counts_the_answers_that_were_of_no_use(endpoint, asker_of, ledger):
    """The second request of a question is held against what the first one cost."""
    endpoint.fallback = lambda _: completion("nonsense", completion_tokens=400)
    asker = asker_of(budget=Budget(run=0.004), attempts=2)
    with pytest.raises(errors.BudgetReached):
        await ask(asker, max_tokens=500)
    assert len(endpoint.requests) == 1
    [lost] = ledger.lost
    assert (lost.kind, lost.attempts, lost.usage.cost_usd) == ("budget_reached", 1, 0.0021)


async def test_questions_at_once_do_not_pass_a_cap_together(endpoint, asker_of):
    """Of ten at the same time as many are sent as the cap pays for, whatever the order."""
    endpoint.fallback = lambda _: completion('{"word": "yes"}', completion_tokens=500)
    budget = Budget(run=0.01)
    asker = asker_of(budget=budget)
    questions = [ask(asker, text=f"Which {n}?", max_tokens=500) for n in range(10)]
    ends = await asyncio.gather(*questions, return_exceptions=True)
    assert sum(isinstance(end, errors.BudgetReached) for end in ends) == 10 - len(asker.paid)
    assert len(endpoint.requests) == len(asker.paid) == 3
    assert budget.spent <= 0.01


async def test_a_cancelled_question_keeps_the_answer_that_is_under_way(endpoint, asker_of, ledger):
    """Ctrl-C while the model writes: what is paid for is stored, and a rerun asks nothing."""
    sent = threading.Event()

    def slow(_):
        sent.set()
        endpoint.wait(0.3)
        return completion('{"word": "yes"}')

    endpoint.fallback = slow
    asking = asyncio.create_task(ask(asker_of()))
    await asyncio.to_thread(sent.wait)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert len(ledger.kept) == 1
    assert await ask(asker_of()) == Word(word="yes")
    assert len(endpoint.requests) == 1


async def test_a_cancelled_question_waits_until_its_answer_is_kept(asker_of, ledger, monkeypatch):
    """The ledger may be slow to take it, or have its turn only later: it is paid for."""
    storing, stored, keep = threading.Event(), threading.Event(), ledger.keep

    def keep_late(generation):
        storing.set()
        stored.wait(20)
        keep(generation)

    monkeypatch.setattr(ledger, "keep", keep_late)
    asking = asyncio.create_task(ask(asker_of()))
    await asyncio.to_thread(storing.wait, 20)
    asking.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not asking.done()
    stored.set()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert len(ledger.kept) == 1


async def test_an_answer_is_kept_though_the_wait_for_a_thread_is_given_up(
    asker_of, ledger, monkeypatch
):
    """All threads may wait for a server: what is to be stored then is not left out."""
    monkeypatch.setattr(grace, "GRACE_SECONDS", 0.0)
    asker, given, loop = asker_of(), asyncio.Event(), asyncio.get_running_loop()
    alone, busy, generation = ThreadPoolExecutor(1), threading.Event(), asker._generation
    loop.set_default_executor(alone)

    def answered(*parts):
        alone.submit(busy.wait, 20)
        loop.call_soon(given.set)
        return generation(*parts)

    monkeypatch.setattr(asker, "_generation", answered)
    asking = asyncio.create_task(ask(asker))
    await given.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    busy.set()
    await loop.run_in_executor(None, bool)
    assert len(ledger.kept) == 1


async def test_a_cancelled_question_sends_no_further_request(endpoint, asker_of, ledger):
    """Neither one that waits for its turn nor a retry goes out for nobody."""
    sent = threading.Event()
    endpoint.fallback = lambda _: sent.set() or api_error(500)
    asking = asyncio.create_task(ask(asker_of(attempts=50)))
    await asyncio.to_thread(sent.wait)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    before = len(endpoint.requests)
    await asyncio.sleep(0.2)
    assert len(endpoint.requests) == before
    assert ledger.kept == {}


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
        write_off = ledger.write_off
        wasted = ledger.wasted

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
