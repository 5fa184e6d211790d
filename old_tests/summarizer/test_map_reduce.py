"""The strategy for long documents, against the scripted endpoint."""

import asyncio
import gc
import json
import re
import threading

import pytest
import scripted_curator
from scripted_endpoint import Reply, api_error, completion
from written_documents import document_of

from casebook.schemas import errors
from casebook.schemas.cases import SupportLevel
from casebook.summarizer import service
from casebook.summarizer.drafting import map_reduce
from casebook.summarizer.models.asking import Asker
from casebook.summarizer.models.client import OpenAICompatible, RetryPolicy
from casebook.summarizer.models.profiles import Price, Profile, Strategy

NAMES = "Ada Bergen Cormorant Delta Elm Fennel Gannet Heron Ibis Juniper".split()
DOCUMENT = document_of(
    "\n\n".join(
        f"Section {n} tells how the {name} service reads {n + 12} kinds of letters each day. "
        f"Its {name} pipeline was rebuilt {n + 2} times before the model answered well. "
        + f"Nobody on the {name} team had expected that it would take so long to get there. "
        * 18
        for n, name in enumerate(NAMES)
    ),
    title="Ten services",
)


WIDE = Profile(
    context_tokens=60_000,
    output_tokens=4_000,
    strategy=Strategy.SINGLE,
    price=Price(input=1.0, output=4.0),
)
# Beside question and answer there is room for two of the ten passages.
ASKED = map_reduce.layout(DOCUMENT, WIDE).asked
PROFILE = WIDE.model_copy(update={"context_tokens": ASKED + 1_600, "output_tokens": 600})


class Ledger:
    """Keeps generations in memory."""

    def __init__(self):
        self.kept = {}
        self.lost = []

    def find(self, generation_id):
        """Look an answer up."""
        return self.kept.get(generation_id)

    def keep(self, generation):
        """Keep an answer."""
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
    """Make askers over the scripted curator."""
    endpoint.fallback = scripted_curator.answer

    def make(profile=PROFILE):
        policy = RetryPolicy(attempts=1, invalid_attempts=1)
        model = OpenAICompatible("scripted", endpoint.base_url, "key", policy=policy)
        return Asker(lambda: model, "scripted", profile, ledger, "doc1_long", parallel=2)

    return make


def windows_of(profile=PROFILE):
    return map_reduce.layout(DOCUMENT, profile).windows


async def proposed(asker, strategy=Strategy.MAP_REDUCE, **options):
    steps = []
    proposal = await service.propose(
        DOCUMENT, asker, strategy, lambda done, total: steps.append((done, total)), **options
    )
    return proposal, steps


async def test_a_long_document_takes_the_calls_that_were_planned(endpoint, asker_of):
    """One a window and one that puts together; every quote is located in the whole document."""
    planned = service.plan(DOCUMENT, PROFILE, Strategy.MAP_REDUCE)
    proposal, steps = await proposed(asker_of())
    count = len(windows_of())
    assert count == 5
    assert planned.calls == len(endpoint.requests) == count + 1
    assert steps == [(n, planned.calls) for n in range(1, planned.calls + 1)]
    study = service.ground(DOCUMENT, proposal)
    statements = [s for _, s in study.statements()]
    assert len(statements) >= 2 * count
    assert all(s.support.level is SupportLevel.SUPPORTED for s in statements)
    assert {s.evidence[0].passage for s in statements} == {1, 3, 5, 7, 9}
    assert not proposal.unread


async def test_a_plan_is_close_to_what_is_paid(endpoint, asker_of):
    """Prompt tokens within a quarter of what the endpoint is sent, priced by the profile."""
    planned = service.plan(DOCUMENT, PROFILE, Strategy.MAP_REDUCE)
    asker = asker_of()
    await proposed(asker)
    sent = sum(len(json.dumps(r)) for r in endpoint.requests) / 3.5
    assert planned.prompt_tokens == pytest.approx(sent, rel=0.25)
    assert planned.price == pytest.approx(
        (planned.prompt_tokens * 1.0 + planned.completion_tokens * 4.0) / 1e6
    )


async def test_each_window_is_told_where_it_stands(endpoint, asker_of):
    """Its passages between the fence, its place among all, and no other passage."""
    await proposed(asker_of())
    seen = []
    for request in endpoint.requests[:-1]:
        told = request["messages"][-1]["content"]
        first, last = map(int, re.search(r"passages (\d+) to (\d+) of 10", told).groups())
        shown = [int(n) for n in re.findall(r"^\[(\d+)\]", told, re.MULTILINE)]
        assert shown == list(range(first, last + 1))
        seen += shown
    assert sorted(seen) == list(range(1, 11))


async def test_a_crash_in_the_middle_pays_only_for_the_rest(endpoint, asker_of, ledger):
    """Answers given before an outage are in the ledger; the next run asks for the others."""
    count, answered = len(windows_of()), []

    def dies(request):
        answered.append(request)
        return scripted_curator.answer(request) if len(answered) < 3 else api_error(500)

    endpoint.fallback = dies
    with pytest.raises(errors.ProviderUnavailable):
        await proposed(asker_of())
    kept = len(ledger.kept)
    assert kept == 2
    endpoint.requests.clear()
    endpoint.fallback = scripted_curator.answer
    await proposed(asker_of())
    assert len(endpoint.requests) == count + 1 - kept


