"""How batches are drawn: the live table of one at work, and what became of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from casebook.cli.terminal import moment, plain
from casebook.pipeline.ingestion.run import STAGES
from casebook.publishing.wording import count, duration, money
from casebook.schemas.batches import Batch, BatchProgress, BatchStep, BatchSummary, Standing
from casebook.schemas.errors import Remedy

if TYPE_CHECKING:
    from casebook.pipeline.batches.backfill import BatchRun
    from casebook.pipeline.batches.tallying import Tally
    from casebook.pipeline.ingestion.outcome import Outcome
    from casebook.summarizer.models.limiting import RequestLimiter

_WIDTH = 40
_LOOK_SECONDS, _TELL_SECONDS = 0.5, 30.0
_STEPS = {
    BatchStep.STARTED: "[cyan]at work, or cut off[/]",
    BatchStep.PAUSED: "[yellow]paused[/]",
    BatchStep.FINISHED: "[green]finished[/]",
    None: "[dim]waiting[/]",
}
_REMEDIES = {
    Remedy.LATER: "[cyan]try later[/]: `casebook retry --cause {kind}`, or resume the batch",
    Remedy.YOU: "[yellow]needs you[/]: {message}",
    Remedy.GONE: "[dim]gone for good[/]",
}


class BatchBoard:
    """The live table of a batch at work, on stderr; a line now and then without a terminal."""

    def __init__(self, work: BatchRun, limiter: RequestLimiter, console: Console) -> None:
        self._work, self._limiter, self._console = work, limiter, console
        self._live = Live(
            get_renderable=self._draw,
            console=console,
            refresh_per_second=4,
            transient=True,
            auto_refresh=console.is_terminal,
        )
        self._teller: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        else:
            self._teller = asyncio.create_task(self._tell_now_and_then())
        return self

    def __exit__(self, *_: object) -> None:
        if self._teller is None:
            self._live.stop()
        else:
            self._teller.cancel()

    def tell(self, outcome: Outcome) -> None:
        """Say a failure at once."""
        if outcome.failure is not None:
            self._console.print(
                f"[red]failed[/]  {plain(outcome.source)}: {outcome.failure.stage}, "
                f"{outcome.failure.kind}"
            )

    async def _tell_now_and_then(self) -> None:
        """Say an outage and its end at once, and every half minute how far the batch is."""
        down, told = False, time.monotonic()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            state = self._limiter.standing().state.value
            was, down = down, state == "down"
            if down != was:
                self._console.print(self._endpoint() if down else Text("endpoint answers again"))
            if time.monotonic() - told > _TELL_SECONDS and not down:
                told, tally = time.monotonic(), self._work.tally
                done = f"{tally.done:,} of {tally.total:,} done{self._waiting()}"
                done += f"; {self._endpoint()}" if state == "limited" else ""
                self._console.print(done, markup=False)

    def _draw(self) -> RenderableType:
        tally, gates = self._work.tally, self._work.gates
        total = max(tally.total, 1)
        head = Table.grid(padding=(0, 2))
        head.add_row(
            ProgressBar(total=total, completed=tally.done, width=_WIDTH),
            f"[bold]{tally.done:,}[/] of {tally.total:,}",
            f"left about {duration(self._work.eta_seconds())}",
        )
        table = Table.grid(padding=(0, 3))
        table.add_row(
            *(f"[dim]{name}[/] {gates.inside.get(name, 0)}" for name in STAGES),
        )
        table.add_row(
            f"[green]drafts[/] {tally.made:,}",
            f"[yellow]no case[/] {tally.refused:,}",
            f"[red]failed[/] {tally.failed.total():,}",
            f"[cyan]again later[/] {tally.waiting:,}",
        )
        table.add_row(
            f"[dim]calls[/] {tally.calls:,}",
            f"[dim]tokens[/] {tally.tokens:,}",
            f"[dim]spent[/] {money(tally.cost_usd)}",
        )
        waiting = Text(self._waiting().removeprefix("; "), style="cyan")
        return Group(head, table, self._endpoint(), *([waiting] if waiting else []))

    def _waiting(self) -> str:
        """Say what failed and may pass, and when it is tried again."""
        due = self._work.seconds_to_next_try()
        if due is None:
            return ""
        if self._work.is_cut_off:
            return f"; no site answers: is this machine online? Asked again in {duration(due)}"
        return f"; {self._work.tally.waiting} to be tried again, the next in {duration(due)}"

    def _endpoint(self) -> Text:
        stands = self._limiter.standing()
        calls = count(stands.in_flight, "call")
        told = {
            "flowing": f"endpoint: {calls} open",
            "limited": f"endpoint: {calls} open, about "
            f"{(stands.rate or 0) * 60:.0f} a minute allowed",
            "down": f"endpoint down: paused, asked again in {stands.seconds:.0f} s",
        }[stands.state.value]
        return Text(told, style="yellow" if stands.state.value == "down" else "dim")


def print_progress(
    batch: Batch, stands: BatchProgress, tally: Tally | None, console: Console
) -> None:
    """Show where the sources of a batch stand, and its failures by cause."""
    counts = stands.counts
    console.print(f"[bold]{batch.batch_id}[/]  {plain(batch.origin)}", soft_wrap=True)
    table = Table.grid(padding=(0, 2))
    for standing, label, colour in (
        (Standing.KNOWN, "drafts and cases", "green"),
        (Standing.REFUSED, "not a case study", "yellow"),
        (Standing.REJECTED, "rejected by a curator", "yellow"),
        (Standing.FAILED, "failed", "red"),
        (Standing.UNFINISHED, "cut off or at work", "cyan"),
        (Standing.NEW, "not begun", "dim"),
    ):
        if counts.get(standing):
            share = counts[standing] / max(stands.total, 1)
            bar = ProgressBar(total=1, completed=share, width=24)
            table.add_row(f"[{colour}]{counts[standing]:,}[/]", label, bar, f"{share:.0%}")
    console.print(table)
    if stands.failures:
        console.print(_failures_table(stands))
    if stands.spent is not None and stands.spent.calls:
        spent = stands.spent
        console.print(
            f"spent on these sources: {count(spent.calls, 'call')}, {spent.tokens:,} tokens, "
            f"{money(spent.cost_usd)}"
        )
    if tally is not None:
        console.print(
            f"this run: {count(tally.calls, 'call')}, {tally.tokens:,} tokens, "
            f"{money(tally.cost_usd)}, {duration(time.monotonic() - tally.started)}"
        )


def _failures_table(stands: BatchProgress) -> Table:
    table = Table(title="Failures by cause", title_justify="left")
    for column in ("", "cause", "what to do"):
        table.add_column(column)
    for group in stands.failures:
        todo = _REMEDIES[group.remedy].format(kind=group.kind, message=plain(group.message))
        table.add_row(f"{group.count:,}", group.kind.replace("_", " "), todo)
    return table


def print_step(batch: BatchSummary, console: Console) -> None:
    """Say how a batch stands as a whole, why it paused, and how what is open goes on."""
    reason = f"  {plain(batch.reason)}" if batch.reason else ""
    console.print(f"{_STEPS[batch.step]} {moment(batch.changed_at)}{reason}", soft_wrap=True)
    if batch.open:
        console.print(
            f"       {count(batch.open, 'source')} open: `casebook backfill --resume "
            f"{batch.batch_id}` goes on",
            soft_wrap=True,
        )


def print_batches(batches: Sequence[BatchSummary], console: Console) -> None:
    """Show batches, two lines each; an id and an address are to be copied, so neither is cut."""
    for batch in batches:
        counts = [count(batch.size, "source")]
        counts += [count(batch.cases, "draft")] if batch.cases else []
        counts += [f"{batch.refused:,} not a case study"] if batch.refused else []
        counts += [f"[red]{batch.failed:,} failed[/]"] if batch.failed else []
        console.print(
            f"[bold]{batch.batch_id}[/]  {_STEPS[batch.step]} {moment(batch.changed_at)}  "
            f"{', '.join(counts)}"
        )
        console.print(f"       {plain(batch.origin)}", soft_wrap=True)
