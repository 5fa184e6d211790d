"""Watched lists: added, paused, removed, and looked at for sources that nobody has seen yet."""

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from casebook.extractors.links.listing import Walk, WalkLimits, walk
from casebook.extractors.sites import canonical_url
from casebook.pipeline.batches.joining import (
    check_form,
    chosen,
    does_not_join,
    ids_of,
    still_unread,
)
from casebook.pipeline.batches.planning import is_open, select
from casebook.pipeline.batches.reach import UNANSWERED
from casebook.pipeline.batches.sifting import MOST_JUDGED, Sifted, check_rubric, sift
from casebook.pipeline.batches.stored import register
from casebook.pipeline.ingestion.former import recognise
from casebook.publishing.wording import count
from casebook.runtime.online import is_online
from casebook.runtime.services import Services
from casebook.schemas.batches import Batch, BatchItem, BatchOptions
from casebook.schemas.bounds import LONGEST_INTERVAL, MOST_DOLLARS
from casebook.schemas.errors import CasebookError, InvalidSource, UnknownId
from casebook.schemas.ids import content_id
from casebook.schemas.sources import SourceRef
from casebook.schemas.watches import Look, Refusal, Undecided, Watch, WatchLine, WatchState
from casebook.summarizer.models.budget import Budget, no_price

SHORTEST_SECONDS = 300
"""A list that is asked for more often is a burden on its site and brings nothing."""

LONGEST_RUBRIC = 2_000
"""Characters; it is part of each question."""

_NOTHING = Sifted()

_REMEMBERED = 10
"""Of what a list names first, so many are kept with a look: the next one joins on to them."""

MOST_FAILURES = 20
"""A source that failed so often waits for a person, though its cause may pass."""


async def add(
    address: str,
    services: Services,
    *,
    every_seconds: int,
    words: Sequence[str] = (),
    rubric: str | None = None,
    budget_usd: float | None = None,
    everything: bool = False,
    who: str,
) -> WatchLine:
    """Watch a list and look at it once; what it holds now is no news but for ``everything``.

    A list that is watched already gets the interval, the words, the rubric and the budget, and
    keeps what it knows. Of a list within it that cannot be read now, what it holds when it is first
    read is no news either.

    Raises:
        InvalidSource: if the interval is too short or too long, the rubric empty or too long, or
            the budget no amount.
        ConfigurationError: if there is a rubric, and no model that could judge by it.
        PriceUnknown: if there is a budget, and no price of the model to hold against it.
        CasebookError: if the list cannot be read: a watch that never worked is not stored.
    """
    _check_interval(address, every_seconds)
    if rubric is not None:
        rubric = _checked(rubric)
        check_rubric(services)
    if budget_usd is not None:
        _check_budget(budget_usd, services)
    watch_id = content_id("watch", canonical_url(address))
    watch = Watch(
        watch_id=watch_id,
        address=address,
        every_seconds=every_seconds,
        words=list(words),
        rubric=rubric,
        budget_usd=budget_usd,
        **_change(watch_id, WatchState.ACTIVE, who),
    )
    found = await listed(address, services)
    items, named = chosen(found, words)
    for line in await asyncio.to_thread(services.warehouse.watches):
        if line.watch.watch_id == watch.watch_id:
            # It is watched already: what came since its last look is still to be found.
            await asyncio.to_thread(services.warehouse.append, watch)
            return WatchLine(watch=watch, look=line.look, before=line.watch)
    if everything:
        # A first look without news would hide what there is: the next one, due at once, finds it.
        await asyncio.to_thread(services.warehouse.append, watch)
        return WatchLine(watch=watch, look=None)
    look = _look(
        watch,
        found=len(items),
        form=found.form,
        # Whatever its words: with others, all that a list of years held would be drafted.
        known=named,
        newest=named[:_REMEMBERED],
        unread=[way[-1] for way in found.unread],
        missed=found.missed,
    )
    await asyncio.to_thread(services.warehouse.append, watch, look)
    return WatchLine(watch=watch, look=look)


def _check_interval(address: str, seconds: int) -> None:
    """Refuse an interval that is too short or too long."""
    if seconds < SHORTEST_SECONDS:
        raise InvalidSource(
            f"every {seconds} s is too often for {address}: "
            f"{SHORTEST_SECONDS // 60} minutes at the least"
        )
    if seconds > LONGEST_INTERVAL:
        raise InvalidSource(f"looking at {address} so rarely is no watch: once a year at the least")


async def change(watch_id: str, state: WatchState, services: Services, *, who: str) -> Watch:
    """Pause, resume or remove a watch; its looks and sources stay.

    Raises:
        UnknownId: if there is no such watch.
    """
    watch = (await line_of(watch_id, services)).watch
    changed = watch.model_copy(update=_change(watch.watch_id, state, who))
    await asyncio.to_thread(services.warehouse.append, changed)
    return changed


