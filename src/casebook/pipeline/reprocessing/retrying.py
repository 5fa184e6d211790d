"""Known sources tried again: from their kept bytes, and as their batch was begun."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial

from casebook.pipeline.ingestion.identity import is_remote
from casebook.pipeline.ingestion.ingest import at_once, ingest
from casebook.pipeline.ingestion.outcome import Outcome
from casebook.pipeline.ingestion.run import Reporter
from casebook.runtime.services import Services
from casebook.schemas.batches import BatchOptions
from casebook.schemas.errors import UnknownId
from casebook.schemas.sources import Snapshot

ALONE = BatchOptions()
"""How a source is worked that belongs to no batch."""


async def begun_with(
    source_ids: Sequence[str], services: Services, model: str | None = None
) -> Mapping[str, BatchOptions]:
    """Return, by source id, how the sources of batches were begun, in the one worked last.

    ``model`` is asked instead of any batch's.
    """
    begun = await asyncio.to_thread(services.warehouse.begun_with, source_ids)
    if model is None:
        return begun
    return {one: options.model_copy(update={"model": model}) for one, options in begun.items()}


async def retry_all(
    source_ids: Sequence[str],
    services: Services,
    begun: Mapping[str, BatchOptions],
    *,
    reporter: Reporter | None = None,
    force: bool = False,
) -> AsyncIterator[Outcome]:
    """Try several known sources again, a bounded number at a time; yield as they end.

    ``begun`` is what ``begun_with`` returns of them.

    Raises:
        UnknownId: if there is no such source.
    """
    work = partial(retry, services=services, reporter=reporter, force=force)
    ids = dict.fromkeys(source_ids)
    async for told in at_once((partial(work, i, begun=begun.get(i, ALONE)) for i in ids), services):
        yield told


async def retry(
    source_id: str,
    services: Services,
    begun: BatchOptions = ALONE,
    *,
    reporter: Reporter | None = None,
    force: bool = False,
) -> Outcome:
    """Try a known source again, from its kept bytes where there are some.

    As a batch is gone on with: by the model with which it was ``begun``, and drafting what triage
    refuses where it was to do so. How much is spent and asked at once is this run's own.

    Raises:
        UnknownId: if there is no such source.
    """
    source = await asyncio.to_thread(services.warehouse.source, source_id)
    snapshot = await asyncio.to_thread(_usable_snapshot, source_id, services)
    if source is None:
        raise UnknownId(f"no source {source_id}; see `casebook failures`")
    return await ingest(
        source.reference,
        await services.asking(begun.model),
        reporter=reporter,
        force=force or begun.force,
        snapshot_id=snapshot.snapshot_id if snapshot else None,
    )


def _usable_snapshot(source_id: str, services: Services) -> Snapshot | None:
    """Return the kept bytes, unless they come from an address and held no usable text."""
    warehouse = services.warehouse
    source, snapshot = warehouse.source(source_id), warehouse.newest_snapshot(source_id)
    failed = warehouse.open_failure(source_id)
    remote = source is not None and is_remote(source.reference)
    if remote and failed is not None and failed.failure.stage in {"fetch", "extract"}:
        return None
    return snapshot
