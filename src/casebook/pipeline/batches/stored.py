"""Batches as they are stored: begun, found again, and how far they are."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from casebook.pipeline.batches.handed import own_again
from casebook.runtime.services import Services
from casebook.schemas.batches import (
    Batch,
    BatchItem,
    BatchOptions,
    BatchProgress,
    ListedBatch,
    progress_of,
)
from casebook.schemas.errors import UnknownId
from casebook.schemas.ids import content_id


async def register(
    origin: str, items: Sequence[BatchItem], options: BatchOptions, services: Services
) -> Batch:
    """Store a batch, or find it: the same list with the same options is the same batch.

    One that names the same sources otherwise, files that lie elsewhere by now, is another: what is
    stored of a batch is what is worked.
    """
    ids = [item.source_id for item in items]
    batch = ListedBatch(
        batch_id=content_id("batch", origin, ids, options.model_dump()),
        origin=origin,
        options=options,
        items=items,
        created_by=services.settings.curator,
        created_at=datetime.now(UTC),
    )
    warehouse = services.warehouse
    again = await asyncio.to_thread(own_again, items, warehouse)
    if await asyncio.to_thread(warehouse.append, batch, *again) > len(again):
        return batch.without_items()  # a new one
    stored = await listed(batch.batch_id, services)
    if any(mine.reference != its.reference for mine, its in zip(items, stored.items, strict=True)):
        named = [item.reference.model_dump() for item in items]
        another = content_id("batch", batch.batch_id, named)
        batch = batch.model_copy(update={"batch_id": another})
        await asyncio.to_thread(warehouse.append, batch)
    return batch.without_items()


async def listed(batch_id: str, services: Services) -> ListedBatch:
    """Return a stored batch with its sources.

    Raises:
        UnknownId: if there is none.
    """
    batch = await asyncio.to_thread(services.warehouse.batch, batch_id)
    if batch is None:
        raise UnknownId(f"there is no batch {batch_id}; see `casebook backfill list`")
    return batch


async def batch_of(batch_id: str, services: Services) -> Batch:
    """Return a stored batch.

    Raises:
        UnknownId: if there is none.
    """
    return (await listed(batch_id, services)).without_items()


async def progress(batch: Batch, services: Services) -> BatchProgress:
    """Return how far a batch is, whoever works it."""
    items = (await listed(batch.batch_id, services)).items
    ids, warehouse = [item.source_id for item in items], services.warehouse
    told = progress_of(await asyncio.to_thread(warehouse.standings, ids))
    spent = await asyncio.to_thread(warehouse.spent_on, ids)
    stages = await asyncio.to_thread(warehouse.stages_of, ids) if told.left else {}
    return told.model_copy(update={"spent": spent, "stages": stages})