async def line_of(watch_id: str, services: Services) -> WatchLine:
    """Return one watch by its id or enough of its beginning.

    Raises:
        UnknownId: if none, or more than one, begins so.
    """
    lines = await asyncio.to_thread(services.warehouse.watches)
    wanted = watch_id.strip().lower()
    fits = [
        line
        for line in lines
        if line.watch.watch_id.startswith(wanted)
        or line.watch.watch_id.partition("_")[2].startswith(wanted)
        or line.watch.address == watch_id
    ]
    if len(fits) != 1 or not wanted:
        named = count(len(fits) if wanted else 0, "watch", "watches")
        raise UnknownId(f"{watch_id!r} names {named}; see `casebook watch list`")
    return fits[0]


async def still_active(watch: Watch, services: Services) -> Watch | None:
    """Return a watch as it is now, None where it was paused or removed meanwhile."""
    return next(iter(await active_of([watch], services)), None)


async def active_of(watches: Sequence[Watch], services: Services) -> Sequence[Watch]:
    """Return the watches as they are now, without those that were paused or removed meanwhile."""
    lines = await asyncio.to_thread(services.warehouse.watches)
    now = {line.watch.watch_id: line.watch for line in lines}
    found = [now[one.watch_id] for one in watches if one.watch_id in now]
    return [one for one in found if one.state is WatchState.ACTIVE]


async def refused_of(watch_id: str, services: Services) -> Sequence[Refusal]:
    """Return what the rubric of a watch refused, in any look, the newest first."""
    looks = await asyncio.to_thread(services.warehouse.looks, watch_id, removed_too=True)
    return [one for seen in reversed(looks) for one in seen.refused]


async def undecided_of(watch_id: str, services: Services) -> Sequence[Undecided]:
    """Return what was taken without a verdict by the rubric, in any look, the newest first."""
    looks = await asyncio.to_thread(services.warehouse.looks, watch_id, removed_too=True)
    return [one for seen in reversed(looks) for one in seen.undecided]


@contextmanager
def one_look(watch: Watch, services: Services) -> Iterator[Budget]:
    """Have what is asked meanwhile, verdicts and drafts, count as one look at the list."""
    remedy = "the next look goes on with the rest; to raise it, add the watch again with more"
    with services.spending(watch.budget_usd, "look", remedy) as budget:
        yield budget


async def look(
    watch: Watch,
    services: Services,
    *,
    most: int = MOST_JUDGED,
    reading: Awaitable[Walk] | None = None,
    at: datetime | None = None,
) -> tuple[Look, Batch | None]:
    """Look at a list once; return what was seen, and the batch of what is new and wanted.

    New is what neither the first look knew nor anybody has submitted since, nor a rubric refused,
    be it before the watch was removed and added again; what was cut off on its way, or failed of
    what may pass, is taken up again. At the most ``most`` items are judged by the rubric; the
    others are at the next look, but for those that were taken undecided before. A list that cannot
    be read is a look with a failure: the next one is due at its time; where this machine has no
    network, the look is not stored, and stays due. ``reading`` is the list where somebody else has
    begun to read it, ``at`` when a run over several lists began: the work on those before is no
    reason to be late at the next one.

    One that is looked at elsewhere is waited for: what it judges is not paid twice.
    """
    async with services.alone(watch.watch_id):
        seen, batch = await _looked(watch, services, most, reading)
        seen = seen.model_copy(update={"at": at or seen.at})
        if seen.failure_by not in UNANSWERED or await is_online(watch.address, services.settings):
            await asyncio.to_thread(services.warehouse.append, seen)
        return seen, batch


async def _looked(
    watch: Watch, services: Services, most: int, reading: Awaitable[Walk] | None
) -> tuple[Look, Batch | None]:
    looks = await asyncio.to_thread(services.warehouse.looks, watch.watch_id)
    unread = looks[-1].unread if looks else ()
    try:
        found = await (reading or listed(watch.address, services))
        check_form(watch, found, looks)
    except CasebookError as error:
        last = looks[-1] if looks and looks[-1].failure else None
        since = None if last is None else last.failing_since or last.at
        return _look(watch, failure=error, failing_since=since, unread=unread), None
    items, named = chosen(found, watch.words)
    first_read = [
        item.source_id
        for item in select(found.candidates).items
        if not set(unread).isdisjoint(found.ways[item.reference.source])
    ]
    known = {source_id for one in looks for source_id in one.known}.union(first_read)
    known.update(one.source_id for one in await refused_of(watch.watch_id, services))
    news = await _unseen([item for item in items if known.isdisjoint(ids_of(item))], services)
    sifted = Sifted(wanted=news)
    if watch.rubric is not None:
        taken = {one.source_id for seen in looks for one in seen.undecided}
        sifted = await _sifted(news, taken, found, watch.rubric, services, most=most)
    batch = None
    if sifted.wanted:
        options = BatchOptions(budget_usd=watch.budget_usd)
        batch = await register(f"watch {watch.address}", sifted.wanted, options, services)
    seen = _look(
        watch,
        found=len(items),
        form=found.form,
        sifted=sifted,
        known=first_read,
        unread=still_unread(unread, found),
        missed=found.missed,
        newest=named[:_REMEMBERED],
        gap=does_not_join(found, looks),
        batch_id=batch.batch_id if batch else None,
    )
    return seen, batch


