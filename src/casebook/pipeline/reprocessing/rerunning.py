"""Stale cases, and new drafts beside the old ones. What a person decided or wrote stays as it is.

A new draft is a revision of its own: ``case_current`` keeps what was approved or edited, so the
draft waits in the history until a curator takes it over (``pipeline.curation.adopting``).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from casebook.extractors.registry import mounts
from casebook.pipeline.batches.planning import Estimate, typical_of
from casebook.pipeline.ingestion import stages
from casebook.pipeline.ingestion.run import Reporter, Run, Silent
from casebook.pipeline.reprocessing.staleness import Staleness, Today, staleness, uses
from casebook.runtime.services import Services
from casebook.schemas.errors import CasebookError, ContextExceeded, UnknownId, WarehouseError
from casebook.schemas.failures import Failure
from casebook.schemas.frozen import Frozen
from casebook.schemas.recipes import Making, Recipe
from casebook.schemas.reviews import CaseStatus, Revision
from casebook.summarizer import service
from casebook.summarizer.models.grace import end
from casebook.summarizer.models.profiles import Strategy
from casebook.summarizer.recipes import told_by


def stale_cases(services: Services, case_ids: Sequence[str] | None = None) -> list[Staleness]:
    """Return how each case compares with today, of these or of all; rejected ones by id alone."""
    makings = services.warehouse.makings(case_ids)
    wanted = [m for m in makings if case_ids is not None or m.status is not CaseStatus.REJECTED]
    return [_compared(making, services) for making in wanted]


def _compared(making: Making, services: Services) -> Staleness:
    recipe = services.recipe(_strategy(making, services))
    today = Today(recipe=recipe, extractors=[mount.version for mount in mounts()])
    later = making.waiting
    made = making.recipe or _told(making.revision, services)
    waiting = _recipe_of(later, services) if later else None
    return staleness(making, today, made, waiting)


def _strategy(making: Making, services: Services) -> Strategy:
    """Return the strategy that the newest text of a case's source would get now.

    The text is read only where it decides: between one call and many.
    """
    wanted = services.wanted_strategy or services.profile.strategy
    if services.wanted_strategy or wanted is Strategy.GUIDED:
        return wanted
    document = services.warehouse.document(making.newest_document_id)
    return service.choose(document, services.profile).strategy if document else wanted


def _recipe_of(revision: Revision, services: Services) -> Recipe:
    kept = services.warehouse.recipe(revision.recipe_id or "")
    return kept or _told(revision, services)


def _told(revision: Revision, services: Services) -> Recipe:
    """Return what the calls behind a revision tell of its recipe, which was not stored then."""
    generations = services.warehouse.generations(revision.generation_ids)
    # The drafting calls come first, those of a judge after them.
    model = generations[0].model if generations else revision.author
    return told_by(revision.recipe_id or "", revision.strategy or "", model, generations)


def chosen(
    found: Sequence[Staleness], *, prompt: str | None = None, stale: bool = False
) -> list[Staleness]:
    """Return the cases that are to be made anew: those named, less what a filter leaves out."""
    if prompt is not None:
        return [case for case in found if uses(case, prompt)]
    return [case for case in found if case.is_stale] if stale else list(found)


def expected(cases: Sequence[Staleness], services: Services) -> Estimate:
    """Return what new drafts of ``cases`` would take, by their texts; nothing is asked or stored.

    Questions that were asked before cost nothing again, so it may come to less.
    """
    wanted = [case.case_id for case in cases if case.is_stale]
    plans = [p for m in services.warehouse.makings(wanted) if (p := _plan(m, services))]
    history = services.warehouse.typical(services.model_name)
    calls = sum(plan.calls for plan in plans)
    prices = [plan.price for plan in plans]
    pace = history or typical_of(services.profile.strategy)
    return Estimate(
        sources=len(wanted),
        model=services.model_name,
        calls=calls,
        prompt_tokens=sum(plan.prompt_tokens for plan in plans),
        completion_tokens=sum(plan.completion_tokens for plan in plans),
        cost_usd=None if None in prices else sum(price for price in prices if price is not None),
        seconds=calls * pace.call_seconds / max(services.limiter.concurrent, 1),
        measured=history is not None,
    )


def _plan(making: Making, services: Services) -> service.Plan | None:
    """Return what a case's new draft would take; None where its text does not fit at all."""
    document = services.warehouse.document(making.newest_document_id)
    if document is None:
        return None
    with contextlib.suppress(ContextExceeded):
        return service.plan(document, services.profile, _strategy(making, services))
    return None


