"""New drafts of known sources, new verdicts on known drafts, new extractions of stored bytes."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from prefect import flow

from config.resources import Resources
from config.settings import Settings
from extractors.formats import FORMATS
from flows.ingest import process
from schemas.errors import CasebookError, ConfigurationError, UnknownId
from schemas.results import Failure, IngestResult, IngestStatus
from schemas.reviews import CaseProvenance, CaseStatus, Recipe
from schemas.sources import IMPORTED, Document
from services.batches import map_concurrently
from services.identity import document_from, payload_of
from services.rejudging import judged_anew
from services.run import Run, drafted, ended
from services.selection import STOPPING_KINDS
from summarizer import plans
from summarizer.asker import Asker
from summarizer.judge import PROMPT
from summarizer.plans import DraftPlan
from summarizer.profiles import Strategy

_VERSIONS = {one.version for one in FORMATS}


class Outcome(Protocol):
    """The outcome for one case."""

    @property
    def failure(self) -> Failure | None:
        """The failure, if it failed."""


R = TypeVar("R", bound=Outcome)
Redo = Callable[[str, Resources], Awaitable[R]]
"""Makes something of a case, such as a new draft, or judges it again."""


@flow(name="rerun", persist_result=False)
async def rerun(
    case_ids: list[str] | None = None, judge: bool = False, batch_api: bool = False
) -> list[IngestResult]:
    """Make new drafts of these cases, by default of all outdated ones.

    With ``judge`` only judge their text anew.
    """
    settings = Settings.load()
    async with Resources(settings, patience=settings.patience, in_orders=batch_api) as resources:
        find, redo = (to_judge, rejudge) if judge else (stale, redraft)
        chosen = case_ids or await find(resources)
        return [one async for one in results(chosen, resources, redo)]


async def results(case_ids: Iterable[str], resources: Resources, redo: Redo[R]) -> AsyncIterator[R]:
    """Yield the result of each case.

    After a failure that all other cases would have too, only what was begun is finished.
    """
    is_stopped = False

    async def one(case_id: str) -> R | None:
        return None if is_stopped else await redo(case_id, resources)

    is_single = redo is redraft and not resources.in_orders
    async for result in map_concurrently(one, case_ids, 1 if is_single else resources.parallel):
        is_same = is_stopped and result and result.failure
        if result and not is_same:
            yield result
            is_stopped = (
                bool(result.failure and result.failure.kind in STOPPING_KINDS) or is_stopped
            )


async def plan_text(case_ids: Collection[str], resources: Resources, *, judging: bool) -> str:
    """Return the number of cases, the model and the price in words."""
    views = await to_thread(resources.warehouse.case_views, list(case_ids))
    documents = [view.document for view in views]
    if judging:
        profile = _judge(resources).profile
        forecasts = [plans.judging_forecast(len(one.text), profile) for one in documents]
    else:
        profile, forecasts = resources.profile, list(map(resources.forecast_of, documents))
    costs = [one.cost_usd for one in forecasts]
    price = "of unknown price" if None in costs else f"about ${sum(c or 0 for c in costs):.2f}"
    return f"{len(case_ids)} cases with {profile.model}, {price}."


async def stale(resources: Resources) -> dict[str, tuple[str, ...]]:
    """Return the cases drafted with an older prompt, model, check or extractor, and why.

    Drafts of imported texts are left out: a new one would be of the source.
    """
    plans = (DraftPlan(strategy=strategy, reason="") for strategy in Strategy)
    current = {plan.strategy.value: resources.recipe(plan) for plan in plans}
    found = {
        one.case_id: differences(one, current[one.recipe.strategy])
        for one in await to_thread(resources.warehouse.provenances)
        if one.extractor != IMPORTED
    }
    return {case_id: reasons for case_id, reasons in found.items() if reasons}


async def imported(resources: Resources) -> dict[str, tuple[str, ...]]:
    """Return the imported cases whose web address was not drafted yet, and why."""
    found = await to_thread(resources.warehouse.ids, "undrafted_imports")
    return dict.fromkeys(found, ("based on an imported text",))


def differences(provenance: CaseProvenance, current: Recipe) -> tuple[str, ...]:
    """Return the differences between a case's provenance and the current recipe."""
    old = provenance.recipe
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
    only = case_id if view.subjects else ""
    run = Run(view.source.reference, resources, force=True, snapshot=snapshot, case_id=only)
    return await process(run)


async def to_judge(resources: Resources) -> dict[str, tuple[str, ...]]:
    """Return the cases that the current judge has not judged completely, and why.

    Rejected cases, those with a newer draft and those without a draft are left out.

    Raises:
        ConfigurationError: if no judge is configured.
    """
    judge = _judge(resources)
    found = {
        one.case_id: _reasons_to_judge(one, judge)
        for one in await to_thread(resources.warehouse.provenances)
        if one.status is not CaseStatus.REJECTED
    }
    return {case_id: reasons for case_id, reasons in found.items() if reasons}


def _judge(resources: Resources) -> Asker:
    if judge := resources.judge(""):
        return judge
    raise ConfigurationError(
        f"no judge is configured: {resources.judge_unfit or 'set CASEBOOK_JUDGE'}"
    )


def _reasons_to_judge(case: CaseProvenance, judge: Asker) -> tuple[str, ...]:
    old, new, prompt = case.recipe, judge.profile.model, judge.prompt(PROMPT).label
    differs = {
        f"judge {old.judge or 'off'} → {new}": old.judge != new,
        f"prompt {prompt}": old.judge and prompt not in old.prompts,
        "parts without a verdict": case.unjudged,
    }
    return tuple(reason for reason, found in differs.items() if found)


async def rejudge(case_id: str, resources: Resources) -> IngestResult:
    """Judge the current revision of a case, and store its new levels.

    A failure is returned, not stored: the answers are, so the next run continues.
    """
    view = await to_thread(resources.warehouse.case, case_id)
    run, document = Run(view.source.reference, resources), view.document
    run.source_id = view.source.source_id
    try:
        expected = plans.judging_forecast(len(document.text), _judge(resources).profile)
        async with run.drafting_slot(document, expected):
            judge = run.judge(document) or _judge(resources)
            revision, missing = await judged_anew(view, judge, resources)
    except CasebookError as error:
        failure = Failure.of(error, run.source_id, "judge", datetime.now(UTC))
        return ended(run, IngestStatus.FAILED, failure).model_copy(update={"case_id": case_id})
    return drafted(run, document, view.triage, revision, missing)


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
