"""Reading a source's kept bytes again with today's extractors, without the network."""

import asyncio
from datetime import date

from casebook.pipeline.ingestion.identity import document_of, payload_of, reading_of
from casebook.pipeline.reprocessing.comparing import Difference, Standing, difference, standing
from casebook.runtime.services import Services
from casebook.schemas.documents import Document, Extracted
from casebook.schemas.errors import ExtractionError, UnknownId
from casebook.schemas.frozen import Frozen
from casebook.schemas.listings import CaseView
from casebook.schemas.sources import Payload, Snapshot, Source
from casebook.warehouse.store import Warehouse


class Reread(Frozen):
    """What reading again gave; pairs are before and after.

    ``difference`` is None where nothing had been read before, ``standing`` where there is no case.
    """

    source_id: str
    case_id: str | None
    snapshot_id: str
    document_id: str
    is_new_text: bool
    extractor: tuple[str | None, str]
    title: tuple[str | None, str | None]
    authors: tuple[tuple[str, ...], tuple[str, ...]]
    published: tuple[date | None, date | None]
    difference: Difference | None
    standing: Standing | None


async def read_again(source_id: str, services: Services) -> tuple[Reread, Document]:
    """Read the newest kept bytes of a source again, store the reading, and tell what changed.

    An address that leads to another source is that source. Where the newest bytes hold no text (a
    wall stood there that day), those are read from which the text came that is kept.

    Raises:
        UnknownId: if nothing of the source is kept.
        ExtractionError: if there is no usable text; what was read before stands.
        WarehouseError: if the bytes are damaged.
    """
    warehouse = services.warehouse
    source, snapshot = await asyncio.to_thread(_kept, source_id, warehouse)
    before = await asyncio.to_thread(warehouse.newest_document, source.source_id)
    try:
        extracted, payload = await _read(snapshot, services)
    except ExtractionError:
        older = await asyncio.to_thread(warehouse.snapshot, before.snapshot_id) if before else None
        if older is None or older.snapshot_id == snapshot.snapshot_id:
            raise
        snapshot = older
        extracted, payload = await _read(snapshot, services)
    after = document_of(extracted, payload, source, snapshot.snapshot_id)
    await asyncio.to_thread(warehouse.append, after, reading_of(after))
    view = await asyncio.to_thread(_case, source.source_id, warehouse)
    return await asyncio.to_thread(_told, before, after, view), after


async def _read(snapshot: Snapshot, services: Services) -> tuple[Extracted, Payload]:
    data = await asyncio.to_thread(services.snapshots.get, snapshot.sha256)
    payload = payload_of(snapshot, data)
    return await services.extractors.extract(payload), payload


def _kept(source_id: str, warehouse: Warehouse) -> tuple[Source, Snapshot]:
    alias = warehouse.alias(source_id)
    source = warehouse.source(alias.same_as if alias else source_id)
    snapshot = warehouse.newest_snapshot(source.source_id) if source else None
    if source is None or snapshot is None:
        raise UnknownId(
            f"Nothing of {source_id} is kept: `casebook retry {source_id}` fetches it again."
        )
    return source, snapshot


def _case(source_id: str, warehouse: Warehouse) -> CaseView | None:
    case = warehouse.case_of_source(source_id)
    return warehouse.case(case.case_id) if case else None


def _told(before: Document | None, after: Document, view: CaseView | None) -> Reread:
    return Reread(
        source_id=after.source_id,
        case_id=view.case.case_id if view else None,
        snapshot_id=after.snapshot_id,
        document_id=after.document_id,
        is_new_text=before is None or before.document_id != after.document_id,
        extractor=(before.extractor if before else None, after.extractor),
        title=(before.title if before else None, after.title),
        authors=(tuple(before.authors) if before else (), tuple(after.authors)),
        published=(before.published if before else None, after.published),
        difference=difference(before, after) if before else None,
        standing=standing(view.revision.case_study, after) if view else None,
    )
