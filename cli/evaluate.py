"""``eval``: drafts of the gold cases, scored and compared with an earlier run."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.context import EXIT_SOME_FAILED, AsJson, Text, Texts, load_settings, opt, with_services
from cli.terminal import err, out, print_json
from publishing.terminal import plain
from schemas.errors import CasebookError, InputError

if TYPE_CHECKING:
    from config.services import Services
    from config.settings import Settings
    from summarizer.scoring import CaseScore, GoldCase


def evaluate(
    context: typer.Context,
    gold: Annotated[Path, opt(help="See evals/README.md.", file_okay=False)] = Path("evals/gold"),
    model: Annotated[Text, opt(help="Another model than configured.")] = None,
    prompt: Annotated[Texts, opt(help="As in case_study=2.")] = None,
    against: Annotated[Path | None, opt(help="An earlier run; else the last.")] = None,
    as_json: AsJson = False,
) -> None:
    """Score drafts of gold cases; your own cases and answers stay as they are."""
    settings = load_settings(context, llm_model=model)
    runs = settings.home / "evals"
    scratch = settings.model_copy(update={"home": runs / "home", "warehouse": None, "data": None})
    before = _earlier(against, runs)
    failed: list[str] = []

    async def work(services: "Services") -> "list[CaseScore]":
        from summarizer.scoring import read_gold

        for name, _, version in (item.partition("=") for item in prompt or []):
            services.pin_prompt(name, version)
        scores = []
        for file, case in read_gold(gold):
            err().print(f"drafting {case.name} with {plain(services.model_name)}")
            try:
                scores.append(await _score(file, case, services))
            except CasebookError as error:
                failed.append(case.name)
                err().print(f"[red]failed[/]  {case.name}: {plain(error)}")
        return scores

    scores = with_services(context, work, scratch)
    _report(scores, before, scratch, runs, as_json=as_json)
    raise typer.Exit(EXIT_SOME_FAILED if failed else 0)


async def _score(file: Path, case: "GoldCase", services: "Services") -> "CaseScore":
    """Draft a gold case in the scratch home and score it."""
    from flows import identity
    from flows.ingest import extract, fetch, summarize, triage, verify
    from flows.run import Run
    from schemas.sources import SourceRef
    from summarizer.scoring import score

    if case.source.path is None:
        raise InputError(f"{file} names no file to read; give its source a path")
    path = (file.parent / case.source.path).resolve()
    run = Run(SourceRef(source=str(path), url=case.source.url), services)
    snapshot = await fetch(run)
    document = await extract(run, snapshot)
    verdict = await triage(run, document)
    if verdict.refused:
        return score(case, verdict.verdict, None, document)
    if known := identity.known_draft(run, document):
        return score(case, verdict.verdict, known[1].study, document)
    async with run.turn(document):
        study = await verify(run, await summarize(run, document), document)
    return score(case, verdict.verdict, study, document)


def _earlier(given: Path | None, runs: Path) -> dict[str, Any] | None:
    files = [given] if given else sorted(runs.glob("*.json"))[-1:]
    try:
        return {"shares": {}, **json.loads(files[0].read_text("utf-8"))} if files else None
    except (OSError, ValueError) as error:
        raise InputError(f"{files[0]} is not a run of `casebook eval`: {error}") from None


def _report(
    scores: "list[CaseScore]",
    before: dict[str, Any] | None,
    settings: "Settings",
    runs: Path,
    *,
    as_json: bool,
) -> None:
    """Print the shares beside the earlier run's, and store the run as JSON."""
    from summarizer.scoring import shares

    now = datetime.now(UTC)
    found = shares(scores)
    model = settings.llm_model or "embedded"
    run = {
        "at": now.isoformat(),
        "model": model,
        "shares": found,
        "cases": [one.model_dump(mode="json") for one in scores],
    }
    path = runs / f"{now:%Y%m%dT%H%M%S}.json"
    path.write_text(json.dumps(run, indent=1), "utf-8")
    if as_json:
        print_json(run)
        return
    table = Table(box=None, header_style="bold")
    for column in ("measure", model, before["model"] if before else "no earlier run"):
        table.add_column(plain(column))
    for name, (part, whole) in found.items():
        old = before["shares"].get(name) if before else None
        table.add_row(name, _share(part, whole), _share(*old) if old else "")
    out().print(table)
    err().print(f"stored as {plain(path)}")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%} ({part} of {whole})" if whole else "—"
