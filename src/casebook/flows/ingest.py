"""The flow that takes one source to a draft, one task a stage.

Run one by hand against a server: ``prefect deployment run ingest/ingest -p source=https://…``.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Annotated, Any

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.exceptions import TerminationSignal
from pydantic import Field

from casebook.flows.limits import ensure_llm_limit, llm_slot
from casebook.flows.report import outcome_markdown
from casebook.flows.stopping import ended_in_order
from casebook.flows.tasks import as_task
from casebook.pipeline.ingestion.ingest import ingest as ingest_source
from casebook.pipeline.ingestion.outcome import Outcome
from casebook.pipeline.ingestion.run import Reporter
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.schemas.sources import SourceRef
from casebook.summarizer.models.grace import end

# A stage repeats quick faults by itself; these waits are for those that take a while to pass.
RETRY_DELAYS = [15.0, 120.0]

# Whoever watches the flows that this process runs; a flow's parameters must be plain data.
WATCHER: ContextVar[Reporter | None] = ContextVar("WATCHER", default=None)


async def run_as_task(name: str, stage: Callable[[], Awaitable[str]]) -> str:
    """Run one stage as a Prefect task; it returns an id, so no text is kept with the run."""
    # Where a person waits for it, a failure is told now; it can be tried again later.
    watched = WATCHER.get() is not None
    return await as_task(name, name, stage, () if watched else RETRY_DELAYS)


@flow(name="ingest", flow_run_name="ingest {source}", persist_result=False)
async def ingest(  # noqa: PLR0917 - a flow's parameters are what a person fills in
    source: Annotated[str, Field(pattern=r"\S")],
    url: str | None = None,
    force: bool = False,
    refresh: bool = False,
    transcript: str | None = None,
    feed: str | None = None,
) -> dict[str, Any]:
    """Take ``source`` (an address or a path; ``url`` is where a file came from) to a draft.

    ``force`` drafts what triage refuses, ``refresh`` fetches a known address again, and
    ``transcript`` is the path of a file that is read instead of the address, ``feed`` the address
    of a feed that carries its text.

    Returns the outcome as ``casebook submit --json`` prints it. A source that fails is a row among
    the failures and a failed stage here, not a failed flow: the next try is the curator's.
    """
    with ended_in_order():
        async with Services(Settings.load(), shared_gate=llm_slot, busy=True) as services:
            outcome = await ingest_source(
                SourceRef(source=source, url=url, transcript=transcript, feed=feed),
                services,
                reporter=WATCHER.get(),
                runner=run_as_task,
                force=force,
                refresh=refresh,
            )
    await acreate_markdown_artifact(
        key="ingest", markdown=outcome_markdown(outcome), description=f"What became of {source}"
    )
    return {**outcome.to_json(), "error_exit": outcome.error_exit}


@asynccontextmanager
async def _plainly_stopped() -> AsyncIterator[None]:
    """Turn Prefect's way of saying that SIGTERM came into the event loop's."""
    try:
        yield
    except TerminationSignal as signal:
        raise asyncio.CancelledError from signal


async def ingest_through(
    refs: Sequence[SourceRef],
    limit: int,
    reporter: Reporter,
    *,
    force: bool = False,
    refresh: bool = False,
) -> AsyncIterator[Outcome]:
    """Run the flow for each source, at most ``limit`` at a time; yield outcomes as they end.

    The runs report to the server that ``PREFECT_API_URL`` names.
    """
    WATCHER.set(reporter)
    await ensure_llm_limit(Settings.load().llm_concurrency)
    gate = asyncio.Semaphore(limit)

    async def one(ref: SourceRef) -> Outcome:
        async with gate, _plainly_stopped():
            told = await ingest(ref.source, ref.url, force, refresh, ref.transcript, ref.feed)
        return Outcome.from_json(told)

    tasks = [asyncio.create_task(one(ref)) for ref in refs]
    try:
        for finished in asyncio.as_completed(tasks):
            yield await finished
    finally:
        # An answer under way is waited for, so that it is not paid for twice. SIGTERM may have
        # cancelled some before.
        await end(tasks)