async def test_a_crash_after_a_cut_answer_does_not_pay_for_it_again(endpoint, asker_of):
    """What was learned of a window, that it must be split, is in the ledger too."""

    def cuts_then_dies(request):
        told = request["messages"][-1]["content"]
        if "passages 3 to 4" in told:
            return completion('{"summary": [', finish="length")
        if "Write the case study from" in told:
            return api_error(500)
        return scripted_curator.answer(request)

    endpoint.fallback = cuts_then_dies
    for _ in range(2):
        with pytest.raises(errors.ProviderUnavailable):
            await proposed(asker_of())
    cut = [r for r in endpoint.requests if "passages 3 to 4" in r["messages"][-1]["content"]]
    assert len(cut) == 1


async def test_a_draft_that_is_stopped_keeps_every_answer_under_way(
    endpoint, asker_of, ledger, caplog
):
    """Windows that wait for their turn do not end the wait for those that are being answered.

    Nothing is logged as a failure.
    """
    under_way = threading.Barrier(3)

    def slow(request):
        under_way.wait(20)
        endpoint.wait(0.3)
        return scripted_curator.answer(request)

    endpoint.fallback = slow
    running = asyncio.create_task(proposed(asker_of()))
    await asyncio.to_thread(under_way.wait, 20)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (len(ledger.kept), len(endpoint.requests)) == (2, 2)
    gc.collect()
    told = [record.getMessage() for record in caplog.records if record.name == "asyncio"]
    # Clients of other tests, met by the collector just now, cannot close in loops that have ended.
    assert [message for message in told if "AsyncClient.aclose" not in message] == []
    endpoint.fallback = scripted_curator.answer
    await proposed(asker_of())
    assert len(endpoint.requests) == len(windows_of()) + 1  # each window, and the synthesis


async def test_after_an_outage_no_further_window_is_asked(endpoint, asker_of):
    """With two at a time, at most those under way are sent when the key is refused."""
    endpoint.fallback = lambda _: api_error(401)
    with pytest.raises(errors.KeyRejected):
        await proposed(asker_of())
    assert len(endpoint.requests) <= 2


BAD_ANSWERS = [
    (completion("nonsense"), "does not fit the schema"),
    (completion(None, refusal="I cannot"), "refused"),
    (completion("", finish="content_filter"), "content filter"),
    (api_error(400, "content_filter"), "content filter"),
]


@pytest.mark.parametrize(("reply", "reason"), BAD_ANSWERS)
async def test_a_window_that_fails_by_itself_is_told_and_the_rest_is_read(
    endpoint, asker_of, reply, reason
):
    """The draft says which passages it rests on nothing of, and why."""
    endpoint.fallback = lambda request: (
        reply if "Heron" in request["messages"][-1]["content"] else scripted_curator.answer(request)
    )
    proposal, _ = await proposed(asker_of())
    [unread] = proposal.unread
    assert unread.first <= 8 <= unread.last
    assert reason in unread.reason
    assert proposal.statements["summary"]


async def test_too_much_unread_is_a_failure_and_no_draft(endpoint, asker_of):
    """When half of the windows are refused, a draft of the rest would mislead."""

    def refuses(request):
        told = request["messages"][-1]["content"]
        if any(name in told for name in NAMES[:6]):
            return completion(None, refusal="no")
        return scripted_curator.answer(request)

    endpoint.fallback = refuses
    with pytest.raises(errors.SourceUnread, match=r"\d of \d windows .* refused"):
        await proposed(asker_of())


async def test_a_cut_answer_gets_more_room_and_then_a_shorter_window(endpoint, asker_of):
    """First the output limit is raised to the model's own, then the window is cut in two."""
    profile = PROFILE.model_copy(update={"context_tokens": 40_000, "output_tokens": 12_000})

    def cuts(request):
        shown = request["messages"][-1]["content"].count("\n[")
        if "Note what the part" in request["messages"][-1]["content"] and shown > 5:
            return completion('{"summary": [', finish="length")
        return scripted_curator.answer(request)

    endpoint.fallback = cuts
    proposal, steps = await proposed(asker_of(profile))
    limits = [request["max_tokens"] for request in endpoint.requests]
    assert limits == [8_000, 12_000, 12_000, 12_000, 12_000]
    assert steps[-1][0] == steps[-1][1] == 3
    assert not proposal.unread


async def test_a_window_beyond_the_real_context_is_cut_in_two(endpoint, asker_of):
    """An endpoint whose context is smaller than the profile says still reads everything."""
    read = []

    def small(request):
        told = request["messages"][-1]["content"]
        if len(told) > 2_000 and "Note what the part" in told:
            return api_error(400, "context_length_exceeded")
        read.extend(int(n) for n in re.findall(r"^\[(\d+)\]", told, re.MULTILINE))
        return scripted_curator.answer(request)

    endpoint.fallback = small
    proposal, _ = await proposed(asker_of())
    study = service.ground(DOCUMENT, proposal)
    assert not proposal.unread
    assert list(study.statements())
    assert sorted(set(read)) == list(range(1, 11))


