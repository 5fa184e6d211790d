"""Watched lists: each look finds sources that are new since the last one, and drafts them."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from prefect import flow

from config.services import Services
from config.settings import Settings
from extractors.sites import canonical_url
from flows.backfill import BatchRun, read_list, register, settings_for, summary
from flows.selection import is_open, mentions, select, states_of
from schemas.batches import Batch, BatchItem, Look, Watch, WatchedItem, WatchLine, WatchState
from schemas.errors import CasebookError, ConfigurationError, InputError, UnknownId
from schemas.ids import content_id
from schemas.sources import Candidate, SourceRef
from summarizer import service
from summarizer.profiles import Strategy

_SHORTEST_SECONDS, _LONGEST_SECONDS = 300, 366 * 86_400
_LONGEST_RUBRIC = 2_000  # characters; the rubric is part of each question


@flow(name="watch", persist_result=False)
async def watch(watch_id: str | None = None) -> list[str]:
    """Look at the lists that are due, or at one; return a line for each.

    Raises:
        CasebookError: if a list could not be read or a batch paused, after all were looked at.
    """
    settings = Settings.load()
    lines: list[str] = []
    problems: list[str] = []
    async with Services(settings, patience=settings.patience) as services:
        for due in await due_watches(services, watch_id):
            seen, batch = await look(due, services)
            problems += [f"{due.address}: {seen.failure}"] if seen.failure else []
            lines.append(f"{due.address}: {seen.new} new of {seen.found}")
            if batch:
                chosen = settings_for(batch, settings)
                async with Services(chosen, patience=settings.patience) as own:
                    progress = await BatchRun(batch, own).finish()
                lines.append(summary(progress))
                problems += [f"{due.address}: {progress.reason}"] if progress.reason else []
    if problems:
        raise CasebookError("; ".join(problems), cause="watch_incomplete")
    return lines


async def due_watches(services: Services, name: str | None = None) -> list[Watch]:
    """Return the watches whose time has come, or the one that is named, due or not."""
    if name:
        return [(await find_watch(name, services)).watch]
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
    now = datetime.now(UTC)
    added = Watch(
        watch_id=content_id("watch", canonical_url(address)),
        address=address,
        every_seconds=every_seconds,
        words=tuple(words),
        rubric=rubric,
        budget_usd=budget_usd,
        changed_by=services.settings.curator,
        changed_at=now,
    )
    known = {line.watch.watch_id for line in await asyncio.to_thread(services.warehouse.watches)}
    found = await read_list(SourceRef(source=address), services)
    if everything or added.watch_id in known:
        await asyncio.to_thread(services.warehouse.append, added)
        return await find_watch(added.watch_id, services)
    items = select(found.candidates).items
    first = Look(watch_id=added.watch_id, at=now, found=len(items), missed=len(found.missed))
    seen = [_seen(added, item, "known", None) for item in items]
    await asyncio.to_thread(services.warehouse.append, added, *seen, first)
    return WatchLine(watch=added, look=first)


async def change_watch(name: str, state: WatchState, services: Services) -> Watch:
    """Pause, resume or remove a watch; its sources stay.

    Raises:
        UnknownId: if there is no such watch.
    """
    known = (await find_watch(name, services)).watch
    who, now = services.settings.curator, datetime.now(UTC)
    changed = known.model_copy(update={"state": state, "changed_by": who, "changed_at": now})
    await asyncio.to_thread(services.warehouse.append, changed)
    return changed


async def find_watch(name: str, services: Services) -> WatchLine:
    """Return a watch by its address, its id or the beginning of that.

    Raises:
        UnknownId: if there is none, or several begin with it.
    """
    lines = await asyncio.to_thread(services.warehouse.watches)
    wanted = name.strip()
    fits = [one for one in lines if wanted and _fits(one.watch, wanted)]
    if len(fits) != 1:
        count = "several watches" if fits else "no watch"
        raise UnknownId(f"{name!r} fits {count}; `casebook watch` lists them")
    return fits[0]


def _fits(watch: Watch, wanted: str) -> bool:
    tail = watch.watch_id.partition("_")[2]
    return wanted == watch.address or watch.watch_id.startswith(wanted) or tail.startswith(wanted)


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
        listed = [c for c in found.candidates if not watch.words or mentions(c, watch.words)]
        items = {item.source_id: item for item in select(listed).items}
        new = await _unseen([item for i, item in items.items() if i not in known], services)
        by_url = {candidate.url: candidate for candidate in listed}
        rows = [await _verdict(item, by_url, watch, services) for item in new]
        wanted = [items[row.source_id] for row in rows if row.state != "refused"]
        batch = None
        if wanted:
            origin = f"watch {watch.address}"
            batch = await register(origin, wanted, services, budget_usd=watch.budget_usd)
        seen = Look(
            watch_id=watch.watch_id,
            at=now,
            found=len(items),
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


async def _verdict(
    item: BatchItem, listed: dict[str, Candidate], watch: Watch, services: Services
) -> WatchedItem:
    """Return the row of a new item, with the rubric's verdict where there is a rubric."""
    candidate = listed.get(item.reference.source)
    if watch.rubric is None or candidate is None:
        return _seen(watch, item, "taken", None)
    try:
        asker = services.asker(item.source_id)
        wanted, reason = await service.matches_rubric(candidate, watch.rubric, asker)
    except CasebookError as error:
        return _seen(watch, item, "undecided", str(error))
    return _seen(watch, item, "taken" if wanted else "refused", reason)


def _seen(watch: Watch, item: BatchItem, state: str, reason: str | None) -> WatchedItem:
    return WatchedItem(
        watch_id=watch.watch_id,
        source_id=item.source_id,
        address=item.reference.source,
        title=item.title,
        state=state,
        reason=reason,
        at=datetime.now(UTC),
    )


def _check(address: str, every_seconds: int, rubric: str | None, services: Services) -> None:
    if not _SHORTEST_SECONDS <= every_seconds <= _LONGEST_SECONDS:
        raise InputError(
            f"{every_seconds} seconds is not a valid interval for {address}: use 5m to 52w"
        )
    if rubric is None:
        return
    if not 0 < len(rubric.strip()) <= _LONGEST_RUBRIC:
        raise InputError(f"a rubric has 1 to {_LONGEST_RUBRIC:,} characters, not {len(rubric):,}")
    if services.profile.strategy is Strategy.GUIDED:
        raise ConfigurationError(
            f"{services.profile.model} is too small to judge by a rubric; configure a capable "
            "model, or use --word"
        )
