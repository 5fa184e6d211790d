"""The stages. Each takes an id, finds or makes its result, stores it, and returns its id.

So a crash loses one stage at most, a rerun finds what is there, and an orchestrator passes ids
instead of texts.
"""

import asyncio
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from casebook.extractors.gathering.fetch import fetch as fetch_payload
from casebook.extractors.gathering.fetch import fetch_list, identify
from casebook.extractors.registry import mounts
from casebook.extractors.worker import read_item
from casebook.pipeline.curation.companies import with_known_company
from casebook.pipeline.curation.terms import proposals_of
from casebook.pipeline.ingestion import hearing, identity, reading
from casebook.pipeline.ingestion.run import Run
from casebook.runtime.services import Services
from casebook.schemas.documents import Document
from casebook.schemas.errors import FetchError, UnknownId
from casebook.schemas.failures import Failure
from casebook.schemas.ids import content_id
from casebook.schemas.recipes import Recipe
from casebook.schemas.reviews import Case, Revision
from casebook.schemas.sources import Payload, Snapshot, SourceRef
from casebook.schemas.taxonomy import load_taxonomy
from casebook.schemas.terms import with_decisions
from casebook.schemas.triage import Triage, Verdict
from casebook.summarizer import judging, service
from casebook.summarizer.models.asking import Asker
from casebook.warehouse import Warehouse

if TYPE_CHECKING:
    from casebook.extractors.network.client import GuardedClient
    from casebook.extractors.network.robots import Robots

T = TypeVar("T")


async def fetch(ref: SourceRef, run: Run) -> str:
    """Return the snapshot id of ``ref``: a known address is not fetched again, a file is read.

    Raises:
        FetchError: after the retries that a passing cause allows.
    """
    services = run.services
    ref = await asyncio.to_thread(identity.led, ref, run)
    kept = await asyncio.to_thread(services.warehouse.newest_snapshot, run.source_id)
    if kept is not None and await asyncio.to_thread(_stands, ref, run):
        return kept.snapshot_id
    if identity.is_remote(ref):
        # Stored before anything can fail: a crash from here on loses no source.
        await asyncio.to_thread(services.warehouse.append, identity.source_of(ref, run))
    client, robots = await services.network()

    async def once() -> Payload:
        return await payload_of_ref(ref, services, client, robots)

    async def with_retries() -> Payload:
        return await hearing.patiently(once, services.settings.fetch_attempts)

    try:
        payload = await hearing.fetch(ref, run, with_retries)
    except FetchError:
        await asyncio.to_thread(services.warehouse.append, identity.source_of(ref, run))
        raise
    return await asyncio.to_thread(_keep_snapshot, ref, payload, run)


async def payload_of_ref(
    ref: SourceRef, services: Services, client: "GuardedClient", robots: "Robots"
) -> Payload:
    """Return the bytes of a source, or of the item of a feed that carries its text."""
    if ref.feed is None:
        return await fetch_payload(ref, client, robots)
    feed = await fetch_list(SourceRef(source=ref.feed), client, robots)
    return await services.extractors.compute(partial(read_item, ref.source), feed)


def _stands(ref: SourceRef, run: Run) -> bool:
    """Tell whether the kept bytes of an address are used as they are.

    Not when it is asked to be fetched again, and not when they held no usable text: the page may
    have been mended since.
    """
    if run.refresh or not identity.is_remote(ref):
        return False
    failed = run.services.warehouse.open_failure(run.source_id)
    return failed is None or failed.failure.stage != "extract"


def _keep_snapshot(ref: SourceRef, payload: Payload, run: Run) -> str:
    """Store bytes, source and snapshot; a file without an address is known by its bytes."""
    warehouse, source = run.services.warehouse, identity.source_of(ref, run, payload)
    run.source_id = source.source_id
    digest = identity.keep_bytes(payload.data, source, run)
    kept = warehouse.newest_snapshot(source.source_id)
    if kept and kept.sha256 == digest and not identity.is_remote(ref):
        return kept.snapshot_id
    snapshot = identity.snapshot_of(source.source_id, payload, digest)
    warehouse.append(source, snapshot, *_answers(ref, snapshot, run))
    return snapshot.snapshot_id