async def _sifted(
    news: Sequence[BatchItem],
    taken: AbstractSet[str],
    found: Walk,
    rubric: str,
    services: Services,
    *,
    most: int,
) -> Sifted:
    """Judge what is new by the rubric, but for what was ``taken`` undecided before: it stays."""
    told = {candidate.url: candidate for candidate in found.candidates}
    again = [item for item in news if not taken.isdisjoint(ids_of(item))]
    asked = [item for item in news if taken.isdisjoint(ids_of(item))]
    sifted = await sift(asked, told, rubric, services, most=most)
    return sifted.with_wanted(again)


async def _unseen(items: Sequence[BatchItem], services: Services) -> Sequence[BatchItem]:
    ids, warehouse = [item.source_id for item in items], services.warehouse
    await asyncio.to_thread(recognise, [item.reference for item in items], warehouse)
    standings = await asyncio.to_thread(warehouse.standings, ids)
    return [
        item
        for item, stands in zip(items, standings, strict=True)
        if is_open(stands) and stands.attempts < MOST_FAILURES
    ]


async def listed(address: str, services: Services) -> Walk:
    """Read a watched list once; of a feed in several pages the first, where what is new stands.

    One that is whole may hold nothing now, as the feed of a day's papers on a Sunday.

    Raises:
        CasebookError: if it cannot be read.
    """
    client, robots = await services.network()
    read = services.extractors.read_listing
    limits = WalkLimits(pages=False, empty=True)
    return await walk(SourceRef(source=address), client, robots, read, limits)


def _checked(rubric: str) -> str:
    """Return a rubric in one line.

    Raises:
        InvalidSource: if it is empty or too long.
    """
    told = " ".join(rubric.split())
    if not 0 < len(told) <= LONGEST_RUBRIC:
        raise InvalidSource(
            f"a rubric says what is wanted in 1 to {LONGEST_RUBRIC:,} characters, not {len(told):,}"
        )
    return told


def _check_budget(budget_usd: float, services: Services) -> None:
    """Refuse a budget within which nothing would ever be asked.

    Raises:
        InvalidSource: if it is no amount.
        PriceUnknown: if what the model costs is not known.
    """
    if not 0 < budget_usd <= MOST_DOLLARS:
        raise InvalidSource(
            f"{budget_usd:g} is no budget for a look: write US dollars, above zero and at the most "
            f"{MOST_DOLLARS:,}"
        )
    if services.profile.price is None:
        raise no_price()


def _change(watch_id: str, state: WatchState, who: str) -> dict[str, Any]:
    """Return the fields by which one row of a watch differs from the one before."""
    now = datetime.now(UTC)
    return {
        "change_id": content_id("wrow", watch_id, state.value, now.isoformat()),
        "state": state,
        "changed_by": who,
        "changed_at": now,
    }


def _look(
    watch: Watch,
    *,
    found: int = 0,
    form: str | None = None,
    sifted: Sifted = _NOTHING,
    known: Sequence[str] = (),
    unread: Sequence[str] = (),
    missed: Sequence[str] = (),
    newest: Sequence[str] = (),
    gap: bool = False,
    batch_id: str | None = None,
    failure: CasebookError | None = None,
    failing_since: datetime | None = None,
) -> Look:
    now = datetime.now(UTC)
    return Look(
        look_id=content_id("look", watch.watch_id, now.isoformat()),
        watch_id=watch.watch_id,
        at=now,
        found=found,
        form=form,
        new=len(sifted.wanted),
        known=known,
        unread=unread,
        missed=missed,
        newest=newest,
        gap=gap,
        refused=sifted.refused,
        undecided=sifted.undecided,
        unjudged=sifted.unjudged,
        trouble=sifted.trouble,
        trouble_by=sifted.trouble_by,
        batch_id=batch_id,
        failure=failure and str(failure),
        failure_by=failure and failure.kind(),
        failing_since=failing_since,
    )
