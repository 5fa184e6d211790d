"""The dry run of a list: what it holds, and what working it would cost."""

import asyncio
from collections.abc import Mapping, Sequence

from casebook.pipeline.batches.handed import own_again
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
from casebook.schemas.batches import Standing
from casebook.schemas.documents import Document
from casebook.schemas.errors import ContextExceeded
from casebook.schemas.frozen import Frozen
from casebook.summarizer import service
from casebook.summarizer.models.profiles import Strategy, profile_of
from casebook.summarizer.planning import Plan

# Of more sources whose texts are kept, the rest is taken to be typical.
_MOST_READ = 500


class Forecast(Frozen):
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


async def forecast(
    origin: str,
    selection: Selection,
    services: Services,
    *,
    missed: Sequence[str] = (),
    goes_on: bool = False,
) -> Forecast:
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
    return Forecast(
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
