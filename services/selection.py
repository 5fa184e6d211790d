"""The sources of a list that a batch processes, and their expected cost."""

from asyncio import to_thread
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from config.resources import Resources
from extractors.fetch.fetch import identify, read_file
from extractors.network.limits import FetchLimits
from extractors.urls import is_web_address
from schemas.batches import BatchItem, SourceState
from schemas.errors import CasebookError
from schemas.frozen import Frozen
from schemas.sources import Candidate, Payload

_ORDER_HOURS = 24  # within which a provider answers an order; the calls of a source are in turn
_TYPICAL_CHARACTERS = 12_000  # of a blog post, assumed for every source of a forecast
# Caused by a setting, a key or a budget, not by the source: a resumed batch retries them.
SETUP_KINDS = frozenset(
    "budget_reached price_unknown key_rejected model_unknown quota_exhausted not_an_endpoint "
    "configuration_error embedded_model_missing transcription_not_configured no_batch_api "
    "file_not_allowed".split()
)
STOPPING_KINDS = (
    SETUP_KINDS - {"file_not_allowed"}  # which only affects one source
    | {"provider_unavailable", "rate_limited", "offline", "disk_full"}
)
"""The kinds of failures that all sources would have."""

BLOCKED_KINDS = frozenset({"video_blocked", "video_rate_limited"})
"""The kinds of failures by which YouTube turns away this machine, for hours."""


class SourceSelection(Frozen):
    """The distinct sources of a list, newest first, and counts of those left out."""

    items: tuple[BatchItem, ...]
    duplicates: int = 0
    older: int = 0
    undated: int = 0  # kept, though a date was required
    filtered: int = 0
    beyond_limit: int = 0


class BatchForecast(Frozen):
    """The expected cost of processing sources."""

    states: Mapping[SourceState, int]  # number of sources by state
    open: int  # sources to process
    model: str
    calls: int
    tokens: int
    cost_usd: float | None  # None without a known price
    order_usd: float | None  # in orders to the provider's batch API
    order_hours: int  # the longest wait for the answers in orders
    source_budget_usd: float  # the cap on each source


def select(
    candidates: Iterable[Candidate],
    *,
    since: date | None = None,
    limit: int | None = None,
    words: Sequence[str] = (),
) -> SourceSelection:
    """Return the sources of a list.

    ``since`` leaves out items with an earlier date, ``words`` those with none of the words in
    title, summary or address, ``limit`` all but the newest.
    """
    chosen: dict[str, BatchItem] = {}
    left: Counter[str] = Counter()
    for candidate in candidates:
        item, stated = _item_of(candidate), str(candidate.published or "")
        text = f"{candidate.title or ''} {candidate.summary or ''} {candidate.url}".casefold()
        if since and stated and stated < str(since)[: len(stated)]:  # dates can be incomplete
            left["older"] += 1
        elif words and not any(word.casefold() in text for word in words):
            left["filtered"] += 1
        elif item.source_id in chosen:
            left["duplicates"] += 1
        else:
            chosen[item.source_id] = item
    ordered = sorted(chosen.values(), key=lambda item: str(item.published or ""), reverse=True)
    kept = tuple(ordered[:limit])
    return SourceSelection(
        items=kept,
        undated=sum(1 for item in kept if item.published is None) if since else 0,
        beyond_limit=len(ordered) - len(kept),
        **left,
    )


def _item_of(candidate: Candidate) -> BatchItem:
    """Return a listed address or file as an item of a batch; files are identified by bytes."""
    ref, payload = candidate.reference, None
    if not (is_web_address(ref.source) or ref.url):
        with suppress(CasebookError):  # its run will report the error
            file = Path(ref.transcript or ref.source)
            payload = Payload(data=read_file(file, FetchLimits()), media_type="")
    known_by, dated = identify(ref, payload).source_id, candidate.published
    return BatchItem(source_id=known_by, reference=ref, title=candidate.title, published=dated)


async def open_items(items: Sequence[BatchItem], resources: Resources) -> list[BatchItem]:
    """Return the unfinished items, alternating between hosts, failed ones last.

    Failures that need a person are left out, except for `SETUP_KINDS`.
    """
    warehouse = resources.warehouse
    states = await to_thread(warehouse.source_states, [item.source_id for item in items])
    opened = await to_thread(warehouse.open_failures)
    failures = {one.failure.source_id: one.failure for one in opened}

    def is_open(item: BatchItem) -> bool:
        state, failure = states[item.source_id], failures.get(item.source_id)
        if state is SourceState.FAILED and failure:
            return failure.transient or failure.kind in SETUP_KINDS
        return state in {SourceState.NEW, SourceState.UNFINISHED}

    left = interleaved([item for item in items if is_open(item)])
    return sorted(left, key=lambda item: item.source_id in failures)


def interleaved(items: Sequence[BatchItem]) -> list[BatchItem]:
    """Return the items ordered so that they alternate between hosts."""
    rounds: dict[str, count[int]] = defaultdict(count)
    return sorted(items, key=lambda item: next(rounds[urlsplit(item.reference.source).netloc]))


async def forecast(items: Sequence[BatchItem], resources: Resources) -> BatchForecast:
    """Return the expected cost of ``items``, assuming that each is a blog post."""
    ids = [item.source_id for item in items]
    states = list((await to_thread(resources.warehouse.source_states, ids)).values())
    left = len(await open_items(items, resources))
    one, ordered = (
        resources.forecast(_TYPICAL_CHARACTERS, in_orders=in_orders) for in_orders in (False, True)
    )
    return BatchForecast(
        states={state: states.count(state) for state in SourceState},
        open=left,
        model=resources.profile.model,
        calls=left * one.calls,
        tokens=left * (one.prompt_tokens + one.completion_tokens),
        cost_usd=None if one.cost_usd is None else left * one.cost_usd,
        order_usd=None
        if resources.settings.embedded or ordered.cost_usd is None
        else left * ordered.cost_usd,
        order_hours=one.calls * _ORDER_HOURS,
        source_budget_usd=resources.settings.budget_source,
    )
