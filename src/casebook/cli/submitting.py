"""``submit`` and ``extract``: sources in, drafts out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casebook.cli import stopping
from casebook.cli.context import EXIT_SOME_FAILED, AsJson, desk_address, load_settings
from casebook.cli.references import read_refs, with_feed, with_transcript, with_url
from casebook.cli.terminal import err, out, plain, print_json
from casebook.extractors.formats import SOURCES, TRANSCRIPTS
from casebook.schemas.bounds import MOST_DOLLARS
from casebook.schemas.errors import CasebookError

if TYPE_CHECKING:
    from casebook.pipeline.ingestion.outcome import Outcome, SamePage
    from casebook.runtime.services import Services
    from casebook.runtime.settings import Settings
    from casebook.schemas.documents import Document
    from casebook.schemas.failures import Failure
    from casebook.schemas.sources import SourceRef

Sources = Annotated[
    list[str],
    typer.Argument(
        help=f"Web addresses or files ({' '.join(SOURCES)}), or - for addresses, paths or JSON "
        'Lines on standard input: {"source": …, "url": …}.',
        metavar="SRC...",
    ),
]
Budget = Annotated[
    float | None,
    typer.Option(
        min=0.0,
        max=MOST_DOLLARS,
        help="US dollars that this run may spend; a call that might pass it is not made.",
        show_default=False,
    ),
]
AGAIN = {"later": "may pass by itself", "you": "needs you", "gone": "gone for good"}
# A configuration that is wrong fails every source, and an outage most: they are told first.
_TELLING_EXITS = (4, 5)
_TWINS_NAMED = 3


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(submit)
    app.command()(extract)


def submit(
    context: typer.Context,
    sources: Sources,
    as_json: AsJson = False,
    force: Annotated[
        bool, typer.Option(help="Draft also what triage says is no case study.")
    ] = False,
    refresh: Annotated[bool, typer.Option(help="Fetch known addresses again.")] = False,
    transcript: Annotated[
        Path | None,
        typer.Option(
            help="A file with what is said in the one video or talk at SRC, read instead of its "
            f"address ({' '.join(TRANSCRIPTS)}).",
            show_default=False,
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            help="The web address that the one file SRC is a copy of: it is read in place of that "
            "address, one that asks to log in, say.",
            show_default=False,
        ),
    ] = None,
    feed: Annotated[
        str | None,
        typer.Option(
            help="The address of a feed that carries the whole text of SRC: read instead of it.",
            show_default=False,
        ),
    ] = None,
    strategy: Annotated[
        str | None,
        typer.Option(
            help="auto, single, map_reduce or guided, instead of what the settings say.",
            show_default=False,
        ),
    ] = None,
    budget: Budget = None,
) -> None:
    """Fetch, extract, judge and summarize sources; each becomes a draft to review."""
    refs = read_refs(sources)
    if feed is not None:
        refs = with_feed(refs, feed)
    if transcript is not None:
        refs = [with_transcript(refs, transcript)]
    if url is not None:
        refs = [with_url(refs, url)]
    settings = load_settings(context, llm_strategy=strategy, budget_run=budget)

    async def outcomes(services: Services, reporter: Any) -> AsyncIterator[Outcome]:
        from casebook.pipeline.ingestion.ingest import ingest_all

        if point_at_server(settings):
            from casebook.flows.ingest import ingest_through
            from casebook.runtime.services import RUN_BUDGET

            RUN_BUDGET.set(services.budget)
            async for outcome in ingest_through(
                refs, services.parallel, reporter, force=force, refresh=refresh
            ):
                yield outcome
            return
        async for outcome in ingest_all(
            refs, services, reporter=reporter, force=force, refresh=refresh
        ):
            yield outcome

    raise typer.Exit(run_through(settings, outcomes, as_json=as_json))


def run_through(settings: Settings, outcomes: Any, *, as_json: bool) -> int:
    """Draw progress, print each outcome as it comes, and return the exit code."""
    from casebook.cli.progress import StageBars
    from casebook.runtime.services import Services

    async def run() -> list[Outcome]:
        seen = []
        async with Services(settings, busy=True) as services:
            with StageBars(err()) as bars:
                async for outcome in outcomes(services, bars):
                    seen.append(outcome)
                    print_outcome(outcome, settings, as_json=as_json)
        return seen

    done = stopping.run(run(), stopping.SOURCES)
    if not as_json and not done:
        err().print("Nothing to do.")
    return exit_code(done)


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """Return the exit code of a run with these outcomes."""
    return gravest([outcome.error_exit for outcome in outcomes if outcome.failure is not None])


def gravest(codes: Collection[int]) -> int:
    """Return of what failed the code of a wrong configuration or an outage, or 3; 0 of nothing."""
    for code in _TELLING_EXITS:
        if code in codes:
            return code
    return EXIT_SOME_FAILED if codes else 0


def print_outcome(outcome: Outcome, settings: Settings, *, as_json: bool) -> None:
    """Tell what became of one source: on stdout, a failure in words on stderr."""
    if as_json:
        print_json(outcome.to_json())
        return
    from casebook.cli.views import twin_line
    from casebook.pipeline.ingestion.outcome import Status

    if outcome.same_as is not None:
        _print_same(outcome, outcome.same_as)
    if outcome.status is Status.DRAFT:
        _print_draft(outcome, settings)
    elif outcome.status is Status.NOT_A_CASE_STUDY:
        _print_refusal(outcome)
    elif outcome.failure is not None:
        _print_failure(outcome, outcome.failure)
    twins = outcome.near_copies or ()
    for twin in twins[:_TWINS_NAMED]:
        out().print(f"       [yellow]near-copy[/]  {plain(twin_line(twin))}")
    if more := len(twins[_TWINS_NAMED:]):
        named = f"; `casebook show {outcome.case_id}` names them" if outcome.case_id else ""
        out().print(f"       [yellow]near-copy[/]  of {more} more{named}")


def _print_same(outcome: Outcome, same: SamePage) -> None:
    words = {"redirect": "redirects to", "moved": "is the new address of"}
    how = words.get(same.reason.value, "is another address of")
    err().print(f"{plain(outcome.source)} {how} {plain(same.url)}: one source, one case")


def _print_draft(outcome: Outcome, settings: Settings) -> None:
    assert outcome.case_id is not None  # noqa: S101 - a draft has one, by construction
    console, title = out(), plain(outcome.title or outcome.source)
    console.print(f"[green]draft[/]  [bold]{outcome.case_id}[/]  {title}")
    console.print(f"       {_about(outcome)} · {_statements(outcome)} · {_effort(outcome)}")
    if outcome.strategy_reason:
        console.print(f"       {plain(f'{outcome.strategy}: {outcome.strategy_reason}')}")
    for unread in outcome.unread:
        passages = f"passages {unread.first} to {unread.last}"
        console.print(f"       [yellow]not read:[/] {passages}: {plain(unread.reason)}")
    if outcome.unjudged:
        again = "`casebook retry` asks the judge again"
        console.print(f"       [yellow]not judged:[/] {plain(outcome.unjudged)} ({again})")
    console.print(f"       {desk_address(settings, outcome.case_id)}")


def _print_refusal(outcome: Outcome) -> None:
    console = out()
    console.print(f"[yellow]not a case study[/]  {plain(outcome.title or outcome.source)}")
    console.print(
        f"       {plain(outcome.reason or '')} `casebook submit --force` drafts it anyway."
    )


def _print_failure(outcome: Outcome, failure: Failure) -> None:
    again = f"{AGAIN[failure.remedy]}; `casebook retry` tries again"
    err().print(
        f"[red]failed[/]  {plain(outcome.source)}\n"
        f"       {failure.stage}: {plain(failure.message)} ({again})"
    )


def _statements(outcome: Outcome) -> str:
    counts = outcome.support
    return (
        f"{sum(outcome.statements.values())} statements: "
        f"[green]{counts.get('supported', 0)} supported[/], "
        f"[yellow]{counts.get('weak', 0)} weak[/], "
        f"[red]{counts.get('unsupported', 0)} unsupported[/]"
    )


def _effort(outcome: Outcome) -> str:
    seconds = sum(outcome.seconds.values())
    return f"{outcome.llm_calls} calls, {outcome.tokens:,} tokens, {seconds:.1f} s"


def _about(outcome: Outcome) -> str:
    parts = [outcome.company, str(outcome.year) if outcome.year else None, outcome.kind]
    return plain(", ".join(part for part in parts if part))


def extract(
    context: typer.Context,
    sources: Sources,
    as_json: AsJson = False,
    again: Annotated[
        bool,
        typer.Option(
            help="SRC are ids of sources, cases or documents, or known addresses: read their kept "
            "bytes again, without the network, store the reading, and say what changed."
        ),
    ] = False,
) -> None:
    """Only fetch and extract: show the document that a summary would be made from."""
    if again:
        from casebook.cli.rereading import read_again

        raise typer.Exit(read_again(context, sources, as_json=as_json))

    from casebook.cli.progress import StageBars
    from casebook.runtime.services import Services

    refs, settings = read_refs(sources), load_settings(context)

    async def work() -> list[int]:
        from casebook.pipeline.ingestion.ingest import extract_only

        codes = []
        async with Services(settings) as services:
            with StageBars(err()) as bars:
                for ref in refs:
                    try:
                        document = await extract_only(ref, services, reporter=bars)
                    except CasebookError as error:
                        codes.append(error.exit_code)
                        _print_extract_error(ref, error, as_json=as_json)
                    else:
                        _print_document(ref, document, as_json=as_json)
        return codes

    codes = stopping.run(work(), stopping.EXTRACTED)
    raise typer.Exit(max(codes, default=0))


def _print_extract_error(ref: SourceRef, error: CasebookError, *, as_json: bool) -> None:
    if as_json:
        from casebook.cli.views import failure_json

        print_json({"source": ref.source, "url": ref.url, "failure": failure_json(error)})
    err().print(f"[red]failed[/]  {plain(ref.source)}\n       {plain(str(error))}")


def _print_document(ref: SourceRef, document: Document, *, as_json: bool) -> None:
    if as_json:
        from casebook.cli.views import document_json

        print_json({"source": ref.source, **document_json(document)})
        return
    from casebook.cli.views import print_document

    print_document(document, out())


def point_at_server(settings: Settings) -> bool:
    """Tell whether a Prefect server serves this home; if so, have this process report to it.

    Prefect reads its settings at import, so this comes before the flows are imported.
    """
    import os

    from casebook.runtime.orchestrator import is_named_in_vain, running_server

    address = running_server(settings.home)
    if is_named_in_vain(address):
        err().print("No Prefect server answers at PREFECT_API_URL: it is left out.", markup=False)
    if address is None:
        return False
    os.environ["PREFECT_API_URL"] = address
    os.environ["CASEBOOK_HOME"] = str(settings.home)
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    return True
