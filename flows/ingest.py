"""The pipeline of one source: fetch, extract, triage, summarize, verify, store.

Each stage returns its stored result, or computes and stores it, so a rerun calls no model and a
crash loses at most one stage.
"""

from asyncio import to_thread
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Annotated

import structlog
from prefect import flow
from pydantic import Field

from config.resources import Resources
from extractors.fetch.fetch import fetch_item
from flows.engine import in_flow_run, step
from flows.notices import tell_draft
from publishing.exchange.imports import with_record
from schemas.errors import AnswerInvalid, CasebookError
from schemas.frozen import content_id
from schemas.results import Failure, IngestResult, IngestStatus
from schemas.reviews import Case, Revision, Triage, Verdict, case_id_of
from schemas.sources import Document, Snapshot, SourceRef
from schemas.subjects import SourceSubject, focus_of
from schemas.taxonomy import load_taxonomy
from services import identity
from services.identity import Extraction
from services.run import Outcome, Run, drafted_all, ended, triaged
from services.selection import SETUP_KINDS
from summarizer import service, verification
from summarizer.drafts import Draft
from summarizer.speakers import settled
from summarizer.titles import with_title
from summarizer.verification import Verified

log = structlog.get_logger()


batch_run: ContextVar[Run | None] = ContextVar("batch_run", default=None)
"""The run of a batch's source; the flow run of ``ingest`` uses it, with the batch's resources."""


class SourceFailed(Exception):
    """Marks a flow run as failed, with the message of the failure."""

    def __init__(self, result: IngestResult) -> None:
        super().__init__(result.failure.message if result.failure else result.source)
        self.result = result


@flow(name="ingest", flow_run_name="ingest {source}", persist_result=False)
async def ingest(
    source: Annotated[str, Field(pattern=r"\S")],
    url: str | None = None,
    transcript: str | None = None,
    feed: str | None = None,
    chapters: str | None = None,
    force: bool = False,
    refresh: bool = False,
) -> IngestResult:
    """Draft ``source``, an address or a path (``url`` is the original address of a file).

    ``transcript`` is a file or address to read instead of a video, ``chapters`` the address of its
    chapters, ``feed`` that of a feed with the page's text. ``force`` drafts the source even if
    triage rejects it, ``refresh`` fetches a known address again.
    """
    if run := batch_run.get():
        return await process(run)
    ref = SourceRef(source=source, url=url, transcript=transcript, feed=feed, chapters=chapters)
    async with Resources() as resources:
        return await process(Run(ref, resources, force=force, refresh=refresh))


async def process(run: Run) -> IngestResult:
    """Run all stages of a source; store a failure and return (in a flow run: raise) it."""
    try:
        result = await _stages(run)
    except Exception as error:  # noqa: BLE001 - a bug must not end the whole batch
        result = ended(run, IngestStatus.FAILED, await _stored(run, error))
    finally:
        run.on_progress(run.label, "", 0, 0)
    if result.failure and in_flow_run():
        raise SourceFailed(result)
    if result.status is IngestStatus.DRAFT:
        tell_draft(result, run.resources)
    return result


async def _stored(run: Run, error: Exception, subject: SourceSubject | None = None) -> Failure:
    """Store and return the failure of a source, or of one of its subjects."""
    if not isinstance(error, CasebookError):
        log.error("unexpected", source=run.label, stage=run.stage, exc_info=error)
    failure = Failure.of(error, run.source_id, run.stage, datetime.now(UTC))
    about = {"subject_id": subject.subject_id if subject else None}
    failure = failure.model_copy(update=about)
    await to_thread(run.resources.warehouse.append, identity.source_row(run), failure)
    return failure


async def _stages(run: Run) -> IngestResult:
    if alias := await to_thread(identity.known_alias, run):
        run.follow(alias)
    snapshot = await fetch(run)
    run.source_id = snapshot.source_id
    document, alias = await extract(run, snapshot)
    run.near_copies = await to_thread(run.resources.warehouse.near_copies, document.source_id)
    if alias:
        run.follow(alias)
    return await draft_document(run, document)


async def draft_document(run: Run, document: Document) -> IngestResult:
    """Return the stored drafts of a document, or draft, verify and store each of its subjects."""
    if known := await to_thread(identity.known_drafts, run, document):
        return drafted_all(run, document, *known)
    async with run.drafting_slot(document):
        document = await speakers(run, document)
        verdict = await triage(run, document)
        if verdict.refused:
            return triaged(run, document, verdict)
        subjects = await to_thread(identity.subjects_of, run, document, verdict)
        outcomes: list[Outcome] = []
        for subject in run.wanted(subjects):
            focus = focus_of(subjects, subject.subject_id) if subject else None
            about = document.model_copy(update={"focus": focus})
            outcomes.append(await _outcome(run, about, verdict, subject))
            failure = outcomes[-1].failure
            if failure and (failure.transient or failure.kind in SETUP_KINDS):
                break  # the others would fail like this one, for now
    return drafted_all(run, document, verdict, outcomes)


