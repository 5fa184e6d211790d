"""New drafts of known sources, and new extractions of stored bytes."""

from asyncio import to_thread

from prefect import flow

from config.resources import Resources
from config.settings import Settings
from extractors.formats import FORMATS
from flows.ingest import process
from schemas.errors import UnknownId
from schemas.results import IngestResult
from schemas.reviews import CaseFilter, CaseProvenance, Recipe
from schemas.sources import IMPORTED, IMPORTS, Document
from services.identity import document_from, payload_of
from services.run import Run
from summarizer.plans import DraftPlan
from summarizer.profiles import Strategy

_VERSIONS = {one.version for one in FORMATS}


@flow(name="rerun", persist_result=False)
async def rerun(case_ids: list[str] | None = None) -> list[IngestResult]:
    """Make new drafts of these cases, by default of all outdated ones."""
    settings = Settings.load()
    async with Resources(settings, patience=settings.patience) as resources:
        chosen = case_ids or await stale(resources)
        return [await redraft(case_id, resources) for case_id in chosen]


async def stale(resources: Resources) -> dict[str, tuple[str, ...]]:
    """Return the cases drafted with an older prompt, model, check or extractor, and why."""
    plans = (DraftPlan(strategy=strategy, reason="") for strategy in Strategy)
    current = {plan.strategy.value: resources.recipe(plan) for plan in plans}
    found = {}
    for provenance in await to_thread(resources.warehouse.provenances):
        if provenance.recipe and not provenance.newer_draft and provenance.extractor not in IMPORTS:
            found[provenance.case_id] = differences(provenance, current[provenance.recipe.strategy])
    return {case_id: reasons for case_id, reasons in found.items() if reasons}


async def imported(resources: Resources) -> dict[str, tuple[str, ...]]:
    """Return the imported cases whose web address was not drafted yet, and why."""
    provenances = await to_thread(resources.warehouse.provenances)
    waiting = {
        one.case_id for one in provenances if one.extractor == IMPORTED and not one.newer_draft
    }
    lines = await to_thread(resources.warehouse.cases, CaseFilter(limit=len(provenances) + 1))
    found = (line.case_id for line in lines if line.url and line.case_id in waiting)
    return dict.fromkeys(found, ("imported, without quotes",))


def differences(provenance: CaseProvenance, current: Recipe) -> tuple[str, ...]:
    """Return the differences between a case's provenance and the current recipe."""
    old = provenance.recipe
    if old is None:
        return ()
    new = ", ".join(sorted(set(current.prompts) - set(old.prompts)))
    differs = {
        f"read by {provenance.extractor}": provenance.extractor not in _VERSIONS,
        f"model {old.model} → {current.model}": old.model != current.model,
        f"prompt {new}": new,
        f"judge {old.judge or 'off'} → {current.judge or 'off'}": old.judge != current.judge,
    }
    reasons = tuple(reason for reason, found in differs.items() if found)
    if not reasons and old.fingerprint != current.fingerprint:
        return ("checks or parameters",)
    return reasons


async def redraft(case_id: str, resources: Resources) -> IngestResult:
    """Make a new draft of a case from its stored bytes; fetch the source of an imported case.

    Raises UnknownId if there is no such case, or an imported case has no web address.
    """
    view = await to_thread(resources.warehouse.case, case_id)
    if view.document.is_imported:
        if view.source.canonical_url is None:
            raise UnknownId(f"{case_id} was imported without a web address; submit its source.")
        return await process(Run(view.source.reference, resources, force=True))
    snapshot = await to_thread(resources.warehouse.snapshot, view.document.snapshot_id)
    return await process(Run(view.source.reference, resources, force=True, snapshot=snapshot))


async def reread(source_id: str, resources: Resources) -> tuple[Document | None, Document]:
    """Extract stored bytes again; return the previous newest document and the new one."""
    warehouse = resources.warehouse
    snapshot = await to_thread(warehouse.newest_snapshot, source_id)
    if snapshot is None or snapshot.is_imported:
        raise UnknownId(f"No bytes of {source_id} are stored; submit it first.")
    before = await to_thread(warehouse.newest_document, source_id)
    payload = await payload_of(snapshot, resources)
    extracted = await resources.workers.extract(payload)
    after = document_from(extracted, payload, source_id, snapshot.snapshot_id)
    await to_thread(warehouse.append, after)
    return before, after
