"""Which strategy a document gets under a model's profile, and what that will cost. Pure."""

from casebook.schemas.documents import Document
from casebook.schemas.errors import ContextExceeded
from casebook.schemas.frozen import Frozen
from casebook.schemas.generations import Usage
from casebook.summarizer.drafting import guided, map_reduce, single
from casebook.summarizer.models.profiles import Profile, Strategy, with_cost
from casebook.summarizer.triage import asked_of_model, by_model

# A window of less than this holds a paragraph or two; the guided strategy fits such a model.
_LEAST_WINDOW = 800
# What answers usually take, in tokens: for quotes beforehand, not for caps.
_USUAL_ANSWER = 2_500
_USUAL_PART = 1_800
_USUAL_RESTATEMENT = 45


class Choice(Frozen):
    """A strategy, and in words why it was taken."""

    strategy: Strategy
    reason: str


class Plan(Frozen):
    """What a summary will take: calls at most, if nothing fails or has to be split; tokens about.

    ``price`` is in US dollars, None where the model's price is not known.
    """

    strategy: Strategy
    calls: int
    prompt_tokens: int
    completion_tokens: int
    price: float | None


def choose(document: Document, profile: Profile, wanted: Strategy | None = None) -> Choice:
    """Return the strategy for ``document``; ``wanted`` is what a person asked for.

    A small model is guided. A capable one reads the document in one call where that fits its
    context, else in windows.
    """
    if wanted is not None:
        return Choice(strategy=wanted, reason="asked for")
    if profile.strategy is not Strategy.SINGLE:
        return Choice(strategy=profile.strategy, reason="the model's profile says so")
    asked = single.prompt_tokens(document)
    needed = f"about {asked:,} tokens and {profile.output_tokens:,} for the answer"
    if asked + profile.output_tokens <= profile.context_tokens:
        return Choice(
            strategy=Strategy.SINGLE,
            reason=f"{needed} fit the context of {profile.context_tokens:,}",
        )
    if _window(document, profile) < _LEAST_WINDOW:
        return Choice(
            strategy=Strategy.GUIDED,
            reason=f"a context of {profile.context_tokens:,} tokens is too small for any other",
        )
    return Choice(
        strategy=Strategy.MAP_REDUCE,
        reason=f"{needed} exceed the context of {profile.context_tokens:,}",
    )


def usual(profile: Profile, tokens: int, wanted: Strategy | None = None) -> Strategy:
    """Return the strategy that a text which is not there yet gets, if it has so many ``tokens``."""
    if wanted is not None or profile.strategy is not Strategy.SINGLE:
        return wanted or profile.strategy
    fits = tokens + profile.output_tokens <= profile.context_tokens
    return Strategy.SINGLE if fits else Strategy.MAP_REDUCE


def plan_triage(document: Document, profile: Profile, strategy: Strategy) -> Plan:
    """Return what the verdict on ``document`` takes: nothing where cues give it."""
    if not by_model(profile, strategy):
        return Plan(strategy=strategy, calls=0, prompt_tokens=0, completion_tokens=0, price=0.0)
    asked, answered = asked_of_model(document, profile)
    usage = Usage(prompt_tokens=asked, completion_tokens=answered)
    price = with_cost(usage, profile.price).cost_usd
    return Plan(
        strategy=strategy, calls=1, prompt_tokens=asked, completion_tokens=answered, price=price
    )


def _window(document: Document, profile: Profile) -> int:
    """Return the most tokens that a window of ``document`` may have."""
    try:
        return map_reduce.layout(document, profile).most
    except ContextExceeded:
        return 0


def plan(document: Document, profile: Profile, strategy: Strategy) -> Plan:
    """Return what the summary of ``document`` by ``strategy`` will take.

    Raises:
        ContextExceeded: if the profile's context has no room for any window.
    """
    calls, asked, answered = {
        Strategy.SINGLE: _single,
        Strategy.MAP_REDUCE: _map_reduce,
        Strategy.GUIDED: _guided,
    }[strategy](document, profile)
    usage = Usage(prompt_tokens=asked, completion_tokens=answered)
    return Plan(
        strategy=strategy,
        calls=calls,
        prompt_tokens=asked,
        completion_tokens=answered,
        price=with_cost(usage, profile.price).cost_usd,
    )


def _single(document: Document, profile: Profile) -> tuple[int, int, int]:
    return 1, single.prompt_tokens(document), min(_USUAL_ANSWER, profile.output_tokens)


def _map_reduce(document: Document, profile: Profile) -> tuple[int, int, int]:
    laid = map_reduce.layout(document, profile)
    part = min(_USUAL_PART, laid.part_tokens)
    read = sum(window.tokens + laid.asked for window in laid.windows)
    merges = laid.calls - len(laid.windows)
    found = int(len(laid.windows) * part * map_reduce.STATED)
    asked = read + (found + laid.merge_asked * merges if merges else 0)
    return (
        laid.calls,
        asked,
        part * len(laid.windows) + merges * min(_USUAL_ANSWER, laid.merge_tokens),
    )


def _guided(document: Document, profile: Profile) -> tuple[int, int, int]:
    sizes = guided.prompt_sizes(document)
    return len(sizes), sum(sizes), len(sizes) * min(_USUAL_RESTATEMENT, profile.output_tokens)
