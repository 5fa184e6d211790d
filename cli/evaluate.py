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
from cli.terminal import err, print_json, print_table
from schemas.errors import CasebookError, InputError

if TYPE_CHECKING:
    from config.resources import Resources
    from summarizer.scoring import CaseScore, GoldCase


def evaluate(
    context: typer.Context,
    gold: Annotated[Path, opt(help="See evals/README.md.", file_okay=False)] = Path("evals/gold"),
    model: options.Model = None,
    prompt: options.Prompts = None,
    against: Annotated[Path | None, opt(help="Run to compare with; by default the last.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Score drafts of gold cases, in a separate home."""
    settings = load_settings(context, {"llm_model": model})
    runs = settings.home / "evals"
    scratch = settings.model_copy(update={"home": runs / "home", "warehouse": None, "data": None})
    before = _earlier(against, runs)

    async def work(resources: "Resources") -> int:
        from summarizer.scoring import read_gold

        for name, version in pairs(prompt):
            resources.pin_prompt(name, version)
        scores, failed = [], False
        for file, case in read_gold(gold):
            err().print(f"drafting {case.name} with {safe(resources.profile.model)}")
            try:
                scores.append(await _score(file, case, resources))
            except CasebookError as error:
                failed = True
                err().print(f"[red]failed[/]  {case.name}: {safe(error)}")
        if scores:  # an empty run would hide the last one
            _report(scores, before, settings.llm_model or "embedded", runs, as_json=as_json)
        return EXIT_SOME_FAILED if failed else 0

    run(scratch, work)


async def _score(file: Path, case: "GoldCase", resources: "Resources") -> "CaseScore":
    """Draft a gold case in the scratch home and score it."""
    from flows.ingest import extract, fetch, summarize, triage, verify
    from schemas.sources import SourceRef
    from services import identity
    from services.run import Run
    from summarizer.scoring import score

    if case.source.path is None:
        raise InputError(f"{file}: source.path is missing")
    path = (file.parent / case.source.path).resolve()
    one = Run(SourceRef(source=str(path), url=case.source.url), resources)
    document = (await extract(one, await fetch(one))).document
    verdict = await triage(one, document)
    if verdict.refused:
        return score(case, verdict.verdict, None, document)
    if known := identity.known_draft(one, document):
        return score(case, verdict.verdict, known[1].study, document)
    async with one.drafting_slot(document):
        verified = await verify(one, await summarize(one, document, verdict), document)
    return score(case, verdict.verdict, verified.study, document)


def _earlier(given: Path | None, runs: Path) -> dict[str, Any]:
    files = [given] if given else sorted(runs.glob("*.json"))[-1:]
    try:
        found = json.loads(files[0].read_text("utf-8")) if files else {"model": "no earlier run"}
    except (OSError, ValueError) as error:
        raise InputError(f"{files[0]} is not a run of `casebook eval`: {error}") from None
    return {"shares": {}, **found}


def _report(
    scores: "list[CaseScore]", before: dict[str, Any], model: str, runs: Path, *, as_json: bool
) -> None:
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
    if as_json:
        print_json(found)
        return
    rows = [
        (name, _share(*share), _share(*before["shares"].get(name, (0, 0))))
        for name, share in shares(scores).items()
    ]
    print_table(("measure", model, before["model"]), rows, "right")
    err().print(f"saved to {safe(path)}")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%} ({part} of {whole})" if whole else "—"
