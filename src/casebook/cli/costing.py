"""``costs``: what calls to models have cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from casebook.cli.context import AsJson, day_option, load_settings
from casebook.cli.terminal import err, out, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from casebook.schemas.listings import CostKey, CostLine

_BAR_WIDTH = 10
_LABEL_WIDTH = 24
_NONE = "No calls to a model yet."
_NO_KEY = {"case": "(no case)", "source": "(no source)"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(costs)


def costs(
    context: typer.Context,
    by: Annotated[str, typer.Option(help="day, model, stage, case or source.")] = "day",
    since: Annotated[date | None, day_option("Only from this day (UTC) on.")] = None,
    as_json: AsJson = False,
) -> None:
    """Sum up what calls to models have cost, failed ones included."""
    from casebook.runtime.services import Services

    key = _key(by)
    warehouse = Services(load_settings(context)).warehouse
    lines = warehouse.costs(key, datetime.combine(since, time(), UTC) if since else None)
    if as_json:
        for line in lines:
            print_json(line.model_dump(mode="json"))
    elif lines:
        print_costs(key, lines, out())
    else:
        err().print(f"No calls to a model since {since:%Y-%m-%d}." if since else _NONE)


def _key(by: str) -> CostKey:
    from casebook.schemas.listings import CostKey

    for key in get_args(CostKey):
        if by == key:
            return key  # type: ignore[no-any-return]
    raise typer.BadParameter(f"{by!r} is none of {', '.join(get_args(CostKey))}", param_hint="--by")


def print_costs(by: CostKey, lines: Sequence[CostLine], console: Console) -> None:
    """Show a table with tokens in and out, and a bar of the cost (of tokens if nothing costs)."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(by, no_wrap=True)
    for name in ("calls", "wasted", "in", "out", "US $"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")
    weights = _weights(lines)
    for line, weight in zip(lines, weights, strict=True):
        name = line.key or _NO_KEY.get(by, "(unknown)")
        table.add_row(
            escape(name),
            *_figures(line),
            f"[cyan]{_bar(weight, max(weights))}[/]",
            end_section=line is lines[-1],
        )
        if line.label and line.label != name:
            table.add_row(f"  [dim]{escape(_short(line.label))}[/]")
    if len(lines) > 1:
        table.add_row("[bold]all[/]", *_figures(_total(lines)), "")
    console.print(table)
    if unpriced := sum(line.unpriced for line in lines):
        console.print(
            f"[yellow]{unpriced} questions went to a model whose price is not known.[/] "
            "CASEBOOK_LLM_PRICE_INPUT and CASEBOOK_LLM_PRICE_OUTPUT tell it."
        )


def _figures(line: CostLine) -> tuple[str, ...]:
    wasted = f"[red]{line.wasted_calls:,}[/]" if line.wasted_calls else "0"
    cost = "not known" if line.cost_usd is None else f"{line.cost_usd:,.4f}"
    return (
        f"{line.calls:,}",
        wasted,
        f"{line.prompt_tokens:,}",
        f"{line.completion_tokens:,}",
        f"{cost}{'+' if line.unpriced and line.cost_usd is not None else ''}",
    )


def _weights(lines: Sequence[CostLine]) -> list[float]:
    """Return what the bars are of."""
    if any(line.cost_usd for line in lines):
        return [line.cost_usd or 0.0 for line in lines]
    return [float(line.prompt_tokens + line.completion_tokens) for line in lines]


def _bar(weight: float, most: float) -> str:
    """Return a bar in eighths of a character."""
    eighths = round(8 * _BAR_WIDTH * weight / most) if most else 0
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def _short(label: str) -> str:
    """Return a title's beginning, or an address's host and its end, which tells it from others."""
    bare = label.removeprefix("https://").removeprefix("http://")
    if len(bare) <= _LABEL_WIDTH:
        return bare
    head = (_LABEL_WIDTH - 1) // 2 if bare != label else _LABEL_WIDTH - 1
    return f"{bare[:head]}…{bare[len(bare) - _LABEL_WIDTH + 1 + head :]}"


def _total(lines: Sequence[CostLine]) -> CostLine:
    from casebook.schemas.listings import CostLine

    costs = [line.cost_usd for line in lines if line.cost_usd is not None]
    return CostLine(
        key=None,
        label=None,
        calls=sum(line.calls for line in lines),
        wasted_calls=sum(line.wasted_calls for line in lines),
        prompt_tokens=sum(line.prompt_tokens for line in lines),
        completion_tokens=sum(line.completion_tokens for line in lines),
        cost_usd=sum(costs) if costs else None,
        unpriced=sum(line.unpriced for line in lines),
        seconds=sum(line.seconds for line in lines),
    )
