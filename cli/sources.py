"""``submit``, ``extract`` and ``retry``: single sources."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import (
    EXIT_SOME_FAILED,
    AsJson,
    Text,
    Texts,
    arg,
    lines_of,
    load_settings,
    opt,
    standard_input,
    with_services,
)
from cli.terminal import StageBars, emit, err, out, print_json, print_result
from publishing.json_views import document_json, failure_json
from publishing.terminal import document_view, failure_text, plain, unfinished_text
from schemas.errors import CasebookError, InputError
from schemas.sources import SourceRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.services import Services
    from schemas.results import IngestResult

Sources = Annotated[
    list[str],
    arg(
        help="Addresses or files; - reads them from standard input, one a line or as JSON Lines "
        '{"source": …, "url": …}.',
        metavar="SOURCE…",
    ),
]
Url = Annotated[Text, opt(help="Where a local file came from.")]
Transcript = Annotated[Path | None, opt(help="A file with the words of a talk.")]
Feed = Annotated[Text, opt(help="A feed that carries the full text of the page.")]


def submit(
    context: typer.Context,
    sources: Sources,
    url: Url = None,
    transcript: Transcript = None,
    feed: Feed = None,
    force: Annotated[bool, opt(help="Draft also what triage refuses.")] = False,
    refresh: Annotated[bool, opt(help="Fetch known addresses again.")] = False,
    strategy: Annotated[Text, opt(help="single, map_reduce or guided.")] = None,
    source_budget: Annotated[float | None, opt(help="US dollars for one source.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch, extract and summarize sources; each becomes a draft for review."""
    settings = load_settings(context, llm_strategy=strategy, budget_source=source_budget)
    refs = references(sources, url, transcript, feed)
    results = with_services(
        context,
        lambda services: _process(services, refs, as_json=as_json, force=force, refresh=refresh),
        settings,
    )
    raise typer.Exit(exit_code(results))


def retry(
    context: typer.Context,
    sources: Annotated[
        Texts,
        arg(help="By default what may pass now.", metavar="SOURCE…"),
    ] = None,
    kind: Annotated[Text, opt(help="All of one cause: login_wall.")] = None,
    dry_run: Annotated[bool, opt("--dry-run", help="Only list what failed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Process failed and unfinished sources again; --dry-run lists them with causes."""
    from flows import identity
    from flows.retry import waiting

    async def work(services: "Services") -> "list[IngestResult]":
        warehouse = services.warehouse
        if dry_run:
            emit(warehouse.open_failures(), failure_text, as_json=as_json)
            emit(warehouse.unfinished(), unfinished_text, as_json=as_json)
            return []
        if sources:
            found = [warehouse.source(identity.source_named(name, warehouse)) for name in sources]
            refs = [source.reference for source in found if source]
        else:
            refs = await waiting(services, kind)
        if not refs:
            err().print("Nothing to retry; `casebook retry --dry-run` lists what failed.")
        return await _process(services, refs, as_json=as_json, force=False, refresh=False)

    raise typer.Exit(exit_code(with_services(context, work)))


def extract(
    context: typer.Context,
    sources: Sources,
    url: Url = None,
    transcript: Transcript = None,
    feed: Feed = None,
    again: Annotated[bool, opt(help="Read stored bytes again, offline.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the text that a summary would be made from; nothing is stored."""
    failed: list[CasebookError] = []

    async def work(services: "Services") -> None:
        for ref in references(sources, url, transcript, feed):
            try:
                await (_reread if again else _read)(services, ref, as_json=as_json)
            except CasebookError as error:
                failed.append(error)
                if as_json:
                    print_json({"source": ref.source, "failure": failure_json(error)})
                else:
                    err().print(f"[red]failed[/]  {plain(ref.source)}\n        {plain(error)}")

    with_services(context, work)
    if len(failed) == 1 and len(sources) == 1 and sources != ["-"]:
        raise typer.Exit(failed[0].exit_code)
    raise typer.Exit(EXIT_SOME_FAILED if failed else 0)


async def _read(services: "Services", ref: SourceRef, *, as_json: bool) -> None:
    from extractors.fetch.fetch import identify
    from flows.identity import document_from, payload_at, text_of

    payload = await payload_at(ref, services)
    remote = not isinstance(ref.transcript, str)
    extracted, payload = await text_of(payload, services, scripts=remote)
    source_id = identify(ref, payload).source_id
    document = document_from(extracted, source_id, "", payload.final_url or payload.url)
    if as_json:
        print_json(document_json(document))
    else:
        out().print(document_view(document))


async def _reread(services: "Services", ref: SourceRef, *, as_json: bool) -> None:
    from flows.identity import source_named
    from flows.rerun import reread

    found = await reread(source_named(ref.source, services.warehouse), services)
    if as_json:
        print_json({**document_json(found.after), "changed": found.changed})
        return
    words = [len(d.text.split()) if d else 0 for d in (found.before, found.after)]
    state = f"changed: {words[0]:,} → {words[1]:,} words" if found.changed else "the same text"
    out().print(f"{found.source_id}  {plain(found.after.title or '')}  {state}")


async def _process(
    services: "Services",
    refs: "Sequence[SourceRef]",
    *,
    as_json: bool,
    force: bool,
    refresh: bool,
) -> "list[IngestResult]":
    from flows.retry import process_all
    from flows.run import Run

    results = []
    with StageBars() as bars:

        def make(ref: SourceRef) -> Run:
            return Run(
                ref,
                services,
                force=force,
                refresh=refresh,
                on_stage=bars.on_stage,
                on_step=bars.on_step,
            )

        window = services.parallel + services.settings.workers
        async for result in process_all(refs, make, window):
            results.append(result)
            print_result(result, as_json=as_json)
    return results


def exit_code(results: "Sequence[IngestResult]") -> int:
    """Return 0, the failure's own code where one source failed alone, else 3."""
    failures = [result.failure for result in results if result.failure]
    if len(failures) == 1 and len(results) == 1:
        return failures[0].exit_code
    return EXIT_SOME_FAILED if failures else 0


def references(
    sources: "Sequence[str]", url: str | None, transcript: Path | None, feed: str | None
) -> list[SourceRef]:
    """Return what the arguments name; options apply to a single source.

    Raises:
        InputError: if options are given with several sources, or a line of input is not valid.
    """
    options = {"url": url, "transcript": str(transcript) if transcript else None, "feed": feed}
    given = {name: value for name, value in options.items() if value}
    if given and (len(sources) != 1 or sources == ["-"]):
        raise InputError(f"--{next(iter(given))} needs exactly one source")
    if given:
        return [SourceRef(source=sources[0], **given)]
    return [SourceRef(source=name, url=origin) for name, origin in _names(sources)]


def _names(sources: "Sequence[str]") -> list[tuple[str, str | None]]:
    """Return each source with its origin; ``-`` stands for the lines of standard input."""
    if list(sources) != ["-"]:
        return [(name, None) for name in sources if name.strip()]
    text = standard_input().decode("utf-8", "replace")
    return [_line(number, line) for number, line in lines_of(text)]


def _line(number: int, line: str) -> tuple[str, str | None]:
    if not line.startswith("{"):
        return line, None
    try:
        data = json.loads(line)
        return str(data["source"]), data.get("url")
    except (ValueError, KeyError, TypeError):
        raise InputError(
            f'line {number} of standard input is not JSON of the form {{"source": …}}'
        ) from None