class Rerun(Frozen):
    """What became of one case: a new draft, the draft that was there, or a failure.

    ``calls`` and ``cost_usd`` are of this run alone: what was asked before is not paid again.
    """

    case_id: str
    title: str | None
    revision_id: str | None = None
    is_new: bool = False
    is_current: bool = False
    calls: int = 0
    cost_usd: float | None = 0.0
    failure: Failure | None = None
    exit_code: int = 0


async def rerun(
    case_ids: Sequence[str], services: Services, *, reporter: Reporter | None = None
) -> AsyncIterator[Rerun]:
    """Make new drafts of cases, a bounded number at a time; yield what became of each.

    The kept bytes are read with today's extractors, without the network; triage is not asked again.
    A failure is stored and told, not raised.

    Raises:
        WarehouseError: when nothing can be stored at all.
    """
    gate = asyncio.Semaphore(services.parallel)

    async def one(case_id: str) -> Rerun:
        async with gate:
            return await _rerun(case_id, services, reporter or Silent())

    tasks = [asyncio.create_task(one(case_id)) for case_id in case_ids]
    try:
        for finished in asyncio.as_completed(tasks):
            yield await finished
    finally:
        await end(tasks)


async def _rerun(case_id: str, services: Services, reporter: Reporter) -> Rerun:
    view = await asyncio.to_thread(services.warehouse.case, case_id)
    title = view.revision.case_study.title.value
    run = Run(services, title or case_id, reporter, source_id=view.source.source_id)
    known = {revision.revision_id for revision in view.revisions}
    try:
        revision_id = await _draft(run, view.revision.document_id)
    except WarehouseError:
        raise
    except CasebookError as error:
        failure = Failure.of(error, run.source_id, run.current, datetime.now(UTC))
        await asyncio.to_thread(services.warehouse.append, failure)
        return Rerun(case_id=case_id, title=title, failure=failure, exit_code=error.exit_code)
    finally:
        reporter.end(run.label)
    after = await asyncio.to_thread(services.warehouse.case, case_id)
    costs = [generation.usage.cost_usd for generation in run.paid]
    return Rerun(
        case_id=case_id,
        title=title,
        revision_id=revision_id,
        is_new=revision_id not in known,
        is_current=revision_id == after.revision.revision_id,
        calls=sum(generation.attempts for generation in run.paid),
        cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
    )


async def _draft(run: Run, document_id: str) -> str:
    """Read the newest kept bytes again, where there are some, and draft what they hold."""
    snapshot = await asyncio.to_thread(run.services.warehouse.newest_snapshot, run.source_id)
    if snapshot is not None:
        read = snapshot.snapshot_id
        document_id = await run.stage("extract", lambda: stages.extract(read, run))
    return await run.stage("summarize", lambda: stages.summarize(document_id, run))


def named(names: Sequence[str], services: Services) -> list[str]:
    """Return the ids of the cases that ``names`` begin, each once.

    Raises:
        UnknownId: if one is not a case's.
        AmbiguousId: if one fits several.
    """
    found = [services.warehouse.resolve(name) for name in names]
    if strange := next((one for one in found if not one.startswith("case")), None):
        raise UnknownId(f"{strange} is no case: `casebook list` shows the ones there are.")
    return list(dict.fromkeys(found))
