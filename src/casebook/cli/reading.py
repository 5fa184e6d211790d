"""``list``, ``show`` and ``failures``: what is there."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeVar

import typer

from casebook.cli.context import AsJson, CaseId, load_settings
from casebook.cli.terminal import err, out, print_json
from casebook.schemas.errors import InvalidSource

E = TypeVar("E", bound=StrEnum)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="list")(list_cases)
    app.command()(show)
    app.command()(failures)


def list_cases(
    context: typer.Context,
    status: Annotated[
        str | None, typer.Option(help="draft, approved, rejected, published or refused.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="web, markdown, text, pdf, captions …")] = None,
    company: Annotated[str | None, typer.Option(help="Only this company.")] = None,
    text: Annotated[str | None, typer.Option(help="In the title or the company.")] = None,
    limit: Annotated[
        int, typer.Option(min=1, help="At most so many; that there may be more is said.")
    ] = 100,
    as_json: AsJson = False,
) -> None:
    """List drafts and cases, newest first."""
    from casebook.cli.views import print_cases, print_refused
    from casebook.runtime.services import Services
    from casebook.schemas.listings import CaseFilter
    from casebook.schemas.reviews import CaseStatus
    from casebook.schemas.sources import SourceKind

    services = Services(load_settings(context))
    if status == "refused":
        refused = services.warehouse.refused()
        if as_json:
            for source in refused:
                print_json(source.model_dump(mode="json"))
        else:
            print_refused(refused, out())
        return
    wanted = CaseFilter(
        status=_choice(CaseStatus, status, "--status"),
        kind=_choice(SourceKind, kind, "--kind"),
        company=company,
        text=text,
        limit=limit,
    )
    cases = services.warehouse.cases(wanted)
    if as_json:
        for case in cases:
            print_json(case.model_dump(mode="json"))
    elif cases:
        print_cases(cases, out())
        if len(cases) == limit:
            err().print(f"The newest {limit:,}; --limit shows more, if there are more.")
    elif status or kind or company or text:
        err().print("No case is so; `casebook list` shows all.")
    else:
        err().print("No cases yet. `casebook submit URL_OR_FILE` makes the first.")


def _choice(kind: type[E], value: str | None, option: str) -> E | None:
    if value is None:
        return None
    try:
        return kind(value)
    except ValueError:
        allowed = ", ".join(str(member) for member in kind)
        allowed += ", refused" if option == "--status" else ""
        raise typer.BadParameter(f"{value!r} is none of {allowed}", param_hint=option) from None


def show(
    context: typer.Context,
    case_id: CaseId,
    as_json: AsJson = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the summary that readers get, as Markdown.")
    ] = False,
) -> None:
    """Show one case with the evidence of each statement."""
    if as_json and markdown:
        raise InvalidSource("give --json or --markdown (not both)")
    from casebook.cli.views import case_json, case_markdown, print_case
    from casebook.runtime.services import Services

    warehouse = Services(load_settings(context)).warehouse
    view = warehouse.case(warehouse.resolve(case_id))
    source_id = view.source.source_id
    twins, checks = warehouse.twins(source_id).get(source_id, []), warehouse.checks(source_id)
    if as_json:
        generations = warehouse.generations(view.revision.generation_ids)
        print_json(case_json(view, generations, twins, checks))
    elif markdown:
        typer.echo(case_markdown(view), nl=False)
    else:
        print_case(view, out(), twins, checks)


def failures(context: typer.Context, as_json: AsJson = False) -> None:
    """List what went wrong and was not answered since, and what was cut off on its way."""
    from casebook.cli.views import print_failures, print_unfinished
    from casebook.publishing.wording import count
    from casebook.runtime.services import Services

    warehouse = Services(load_settings(context)).warehouse
    found, cut_off = warehouse.open_failures(), warehouse.unfinished()
    if as_json:
        for failure in found:
            print_json(failure.model_dump(mode="json"))
        for source in cut_off:
            print_json({"failure": None, **source.model_dump(mode="json")})
        return
    if found:
        print_failures(found, out())
    if cut_off:
        print_unfinished(cut_off, out())
    if found or cut_off:
        err().print(
            "`casebook retry` tries them again: `--cause CAUSE` those of one cause, `--later` only "
            "what may have passed by itself. A copy of a page that you saved takes its place with "
            "`casebook submit FILE --url ADDRESS`."
        )
    else:
        err().print("No open failures.")
    if failing := [line for line in warehouse.watches() if line.is_failing]:
        lists = count(len(failing), "watched list")
        err().print(f"{lists} could not be read at the last looks: see `casebook watch list`.")
