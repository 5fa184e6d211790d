"""``eval``: score drafts of gold cases, and compare them with an earlier run."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options
from cli.context import EXIT_SOME_FAILED, load_settings, pairs, run
from cli.options import opt
from cli.summaries import safe
from cli.terminal import emit, err, table_of
from schemas.errors import CasebookError

if TYPE_CHECKING:
    from config.resources import Resources
    from summarizer.scoring import CaseScore


def evaluate(
    context: typer.Context,
    gold: Annotated[Path | None, opt(help="Folder of the cases.", file_okay=False)] = None,
    judge: Annotated[bool, opt("--judge", help="Measure the judge instead.")] = False,
    model: options.Model = None,
    prompt: options.Prompts = None,
    against: Annotated[Path | None, opt(help="Run to compare with; by default the last.")] = None,
    _as_json: options.AsJson = False,
) -> None:
    """Score drafts of gold cases, or the judge, in a separate home. See evals/README.md."""
    folder = gold or Path("evals", "judge" if judge else "gold")
    settings = load_settings(context, {"llm_model": model})
    runs = settings.home / "evals"
    scratch = settings.model_copy(update={"home": runs / "home", "warehouse": None, "data": None})

    async def work(resources: "Resources") -> int:
        from flows.evaluation import draft_score, earlier_run
        from summarizer.scoring import read_gold

        for name, version in pairs(prompt):
            resources.pin_prompt(name, version)
        if judge:
            return await _measure(folder, resources, runs)
        before, scores, failed = earlier_run(against, runs), [], False
        for file, case in read_gold(folder):
            err().print(f"drafting {case.name} with {safe(resources.profile.model)}")
            try:
                scores.append(await draft_score(file, case, resources))
            except CasebookError as error:
                failed = True
                err().print(f"[red]failed[/]  {case.name}: {safe(error)}")
        if scores:  # an empty run would hide the last one
            _report(scores, before, settings.llm_model or "embedded", runs)
        return EXIT_SOME_FAILED if failed else 0

    run(scratch, work)


async def _measure(folder: Path, resources: "Resources", runs: Path) -> int:
    """Measure the judge, store the measurement, and print it by kind."""
    from flows.evaluation import measure_judge
    from summarizer.judge_scoring import read_judge_cases, store

    found, error = await measure_judge(read_judge_cases(folder), resources)
    path = store(found, runs)
    intervals = {"stopped": found.stopped.interval, "flagged": found.flagged.interval}
    columns = ("kind", "false stopped", "true flagged", "unjudged")
    emit(
        [found],
        lambda one: table_of(columns, one.rows(), "right"),
        to_json=lambda one: one.model_dump(mode="json") | {"intervals": intervals},
    )
    err().print(f"saved to {safe(path)}")
    if error:
        err().print(f"[red]failed[/]  {safe(error)}")
    return EXIT_SOME_FAILED if error else 0


def _report(scores: "list[CaseScore]", before: dict[str, Any], model: str, runs: Path) -> None:
    """Print the scores beside those of the earlier run, and store them as JSON."""
    from summarizer.scoring import shares

    now = datetime.now(UTC)
    found = {
        "at": now.isoformat(),
        "model": model,
        "shares": shares(scores),
        "cases": [one.model_dump(mode="json") for one in scores],
    }
    path = runs / f"{now:%Y%m%dT%H%M%S}.json"
    path.write_text(json.dumps(found, indent=1), "utf-8")
    rows = [
        (name, _share(*share), _share(*before["shares"].get(name, (0, 0))))
        for name, share in shares(scores).items()
    ]
    table = table_of(("measure", model, before["model"]), rows, "right")
    emit([found], lambda _: table, to_json=dict)
    err().print(f"saved to {safe(path)}")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%} ({part} of {whole})" if whole else "—"
