"""Fetching sources again to see whether they are what they were. Nothing known of them changes.

Only a row is stored that says what was seen, and one by which the address that a source moved to
leads to it: the kept bytes and the case's text stay.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from casebook.extractors.gathering.fetch import identify
from casebook.pipeline.batches.reach import Reach
from casebook.pipeline.reprocessing.looking import Looked, known_of, look
from casebook.runtime.online import has_way_out, is_near, is_online
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.schemas.checks import Check, CheckResult
from casebook.schemas.errors import Offline
from casebook.schemas.frozen import Frozen
from casebook.schemas.ids import content_id
from casebook.schemas.listings import CaseFilter
from casebook.schemas.sources import Alias, AliasReason, SourceRef
from casebook.warehouse.store import Warehouse

_EVERY_CASE = 1_000_000
_NEVER = datetime.min.replace(tzinfo=UTC)


class Checked(Frozen):
    """One source that was looked at. ``check`` is None for a file, of which there is no more."""

    source_id: str
    case_id: str | None
    title: str | None
    address: str | None
    check: Check | None


def published_sources(warehouse: Warehouse) -> list[str]:
    """Return the sources of the cases that are out."""
    out = {publication.case_id for publication in warehouse.publications()}
    cases = warehouse.cases(CaseFilter(limit=_EVERY_CASE))
    return [case.source_id for case in cases if case.case_id in out]


def all_sources(warehouse: Warehouse) -> list[str]:
    """Return the sources of all cases."""
    return [case.source_id for case in warehouse.cases(CaseFilter(limit=_EVERY_CASE))]


async def recheck(source_ids: Sequence[str], services: Services) -> AsyncIterator[Checked]:
    """Fetch sources again, store what is seen of each, and yield it as it comes.

    Those come first that were not looked at for longest, so that the next run goes on with one that
    was cut off. The client keeps the pauses between two pages of one host.

    Raises:
        Offline: where this machine has no network; of a source without an answer nothing is stored.
        UnknownId: if no text of a source is kept.
        WarehouseError: when nothing can be stored.
    """
    settings, warehouse = services.settings, services.warehouse
    gate = asyncio.Semaphore(settings.concurrency)

    async def one(source_id: str) -> tuple[Looked, bool | None]:
        """Return what was seen, kept unless it is doubtful, and whether there is a network."""
        async with gate:
            known = await asyncio.to_thread(known_of, source_id, warehouse)
            looked = await look(known, services)
            is_told = _tells_of_a_network(looked, settings)
            if is_told is not False:
                await asyncio.to_thread(_keep, looked, warehouse)
            return looked, is_told

    wanted = await asyncio.to_thread(_in_order, source_ids, warehouse)
    tasks = [asyncio.create_task(one(source_id)) for source_id in wanted]
    silent: list[Looked] = []  # in a row, until it is known that it is not the network
    heard = False
    try:
        for done, finished in enumerate(asyncio.as_completed(tasks), 1):
            looked, is_told = await finished
            heard = heard or is_told is True
            if is_told is False:
                silent.append(looked)
            else:
                yield _told(looked)
            if is_told or await _is_settled(silent, settings, heard=heard, last=done == len(tasks)):
                for one_away in silent:
                    await asyncio.to_thread(_keep, one_away, warehouse)
                    yield _told(one_away)
                silent.clear()
    finally:
        for task in tasks:
            task.cancel()


def _tells_of_a_network(looked: Looked, settings: Settings) -> bool | None:
    """Tell whether a source's end says that there is a network, or that there may be none.

    None where it says neither: a file, or a host of the own network, which answers without a way
    to the internet, and is away by its own fault.
    """
    address = looked.known.address
    if address is None or is_near(address, settings):
        return None
    return not looked.is_unanswered


async def _is_settled(
    silent: Sequence[Looked], settings: Settings, *, heard: bool, last: bool
) -> bool:
    """Tell whether it is known by now that sources in a row have no answer by their own fault.

    It is the network where no way leads out. The model's endpoint, which may be away by itself, is
    asked only where nothing else tells: one site that is away, or a few at the end, are no lost
    network if another was ``heard`` in this run.

    Raises:
        Offline: if it is the network.
    """
    if not silent:
        return True
    addresses = [looked.known.address or "" for looked in silent]
    if has_way_out():
        few = len(silent) < Reach.FEW
        if few and not last:
            return False
        one_site = len({urlsplit(address).netloc for address in addresses}) == 1
        if (heard and (few or one_site)) or await is_online(addresses[-1], settings):
            return True
    raise Offline(
        f"{addresses[-1]} gives no answer, and this machine seems to be offline: see to its "
        "network, then look again."
    )


def _in_order(source_ids: Sequence[str], warehouse: Warehouse) -> list[str]:
    """Return the sources, each once and those to which aliases lead, by their last check."""
    leads = {alias.source_id: alias.same_as for alias in warehouse.leading(source_ids)}
    last = warehouse.last_checks()
    found = dict.fromkeys(leads.get(source_id, source_id) for source_id in source_ids)
    return sorted(found, key=lambda source_id: last.get(source_id, _NEVER))


def _told(looked: Looked) -> Checked:
    known = looked.known
    title = known.study.title.value if known.study else None
    return Checked(
        source_id=known.source.source_id,
        case_id=known.case_id,
        title=title or known.document.title,
        address=known.address,
        check=looked.check,
    )


def _keep(looked: Looked, warehouse: Warehouse) -> None:
    """Store what was seen; submitted from now on, the source's new address is the source.

    Not where that one is a source already: the two are near-copies.
    """
    known, told = looked.known, looked.check
    if told is None:
        return
    moved = told.moved_to if told.result is CheckResult.MOVED and told.compared else None
    there = identify(SourceRef(source=moved)).source_id if moved else known.source.source_id
    new = there != known.source.source_id and not (
        warehouse.source(there) or warehouse.alias(there)
    )
    if not new or known.address is None:
        warehouse.append(told)
        return
    alias = Alias(
        alias_id=content_id("alias", there, known.source.source_id, AliasReason.MOVED.value),
        source_id=there,
        same_as=known.source.source_id,
        url=known.address,
        reason=AliasReason.MOVED,
        found_at=told.checked_at,
    )
    warehouse.append(told, alias)
