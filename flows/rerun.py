"""New drafts of known sources, beside the old ones; and new readings of stored bytes."""

from asyncio import to_thread

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
    plans = [service.Plan(strategy=strategy, reason="") for strategy in Strategy]
    current = {plan.strategy.value: services.recipe(plan) for plan in plans}
    found = [
        Stale(making=making, reasons=differences(making, current[making.recipe.strategy]))
        for making in await to_thread(services.warehouse.makings)
        if making.recipe and not making.newer_draft
    ]
    return [one for one in found if one.reasons]


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
    """Make a new draft of a case from its stored bytes, or raise UnknownId."""
    warehouse = services.warehouse
    making = next(iter(await to_thread(warehouse.makings, [case_id])), None)
    if making is None:
        raise UnknownId(f"There is no case {case_id}; `casebook list` shows the ones there are.")
    source = await to_thread(warehouse.source, making.source_id)
    snapshot = await to_thread(warehouse.snapshot, making.snapshot_id)
    assert source  # noqa: S101 - each case has a source
    return await process(Run(source.reference, services, force=True, snapshot=snapshot))


async def reread(source_id: str, services: Services) -> tuple[Document | None, Document]:
    """Read stored bytes again; return the newest document before, and the new one.

    Raises:
        UnknownId: if nothing was fetched of the source.
        ExtractionError: if the bytes hold no usable text.
    """
    warehouse = services.warehouse
    snapshot = await to_thread(warehouse.newest_snapshot, source_id)
    if snapshot is None:
        raise UnknownId(f"Nothing is stored of {source_id}; submit it first.")
    before = await to_thread(warehouse.newest_document, source_id)
    payload = await payload_of(snapshot, services)
    extracted = await services.workers.extract(payload)
    after = document_from(extracted, payload, source_id, snapshot.snapshot_id)
    await to_thread(warehouse.append, after)
    return before, after
