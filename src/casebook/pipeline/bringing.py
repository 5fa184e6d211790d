"""Brings what another casebook holds into this one: its rows, fetched bytes and paid answers."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from casebook.pipeline.ingestion.copies import catch_up
from casebook.runtime.services import Services
from casebook.schemas.errors import WarehouseError
from casebook.schemas.frozen import Frozen
from casebook.schemas.reviews import Decision, Review
from casebook.schemas.sources import Snapshot, Source
from casebook.warehouse.log import pieces
from casebook.warehouse.records import Row
from casebook.warehouse.snapshots import SnapshotStore
from casebook.warehouse.store import Warehouse
from casebook.warehouse.unstored import Unstored

_RULINGS = {Decision.APPROVE, Decision.REJECT, Decision.REOPEN}


class Brought(Frozen):
    """What was brought so far.

    ``share`` is how much of the other casebook was gone through, from 0 to 1; ``rows`` those that
    were new here and ``known`` those that were here already; ``sources`` and ``files`` how many of
    both it holds, new here or not, and ``missing`` what is said of files that cannot be read there;
    ``overruled`` how many decisions were left out, for their cases were decided here since;
    ``answers`` what had been paid for there and was not stored.
    """

    share: float = 0.0
    rows: int = 0
    known: int = 0
    sources: int = 0
    files: int = 0
    missing: tuple[str, ...] = ()
    overruled: int = 0
    answers: int = 0


async def bring(other: Services, services: Services) -> AsyncIterator[Brought]:
    """Store what ``other`` holds in the warehouse of ``services``; yield how far it is.

    In the order in which it was stored there, behind what is here, so that what is newest there is
    newest here, but for decisions on cases that were decided here since: an old approval must not
    bring back what was rejected. A row that is here already stays as it is: what was begun before
    goes on, and what came to ``other`` since comes after. Near-copies are looked for among all
    texts at the end. Nothing of ``other`` is changed, but that its file is brought to this
    version's schema.

    Raises:
        WarehouseError: if one of the two cannot be used; what was brought stays.
    """
    brought, log = Brought(), pieces(other.warehouse)
    while piece := await asyncio.to_thread(next, log, None):
        share, rows = piece
        brought = await asyncio.to_thread(_store, rows, brought, other.snapshots, services)
        brought = brought.model_copy(update={"share": share})
        yield brought
    unstored = Unstored(*other.settings.unstored_roots)
    answers = await asyncio.to_thread(services.ledger.take_over, unstored)
    yield brought.model_copy(update={"share": 1.0, "answers": answers})
    await asyncio.to_thread(catch_up, services.warehouse)


def _store(
    rows: Sequence[Row], brought: Brought, theirs: SnapshotStore, services: Services
) -> Brought:
    """Store one piece: its files before the rows that name them."""
    files, missing = 0, list(brought.missing)
    for row in rows:
        if isinstance(row, Snapshot):
            try:
                data = theirs.get(row.sha256)
            except WarehouseError as error:
                missing.append(str(error))
                continue
            services.snapshots.put(data)
            files += 1
    overruled = _overruled(rows, services.warehouse)
    rows = [row for row in rows if row not in overruled]
    added = services.warehouse.append(*rows)
    return brought.model_copy(
        update={
            "rows": brought.rows + added,
            "known": brought.known + len(rows) - added,
            "sources": brought.sources + sum(isinstance(row, Source) for row in rows),
            "files": brought.files + files,
            "missing": tuple(missing),
            "overruled": brought.overruled + len(overruled),
        }
    )


def _overruled(rows: Sequence[Row], warehouse: Warehouse) -> list[Row]:
    """Return the decisions among ``rows`` on cases that were decided here later."""
    told = [row for row in rows if isinstance(row, Review) and row.decision in _RULINGS]
    here = {
        case_id: [row for row in warehouse.history(case_id) if isinstance(row, Review)]
        for case_id in {review.case_id for review in told}
    }
    return [
        review
        for review in told
        if review not in here[review.case_id]
        and any(
            other.decision in _RULINGS | {Decision.EDIT} and other.at > review.at
            for other in here[review.case_id]
        )
    ]