async def _outcome(
    run: Run, document: Document, verdict: Triage, subject: SourceSubject | None
) -> Outcome:
    """Return the known draft of a subject, or make one; each of several fails alone.

    The calls about the whole source belong to the draft of the main subject.
    """
    shared = (*run.generation_ids, *verdict.generation_ids)
    before = shared if subject and subject.subject_id else ()
    try:
        if known := await to_thread(identity.known_draft, run, document, subject):
            return Outcome(subject, known[1])
        draft = await summarize(run, document, verdict)
        verified = await verify(run, draft, document)
        calls = [one for one in (*run.generation_ids, *verdict.generation_ids) if one not in before]
        revision = await store(run, document, draft, verified, calls, subject)
    except Exception as error:  # like a failure of the source
        if subject is None:
            raise
        return Outcome(subject, failure=await _stored(run, error, subject))
    return Outcome(subject, revision, verified.unjudged)


@step(retries=2)
async def fetch(run: Run) -> Snapshot:
    """Return the stored snapshot of a known address, or fetch and store one."""
    if known := await to_thread(identity.known_snapshot, run):
        return known
    if run.is_remote:  # a file is identified by its bytes
        await to_thread(run.resources.warehouse.append, identity.source_row(run))
    payload = await fetch_item(run.ref, run.resources.network, run.resources.workers)
    return await to_thread(identity.store_payload, run, payload)


@step()
async def extract(run: Run, snapshot: Snapshot) -> Extraction:
    """Return the document that the current extractors produce from a snapshot."""
    return await identity.read_document(run, snapshot)


@step(calls_model=True)
async def speakers(run: Run, document: Document) -> Document:
    """Return the document with its speakers, as a curator corrected them or as settled now."""
    if run.imported:  # a description without speakers
        return document
    known = await to_thread(run.resources.warehouse.corrected_speakers, document.document_id)
    return document.spoken_by(known or await settled(document, run.asker(document)))


@step(calls_model=True)
async def triage(run: Run, document: Document) -> Triage:
    """Return the stored verdict on a document, or ask the model."""
    resources = run.resources
    verdict = await to_thread(identity.known_triage, run, document)
    if verdict is None:
        verdict = await service.triage(document, run.asker(document), resources.plan(document))
        await to_thread(resources.warehouse.append, verdict)
    if verdict.refused and run.force:
        verdict = _overturned(verdict, run.who)
        await to_thread(resources.warehouse.append, verdict)
    return verdict


@step(calls_model=True)
async def summarize(run: Run, document: Document, verdict: Triage) -> Draft:
    """Return the model's unchecked draft of a document."""
    plan, asker = run.resources.plan(document), run.asker(document)
    draft = await service.summarize(document, asker, plan, verdict, run.report)
    return with_title(draft, document, run.ref.transcript or run.ref.source)


@step(calls_model=True)
async def verify(run: Run, draft: Draft, document: Document) -> Verified:
    """Return the case study, checked, judged and corrected; store proposed tags."""
    warehouse = run.resources.warehouse
    taxonomy = load_taxonomy().with_rulings(await to_thread(warehouse.rulings))
    judge, writer = run.judge(document), run.asker(document)
    verified = await verification.verify(draft, document, taxonomy, judge, writer)
    await to_thread(warehouse.append, *verified.proposals)
    return verified


@step()
async def store(
    run: Run,
    document: Document,
    draft: Draft,
    verified: Verified,
    calls: Iterable[str],
    subject: SourceSubject | None,
) -> Revision:
    """Store the draft, made by these calls, as the newest revision of the subject's case.

    Raises the error of an unavailable judge if an imported text was drafted, for a next run.
    """
    imported, study, error = run.imported, verified.study, verified.unjudged
    if error and imported and not isinstance(error, AnswerInvalid):
        raise error
    resources, source_id = run.resources, document.source_id
    about = subject.subject_id if subject else None
    case_id = run.case_id or case_id_of(source_id, about)
    case = Case(case_id=case_id, source_id=source_id, subject_id=about)
    recipe = resources.recipe(resources.plan(document))
    calls = tuple(dict.fromkeys(calls))
    made_from = (case.case_id, document.document_id, recipe.recipe_id, calls)
    revision = Revision(
        revision_id=content_id("rev", *made_from),
        case_id=case.case_id,
        document_id=document.document_id,
        basis=imported.basis if imported else None,
        made_by="model",
        author=recipe.model,
        recipe=recipe.model_copy(update={"strategy": draft.strategy.value}),
        strategy_reason=draft.strategy_reason,
        generation_ids=calls,
        unread=draft.unread,
        dropped=verified.dropped,
        left_out=draft.left_out,
        speakers=document.speakers,
        study=with_record(study, imported.study) if imported else study,
    )
    # A judge that did not answer is a failure of its own, so that `retry` asks it again; of an
    # imported text, `retry` would fetch the source.
    errors = [error] if error and not imported else []
    failures = [Failure.of(one, source_id, "verify", revision.created_at) for one in errors]
    failures = [one.model_copy(update={"subject_id": about}) for one in failures]
    await to_thread(resources.warehouse.append, case, revision, *failures)
    return revision


def _overturned(refusal: Triage, who: str) -> Triage:
    """Return the verdict of a person who overrules the rejection of a source."""
    new_id = content_id("triage", refusal.triage_id, "overturned", who)
    made = {"triage_id": new_id, "overturned_by": who, "decided_at": datetime.now(UTC)}
    return refusal.model_copy(update={"verdict": Verdict.UNSURE, **made})
