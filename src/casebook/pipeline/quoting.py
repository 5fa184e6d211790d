"""The dry run of a list: what it holds, and what working it would cost."""

import asyncio
from collections.abc import Mapping, Sequence

from casebook.extractors.listing import Walk, WalkLimits, walk
from casebook.pipeline.planning import Estimate, Selection, estimate, is_open, standing_counts
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.schemas.batches import BatchOptions
from casebook.schemas.frozen import Frozen
from casebook.schemas.sources import SourceRef

_MOST = 100_000


class Quote(Frozen):
    """What a list holds and what is expected of it; nothing was fetched for it but the list.

    ``standings`` counts its sources by where they stand, as ``standing_counts`` names them;
    ``missed`` tells what of the list could not be read.
    """

    origin: str
    selection: Selection
    standings: Mapping[str, int]
    estimate: Estimate
    missed: Sequence[str] = ()


async def read_list(ref: SourceRef, services: Services) -> Walk:
    """Return the addresses that a list names, and what of it could not be read.

    Raises:
        CasebookError: if the list cannot be had or read.
    """
    client, robots = await services.network()
    read = services.extractors.read_listing
    return await walk(ref, client, robots, read, WalkLimits(candidates=_MOST))


def with_options(settings: Settings, options: BatchOptions) -> Settings:
    """Return the settings with which a batch of these options is worked."""
    changes: dict[str, object] = {}
    if options.model is not None:
        changes["llm_model"] = options.model
    if options.budget_usd is not None:
        changes["budget_run"] = options.budget_usd
    if options.concurrency is not None:
        changes |= {"llm_concurrency": options.concurrency, "concurrency": options.concurrency}
    return settings.model_copy(update=changes)


async def quote(
    origin: str, selection: Selection, services: Services, *, missed: Sequence[str] = ()
) -> Quote:
    """Return what working the selection would do and cost."""
    ids = [item.source_id for item in selection.items]
    standings = await asyncio.to_thread(services.warehouse.standings, ids)
    expected = estimate(
        sum(map(is_open, standings)),
        services.model_name,
        services.profile.strategy,
        services.profile.price,
        at_once=services.limiter.concurrent,
        history=await asyncio.to_thread(services.warehouse.typical, services.model_name),
    )
    return Quote(
        origin=origin,
        selection=selection,
        standings=standing_counts(standings),
        estimate=expected,
        missed=missed,
    )
