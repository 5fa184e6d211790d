"""Watched lists: each look finds sources that are new since the last one, and drafts them."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from prefect import flow

from config.services import Services, opened
from config.settings import Settings
from extractors.sites import canonical_url
from flows.backfill import BatchRun, read_list, register, settings_for, summary
from flows.selection import is_open, mentions, select, states_of
from schemas.batches import Batch, BatchItem
from schemas.errors import CasebookError, ConfigurationError, InputError, UnknownId
from schemas.ids import content_id
from schemas.sources import Candidate, SourceRef
from schemas.watches import Look, Watch, WatchedItem, WatchLine, WatchState
from summarizer import service
from summarizer.profiles import Strategy

SHORTEST_SECONDS = 300
LONGEST_SECONDS = 366 * 86_400
LONGEST_RUBRIC = 2_000
"""Characters; the rubric is part of each question."""


@flow(name="watch", persist_result=False)
async def watch(watch_id: str | None = None) -> list[str]:
    """Look at the lists that are due, or at one; return a line for each.

    Raises:
        CasebookError: if a list could not be read or a batch paused, after all were looked at.
    """
    settings = Settings.load()
    lines: list[str] = []
    failures: list[str] = []
    async with opened(settings, patience=settings.patience) as services:
        for due in await due_watches(services, watch_id):
            seen, batch = await look(due, services)
            if seen.failure:
                failures.append(f"{due.address}: {seen.failure}")
            lines.append(f"{due.address}: {seen.new} new of {seen.found}")
            if batch:
                async with opened(settings_for(batch, settings), patience=settings.patience) as own:
                    progress = await BatchRun(batch, own).finish()
                lines.append(summary(progress))
                if progress.reason:
                    failures.append(f"{due.address}: {progress.reason}")
    if failures:
        raise CasebookError("; ".join(failures), cause="watch_incomplete")
    return lines


async def due_watches(services: Services, watch_id: str | None = None) -> list[Watch]:
    """Return the watches whose time has come, or the one that is named, due or not."""
    if watch_id:
        return [(await find_watch(watch_id, services)).watch]
    now = datetime.now(UTC)
    lines = await asyncio.to_thread(services.warehouse.watches)
    return [line.watch for line in lines if line.is_due(now)]


async def add_watch(
    address: str,
    services: Services,
    *,
    every_seconds: int,
    words: Sequence[str] = (),
    rubric: str | None = None,
    budget_usd: float | None = None,
    everything: bool = False,
) -> WatchLine:
    """Watch a list and look at it once; items that it holds now are known, unless ``everything``.

    A list that is watched already gets the new interval, words, rubric and budget.

    Raises:
        InputError: if interval or rubric are not valid.
        ConfigurationError: if there is a rubric but no model that can judge by it.
        CasebookError: if the list cannot be read: such a watch is not stored.
    """
    _check(address, every_seconds, rubric, services)
    watch_id = content_id("watch", canonical_url(address))
    added = Watch(
        watch_id=watch_id,
        address=address,
        every_seconds=every_seconds,
        words=tuple(words),
        rubric=rubric,
        budget_usd=budget_usd,
        changed_by=services.settings.curator,
        changed_at=datetime.now(UTC),
    )
    known = {line.watch.watch_id for line in await asyncio.to_thread(services.warehouse.watches)}
    found = await read_list(SourceRef(source=address), services)
    if everything or watch_id in known:
        await asyncio.to_thread(services.warehouse.append, added)
        return await find_watch(watch_id, services)
    items = select(found.candidates).items
    now = datetime.now(UTC)
    first = Look(watch_id=watch_id, at=now, found=len(items), missed=len(found.missed))
    seen = [_seen(watch_id, item, "known", None, now) for item in items]
    await asyncio.to_thread(services.warehouse.append, added, *seen, first)
    return WatchLine(watch=added, look=first)


async def change_watch(name: str, state: WatchState, services: Services) -> Watch:
    """Pause, resume or remove a watch; its sources stay.

    Raises:
        UnknownId: if there is no such watch.
    """
    line = await find_watch(name, services)
    changed = line.watch.model_copy(
        update={
            "state": state,
            "changed_by": services.settings.curator,
            "changed_at": datetime.now(UTC),
        }
    )
    await asyncio.to_thread(services.warehouse.append, changed)
    return changed


async def find_watch(name: str, services: Services) -> WatchLine:
    """Return a watch by its address, its id or the beginning of that.

    Raises:
        UnknownId: if there is none, or several begin with it.
    """
    lines = await asyncio.to_thread(services.warehouse.watches)
    wanted = name.strip()
    fits = [
        line
        for line in lines
        if wanted
        and (
            wanted == line.watch.address
            or line.watch.watch_id.startswith(wanted)
            or line.watch.watch_id.partition("_")[2].startswith(wanted)
        )
    ]
    if len(fits) != 1:
        count = "several watches" if fits else "no watch"
        raise UnknownId(f"{name!r} fits {count}; `casebook watch` lists them")
    return fits[0]


async def look(watch: Watch, services: Services) -> tuple[Look, Batch | None]:
    """Read a list once; return what was seen, and the batch of what is new and wanted.

    A list that cannot be read is a look with a failure. Two looks at one list take turns, so that
    none pays for the verdicts of the other.
    """
    warehouse = services.warehouse
    async with warehouse.alone(watch.watch_id):
        now = datetime.now(UTC)
        try:
            found = await read_list(SourceRef(source=watch.address), services)
        except CasebookError as error:
            failed = Look(watch_id=watch.watch_id, at=now, failure=str(error))
            await asyncio.to_thread(warehouse.append, failed)
            return failed, None
        known = await asyncio.to_thread(warehouse.watched, watch.watch_id)
        fresh = [c for c in found.candidates if not watch.words or mentions(c, watch.words)]
        news = {item.source_id: item for item in select(fresh).items}
        new = await _unseen([item for i, item in news.items() if i not in known], services)
        rows = await _judged(new, {c.url: c for c in fresh}, watch, services)
        wanted = [news[row.source_id] for row in rows if row.state != "refused"]
        batch = None
        if wanted:
            batch = await register(
                f"watch {watch.address}", wanted, services, budget_usd=watch.budget_usd
            )
        seen = Look(
            watch_id=watch.watch_id,
            at=now,
            found=len(news),
            new=len(wanted),
            refused=len(rows) - len(wanted),
            missed=len(found.missed),
            batch_id=batch.batch_id if batch else None,
        )
        await asyncio.to_thread(warehouse.append, *rows, seen)
    return seen, batch


async def _unseen(items: Sequence[BatchItem], services: Services) -> list[BatchItem]:
    """Return the items that are not a source already, or whose last try may be repeated."""
    states, failures = await states_of(items, services)
    return [i for i in items if is_open(states[i.source_id], failures.get(i.source_id))]


async def _judged(
    items: Sequence[BatchItem],
    listed: dict[str, Candidate],
    watch: Watch,
    services: Services,
) -> list[WatchedItem]:
    """Return a row for each new item, with the rubric's verdict where there is a rubric."""
    return [await _verdict(item, listed, watch, services) for item in items]


