"""The flows' thin parts: what is retried, what is told, how they end, what prefect.yaml names."""

import asyncio
import importlib
import re
import signal
from collections import Counter
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID, uuid4

import httpx
import pytest
import yaml
from prefect.client.schemas.objects import StateType
from prefect.exceptions import ParameterTypeError, TerminationSignal
from prefect.flows import Flow
from prefect.states import Failed
from prefect.utilities.callables import parameter_schema

from casebook.flows import FLOWS, schedules
from casebook.flows import backfill as backfill_module
from casebook.flows.backfill import backfill
from casebook.flows.ending import state_of
from casebook.flows.ingest import ingest
from casebook.flows.report import batch_markdown, outcome_markdown
from casebook.flows.stopping import ended_in_order
from casebook.flows.tasks import may_pass
from casebook.pipeline.batches.tallying import Tally
from casebook.pipeline.ingestion.outcome import Outcome, Status
from casebook.schemas.batches import (
    Batch,
    BatchOptions,
    SourceStanding,
    Standing,
    progress_of,
)
from casebook.schemas.bounds import MOST_AT_ONCE
from casebook.schemas.errors import HostUnreachable, InvalidSource, LoginWall, RateLimited
from casebook.schemas.failures import Failure
from casebook.summarizer.models.limiting import RequestLimiter
from casebook.summarizer.models.limiting import State as LimiterState

ROOT = Path(__file__).parents[2]
DEPLOYMENTS = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]

CAUSES = [
    (HostUnreachable("down"), True),
    (RateLimited("busy", 3.0), True),
    (LoginWall("log in"), False),
    (ValueError("a bug"), False),
]


@pytest.mark.parametrize(("error", "again"), CAUSES, ids=lambda c: type(c).__name__)
async def test_a_task_is_retried_only_where_the_cause_may_pass(error, again):
    """Prefect asks us; the error's class answers."""
    assert await may_pass(None, None, Failed(data=error)) is again


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["name"])
def test_every_deployment_names_a_flow_that_is_there(deployment):
    """The entrypoint's file and function exist, and the function is a flow of that name."""
    path, function = deployment["entrypoint"].split(":")
    assert (ROOT / path).is_file()
    flow = getattr(importlib.import_module(f"casebook.flows.{Path(path).stem}"), function)
    assert isinstance(flow, Flow)
    assert flow.name == deployment["name"]


def test_the_worker_that_the_docs_start_takes_what_the_deployments_put_in():
    """One that names a queue takes no run of another: a stranger's first run would wait for ever."""
    queues = {d["work_pool"].get("work_queue_name", "default") for d in DEPLOYMENTS}
    shown = (ROOT / "docs/scale.md").read_text() + (ROOT / "prefect.yaml").read_text()
    started = re.findall(
        r"^    prefect worker start.*|^# `prefect worker start.*", shown, re.MULTILINE
    )
    assert len(started) == 2
    named = {queue for line in started for queue in re.findall(r"--work-queue (\S+)", line)}
    assert named <= queues


def test_the_flows_that_are_told_are_the_ones_deployed():
    """What `casebook up` and `casebook schedule` name is what prefect.yaml deploys."""
    assert sorted(FLOWS) == sorted(deployment["name"] for deployment in DEPLOYMENTS)


def test_the_artifact_tells_a_failure_and_cannot_be_broken_by_a_title():
    """Text from outside stays inside its table cell."""
    failure = Failure.of(LoginWall("the page | wants\na log-in"), "src1_x", "extract", _now())
    outcome = Outcome(
        source="https://x.example/a|b",
        source_id="src1_x",
        status=Status.FAILED,
        title="<img src=x onerror=alert(1)> | [a](javascript:b)",
        failure=failure,
    )
    lines = outcome_markdown(outcome).splitlines()
    assert all(line.startswith("|") and line.endswith("|") for line in lines)
    assert "needs a person" in lines[-1]
    assert "<img" not in outcome_markdown(outcome).replace("\\<", "")


def test_the_artifact_of_a_batch_names_what_was_not_read():
    """A list inside the list that could not be had is not silently left out."""
    batch = Batch(
        batch_id="batch1_x",
        origin="all.opml",
        options=BatchOptions(),
        created_by="ada",
        created_at=_now(),
    )
    stands, tally = progress_of([]), Tally(total=0)
    assert "b.example/feed" in batch_markdown(batch, stands, tally, ["https://b.example/feed: 404"])
    assert "Not read" not in batch_markdown(batch, stands, tally)


