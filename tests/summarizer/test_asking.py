"""Each question is asked and paid for once, and every call is kept with what became of it."""

import asyncio
import threading

import pytest
from pydantic import BaseModel
from scripted_endpoint import Reply, api_error, completion

from prompts.loader import parse
from schemas.errors import (
    AnswerInvalid,
    AnswerRefused,
    AnswerTruncated,
    BudgetReached,
    ProviderUnavailable,
)
from schemas.generations import AnswerStatus
from summarizer.budget import Budget
from summarizer.profiles import Profile

PROMPT = parse(
    "---\nname: greet\nversion: 1\npurpose: test\nvariables: [name]\n---\n[user]\nHi {{ name }}"
)


class Greeting(BaseModel):
    """An answer."""

    text: str


GOOD = completion({"text": "hello"}, prompt_tokens=1_000, completion_tokens=500)


def ask(asker, name="Ada"):
    return asker.ask(PROMPT, {"name": name, "unused": 1}, Greeting, "summarize")


async def test_a_question_is_paid_for_once(endpoint, asker_of, ledger):
    """The same question is answered from the ledger, also for another asker."""
    endpoint.enqueue(GOOD)
    first, second = asker_of(), asker_of()
    assert (await ask(first)).text == (await ask(second)).text == "hello"
    assert len(endpoint.requests) == 1
    assert (len(first.paid), len(second.paid)) == (1, 0)
    assert second.generations == first.generations


async def test_another_question_is_asked(endpoint, asker_of):
    """Other variables, another effort or another model make another question."""
    endpoint.script = lambda _: GOOD
    await ask(asker_of())
    await ask(asker_of(), "Bob")
    await ask(asker_of(Profile(model="scripted", reasoning_effort="low")))
    await ask(asker_of(Profile(model="other")))
    assert len(endpoint.requests) == 4


async def test_the_output_limit_is_no_part_of_a_question(endpoint, asker_of):
    """Raising a model's output limit does not make stored answers useless."""
    endpoint.enqueue(GOOD)
    await ask(asker_of(Profile(model="scripted", output_tokens=400)))
    await ask(asker_of(Profile(model="scripted", output_tokens=800)))
    assert len(endpoint.requests) == 1


async def test_a_generation_says_how_it_was_made(endpoint, asker_of, ledger):
    """What is kept names prompt, model, tokens, cost and stage."""
    endpoint.enqueue(GOOD)
    await ask(asker_of())
    kept = ledger.kept[0]
    assert (kept.prompt, kept.prompt_version, kept.prompt_hash) == ("greet", 1, PROMPT.hash)
    assert (kept.model, kept.stage, kept.document_id) == ("scripted", "summarize", "doc1_x")
    assert kept.status is AnswerStatus.OK
    assert kept.answer == '{"text":"hello"}'
    assert kept.usage.cost_usd == pytest.approx((1_000 * 1.0 + 500 * 10.0) / 1e6)


@pytest.mark.parametrize(
    ("replies", "error", "status"),
    [
        ([completion("nonsense")] * 2, AnswerInvalid, AnswerStatus.INVALID),
        ([completion("{", finish="length")], AnswerTruncated, AnswerStatus.TRUNCATED),
        ([completion(None, refusal="no")], AnswerRefused, AnswerStatus.REFUSED),
        ([completion(None, finish="content_filter")], AnswerRefused, AnswerStatus.FILTERED),
        ([api_error(500)] * 4, ProviderUnavailable, AnswerStatus.ERROR),
    ],
)
async def test_failed_calls_are_kept_too(endpoint, asker_of, ledger, replies, error, status):
    """A call without a usable answer is kept with its status, cost and message, and not reused."""
    endpoint.enqueue(*replies, GOOD)
    asker = asker_of()
    with pytest.raises(error) as raised:
        await ask(asker)
    kept = ledger.kept[0]
    assert (kept.status, kept.attempts) == (status, len(replies))
    assert kept.error == str(raised.value)
    assert asker.paid == [kept]
    assert asker.generations == []
    assert (await ask(asker)).text == "hello"


async def test_no_client_is_made_for_a_known_answer(endpoint, asker_of, ledger, client_of):
    """A rerun whose answers are stored does not start the embedded model."""
    endpoint.enqueue(GOOD)
    await ask(asker_of())
    asker = asker_of()
    asker.client_factory = lambda: pytest.fail("a client was made")
    assert (await ask(asker)).text == "hello"


async def test_a_cancelled_run_keeps_what_was_paid(endpoint, asker_of, ledger):
    """An answer that arrived is stored although the run was cancelled meanwhile."""
    storing, release, stored = threading.Event(), threading.Event(), threading.Event()
    append = ledger.append

    def slow_append(generation, timeout):
        storing.set()
        release.wait()
        append(generation, timeout=timeout)
        stored.set()

    ledger.append = slow_append
    endpoint.enqueue(GOOD)
    task = asyncio.ensure_future(ask(asker_of()))
    await asyncio.to_thread(storing.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    release.set()
    await asyncio.to_thread(stored.wait)
    assert len(ledger.kept) == 1


async def test_a_call_that_does_not_fit_the_budget_is_not_made(endpoint, asker_of, ledger):
    """A cap below what a call is expected to cost stops it before any request."""
    with pytest.raises(BudgetReached) as raised:
        await ask(asker_of(budget=Budget(run_usd=0.000001)))
    assert raised.value.kind == "budget_reached"
    assert endpoint.requests == []
    assert ledger.kept == []


async def test_a_cap_needs_a_price(endpoint, asker_of):
    """With a cap and no known price, nothing is asked."""
    asker = asker_of(Profile(model="scripted"), budget=Budget(run_usd=5))
    with pytest.raises(BudgetReached) as raised:
        await ask(asker)
    assert raised.value.kind == "price_unknown"
    assert endpoint.requests == []


async def test_requests_at_once_are_bounded(endpoint, client_of, ledger):
    """All callers of one client share its limit on requests at once."""
    hold = threading.Event()
    endpoint.script = lambda _: Reply(body=GOOD.body, hold=hold)
    client = client_of(concurrent=2)
    asked = [
        asyncio.ensure_future(client.ask(PROMPT.render({"name": str(n)}), Greeting))
        for n in range(5)
    ]
    await asyncio.sleep(0.2)
    assert len(endpoint.requests) <= 2
    hold.set()
    await asyncio.gather(*asked)
    assert len(endpoint.requests) == 5
