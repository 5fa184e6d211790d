"""``gold`` and ``eval``: what drafts are measured by, and how they measure up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from casebook.cli import stopping
from casebook.cli.context import EXIT_SOME_FAILED, AsJson, CaseId, load_settings
from casebook.cli.terminal import err, moment, out, print_json
from casebook.schemas.errors import InvalidSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer._click.core import Context

    from casebook.pipeline.evals.evaluating import Evaluation
    from casebook.runtime.settings import Settings
    from casebook.schemas.evals import CaseScore, EvalRun

_STARTING_SET = Path("evals/gold")
Gold = Annotated[
    list[Path] | None,
    typer.Option(
        "--gold",
        help="A folder of gold cases; may be repeated. By default your own, else evals/gold here.",
        show_default=False,
    ),
]
Html = Annotated[
    Path | None, typer.Option(help="Write a page with a chart to this file.", show_default=False)
]


class _RunByDefault(TyperGroup):
    """Runs an eval where no other command is named."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Put ``run`` before anything but the commands' own names and a call for help."""
        named = {*self.commands, "-h", "--help"}
        return super().parse_args(ctx, args if args and args[0] in named else ["run", *args])


gold_app = typer.Typer(
    no_args_is_help=True,
    help="The gold set: what a careful reader notes of each source.",
    rich_markup_mode=None,
)
eval_app = typer.Typer(
    cls=_RunByDefault,
    help="Measure drafts against gold; also `eval compare A B`, `eval show RUN`, `eval list`.",
    rich_markup_mode=None,
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(gold_app, name="gold")
    app.add_typer(eval_app, name="eval")


def _own(settings: Settings) -> Path:
    return settings.home / "evals" / "gold"


def _folders(given: list[Path] | None, settings: Settings) -> list[Path]:
    """Return the folders to read: those named, else the curator's own, else the starting set."""
    if given:
        return given
    own = _own(settings)
    return [own] if any(own.glob("*.json")) or not _STARTING_SET.is_dir() else [_STARTING_SET]


@gold_app.command()
def add(
    context: typer.Context,
    case_id: CaseId,
    to: Annotated[
        Path | None, typer.Option(help="The folder; CASEBOOK_HOME/evals/gold by default.")
    ] = None,
) -> None:
    """Make a case that you approved or edited part of the gold set, as you left it."""
    from casebook.pipeline.evals import gold
    from casebook.runtime.services import Services

    settings = load_settings(context)
    services = Services(settings)
    found = services.warehouse.resolve(case_id)
    folder = to or _own(settings)
    path = stopping.run(gold.add(found, services, folder, who=settings.curator))
    out().print(f"gold  {path}", markup=False)


@gold_app.command(name="list")
def list_gold(context: typer.Context, gold: Gold = None, as_json: AsJson = False) -> None:
    """List the gold cases with what each has."""
    from casebook.pipeline.evals.gold import gold_files

    for file in gold_files(_folders(gold, load_settings(context))):
        case = file.case
        counts = {name: len(statements) for name, statements in case.statements.items()}
        if as_json:
            told = {"facts": len(case.facts), "statements": counts, "tags": case.tags}
            print_json({"name": case.name, "path": str(file.path), "sha256": file.sha256, **told})
        elif case.is_case_study:
            out().print(
                f"{case.name}  {len(case.facts)} facts, {sum(counts.values())} statements, "
                f"{len(case.tags or ())} tags",
                markup=False,
            )
        else:
            out().print(f"{case.name}  no case study", markup=False)


@eval_app.command()
def run(
    context: typer.Context,
    gold: Gold = None,
    model: Annotated[
        str | None, typer.Option(help="Another model than configured.", show_default=False)
    ] = None,
    prompt: Annotated[
        list[str] | None,
        typer.Option(
            help="NAME=VERSION: this version of a prompt, not the newest; may be repeated.",
            show_default=False,
        ),
    ] = None,
    strategy: Annotated[
        str | None, typer.Option(help="Another strategy than configured.", show_default=False)
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(help="A run to compare with: its id, a file, or last.", show_default=False),
    ] = None,
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """Draft each gold case in a home apart, and tell how the drafts compare with gold."""
    from casebook.pipeline.evals import evaluating
    from casebook.pipeline.evals.gold import gold_files
    from casebook.publishing.wording import count
    from casebook.runtime.services import RUN_BUDGET, Services

    _check_place(html)
    settings = load_settings(context)
    changes = {"llm_model": model, "llm_strategy": strategy}
    asked = type(settings).load(
        **settings.model_dump() | {k: v for k, v in changes.items() if v is not None}
    )
    pinned = _pinned(prompt or [])
    other = evaluating.named(against, settings) if against else None
    folders = _folders(gold, settings)
    files = gold_files(folders)
    told = count(len(files), "gold case")
    err().print(f"{told} of {', '.join(map(str, folders))}", markup=False)

    async def work() -> int:
        async with Services(evaluating.scratch_settings(asked), prompts=pinned) as services:
            curated = Services(settings).warehouse
            RUN_BUDGET.set(evaluating.budget(settings, curated, services.warehouse))
            evaluation = evaluating.Evaluation(files, services, curated)
            made = evaluation.run(await _scores(evaluation))
        kept = evaluating.keep(made, settings)
        _show([other, made] if other else [made], html, as_json=as_json)
        err().print(f"kept as {kept}", markup=False)
        telling = next((code for code in (4, 5) if code in evaluation.exits), 0)
        return telling or (EXIT_SOME_FAILED if evaluation.exits else 0)

    raise typer.Exit(stopping.run(work()))


async def _scores(evaluation: Evaluation) -> list[CaseScore]:
    from casebook.cli.progress import StageBars

    with StageBars(err()) as bars:
        found = []
        async for score in evaluation.scores(bars.step):
            bars.end(score.name)
            found.append(score)
    return found


def _pinned(given: Sequence[str]) -> dict[str, int]:
    """Return the named versions of prompts.

    Raises:
        InvalidSource: if one is no NAME=VERSION.
        ConfigurationError: if there is no such version.
    """
    from casebook.prompts.loader import load_prompt

    pinned = {}
    for one in given:
        name, _, version = one.partition("=")
        if not version.removeprefix("v").isdigit():
            raise InvalidSource(f"--prompt takes NAME=VERSION, as in case_study=1; {one!r} is none")
        pinned[name] = load_prompt(name, int(version.removeprefix("v"))).version
    return pinned


@eval_app.command()
def compare(
    context: typer.Context,
    before: Annotated[str, typer.Argument(help="A run: its id, a file, or last.")],
    after: Annotated[str, typer.Argument(help="Another run.")],
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """Show two runs side by side, with what the difference can be trusted for."""
    from casebook.pipeline.evals.evaluating import named

    settings = load_settings(context)
    _show([named(before, settings), named(after, settings)], html, as_json=as_json)


@eval_app.command()
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A run: its id, a file, or last.")],
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """Show one run."""
    from casebook.pipeline.evals.evaluating import named

    _show([named(name, load_settings(context))], html, as_json=as_json)


@eval_app.command(name="list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the runs, the newest first."""
    from casebook.pipeline.evals.evaluating import runs
    from casebook.pipeline.evals.showing import column

    found = runs(load_settings(context))
    for one in found:
        told = column(one)
        if as_json:
            print_json(told.model_dump(mode="json"))
        else:
            when = moment(one.made_at)
            cases = dict(told.figures)["cases"]
            out().print(f"{one.run_id}  {when}  {told.model}  {cases}", markup=False)
    if not found:
        err().print("No runs yet; `casebook eval` makes one.")


def _check_place(html: Path | None) -> None:
    """Refuse a page that cannot be written, before anything is paid for it."""
    if html is not None and (html.is_dir() or not html.absolute().parent.is_dir()):
        raise InvalidSource(f"--html {html}: name a file in a folder that is there")


def _show(runs: Sequence[EvalRun], html: Path | None, *, as_json: bool) -> None:
    from casebook.pipeline.evals.scoring import too_small
    from casebook.pipeline.evals.showing import column, lines
    from casebook.publishing.eval_page import eval_page

    _check_place(html)
    told, columns = lines(runs), [column(one) for one in runs]
    warning = too_small(runs[-1].cases)
    if html is not None:
        html.write_text(eval_page(columns, told, warning), "utf-8")
        err().print(f"chart in {html}", markup=False)
    if as_json:
        measured: list[dict[str, Any]] = [line.model_dump(mode="json") for line in told]
        raw = [one.model_dump(mode="json") for one in runs]
        print_json({"runs": raw, "measures": measured, "warning": warning})
    else:
        _print_tables(columns, told)
    for one in (case for case in runs[-1].cases if case.failure is not None):
        assert one.failure is not None  # noqa: S101 - filtered above
        err().print(f"failed  {one.name}: {one.failure.message}", markup=False)
    if warning:
        err().print(f"warning: {warning}", markup=False)


def _print_tables(columns: Sequence[Any], told: Sequence[Any]) -> None:
    from rich.table import Table

    about = Table("", *[f"{c.model}\n{c.run_id}" for c in columns], box=None)
    about.add_row("prompts", *[c.prompts for c in columns])
    for place, (label, _) in enumerate(columns[0].figures):
        about.add_row(label, *[c.figures[place][1] for c in columns])
    out().print(about)
    out().print()
    heads = [c.model if len(columns) == 1 else "AB"[i] for i, c in enumerate(columns)]
    table = Table("share", *heads, *(["change"] if len(columns) > 1 else []), box=None)
    for line in told:
        cells = [
            f"{bar.value:.0%} [{bar.low:.0%}, {bar.high:.0%}] of {bar.of}" if bar else "–"
            for bar in line.bars
        ]
        table.add_row(line.name, *cells, *([line.change or "–"] if len(columns) > 1 else []))
    out().print(table)