def _answers(ref: SourceRef, snapshot: Snapshot, run: Run) -> list[Snapshot]:
    """Return the row that answers an earlier failure to read this file.

    While it could not be read, a file was known by its path; now that it can, by its bytes.
    """
    by_path = identify(ref).source_id
    if by_path == snapshot.source_id or run.services.warehouse.source(by_path) is None:
        return []
    answered = content_id("snap", by_path, snapshot.sha256, snapshot.fetched_at.isoformat())
    return [snapshot.model_copy(update={"snapshot_id": answered, "source_id": by_path})]


async def extract(snapshot_id: str, run: Run) -> str:
    """Return the id of the document that today's extractor reads in a snapshot.

    Raises:
        ExtractionError: the cause; the snapshot stays for another try.
    """
    services, warehouse = run.services, run.services.warehouse
    snapshot = _found(await asyncio.to_thread(warehouse.snapshot, snapshot_id), snapshot_id)
    run.source_id = snapshot.source_id
    known = await asyncio.to_thread(warehouse.document_of, snapshot_id, *_versions())
    if known is not None:
        return known.document_id
    source = _found(await asyncio.to_thread(warehouse.source, snapshot.source_id), snapshot_id)
    data = await asyncio.to_thread(services.snapshots.get, snapshot.sha256)
    kept = identity.payload_of(snapshot, data)
    scripts = identity.is_remote(source.reference)
    extracted, payload = await reading.extract(kept, services, scripts=scripts)
    if payload is not kept:
        snapshot_id = await asyncio.to_thread(_keep_snapshot, source.reference, payload, run)
        snapshot = _found(await asyncio.to_thread(warehouse.snapshot, snapshot_id), snapshot_id)
    return await identity.settle(source, snapshot, payload, extracted, run)


def _versions() -> list[str]:
    """Return what today's extractors are called."""
    return [mount.version for mount in mounts()]


async def read(ref: SourceRef, run: Run) -> Document:
    """Fetch and extract a source without storing anything; there is no snapshot to name.

    Raises:
        FetchError: if the bytes cannot be had.
        ExtractionError: if they hold no usable text.
    """
    run.current = "fetch"
    run.reporter.stage(run.label, run.current)
    client, robots = await run.services.network()
    payload = await hearing.fetch(
        ref, run, lambda: payload_of_ref(ref, run.services, client, robots)
    )
    run.current = "extract"
    run.reporter.stage(run.label, run.current)
    scripts = identity.is_remote(ref)
    extracted, payload = await reading.extract(payload, run.services, scripts=scripts)
    return identity.document_of(extracted, payload, identity.source_of(ref, run, payload), "")


async def triage(document_id: str, run: Run) -> str:
    """Return the id of the verdict on a document; a known one stands.

    Raises:
        ModelError: an outage is never a verdict.
    """
    services, warehouse = run.services, run.services.warehouse
    document = await document_of(document_id, run)
    asker = services.asker(document_id)
    strategy = service.choose(document, services.profile, services.wanted_strategy).strategy
    rubric = service.rubric(asker, strategy)
    async with services.alone(document_id):
        known = await asyncio.to_thread(warehouse.triage_of, document_id, rubric)
        if known is None:
            with _paying(asker, run):
                known = await service.triage(document, asker, strategy)
            await asyncio.to_thread(warehouse.append, known)
    run.verdict = known
    return known.triage_id


async def overturn(refused: Triage, run: Run) -> Triage:
    """Store that a curator has a refused source drafted anyway, and who it was."""
    who = run.who or run.services.settings.curator
    overturned = refused.model_copy(
        update={
            "triage_id": content_id("triage", refused.triage_id, "overturned", who),
            "verdict": Verdict.UNSURE,
            "overturned_by": who,
            "decided_at": datetime.now(UTC),
        }
    )
    await asyncio.to_thread(run.services.warehouse.append, overturned)
    return overturned


async def summarize(document_id: str, run: Run) -> str:
    """Return the id of the draft of a document: made and grounded, or found.

    Raises:
        ModelError: when the model gives nothing usable.
    """
    services = run.services
    document = await document_of(document_id, run)
    choice = service.choose(document, services.profile, services.wanted_strategy)
    recipe = services.recipe(choice.strategy)
    async with services.alone(document_id):
        known = await asyncio.to_thread(services.warehouse.draft, document_id, recipe.recipe_id)
        if known is None or await asyncio.to_thread(_unjudged, run):
            known = await _draft(document, choice, recipe, run)
    run.draft = known
    return known.revision_id


