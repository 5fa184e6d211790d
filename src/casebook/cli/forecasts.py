"""What a dry run prints: what a list holds, and what working it would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casebook.cli.terminal import out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from casebook.pipeline.batches.forecasting import Forecast
    from casebook.pipeline.batches.planning import Estimate, Selection


def beyond_budget(forecast: Forecast, budget: float | None) -> str | None:
    """Say where the run would stop before its end."""
    from casebook.publishing.wording import money

    if budget is None or not forecast.estimate.calls:
        return None
    if forecast.estimate.cost_usd is None:
        return (
            "With a budget nothing would be asked, since the model's price is not known: "
            "CASEBOOK_LLM_PRICE_INPUT and CASEBOOK_LLM_PRICE_OUTPUT tell it."
        )
    cost = forecast.estimate.cost_usd if forecast.cost_usd is None else forecast.cost_usd
    if cost > budget:
        return f"That is more than the budget of {money(budget)}: the batch would pause there."
    if forecast.judge and forecast.cost_usd is None:
        return (
            f"With a budget no draft would be judged, since the price of {forecast.judge.model} is "
            "not known: CASEBOOK_MODELS tells it."
        )
    return None


def print_plan(forecast: Forecast) -> None:
    """Print what the list holds, and what working it would take."""
    from rich.table import Table

    from casebook.publishing.wording import count

    told = {
        "new": "new: would be worked",
        "unfinished": "cut off before: would go on",
        "failed_later": "failed, may pass: would be tried again",
        "failed_setup": "stopped by a setting, a key or a budget: would be tried again",
        "known": "known: have a draft or a case",
        "refused": "refused by triage",
        "rejected": "rejected by a curator",
        "failed_you": "failed, need you (`casebook failures`)",
        "failed_gone": "gone for good",
    }
    table = Table(title="What the list holds", title_justify="left", show_header=False)
    counts, selection, expected = forecast.standings, forecast.selection, forecast.estimate
    for key, label in told.items():
        if counts.get(key):
            table.add_row(f"{counts[key]:,}", label)
    for number, label in left_aside(selection):
        table.add_row(f"[dim]{number:,}[/]", f"[dim]{label}[/]")
    if table.row_count:
        out().print(table)
    if not expected.sources:
        out().print("Nothing is left to work: a run would ask no model.")
        return
    _print_estimate(f"[bold]{count(expected.sources, 'source')}[/] with", expected)
    if forecast.judge is not None:
        _print_estimate("Their drafts judged by", forecast.judge)


def _print_estimate(what: str, expected: Estimate) -> None:
    from casebook.publishing.wording import duration, money

    basis = "by what earlier sources took" if expected.measured else "a rough guess, no history yet"
    out().print(
        f"{what} {expected.model}: about "
        f"[bold]{expected.calls:,}[/] calls, {expected.prompt_tokens:,} tokens in and "
        f"{expected.completion_tokens:,} out, [bold]{money(expected.cost_usd)}[/], "
        f"{duration(expected.seconds)} ({basis})"
    )


def kept_by_since(selection: Selection) -> Sequence[str]:
    """Say that ``--since`` left sources in whose day the list does not tell."""
    from casebook.publishing.wording import count

    counts = (
        (selection.around, "no more than the month or year in which that day lies"),
        (selection.undated, "no day that can be read (write days as 2024-05-31)"),
    )
    return [
        f"--since keeps {count(number, 'source')} for which the list tells {told}."
        for number, told in counts
        if number
    ]


def left_aside(selection: Selection) -> Sequence[tuple[int, str]]:
    """Return how many entries of the list are not worked, and why."""
    counts = (
        (selection.duplicates, "named twice in the list"),
        (selection.older, "older than --since"),
        (selection.filtered, "without any of the words"),
        (selection.beyond_limit, "beyond --limit"),
    )
    return [(number, label) for number, label in counts if number]
