"""Finding near-copies among the documents of all sources."""

from collections.abc import Sequence
from datetime import UTC, datetime

from casebook.pipeline.ingestion import sketching
from casebook.schemas.copies import NearCopy, Overlap, Sketch, Twin
from casebook.schemas.documents import Document
from casebook.warehouse.store import Warehouse

_BATCH = 200


def find_copies(document: Document, warehouse: Warehouse) -> None:
    """Compare a document, once, with all that were there before it; store its near-copies."""
    if not warehouse.sketched(document.document_id, sketching.METHOD):
        _compare(document, warehouse)


def near_copies(document: Document, warehouse: Warehouse) -> list[Twin]:
    """Return the near-copies of a document's text, the nearest first."""
    find_copies(document, warehouse)
    return warehouse.twins(document.source_id).get(document.source_id, [])


def catch_up(warehouse: Warehouse) -> None:
    """Compare what was not: documents of an older casebook, or of a run that was cut off."""
    while waiting := warehouse.unsketched(sketching.METHOD, _BATCH):
        for document_id in waiting:
            document = warehouse.document(document_id)
            if document is not None:
                _compare(document, warehouse)


def _compare(document: Document, warehouse: Warehouse) -> None:
    mine = sketching.sketch(document)
    warehouse.compare(mine, _near_copies, least=sketching.LEAST_FOUND)


def _near_copies(mine: Sketch, others: Sequence[Overlap]) -> list[NearCopy]:
    return sketching.near_copies(mine, others, datetime.now(UTC))
