"""Following a list to its end: the sitemaps of an index, the feeds of an outline."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from extractors.lists.listing import Listing, once
from extractors.lists.reading import read_list
from extractors.urls import is_web_address
from schemas.errors import CasebookError
from schemas.sources import Payload, SourceRef

FetchList = Callable[[SourceRef], Awaitable[Payload]]
# Runs a function over a payload where it can be killed: ``WorkerPool.compute``.
Compute = Callable[[Callable[[Payload], Listing], Payload], Awaitable[Listing]]
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class WalkLimits:
    """How many lists are read, and how many sources kept."""

    lists: int = 500
    candidates: int = 10_000


class Walk(Listing):
    """What a list and the lists in it name, each source once."""


async def walk(
    ref: SourceRef, fetch_list: FetchList, compute: Compute, limits: WalkLimits = WalkLimits()
) -> Walk:
    """Return the sources that a list and the lists in it name, in the order of the lists.

    Lists are followed one level down. One inside that cannot be had is missed; for the first one
    CasebookError is raised.
    """

    async def listing(one: SourceRef) -> Listing:
        folder = None if is_web_address(one.source) else Path(one.source).parent
        return await compute(partial(read_list, folder=folder), await fetch_list(one))

    first = await listing(ref)
    found, missed = [first], list(first.missed)
    inner = [SourceRef(source=address) for address in first.nested[: limits.lists]]
    for start in range(0, len(inner), _AT_ONCE):
        reads = map(listing, inner[start : start + _AT_ONCE])
        for result in await asyncio.gather(*reads, return_exceptions=True):
            if isinstance(result, Listing):
                found.append(result)
                missed += result.missed
            elif isinstance(result, CasebookError):
                missed.append(str(result))
            else:
                raise result
    deeper = sum(len(one.nested) for one in found) - len(inner)
    missed += [f"{deeper} further lists, which were not followed"] if deeper else []
    candidates, _ = once((one for some in found for one in some.candidates), local=True)
    if len(candidates) > limits.candidates:
        missed.append(f"more than the first {limits.candidates:,} sources")
    return Walk(form=first.form, candidates=candidates[: limits.candidates], missed=missed)
