"""From a source to a draft: the stages in their order, and what becomes of a failure."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog

from casebook.pipeline.ingestion import outcome, stages
from casebook.pipeline.ingestion.copies import catch_up, find_copies, near_copies
from casebook.pipeline.ingestion.outcome import Outcome
from casebook.pipeline.ingestion.run import Reporter, Run, Silent, StageRunner, run_directly
from casebook.runtime.services import Services
from casebook.schemas.documents import Document
from casebook.schemas.errors import BucketSilent, CasebookError, LockLost, WarehouseError
from casebook.schemas.failures import Failure
from casebook.schemas.sources import SourceRef
from casebook.schemas.triage import Verdict
from casebook.summarizer.models.grace import end

log = structlog.get_logger()


async def ingest(
    ref: SourceRef,
    services: Services,
    *,
    reporter: Reporter | None = None,
    runner: StageRunner = run_directly,
    who: str = "",
    force: bool = False,
    refresh: bool = False,
    snapshot_id: str | None = None,
    name_copies: bool = True,
) -> Outcome:
    """Take one source through all stages and tell what became of it.

    A failure of a stage is stored and told, not raised. ``force`` drafts what triage refuses,
    ``refresh`` fetches a known address again, ``snapshot_id`` starts from kept bytes. Near-copies
    are found, and named in the outcome unless ``name_copies`` is off: a batch shows none.

    Raises:
        WarehouseError: when nothing can be stored at all.
    """
    run = Run(
        services,
        ref.source,
        reporter or Silent(),
        runner,
        who=who,
        force=force,
        refresh=refresh,
        name_copies=name_copies,
    )
    try:
        return await _through_stages(_anchored(ref), run, snapshot_id)
    except (BucketSilent, LockLost) as error:  # rows can be stored, though no bytes
        return await _store_failure(error, run, error.exit_code)
    except WarehouseError:
        raise
    except CasebookError as error:
        return await _store_failure(error, run, error.exit_code)
    except Exception as error:  # a bug must not take the rest of a batch with it
        log.exception("unexpected", source=ref.source, stage=run.current)
        return await _store_failure(error, run, 1)
    finally:
        run.reporter.end(run.label)


def _anchored(ref: SourceRef) -> SourceRef:
    """Return ``ref`` with its paths made absolute, so that a retry finds them from anywhere."""
    changes = {
        name: str(Path(path).expanduser().absolute())
        for name, path in (("source", ref.source), ("transcript", ref.transcript))
        if path and "://" not in path
    }
    return ref.model_copy(update=changes)


async def _through_stages(ref: SourceRef, run: Run, snapshot_id: str | None) -> Outcome:
    snapshot = snapshot_id or await run.stage("fetch", lambda: stages.fetch(ref, run))
    document_id = await run.stage("extract", lambda: stages.extract(snapshot, run))
    document = await stages.document_of(document_id, run)
    if run.name_copies:
        run.twins = await asyncio.to_thread(near_copies, document, run.services.warehouse)
    else:
        await asyncio.to_thread(find_copies, document, run.services.warehouse)
    triage_id = await run.stage("triage", lambda: stages.triage(document_id, run))
    triage = await stages.verdict_of(triage_id, run)
    if triage.verdict is Verdict.NOT_A_CASE_STUDY and not run.force:
        return outcome.refused(run, document, triage)
    if triage.verdict is Verdict.NOT_A_CASE_STUDY:
        triage = await stages.overturn(triage, run)
    revision_id = await run.stage("summarize", lambda: stages.summarize(document_id, run))
    return outcome.drafted(run, document, triage, await stages.draft_of(revision_id, run))


async def _store_failure(error: Exception, run: Run, exit_code: int) -> Outcome:
    failure = Failure.of(error, run.source_id, run.current, datetime.now(UTC))
    await asyncio.to_thread(run.services.warehouse.append, failure)
    source = await asyncio.to_thread(run.services.warehouse.source, run.source_id)
    return outcome.failed(run, failure, source.kind if source else None, exit_code)


async def ingest_all(
    refs: Iterable[SourceRef],
    services: Services,
    *,
    reporter: Reporter | None = None,
    force: bool = False,
    refresh: bool = False,
) -> AsyncIterator[Outcome]:
    """Take several sources through the stages, a bounded number at a time; yield as they end."""
    await asyncio.to_thread(catch_up, services.warehouse)
    work = partial(ingest, services=services, reporter=reporter, force=force, refresh=refresh)
    async for told in at_once((partial(work, ref) for ref in refs), services):
        yield told


async def at_once(
    works: Iterable[Callable[[], Awaitable[Outcome]]], services: Services
) -> AsyncIterator[Outcome]:
    """Do ``works``, a bounded number at a time; yield what becomes of each as it ends."""
    gate = asyncio.Semaphore(services.parallel)

    async def one(work: Callable[[], Awaitable[Outcome]]) -> Outcome:
        async with gate:
            return await work()

    tasks = [asyncio.create_task(one(work)) for work in works]
    try:
        for finished in asyncio.as_completed(tasks):
            yield await finished
    finally:
        # An answer under way is waited for, so that it is not paid for twice.
        await end(tasks)


async def extract_only(
    ref: SourceRef, services: Services, *, reporter: Reporter | None = None
) -> Document:
    """Fetch and extract one source and store nothing; a failure is raised.

    Raises:
        FetchError: if the bytes cannot be had.
        ExtractionError: if they hold no usable text.
    """
    run = Run(services, ref.source, reporter or Silent())
    try:
        return await stages.read(ref, run)
    finally:
        run.reporter.end(run.label)
