"""New drafts of known sources, beside the old ones; and new readings of stored bytes."""

import asyncio

from prefect import flow

from config.services import Services
from config.settings import Settings
from extractors.formats import FORMATS
from flows.identity import document_from, payload_of
from flows.ingest import process
from flows.run import Run
from schemas.errors import UnknownId
from schemas.frozen import Frozen
from schemas.results import IngestResult
from schemas.reviews import Making, Recipe
from schemas.sources import Document
from summarizer import service
from summarizer.profiles import Strategy

_VERSIONS = {one.version for one in FORMATS}


class Stale(Frozen):
    """A case that today's code or settings would draft in another way; ``reasons`` says how."""

    making: Making
    reasons: tuple[str, ...]


@flow(name="rerun", persist_result=False)
async def rerun(case_ids: list[str] | None = None) -> list[IngestResult]:
    """Make new drafts of these cases, by default of all that are stale."""
    settings = Settings.load()
    async with Services(settings, patience=settings.patience) as services:
        chosen = case_ids or [one.making.case_id for one in await stale(services)]
        return [await redraft(case_id, services) for case_id in chosen]


async def stale(services: Services) -> list[Stale]:
    """Return the cases whose draft an older prompt, model, check or extractor made."""
    makings = await asyncio.to_thread(services.warehouse.makings)
    current: dict[str, Recipe] = {}
    found = []
    for making in makings:
        if making.recipe is None or making.newer_draft:
            continue
        strategy = making.recipe.strategy
        if strategy not in current:
            plan = service.Plan(strategy=Strategy(strategy), reason="")
            current[strategy] = services.recipe(plan)
        if reasons := differences(making, current[strategy]):
            found.append(Stale(making=making, reasons=reasons))
    return found


def differences(making: Making, current: Recipe) -> tuple[str, ...]:
    """Return what differs between how a case was made and how it would be made now."""
    old = making.recipe
    if old is None:
        return ()
    reasons = []
    if making.extractor not in _VERSIONS:
        reasons.append(f"read by {making.extractor}")
    if old.model != current.model:
        reasons.append(f"model {old.model} → {current.model}")
    if new := sorted(set(current.prompts) - set(old.prompts)):
        reasons.append(f"prompt {', '.join(new)}")
    if old.judge != current.judge:
        reasons.append(f"judge {old.judge or 'off'} → {current.judge or 'off'}")
    if not reasons and old.fingerprint != current.fingerprint:
        reasons.append("checks or parameters")
    return tuple(reasons)


async def redraft(case_id: str, services: Services) -> IngestResult:
    """Make a new draft of a case from its stored bytes."""
    making = next(iter(await asyncio.to_thread(services.warehouse.makings, [case_id])), None)
    if making is None:
        raise UnknownId(f"There is no case {case_id}; `casebook list` shows the ones there are.")
    source = await asyncio.to_thread(services.warehouse.source, making.source_id)
    assert source is not None  # noqa: S101 - each case has a source
    return await process(
        Run(source.reference, services, force=True, snapshot_id=making.snapshot_id)
    )


async def reread(source_id: str, services: Services) -> tuple[Document | None, Document]:
    """Read the stored bytes of a source again; return the newest document before, and the new one.

    Raises:
        UnknownId: if nothing was fetched of it.
        ExtractionError: if the bytes hold no usable text.
    """
    warehouse = services.warehouse
    snapshot = await asyncio.to_thread(warehouse.newest_snapshot, source_id)
    if snapshot is None:
        raise UnknownId(f"Nothing is stored of {source_id}; submit it first.")
    before = await asyncio.to_thread(warehouse.newest_document, source_id)
    data = await asyncio.to_thread(services.blobs.get, snapshot.sha256)
    payload = payload_of(snapshot, data)
    extracted = await services.workers.extract(payload)
    after = document_from(extracted, payload, source_id, snapshot.snapshot_id)
    await asyncio.to_thread(warehouse.append, after)
    return before, after
