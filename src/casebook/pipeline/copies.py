"""Finding near-copies among the documents of all sources."""

from datetime import UTC, datetime

from casebook.pipeline import sketching
from casebook.schemas.copies import NearCopy, Overlap, Sketch, Twin
from casebook.schemas.documents import Document
from casebook.warehouse.store import Warehouse

_BATCH = 200


def near_copies(document: Document, warehouse: Warehouse) -> list[Twin]:
    """Return the near-copies of a document's text, the nearest first.

    A document is compared once, with all that were there before it.
    """
    if not warehouse.sketched(document.document_id, sketching.METHOD):
        found = warehouse.compare(sketching.sketch(document), _judged)
        if not found:
            return []
    return warehouse.twins(document.source_id).get(document.source_id, [])


def catch_up(warehouse: Warehouse) -> None:
    """Compare what was not: documents of an older casebook, or of a run that was cut off."""
    while waiting := warehouse.unsketched(sketching.METHOD, _BATCH):
        for document_id in waiting:
            document = warehouse.document(document_id)
            if document is not None:
                warehouse.compare(sketching.sketch(document), _judged)


def _judged(mine: Sketch, other: Overlap) -> NearCopy | None:
    return sketching.judge(mine, other, datetime.now(UTC))