def test_the_artifact_of_a_batch_tells_what_this_run_made_and_what_it_left_alone():
    """Of five sources two were done before; one of the others is made, one refused, one failed."""
    ids = [f"src1_{n}" for n in range(5)]
    batch = Batch(
        batch_id="batch1_x",
        origin="list.csv",
        options=BatchOptions(),
        created_by="ada",
        created_at=_now(),
    )
    failure = Failure.of(LoginWall("log in"), ids[4], "extract", _now())
    known, refused = (Standing.KNOWN, None), (Standing.REFUSED, None)
    states = [known, known, known, refused, (Standing.FAILED, failure)]
    stands = progress_of(
        [
            SourceStanding(source_id=i, standing=standing, failure=failed, attempts=1)
            for i, (standing, failed) in zip(ids, states, strict=True)
        ]
    )
    tally = Tally(total=3, made=1, refused=1, failed=Counter(login_wall=1), cost_usd=0.25)
    told = batch_markdown(batch, stands, tally)
    for row in ("| Made | 1 |", "| Skipped | 2 (", "| Failed | 1 |", "$0.2500", "login_wall"):
        assert row in told


def test_an_outcome_survives_the_way_through_prefect():
    """What a flow returns as JSON becomes the same outcome again, failure included."""
    failure = Failure.of(RateLimited("busy"), "src1_x", "triage", _now())
    before = Outcome(
        source="a", source_id="src1_x", status=Status.FAILED, failure=failure, error_exit=5
    )
    after = Outcome.from_json({**before.to_json(), "error_exit": 5})
    assert (after.failure.kind, after.failure.transient, after.error_exit) == (
        "rate_limited",
        True,
        5,
    )
    assert after.to_json() == before.to_json()


def _ended(worked, then, **how):
    return state_of(dict(zip("abc", worked, strict=False)), then, **how)


def test_a_batch_that_paused_is_a_failed_run_named_after_the_cause():
    """The state tells which batch and why; without a pause there is none."""
    done = {"batch_id": "batch1_a", "paused": None, "paused_by": None, "failure": None}
    held = {"batch_id": "batch1_b", "paused": "the cap of $5.00.", "paused_by": "budget_reached"}
    assert _ended([done], "Retry.") is None
    state = _ended([done, held], "Retry.")
    assert (state.type, state.name) == (StateType.FAILED, "Paused: budget reached")
    assert state.message == "batch1_b: the cap of $5.00. Retry."
    assert state.data.told == [held]


def test_what_goes_on_by_itself_is_a_completed_run_unless_something_else_failed():
    """A watch's next look takes up what a budget left: nobody is to be told of a failure."""
    held = {"batch_id": "batch1_b", "paused": "the cap of $5.00.", "paused_by": "budget_reached"}
    gone = {"list": "https://a.example/", "failure": "It is gone.", "failure_by": "page_missing"}
    state = _ended([held], "It goes on.", by_itself="budget_reached")
    assert (state.type, state.name) == (StateType.COMPLETED, "Budget reached")
    assert (state.message, state.data) == ("batch1_b: the cap of $5.00. It goes on.", {"a": held})
    state = _ended([held, gone], "It goes on.", by_itself="budget_reached")
    assert (state.type, state.name) == (StateType.FAILED, "List unread: page missing")


def test_a_list_that_was_not_read_or_judged_is_a_failed_run_named_after_the_cause():
    """Each is told with its address, behind a batch that paused; the gravest gives the name."""
    gone = {
        "list": "https://a.example/feed",
        "failure": "It is gone.",
        "failure_by": "page_missing",
    }
    silent = {
        "list": "https://b.example/feed",
        "trouble": "the key was rejected",
        "trouble_by": "key_rejected",
        "failure": None,
    }
    held = {"batch_id": "batch1_b", "paused": "no answer.", "paused_by": "endpoint_down"}
    state = _ended([silent, gone], "It comes again.")
    assert (state.type, state.name) == (StateType.FAILED, "List unread: page missing")
    assert state.message == (
        "https://a.example/feed: It is gone; https://b.example/feed: the key was rejected. "
        "It comes again."
    )
    assert _ended([silent], "").name == "Not judged: key rejected"
    both = _ended([gone, {**silent, **held}], "")
    assert both.name == "Paused: endpoint down"
    assert both.message.startswith("batch1_b: no answer; https://a.example/feed: It is gone; ")
    named = _ended([{**gone, "failure": "https://a.example/feed answers 404."}], "So.")
    assert named.message == "https://a.example/feed answers 404. So."


def _now() -> datetime:
    return datetime.now(UTC)