async def test_findings_beyond_the_context_are_put_together_by_levels(endpoint, asker_of):
    """Groups are chosen from first; every call stays within the context."""
    long = "It ran on the Heron cluster in the basement of the old customs house by the water. "

    def verbose(request):
        reply = scripted_curator.answer(request)
        study = json.loads(reply.body["choices"][0]["message"]["content"])
        if "findings" in json.dumps(request["response_format"]):
            return reply
        shown = re.findall(r"^\[(\d+)\]", request["messages"][-1]["content"], re.MULTILINE)
        study["lessons"] = [
            {"statement": f"{shown[0]}-{n} {long * 4}", "quotes": ["basement of the old house"]}
            for n in range(8)
        ]
        return completion(json.dumps(study))

    endpoint.fallback = verbose
    proposal, steps = await proposed(asker_of())
    merges = [r for r in endpoint.requests if "Write the case study from" in json.dumps(r)]
    assert len(merges) > 2
    assert all(
        len(json.dumps(r["messages"])) / 3.5 < PROFILE.context_tokens for r in endpoint.requests
    )
    assert proposal.statements["summary"]
    assert steps[-1][0] == len(endpoint.requests)


async def test_a_cut_synthesis_is_made_of_two_halves(endpoint, asker_of):
    """Its answer hit the limit: half of the findings at a time, then the chosen ones."""
    merges = []

    def cuts_the_first(request):
        if "findings" in json.dumps(request["response_format"]):
            merges.append(request)
            if len(merges) == 1:
                return completion('{"summary": [', finish="length")
        return scripted_curator.answer(request)

    endpoint.fallback = cuts_the_first
    proposal, _ = await proposed(asker_of())
    assert len(merges) == 4
    assert any(proposal.statements.values())


async def test_one_window_needs_no_synthesis(endpoint, asker_of):
    """A document that fits one window is one call, as planned."""
    await proposed(asker_of(WIDE))
    assert len(endpoint.requests) == 1
    assert service.plan(DOCUMENT, WIDE, Strategy.MAP_REDUCE).calls == 1


FALL_BACKS = [
    api_error(400, "context_length_exceeded"),
    completion('{"summary": [', finish="length"),
    Reply(
        status=400, body={"error": {"type": "exceed_context_size_error", "n_ctx": ASKED + 3_200}}
    ),
]


@pytest.mark.parametrize("reply", FALL_BACKS)
async def test_one_call_that_was_too_long_becomes_windows(endpoint, asker_of, ledger, reply):
    """Context or output exceeded after all: map_reduce, and the draft says so; not if asked for."""
    endpoint.enqueue(reply, reply)
    with pytest.raises((errors.ContextExceeded, errors.AnswerTruncated)):
        await proposed(asker_of(WIDE), Strategy.SINGLE)
    ledger.lost.clear()
    proposal, _ = await proposed(asker_of(WIDE), Strategy.SINGLE, fall_back=True)
    assert proposal.strategy is Strategy.MAP_REDUCE
    assert "one call failed" in proposal.strategy_reason
    told = "n_ctx" in json.dumps(reply.body)
    assert (len(endpoint.requests) > 4) == told  # within the context that the endpoint told


def test_the_strategy_follows_profile_and_length():
    """Small models are guided; capable ones read in one call what fits, the rest in windows."""
    small = WIDE.model_copy(update={"strategy": Strategy.GUIDED})
    tiny = PROFILE.model_copy(update={"context_tokens": ASKED + 900})
    chosen = {
        name: service.choose(DOCUMENT, profile)
        for name, profile in {"wide": WIDE, "narrow": PROFILE, "small": small, "tiny": tiny}.items()
    }
    assert {name: choice.strategy.value for name, choice in chosen.items()} == {
        "wide": "single",
        "narrow": "map_reduce",
        "small": "guided",
        "tiny": "guided",
    }
    assert f"exceed the context of {PROFILE.context_tokens:,}" in chosen["narrow"].reason
    assert service.choose(DOCUMENT, small, Strategy.SINGLE).strategy is Strategy.SINGLE


def test_a_context_without_room_for_a_window_is_told_before_any_call():
    """The error says what to do instead."""
    tiny = PROFILE.model_copy(update={"context_tokens": ASKED})
    with pytest.raises(errors.ContextExceeded, match="STRATEGY=guided"):
        service.plan(DOCUMENT, tiny, Strategy.MAP_REDUCE)


def test_plans_of_the_other_strategies():
    """One call for the whole, or one a sentence that speaks of a field; both with their price."""
    assert service.plan(DOCUMENT, WIDE, Strategy.SINGLE).calls == 1
    guided = service.plan(DOCUMENT, WIDE, Strategy.GUIDED)
    assert guided.calls >= 1
    assert 0 < guided.price < 1
