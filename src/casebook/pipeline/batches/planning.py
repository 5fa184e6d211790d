"""What a batch would work and what it would cost, decided before anything is fetched. Pure."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from urllib.parse import urlsplit

from casebook.extractors.gathering.fetch import identify
from casebook.pipeline.batches.keywords import naming
from casebook.runtime.settings import Settings
from casebook.schemas.batches import BatchItem, BatchOptions, SourceStanding, Standing, Typical
from casebook.schemas.bounds import MOST_AT_ONCE
from casebook.schemas.errors import Remedy, concerns_setup
from casebook.schemas.failures import Failure
from casebook.schemas.frozen import Frozen
from casebook.schemas.sources import Candidate, SourceRef, Stated
from casebook.summarizer.models.profiles import Price, Strategy
from casebook.summarizer.planning import Plan


class Selection(Frozen):
    """The sources of a list, each once; how many were left aside, and why.

    Where a day was asked for, ``undated`` counts those that have none, and ``around`` those that
    have only the month or year in which it lies: they are kept.
    """

    items: Sequence[BatchItem]
    duplicates: int = 0
    older: int = 0
    undated: int = 0
    around: int = 0
    beyond_limit: int = 0
    filtered: int = 0


def select(
    candidates: Sequence[Candidate],
    *,
    files: Sequence[BatchItem] = (),
    since: date | None = None,
    limit: int | None = None,
    words: Sequence[str] = (),
    repeated: int = 0,
) -> Selection:
    """Return the sources that a list names, newest first where it gives dates.

    ``files`` are items that are none of its addresses, and come before them. ``since`` leaves out
    what is dated earlier (a month or year that is over by then; what has no date stays), ``limit``
    what comes after so many, ``words`` what names none of them in its title or address, as
    ``keywords`` reads them. ``repeated`` is how often the list named one of them again.
    """
    chosen: dict[str, BatchItem] = {}
    older = duplicates = filtered = 0
    names = naming(words)
    for item in [*files, *map(_item, candidates)]:
        if since and item.published and _is_before(item.published, since):
            older += 1
        elif words and not names(f"{item.title or ''} {item.reference.source}"):
            filtered += 1
        elif item.source_id in chosen:
            duplicates += 1
        else:
            chosen[item.source_id] = item
    ordered = sorted(chosen.values(), key=_day_told, reverse=True)
    kept = ordered[:limit]
    told = [item.published for item in kept] if since else []
    return Selection(
        items=kept,
        duplicates=duplicates + repeated,
        older=older,
        undated=told.count(None),
        around=sum(1 for day in told if isinstance(day, str) and str(since).startswith(day)),
        filtered=filtered,
        beyond_limit=len(ordered) - len(kept),
    )


def _item(candidate: Candidate) -> BatchItem:
    ref = SourceRef(source=candidate.url)
    return BatchItem(
        source_id=identify(ref).source_id,
        reference=ref,
        title=candidate.title,
        published=candidate.published,
    )


def _is_before(stated: Stated, day: date) -> bool:
    """Tell whether all of the day, month or year that is stated was over before ``day``."""
    return str(stated) < str(day)[: len(str(stated))]


def _day_told(item: BatchItem) -> str:
    """Return by what to sort: undated items come first, and a month before its days."""
    return str(item.published or "")


def is_open(standing: SourceStanding) -> bool:
    """Tell whether a machine has something to do for a source that stands like this.

    Not for a case, not for what triage or a curator refused, and not for a failure that needs a
    person or is gone for good; a wrong key or setting is no failure of the source.
    """
    if standing.failure is not None:
        return is_taken_up(standing.failure)
    return standing.standing in {Standing.NEW, Standing.UNFINISHED}


def is_taken_up(failure: Failure) -> bool:
    """Tell whether a batch that goes on tries a source again that failed so."""
    return failure.remedy is Remedy.LATER or concerns_setup(failure.kind)


def interleaved(items: Sequence[BatchItem]) -> Iterator[BatchItem]:
    """Yield the items so that the hosts take turns: no host is asked twice while others wait."""
    lines: dict[str, deque[BatchItem]] = defaultdict(deque)
    for item in items:
        lines[urlsplit(item.reference.source).netloc].append(item)
    waiting = deque(lines.values())
    while waiting:
        line = waiting.popleft()
        yield line.popleft()
        if line:
            waiting.append(line)


# A blog post has so many tokens with our prompt around it.
USUAL_TOKENS = 6_000
# A blog post of 1,500 words with our prompts, for where there is no history to go by.
_TYPICAL: Mapping[Strategy, Typical] = {
    Strategy.SINGLE: Typical(
        calls=2, prompt_tokens=8_000, completion_tokens=2_500, call_seconds=15
    ),
    Strategy.MAP_REDUCE: Typical(
        calls=5, prompt_tokens=14_000, completion_tokens=6_000, call_seconds=15
    ),
    Strategy.GUIDED: Typical(
        calls=25, prompt_tokens=9_000, completion_tokens=1_200, call_seconds=1.5
    ),
}


# Of a draft the statements that code could not decide, with the passages that they cite.
JUDGING = Typical(calls=1, prompt_tokens=3_000, completion_tokens=600, call_seconds=8)


class Estimate(Frozen):
    """What working ``sources`` sources would take; ``cost_usd`` is None without a known price.

    ``measured`` tells whether it rests on sources worked before with the same model.
    """

    sources: int
    model: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None
    seconds: float
    measured: bool


def typical_of(strategy: Strategy) -> Typical:
    """Return what a source takes by ``strategy``, where there is no history to go by."""
    return _TYPICAL.get(strategy, _TYPICAL[Strategy.SINGLE])


def estimate(
    sources: int,
    model: str,
    strategy: Strategy,
    price: Price | None,
    *,
    at_once: int,
    history: Typical | None,
    plans: Sequence[Plan] = (),
    planned: int = 0,
) -> Estimate:
    """Return what ``sources`` sources would take with ``at_once`` calls open at a time.

    Of ``planned`` of them the texts are there, and ``plans`` are what these take; the others are
    taken to be typical of ``strategy``.
    """
    typical, unseen = history or typical_of(strategy), sources - planned
    calls = unseen * typical.calls + sum(plan.calls for plan in plans)
    asked = unseen * typical.prompt_tokens + sum(plan.prompt_tokens for plan in plans)
    answered = unseen * typical.completion_tokens + sum(plan.completion_tokens for plan in plans)
    cost = None
    if price is not None:
        cost = (asked * price.input + answered * price.output) / 1_000_000
    return Estimate(
        sources=sources,
        model=model,
        calls=round(calls),
        prompt_tokens=round(asked),
        completion_tokens=round(answered),
        cost_usd=cost,
        seconds=calls * typical.call_seconds / max(at_once, 1),
        measured=history is not None,
    )


def standing_counts(standings: Sequence[SourceStanding]) -> Mapping[str, int]:
    """Count where the sources of a list stand; failures by what is to be done about them.

    ``failed_setup`` are those of a wrong setting or a budget, which the next run takes up again.
    """
    return Counter(map(_count_under, standings))


def _count_under(standing: SourceStanding) -> str:
    failure = standing.failure
    if failure is None:
        return standing.standing.value
    return "failed_setup" if concerns_setup(failure.kind) else f"failed_{failure.remedy.value}"


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
