"""Finding near-copies: every document is compared once with those that were there before it."""

from datetime import UTC, datetime

from casebook.pipeline import sketching
from casebook.schemas.copies import NearCopy, Overlap, Sketch, Twin
from casebook.warehouse.store import Warehouse

_BATCH = 200


def near_copies(source_id: str, warehouse: Warehouse) -> list[Twin]:
    """Return the near-copies of a source's text, the nearest first, after comparing what is new.

    Whatever was not compared yet is: documents of an older casebook, or of a run that was cut off.
    """
    while waiting := warehouse.unsketched(sketching.METHOD, _BATCH):
        for document_id in waiting:
            document = warehouse.document(document_id)
            if document is not None:
                warehouse.compare(sketching.sketch(document), _judged)
    return warehouse.twins(source_id).get(source_id, [])


def _judged(mine: Sketch, other: Overlap) -> NearCopy | None:
    return sketching.judge(mine, other, datetime.now(UTC))
