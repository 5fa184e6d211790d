"""Lists of sources, and the batches made from them."""

import asyncio
from asyncio import to_thread
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from config.resources import Resources
from config.settings import Settings
from extractors.fetch.fetch import FILE_ROOT, fetch_list
from extractors.formats import SOURCES
from extractors.lists.entries import SourceList, candidate
from extractors.lists.walk import walk
from extractors.urls import is_web_address
from schemas.batches import Batch, BatchItem, BatchProgress
from schemas.errors import InputError
from schemas.frozen import content_id
from schemas.sources import Payload, SourceRef

S = TypeVar("S")
T = TypeVar("T")


async def read_list(ref: SourceRef, resources: Resources, given: bytes | None = None) -> SourceList:
    """Return the sources of a list, or raise CasebookError; ``given`` is the list itself.

    The list of a local folder, which only the terminal can name, are the files in it.
    """
    may_be_folder = given is None and FILE_ROOT.get() is None and not is_web_address(ref.source)
    if may_be_folder and (found := await to_thread(_files_in, ref.source)):
        return found

    async def fetch(one: SourceRef) -> Payload:
        if given is not None and one == ref:
            return Payload(data=given, media_type="", name=ref.source)
        return await fetch_list(one, resources.network)

    return await walk(ref, fetch, resources.workers.compute)


def _files_in(name: str) -> SourceList | None:
    """Return the supported files in a folder and below it, by name; None if it is no folder."""
    folder = Path(name).expanduser()
    if not folder.is_dir():
        return None
    files = sorted(one for one in folder.absolute().rglob("*") if one.suffix.lower() in SOURCES)
    if not files:
        kinds = ", ".join(one.removeprefix(".") for one in SOURCES)
        raise InputError(f"{folder} has no file of a supported kind ({kinds})")
    named = (candidate(str(file)) for file in files if file.is_file())
    return SourceList(form="folder", candidates=list(named))


async def register(
    origin: str,
    items: Sequence[BatchItem],
    resources: Resources,
    *,
    created_by: str | None = None,
    model: str | None = None,
    force: bool = False,
    in_orders: bool = False,
    budget_usd: float | None = None,
    source_budget_usd: float | None = None,
) -> Batch:
    """Store and return a batch; the same list, model and ``force`` give the same batch."""
    ids = [item.source_id for item in items]
    batch = Batch(
        batch_id=content_id("batch", origin, ids, force, model, *(["orders"] if in_orders else [])),
        origin=origin,
        size=len(items),
        created_by=created_by or resources.settings.curator,
        model=model,
        force=force,
        in_orders=in_orders,
        budget_usd=budget_usd,
        source_budget_usd=source_budget_usd,
    )
    await to_thread(resources.warehouse.add_batch, batch, items)
    return batch


def settings_for(batch: Batch, settings: Settings) -> Settings:
    """Return the settings with the options of a batch."""
    budgets = {"budget_run": batch.budget_usd, "budget_source": batch.source_budget_usd}
    changes = {"llm_model": batch.model, **budgets}
    return settings.model_copy(update={k: v for k, v in changes.items() if v is not None})


def summary(progress: BatchProgress) -> str:
    """Return the number of sources of a batch in each state, as one line."""
    counts = (f"{count} {state.value}" for state, count in progress.counts.items() if count)
    return f"{progress.batch.size} sources: {', '.join(counts)}"


async def map_concurrently(
    work: Callable[[S], Awaitable[T]], items: Iterable[S], at_once: int
) -> AsyncIterator[T]:
    """Yield the results of ``work`` in order of completion, running at most ``at_once``."""
    gate = asyncio.Semaphore(at_once)

    async def one(item: S) -> T:
        async with gate:
            return await work(item)

    tasks = [asyncio.create_task(one(item)) for item in items]
    try:
        for finished in asyncio.as_completed(tasks):
            yield await finished
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
