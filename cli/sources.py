"""``submit``, ``extract`` and ``retry`` single sources."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import ValidationError

from cli import options
from cli.context import EXIT_SOME_FAILED, standard_input, with_resources
from cli.options import Text, Texts, arg, opt
from cli.summaries import document_view, safe
from cli.terminal import emit, err, out, print_json, print_result, stage_bars, wants_json
from publishing.json_views import document_json, failure_json
from schemas.errors import CasebookError, InputError
from schemas.results import Failure
from schemas.sources import SourceRef

if TYPE_CHECKING:
    from config.resources import Resources
    from schemas.results import IngestResult

Sources = Annotated[
    list[str],
    arg(
        help="Addresses or files; - reads standard input: one per line, or JSON Lines "
        '{"source": …, "url": …, "transcript": …}.',
        metavar="SOURCE…",
    ),
]
Url = Annotated[Text, opt(help="The original address of a local file.")]
Transcript = Annotated[
    str | None, opt(help="The file or address of the transcript of a video or recording.")
]
Feed = Annotated[Text, opt(help="A feed with the full text of the page.")]


@with_resources("strategy", "source_budget")
async def submit(
    resources: "Resources",
    sources: Sources,
    url: Url = None,
    transcript: Transcript = None,
    feed: Feed = None,
    force: options.Force = False,
    refresh: Annotated[bool, opt(help="Fetch addresses even if already stored.")] = False,
) -> int:
    """Fetch and summarize sources; each becomes a draft for review."""
    refs = references(sources, url, transcript, feed)
    results = await process(resources, refs, force=force, refresh=refresh)
    return exit_code([result.failure for result in results])


@with_resources("batch_api")
async def retry(
    resources: "Resources",
    sources: Annotated[
        Texts, arg(help="By default, temporary failures.", metavar="SOURCE…")
    ] = None,
    kind: Annotated[Text, opt(help="All failures with this cause, e.g. login_wall.")] = None,
    dry_run: Annotated[bool, opt("--dry-run", help="Only list the failures.")] = False,
) -> int:
    """Process failed and unfinished sources again."""
    from services import identity

    warehouse, opened = resources.warehouse, resources.warehouse.open_failures()
    if dry_run:
        emit(opened, "failure")
        emit(warehouse.unfinished(), "unfinished", empty="")
        return 0
    if sources:
        found = [warehouse.source(identity.source_named(name, warehouse)) for name in sources]
        refs = [source.reference for source in found if source]
    elif kind:  # includes failures that need a person
        refs = [one.reference for one in opened if one.failure.kind == kind]
    else:
        refs = [one.reference for one in opened if one.failure.remedy == "wait"]
        refs += [source.reference for source in warehouse.unfinished()]
    if not refs:
        err().print("Nothing to retry; `casebook retry --dry-run` lists all failures.")
    results = await process(resources, dict.fromkeys(refs))
    return exit_code([result.failure for result in results])


@with_resources()
async def extract(
    resources: "Resources",
    sources: Sources,
    url: Url = None,
    transcript: Transcript = None,
    feed: Feed = None,
    again: Annotated[bool, opt(help="Read the stored bytes again, offline.")] = False,
) -> int:
    """Show the extracted text of sources, without storing it."""
    failures: list[CasebookError | None] = []
    for ref in references(sources, url, transcript, feed):
        try:
            await (_reread if again else _read)(resources, ref)
            failures.append(None)
        except CasebookError as error:
            failures.append(error)
            if wants_json():
                print_json({"source": ref.source, "failure": failure_json(error)})
            else:
                err().print(f"[red]failed[/]  {safe(ref.source)}\n        {safe(error)}")
    return exit_code(failures)


async def _read(resources: "Resources", ref: SourceRef) -> None:
    from extractors.fetch.fetch import fetch_item, identify, read_rendered
    from services.identity import document_from

    payload = await fetch_item(ref, resources.network, resources.workers)
    network = None if ref.transcript else resources.network
    extracted, payload = await read_rendered(payload, resources.workers, network)
    document = document_from(extracted, payload, identify(ref, payload).source_id)
    data = {"source": ref.source, **document_json(document)}
    emit([document], document_view, to_json=lambda _: data)


async def _reread(resources: "Resources", ref: SourceRef) -> None:
    from flows.rerun import reread
    from services.identity import source_named

    before, after = await reread(source_named(ref.source, resources.warehouse), resources)
    changed = before is None or before.text != after.text
    if wants_json():
        print_json({"source": ref.source, **document_json(after), "changed": changed})
        return
    words = [len(d.text.split()) if d else 0 for d in (before, after)]
    state = f"changed: {words[0]:,} → {words[1]:,} words" if changed else "the same text"
    out().print(f"{after.source_id}  {safe(after.title or '')}  {state}")


async def process(
    resources: "Resources",
    refs: Iterable[SourceRef],
    *,
    force: bool = False,
    refresh: bool = False,
) -> "list[IngestResult]":
    """Process sources; print and return their results."""
    from flows.ingest import process as process_one
    from services.batches import map_concurrently
    from services.run import Run

    results, at_once = [], resources.parallel + resources.settings.workers
    with stage_bars() as on_progress:
        runs = [
            Run(ref, resources, force=force, refresh=refresh, on_progress=on_progress)
            for ref in refs
        ]
        async for result in map_concurrently(process_one, runs, at_once):
            results.append(result)
            print_result(result)
    return results


def exit_code(outcomes: Sequence[CasebookError | Failure | None]) -> int:
    """Return 0 for success, the failure's code if the only source failed, otherwise 3."""
    failures = [outcome for outcome in outcomes if outcome]
    if len(failures) == len(outcomes) == 1:
        return failures[0].exit_code
    return EXIT_SOME_FAILED if failures else 0


def references(
    sources: Sequence[str], url: str | None, transcript: str | None, feed: str | None
) -> list[SourceRef]:
    """Return the sources that the arguments name.

    Raises:
        InputError: if options are given with several sources, or an input line is not valid.
    """
    options = {"url": url, "transcript": transcript, "feed": feed}
    given = {name: value for name, value in options.items() if value}
    if given and (len(sources) != 1 or sources == ["-"]):
        raise InputError(f"--{next(iter(given))} needs exactly one source")
    if list(sources) != ["-"]:
        return [SourceRef(source=name, **given) for name in sources if name.strip()]
    lines = standard_input().decode("utf-8", "replace").splitlines()
    numbered = ((number, line.strip()) for number, line in enumerate(lines, start=1))
    return [_line(number, line) for number, line in numbered if line and line[0] != "#"]


def _line(number: int, line: str) -> SourceRef:
    if not line.startswith("{"):
        return SourceRef(source=line)
    try:
        return SourceRef.model_validate_json(line)
    except ValidationError as error:
        found = error.errors()[0]
        raise InputError(
            f'line {number} of standard input is not JSON of the form {{"source": …, "url": …, '
            f'"transcript": …, "feed": …}}: {".".join(map(str, found["loc"]))}: {found["msg"]}'
        ) from None