def _unjudged(run: Run) -> bool:
    """Tell whether a judge failed at this source: it is asked again, and nothing else is paid."""
    if run.services.settings.judge_model is None:
        return False
    failed = run.services.warehouse.open_failure(run.source_id)
    return failed is not None and failed.failure.stage == judging.STAGE


async def _draft(document: Document, choice: service.Choice, recipe: Recipe, run: Run) -> Revision:
    """Ask, ground and store; return the new revision."""
    services, warehouse = run.services, run.services.warehouse
    asker = services.asker(document.document_id)
    with _paying(asker, run):
        proposal = await service.propose(
            document,
            asker,
            choice.strategy,
            run.step,
            fall_back=services.wanted_strategy is None,
        )
    rulings = await asyncio.to_thread(warehouse.term_decisions)
    taxonomy = with_decisions(load_taxonomy(), rulings)
    judge = services.judge(document.document_id)
    async with services.grounding.turn(len(document.text)):
        grounded = await asyncio.to_thread(service.ground, document, proposal, taxonomy)
        doubted = await asyncio.to_thread(service.doubtful, grounded, document) if judge else ()
    known = await asyncio.to_thread(with_known_company, grounded, warehouse)
    with _paying(judge, run) if judge else nullcontext():
        study, trouble = await service.judged(known, doubted, document, judge)
    ruled = {ruling.key for ruling in rulings}
    proposed = await asyncio.to_thread(proposals_of, document, study, proposal, taxonomy, ruled)
    now = datetime.now(UTC)
    case = await asyncio.to_thread(_case_of, document.source_id, warehouse, now)
    answers = [*asker.generations, *(judge.generations if judge else ())]
    generations = [g.generation_id for g in answers]
    draft = Revision(
        revision_id=content_id(
            "rev", case.case_id, document.document_id, recipe.recipe_id, generations
        ),
        case_id=case.case_id,
        parent_id=None,
        document_id=document.document_id,
        made_by="model",
        author=services.model_name,
        recipe_id=recipe.recipe_id,
        strategy=(proposal.strategy or choice.strategy).value,
        strategy_reason=proposal.strategy_reason or choice.reason,
        unread=proposal.unread,
        generation_ids=generations,
        case_study=study,
        created_at=now,
    )
    if trouble is not None:
        run.unjudged = Failure.of(trouble, document.source_id, judging.STAGE, now)
    # It comes after the draft, which would answer it, and stays open until the judge is heard.
    open_end = [run.unjudged] if run.unjudged else []
    await asyncio.to_thread(warehouse.append, recipe, case, draft, *proposed, *open_end)
    return draft


def _case_of(source_id: str, warehouse: Warehouse, now: datetime) -> Case:
    """Return the case that a source tells, a new one where it has none."""
    case_id = content_id("case", source_id)
    made = Case(case_id=case_id, source_id=source_id, created_at=now)
    return warehouse.case_of_source(source_id) or made


class _paying:  # noqa: N801 - reads as a statement
    """Adds what an asker paid to the run, also when it fails half-way."""

    def __init__(self, asker: Asker, run: Run) -> None:
        self._asker, self._run = asker, run

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._run.paid += self._asker.paid
        self._run.wasted += self._asker.wasted


async def document_of(document_id: str, run: Run) -> Document:
    """Return a stored document; a run reads it once."""
    if run.document is None or run.document.document_id != document_id:
        kept = await asyncio.to_thread(run.services.warehouse.document, document_id)
        run.document = _found(kept, document_id)
    return run.document


async def verdict_of(triage_id: str, run: Run) -> Triage:
    """Return a stored verdict; the run's own is at hand."""
    if run.verdict is not None and run.verdict.triage_id == triage_id:
        return run.verdict
    return _found(await asyncio.to_thread(run.services.warehouse.triage, triage_id), triage_id)


async def draft_of(revision_id: str, run: Run) -> Revision:
    """Return a stored revision; the run's own is at hand."""
    if run.draft is not None and run.draft.revision_id == revision_id:
        return run.draft
    return _found(
        await asyncio.to_thread(run.services.warehouse.revision, revision_id), revision_id
    )


def _found(row: T | None, wanted: str) -> T:
    if row is None:
        raise UnknownId(f"the warehouse has no {wanted}")
    return row
