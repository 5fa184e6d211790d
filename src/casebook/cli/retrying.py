"""``retry``: failed sources, once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casebook.cli.context import AsJson, load_settings
from casebook.cli.submitting import Budget, run_through
from casebook.cli.terminal import err
from casebook.schemas.errors import InvalidSource

if TYPE_CHECKING:
    from casebook.pipeline.ingestion.outcome import Outcome
    from casebook.runtime.services import Services
    from casebook.schemas.batches import BatchOptions
    from casebook.schemas.listings import OpenFailure


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(retry)


def retry(
    context: typer.Context,
    ids: Annotated[
        list[str] | None,
        typer.Argument(help="Sources, addresses or failures; all open ones by default."),
    ] = None,
    later: Annotated[
        bool, typer.Option("--later", "--transient", help="Only what may have passed by itself.")
    ] = False,
    cause: Annotated[
        str | None,
        typer.Option(
            "--cause",
            "--kind",
            help="Only failures of this cause, as `casebook failures` names it.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option(help="Draft also what triage says is no case study.")
    ] = False,
    budget: Budget = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Another model than configured, or than a source's batch was begun with.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try failed sources again, from their kept bytes where there are some, as they were begun."""
    if model is not None and not model.strip():
        raise InvalidSource("--model names no model")
    settings = load_settings(context, budget_run=budget, llm_model=model)

    async def outcomes(services: Services, reporter: Any) -> AsyncIterator[Outcome]:
        from casebook.pipeline.reprocessing.retrying import begun_with, retry_all

        wanted = _to_retry(services, ids or [], later=later, cause=cause)
        begun = await begun_with(wanted, services, model)
        _tell_models(begun.values(), services.model_name)
        async for outcome in retry_all(wanted, services, begun, reporter=reporter, force=force):
            yield outcome

    raise typer.Exit(run_through(settings, outcomes, as_json=as_json))


def _tell_models(begun: Iterable[BatchOptions], configured: str) -> None:
    """Say how many sources are tried with another model than the one that is configured."""
    from casebook.publishing.wording import count

    for model, number in Counter(options.model for options in begun).items():
        if model not in {None, configured}:
            verb, whose = ("is", "its") if number == 1 else ("are", "their")
            told = (
                f"{count(number, 'source')} {verb} tried with {model}, as {whose} batch was begun"
            )
            err().print(f"{told}; --model names another", markup=False, soft_wrap=True)


def _to_retry(
    services: Services, ids: Sequence[str], *, later: bool, cause: str | None
) -> list[str]:
    """Return the source ids to try: of the given ids, or all that failed or were cut off.

    A cause, and ``later``, leave out those that failed of something else.
    """
    failures = services.warehouse.open_failures()
    kind = _known_cause(cause, failures)
    waiting = [
        f.failure.source_id
        for f in failures
        if (f.failure.transient or not later) and kind in {None, f.failure.kind}
    ]
    if ids:
        by_failure = {f.failure.failure_id: f.failure.source_id for f in failures}
        named = [by_failure.get(i) or _source_of(i, services) for i in ids]
        return [i for i in named if i in waiting] if kind or later else named
    cut_off = [] if kind else [s.source_id for s in services.warehouse.unfinished()]
    return waiting + cut_off


def _known_cause(cause: str | None, failures: Sequence[OpenFailure]) -> str | None:
    """Return the cause as failures name it; it may be written with blanks or hyphens.

    Raises:
        InvalidSource: if no open failure has it, naming the causes that there are.
    """
    if cause is None:
        return None
    kind = cause.strip().lower().replace(" ", "_").replace("-", "_")
    kinds = sorted({f.failure.kind for f in failures})
    if kind not in kinds:
        there = f"there are: {', '.join(kinds)}" if kinds else "none is open"
        raise InvalidSource(f"no open failure has the cause {cause!r}; {there}")
    return kind


def _source_of(name: str, services: Services) -> str:
    """Return the source that an address or the beginning of an id names: its own, or its case's."""
    from casebook.extractors.urls import is_web_address
    from casebook.pipeline.ingestion import identity

    if is_web_address(name):
        return identity.named(name, services.warehouse)
    found = services.warehouse.resolve(name)
    if found.startswith("case"):
        return services.warehouse.case(found).source.source_id
    return found
