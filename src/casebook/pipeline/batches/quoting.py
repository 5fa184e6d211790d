"""The dry run of a list: what it holds, and what working it would cost."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from casebook.extractors.links.entries import Listing
from casebook.extractors.links.listing import Walk, WalkLimits, walk
from casebook.pipeline.batches.handed import handed_over, own_again
from casebook.pipeline.batches.planning import (
    JUDGING,
    USUAL_TOKENS,
    Estimate,
    Selection,
    estimate,
    is_open,
    standing_counts,
)
from casebook.pipeline.ingestion.former import recognise
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.schemas.batches import BatchItem, BatchOptions, Standing
from casebook.schemas.bounds import MOST_AT_ONCE
from casebook.schemas.documents import Document
from casebook.schemas.errors import ContextExceeded, DocumentEmpty
from casebook.schemas.frozen import Frozen
from casebook.schemas.sources import Payload, SourceRef
from casebook.summarizer import service
from casebook.summarizer.models.profiles import Strategy, profile_of
from casebook.summarizer.planning import Plan

PIPED = "standard input"
"""What a list that was piped in is called."""

_MOST = 100_000
# Lines of standard input that are told one by one.
_MOST_REFUSALS = 100
# Of more sources whose texts are kept, the rest is taken to be typical.
_MOST_READ = 500


class Quote(Frozen):
    """What a list holds and what is expected of it; nothing was fetched for it but the list.

    ``standings`` counts its sources by where they stand, as ``standing_counts`` names them;
    ``missed`` tells what of the list could not be read, and ``judge`` what the model that judges
    drafts would take, if there is one: at the most, for it sees none that is beyond doubt.
    """

    origin: str
    selection: Selection
    standings: Mapping[str, int]
    estimate: Estimate
    missed: Sequence[str] = ()
    judge: Estimate | None = None

    @property
    def cost_usd(self) -> float | None:
        """What all models together would cost, None where a price is not known."""
        costs = [one.cost_usd for one in (self.estimate, self.judge) if one is not None]
        return None if None in costs else sum(filter(None, costs))


async def read_list(
    ref: SourceRef,
    services: Services,
    *,
    given: bytes | None = None,
    most: int = _MOST,
    meanwhile: Callable[[], None] | None = None,
    tell: Callable[[int, int], None] = lambda _read, _known: None,
) -> Walk:
    """Return the addresses that a list names, ``most`` of them, and what of it could not be read.

    ``given`` is the list itself where it need not be fetched; ``ref`` then only names it.
    ``meanwhile`` is called when a list is there, before another process reads it. ``tell`` is
    ``walk``'s.

    Raises:
        CasebookError: if the list cannot be had or read.
    """
    client, robots = await services.network()

    async def read(payload: Payload) -> Listing:
        if meanwhile is not None:
            meanwhile()
        return await services.extractors.read_listing(payload)

    limits = WalkLimits(candidates=most)
    payload = None
    if given is not None:
        media_type = "application/octet-stream"
        payload = Payload(data=given, media_type=media_type, name=ref.source)
    return await walk(ref, client, robots, read, limits, given=payload, tell=tell)


async def read_piped(
    data: bytes, services: Services, meanwhile: Callable[[], None] | None = None
) -> tuple[Walk, Sequence[BatchItem]]:
    """Return what standard input names: addresses as a list names them, and files of this machine.

    A line that names neither is among what is missed; nothing else is lost by it.

    Raises:
        CasebookError: if it can be read as no list and names no file at all.
    """
    handed = await handed_over(data)
    found = Walk()
    told = bool(handed.files or handed.refused)
    if not (told and handed.is_spent):
        ref = SourceRef(source=PIPED)
        try:
            found = await read_list(ref, services, given=handed.rest, meanwhile=meanwhile)
        except DocumentEmpty as error:
            if not told:
                raise
            found.missed.append(str(error))
    found.missed = [*_told(handed.refused), *found.missed]
    return found, handed.files


def _told(refused: Sequence[str]) -> Sequence[str]:
    """Return the first refusals, and how many more there are."""
    more = len(refused) - _MOST_REFUSALS
    return [*refused[:_MOST_REFUSALS], *([f"{more:,} further lines"] if more > 0 else [])]


def with_options(settings: Settings, options: BatchOptions) -> Settings:
    """Return the settings with which a batch of these options is worked."""
    changes: dict[str, object] = {}
    if options.model is not None:
        changes["llm_model"] = options.model
    if options.budget_usd is not None:
        changes["budget_run"] = options.budget_usd
    if options.concurrency is not None:
        at_once = min(options.concurrency, MOST_AT_ONCE)  # batches of before may ask for more
        changes |= {"llm_concurrency": at_once, "concurrency": at_once}
    return settings.model_copy(update=changes)


async def quote(
    origin: str,
    selection: Selection,
    services: Services,
    *,
    missed: Sequence[str] = (),
    goes_on: bool = False,
) -> Quote:
    """Return what working the selection would do and cost; ``goes_on`` if it is a stored batch."""
    ids = [item.source_id for item in selection.items]
    # What registering a batch would store first.
    fresh = () if goes_on else selection.items
    again = await asyncio.to_thread(own_again, fresh, services.warehouse)
    own = [alias.source_id for alias in again]
    refs = [item.reference for item in selection.items]
    await asyncio.to_thread(recognise, refs, services.warehouse)
    standings = await asyncio.to_thread(services.warehouse.standings, ids, own)
    open_ids = [standing.source_id for standing in standings if is_open(standing)]
    known = [s.source_id for s in standings if is_open(s) and s.standing is not Standing.NEW]
    plans = await asyncio.to_thread(_plans, known[:_MOST_READ], services)
    expected = estimate(
        len(open_ids),
        services.model_name,
        service.usual(services.profile, USUAL_TOKENS, services.wanted_strategy),
        services.profile.price,
        at_once=services.limiter.concurrent,
        history=await asyncio.to_thread(services.warehouse.typical, services.model_name),
        plans=[plan for of_source in plans for plan in of_source],
        planned=len(plans),
    )
    return Quote(
        origin=origin,
        selection=selection,
        standings=standing_counts(standings),
        estimate=expected,
        missed=missed,
        judge=await _judging(len(open_ids), services),
    )


async def _judging(sources: int, services: Services) -> Estimate | None:
    name = services.settings.judge_model
    if name is None or name == services.model_name:  # the history of one has both
        return None
    history = await asyncio.to_thread(services.warehouse.typical, name)
    told = estimate(
        sources,
        name,
        Strategy.SINGLE,
        profile_of(name, services.settings.models).price,
        at_once=services.limiter.concurrent,
        history=history or JUDGING,
    )
    return told.model_copy(update={"measured": history is not None})


def _plans(source_ids: Sequence[str], services: Services) -> list[list[Plan]]:
    """Return, of each source whose text is kept, what its verdict and its draft will take."""
    documents = map(services.warehouse.newest_document, source_ids)
    return [_planned(document, services) for document in documents if document is not None]


def _planned(document: Document, services: Services) -> list[Plan]:
    """Return the calls that working a text asks for, by the strategy that it will get.

    What was asked before costs nothing again, so it may come to less; a text for which the context
    is too small takes no more than its verdict.
    """
    strategy = service.choose(document, services.profile, services.wanted_strategy).strategy
    rubric = service.rubric(services.asker(document.document_id), strategy)
    judged = services.warehouse.triage_of(document.document_id, rubric)
    found = [] if judged else [service.plan_triage(document, services.profile, strategy)]
    try:
        return [*found, service.plan(document, services.profile, strategy)]
    except ContextExceeded:
        return found
