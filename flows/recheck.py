"""Published sources are fetched again: the same, moved, changed, or gone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from prefect import flow

from config.services import Services
from extractors.sites import canonical_url
from flows.engine import as_done
from flows.identity import payload_at, text_of
from schemas.cases import Match
from schemas.errors import CasebookError, UnknownId, WarehouseError
from schemas.reviews import CaseFilter, CaseLine, CaseStatus, CaseView
from schemas.sources import Check, CheckResult, Extracted, Payload, SourceRef

AT_ONCE = 4
_MOST = 1_000_000


@flow(name="recheck", persist_result=False)
async def recheck(most: int = 100) -> list[str]:
    """Fetch published sources again, those that waited longest first; return those that differ."""
    async with Services() as services:
        chosen = (await due(services))[:most]
        checks = [check async for check in recheck_all(chosen, services)]
    return [f"{c.source_id}: {c.result.value}" for c in checks if c.result is not CheckResult.SAME]


async def due(services: Services) -> list[str]:
    """Return the published cases from web addresses, those fetched longest ago first."""
    published = CaseFilter(status=CaseStatus.PUBLISHED, limit=_MOST)
    lines = await asyncio.to_thread(services.warehouse.cases, published)
    checks = await asyncio.to_thread(services.warehouse.last_checks)
    never = datetime.min.replace(tzinfo=UTC)

    def last(line: CaseLine) -> datetime:
        check = checks.get(line.source_id)
        return check.checked_at if check else never

    return [line.case_id for line in sorted(lines, key=last) if line.url]


def recheck_all(case_ids: Sequence[str], services: Services) -> AsyncIterator[Check]:
    """Fetch the sources of these cases again, store and yield how they compare."""

    async def one(case_id: str) -> Check:
        view = await asyncio.to_thread(services.warehouse.case, case_id)
        check = await look_again(view, services)
        await asyncio.to_thread(services.warehouse.append, check)
        return check

    return as_done(one, case_ids, AT_ONCE)


async def look_again(view: CaseView, services: Services) -> Check:
    """Return how a case's source compares with the document that the case was made from.

    Raises:
        UnknownId: for a source without an address.
    """
    address = view.source.canonical_url
    if address is None:
        raise UnknownId(f"{view.case.case_id} was made from a file; only addresses are rechecked.")
    reference = view.source.reference
    try:
        ref = SourceRef(source=reference.url or reference.source, feed=reference.feed)
        payload = await payload_at(ref, services)
        extracted, payload = await text_of(payload, services, scripts=True)
    except WarehouseError:
        raise
    except CasebookError as error:
        result = CheckResult.GONE if error.gone else CheckResult.UNREACHABLE
        return _check(view, result, message=str(error))
    return compared(view, payload, extracted)


def compared(view: CaseView, payload: Payload, extracted: Extracted) -> Check:
    """Return what a fresh reading says about the quotes of a case."""
    quotes = {
        evidence.quote
        for statement in view.revision.study.statements
        for evidence in statement.evidence
        if evidence.match is not Match.MISSING
    }
    text = " ".join(extracted.text.split())
    lost = tuple(sorted(quote for quote in quotes if " ".join(quote.split()) not in text))
    moved = payload.final_url and canonical_url(payload.final_url) != view.source.canonical_url
    if lost or text != " ".join(view.document.text.split()):
        result = CheckResult.CHANGED
    else:
        result = CheckResult.MOVED if moved else CheckResult.SAME
    moved_to = payload.final_url if moved else None
    return _check(view, result, moved_to=moved_to, quotes=len(quotes), lost=lost)


def _check(view: CaseView, result: CheckResult, **found: Any) -> Check:
    return Check(
        source_id=view.source.source_id,
        document_id=view.document.document_id,
        result=result,
        checked_at=datetime.now(UTC),
        **found,
    )