async def _verdict(
    item: BatchItem, listed: dict[str, Candidate], watch: Watch, services: Services
) -> WatchedItem:
    now = datetime.now(UTC)
    candidate = listed.get(item.reference.source)
    if watch.rubric is None or candidate is None:
        return _seen(watch.watch_id, item, "taken", None, now)
    try:
        asker = services.asker(item.source_id)
        wanted, reason = await service.matches_rubric(candidate, watch.rubric, asker)
    except CasebookError as error:
        return _seen(watch.watch_id, item, "undecided", str(error), now)
    return _seen(watch.watch_id, item, "taken" if wanted else "refused", reason, now)


def _seen(
    watch_id: str, item: BatchItem, state: str, reason: str | None, now: datetime
) -> WatchedItem:
    return WatchedItem(
        watch_id=watch_id,
        source_id=item.source_id,
        address=item.reference.source,
        title=item.title,
        state=state,
        reason=reason,
        at=now,
    )


def _check(address: str, every_seconds: int, rubric: str | None, services: Services) -> None:
    if not SHORTEST_SECONDS <= every_seconds <= LONGEST_SECONDS:
        raise InputError(
            f"{every_seconds} seconds is not a valid interval for {address}: use 5m to 52w"
        )
    if rubric is None:
        return
    if not 0 < len(rubric.strip()) <= LONGEST_RUBRIC:
        raise InputError(f"a rubric has 1 to {LONGEST_RUBRIC:,} characters, not {len(rubric):,}")
    if services.profile.strategy is Strategy.GUIDED:
        raise ConfigurationError(
            f"{services.model_name} is too small to judge by a rubric; configure a capable model, "
            "or use --word"
        )
