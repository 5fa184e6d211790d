"""Watched lists: each check finds the sources that are new since the last one."""

from asyncio import to_thread
from collections.abc import Sequence
from datetime import UTC, datetime

from config.resources import Resources
from extractors.sites import canonical_url
from schemas.batches import Batch, BatchItem, Look, Watch, WatchedItem, WatchLine, WatchState
from schemas.errors import CasebookError, ConfigurationError, InputError, UnknownId
from schemas.frozen import content_id
from schemas.sources import Candidate, SourceRef
from services.batches import read_list, register
from services.selection import open_items, select
from summarizer.triage import matches_rubric

_SHORTEST_SECONDS, _LONGEST_SECONDS = 300, 366 * 86_400
_LONGEST_RUBRIC = 2_000  # characters; the rubric is part of each prompt


async def due_watches(resources: Resources, name: str | None = None) -> list[Watch]:
    """Return the watches that are due, or only the named one."""
    if name:
        return [(await find_watch(name, resources)).watch]
    now, lines = datetime.now(UTC), await to_thread(resources.warehouse.watches)
    return [line.watch for line in lines if line.is_due(now)]


async def add_watch(
    address: str,
    resources: Resources,
    *,
    every_seconds: int,
    words: Sequence[str] = (),
    rubric: str | None = None,
    budget_usd: float | None = None,
    changed_by: str | None = None,
    everything: bool = False,
) -> WatchLine:
    """Watch a list; its current items count as new only with ``everything``.

    A list that is already watched gets the new options.

    Raises:
        InputError: if the interval or the rubric is not valid.
        ConfigurationError: if the model is too small for a rubric.
        CasebookError: if the list cannot be read.
    """
    warehouse, watch_id = resources.warehouse, content_id("watch", canonical_url(address))
    added = Watch(
        watch_id=watch_id,
        address=address,
        every_seconds=every_seconds,
        words=tuple(words),
        rubric=rubric,
        budget_usd=budget_usd,
        changed_by=changed_by or resources.settings.curator,
    )
    _check(added, resources)
    known = {line.watch.watch_id for line in await to_thread(warehouse.watches)}
    found = await read_list(SourceRef(source=address), resources)
    if everything or watch_id in known:
        await to_thread(warehouse.append, added)
        return await find_watch(watch_id, resources)
    seen = [_seen(added, item, "known") for item in select(found.candidates).items]
    first = Look(watch_id=watch_id, found=len(seen), missed=len(found.missed))
    await to_thread(warehouse.append, added, *seen, first)
    return WatchLine(watch=added, look=first)


async def change_watch(name: str, state: WatchState, resources: Resources, who: str = "") -> Watch:
    """Pause, resume or remove a watch, or raise UnknownId."""
    known = (await find_watch(name, resources)).watch
    who, now = who or resources.settings.curator, datetime.now(UTC)
    changed = known.model_copy(update={"state": state, "changed_by": who, "changed_at": now})
    await to_thread(resources.warehouse.append, changed)
    return changed


async def find_watch(name: str, resources: Resources) -> WatchLine:
    """Return the watch with this address or part of an id, or raise UnknownId."""
    wanted, lines = name.strip(), await to_thread(resources.warehouse.watches)
    found = [one for one in lines if wanted in {one.watch.address, one.watch.watch_id}]
    found = found or [one for one in lines if wanted and wanted in one.watch.watch_id]
    if len(found) != 1:
        count = "several watches" if found else "no watch"
        raise UnknownId(f"{name!r} fits {count}; `casebook watch` lists them")
    return found[0]


async def look(
    watch: Watch, resources: Resources, who: str | None = None
) -> tuple[Look, Batch | None]:
    """Check a watched list; return the result, and a batch of its new wanted sources."""
    warehouse, watch_id = resources.warehouse, watch.watch_id
    async with warehouse.lock(watch_id):  # parallel checks would pay twice for verdicts
        try:
            found = await read_list(SourceRef(source=watch.address), resources)
        except CasebookError as error:
            failed = Look(watch_id=watch_id, failure=str(error))
            await to_thread(warehouse.append, failed)
            return failed, None
        known = await to_thread(warehouse.watched, watch_id)
        items = select(found.candidates, words=watch.words).items
        new = await open_items([item for item in items if item.source_id not in known], resources)
        listed = {candidate.url: candidate for candidate in found.candidates}
        rows = [await _judged(item, listed, watch, resources) for item in new]
        wanted = [item for item, row in zip(new, rows, strict=True) if row.state != "refused"]
        batch, origin = None, f"watch {watch.address}"
        if wanted:
            batch = await register(
                origin, wanted, resources, created_by=who, budget_usd=watch.budget_usd
            )
        seen = Look(
            watch_id=watch_id,
            found=len(items),
            new=len(wanted),
            refused=len(new) - len(wanted),
            missed=len(found.missed),
            batch_id=batch.batch_id if batch else None,
        )
        await to_thread(warehouse.append, *rows, seen)
    return seen, batch


async def _judged(
    item: BatchItem, listed: dict[str, Candidate], watch: Watch, resources: Resources
) -> WatchedItem:
    """Return the row of a new item, with a verdict if the watch has a rubric."""
    if watch.rubric is None:
        return _seen(watch, item, "taken")
    candidate, asker = listed[item.reference.source], resources.asker(item.source_id)
    try:
        wanted, reason = await matches_rubric(candidate, watch.rubric, asker)
    except CasebookError as error:
        return _seen(watch, item, "undecided", str(error))
    return _seen(watch, item, "taken" if wanted else "refused", reason)


def _seen(watch: Watch, item: BatchItem, state: str, reason: str | None = None) -> WatchedItem:
    return WatchedItem(
        watch_id=watch.watch_id,
        source_id=item.source_id,
        address=item.reference.source,
        title=item.title,
        state=state,
        reason=reason,
    )


def _check(watch: Watch, resources: Resources) -> None:
    seconds, rubric = watch.every_seconds, watch.rubric
    if not _SHORTEST_SECONDS <= seconds <= _LONGEST_SECONDS:
        message = f"{seconds} seconds is not a valid interval for {watch.address}"
        raise InputError(f"{message}: use 5m to 52w")
    if rubric is not None and not 0 < len(rubric.strip()) <= _LONGEST_RUBRIC:
        raise InputError(f"a rubric has 1 to {_LONGEST_RUBRIC:,} characters, not {len(rubric):,}")
    if rubric is not None and not resources.profile.is_capable:
        advice = "configure a capable model, or use --word"
        raise ConfigurationError(f"{resources.profile.model} is too small for a rubric: {advice}")