async def test_a_flow_that_is_told_to_end_ends_in_order_and_once():
    """SIGTERM, twice as a runner's group gets it, cancels once: what is waited for still comes."""
    kept, before = list[str](), signal.getsignal(signal.SIGTERM)

    async def body() -> None:
        with ended_in_order():
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.05)
                kept.append("the answer under way")

    running = asyncio.create_task(body())
    await asyncio.sleep(0)
    for _ in range(2):
        signal.raise_signal(signal.SIGTERM)
        await asyncio.sleep(0.01)
    with pytest.raises(TerminationSignal):
        await running
    assert kept == ["the answer under way"]
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("given", [{}, {"source": ""}, {"source": "a", "batch_id": "b"}])
async def test_a_backfill_without_a_list_or_with_two_says_what_it_needs(given):
    """A run that was asked for by hand with an empty form fails with a sentence."""
    with pytest.raises(InvalidSource, match="give source"):
        await backfill.fn(**given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 0},
        {"limit": -3},
        {"budget": -1},
        {"since": "soon"},
        {"words": ["LLM", ""]},
        {"model": " "},
        {"concurrency": 0},
        {"concurrency": MOST_AT_ONCE + 1},
    ],
)
def test_a_run_or_schedule_with_values_that_make_no_sense_is_refused(wrong):
    """A limit of -3 would leave out the last three sources without a word."""
    with pytest.raises(ParameterTypeError):
        backfill.validate_parameters({"source": "list.csv", **wrong})
    schema = parameter_schema(backfill).model_dump(exclude_unset=True)
    with pytest.raises(InvalidSource, match=next(iter(wrong))):
        schedules._check("backfill", schema, {"source": "list.csv", **wrong})
    schedules._check("backfill", schema, {"source": "list.csv", "limit": 3, "budget": 0.5})


def test_a_run_or_schedule_of_an_empty_source_is_refused():
    """Prefect's form sends one where its field is left as it is."""
    with pytest.raises(ParameterTypeError):
        ingest.validate_parameters({"source": " "})
    with pytest.raises(InvalidSource, match="source is a text, not ''"):
        schedules._check("ingest", parameter_schema(ingest).model_dump(), {"source": ""})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("since", "soon", "since is a day (2026-11-24), not 'soon'"),
        ("limit", 0, "limit is a whole number from 1, not 0"),
        ("budget", "lots", "budget is a number from 0 to 1,000,000,000, not 'lots'"),
        ("words", "LLM", 'words is a list (["LLM", "RAG"]), not \'LLM\''),
        ("force", "perhaps", "force is true or false, not 'perhaps'"),
    ],
)
def test_a_schedule_says_what_a_parameter_is(name, value, said):
    """In words: the validator's own are about schemas."""
    schema = parameter_schema(backfill).model_dump(exclude_unset=True)
    with pytest.raises(InvalidSource, match=re.escape(f"backfill: parameter {said}")):
        schedules._check("backfill", schema, {"source": "list.csv", name: value})


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("0 0 30 2 *", "names no day that ever comes"),
        ("0 0 31 4,6,9,11 *", "names no day that ever comes"),
        ("* * * * * */5", "more often than once a minute"),
        ("0 0 0 2 *", "not a schedule: Invalid cron string"),
        ("0 0 29 2 *", None),
        ("0 6 * * 1", None),
    ],
)
async def test_a_cron_line_that_never_runs_or_at_every_second_is_refused(cron, said):
    """30 February would be kept, listed as active, and never run; a leap day comes."""
    with pytest.raises(InvalidSource, match=said) if said else nullcontext():
        await schedules._clock(cron, None, "Europe/Berlin")


async def test_the_progress_stays_true_while_a_batch_waits(monkeypatch):
    """What is shown follows what is done, whether or not another source comes to its end.

    So it is with an outage, in which nothing is done for hours, and with a server that is away
    when it is to be told.
    """
    shown = list[tuple[float, bool]]()
    away = [httpx.ConnectError("away")]

    async def update(_: UUID, progress: float, description: str) -> None:
        if away:
            raise away.pop()
        shown.append((progress, "the endpoint fails" in description))

    monkeypatch.setattr(backfill_module, "_TELL_SECONDS", 0.01)
    monkeypatch.setattr(backfill_module, "aupdate_progress_artifact", update)
    limiter, batch = RequestLimiter(), SimpleNamespace(batch_id="batch1_a")
    run = SimpleNamespace(tally=Tally(total=4), batch=batch, endpoint=limiter.standing())
    telling = asyncio.create_task(backfill_module._tell(run, uuid4()))
    for made in (1, 3):
        run.tally.made = made
        await asyncio.sleep(0.1)
    for state in (LimiterState.DOWN, LimiterState.FLOWING):
        run.endpoint = run.endpoint.model_copy(update={"state": state})
        await asyncio.sleep(0.1)
    telling.cancel()
    assert shown == [(25.0, False), (75.0, False), (75.0, True), (75.0, False)]
