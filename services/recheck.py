"""Recheck of published sources: they are fetched again and compared."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from config.resources import Resources
from extractors.fetch.fetch import fetch_item, read_rendered
from extractors.retractions import standing_of
from extractors.sites import canonical_url
from extractors.text import one_line
from schemas.cases import Match
from schemas.errors import CasebookError, ExtractionError, UnknownId, WarehouseError
from schemas.reviews import CaseView
from schemas.sources import Check, CheckResult, Payload, SourceRef
from services.batches import map_concurrently
from services.identity import payload_of

AT_ONCE = 4


def recheck_all(case_ids: Sequence[str], resources: Resources) -> AsyncIterator[Check]:
    """Recheck the sources of these cases; store and yield the results.

    Sources are compared with the published revision, not with a later edit.
    """
    warehouse = resources.warehouse

    async def one(case_id: str) -> Check:
        shown = await to_thread(warehouse.shown_views, [case_id], "published_revision_id")
        view = shown[0] if shown else await to_thread(warehouse.case, case_id)
        check = await recheck_case(view, resources)
        await to_thread(warehouse.append, check)
        return check

    return map_concurrently(one, case_ids, AT_ONCE)


async def recheck_case(view: CaseView, resources: Resources) -> Check:
    """Return the comparison of a case's source with its document.

    Raises:
        UnknownId: if the source was a file, or its text was imported.
    """
    if view.document.is_imported:
        name = view.case.case_id
        message = f"{name} has an imported text, which cannot be compared with the source"
        raise UnknownId(f"{message}; `casebook rerun {name}` drafts the source.")
    if view.source.canonical_url is None:
        raise UnknownId(f"{view.case.case_id} was made from a file; only addresses are rechecked.")
    reference = view.source.reference
    try:
        ref = SourceRef(source=reference.url or reference.source, feed=reference.feed)
        payload = await fetch_item(ref, resources.network, resources.workers)
        extracted, payload = await read_rendered(payload, resources.workers, resources.network)
    except WarehouseError:
        raise
    except CasebookError as error:
        result = CheckResult.GONE if error.gone else CheckResult.UNREACHABLE
        return Check(
            source_id=view.source.source_id,
            document_id=view.document.document_id,
            result=CheckResult.RETRACTED if error.kind == "paper_withdrawn" else result,
            message=str(error),
        )
    check = _compared(view, one_line(extracted.text), payload.final_url)
    with suppress(ExtractionError):  # the comparison counts without it
        check = check.model_copy(update=await _standing(view, payload, resources))
    return check


async def _standing(view: CaseView, payload: Payload, resources: Resources) -> dict[str, object]:
    """Return the result and message of a paper that was retracted or replaced, else nothing."""
    compute = resources.workers.compute
    new = await compute(standing_of, payload)
    if new.retraction:
        return {"result": CheckResult.RETRACTED, "message": f"{new.retraction}."}
    snapshot = await to_thread(resources.warehouse.snapshot, view.document.snapshot_id)
    if not new.version or not snapshot:
        return {}
    old = await compute(standing_of, await payload_of(snapshot, resources))
    if not 0 < old.version < new.version:
        return {}
    message = f"Version {new.version} has replaced version {old.version}."
    return {"result": CheckResult.REPLACED, "message": message}


def _compared(view: CaseView, text: str, address: str | None) -> Check:
    """Return the check of a case's quotes in a newly fetched text."""
    evidence = [one for part in view.revision.study.statements for one in part.evidence]
    quotes = {one.quote for one in evidence if one.match is not Match.MISSING}
    lost = tuple(sorted(quote for quote in quotes if one_line(quote) not in text))
    moved_to = address if address and canonical_url(address) != view.source.canonical_url else None
    result = CheckResult.MOVED if moved_to else CheckResult.SAME
    if lost or text != one_line(view.document.text):
        result = CheckResult.CHANGED
    return Check(
        source_id=view.source.source_id,
        document_id=view.document.document_id,
        result=result,
        moved_to=moved_to,
        quotes=len(quotes),
        lost=lost,
    )
