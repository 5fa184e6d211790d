"""``subjects``: the subjects of a source, each with a case of its own."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.context import with_resources
from cli.options import Text, arg, opt
from cli.terminal import emit, err, table_of
from schemas.subjects import SourceSubject, Subject

if TYPE_CHECKING:
    from config.resources import Resources

Source = Annotated[str, arg(help="The address of a source, or the ID of it or of a case.")]
Name = Annotated[str, arg(help="Its company or system, or the ID of its case.", metavar="SUBJECT")]
System = Annotated[str, arg(help="What the company built, in a few words.")]
Company = Annotated[Text, opt(help="The company that runs it.")]

subjects = typer.Typer(
    help="List the subjects of a source, add, rename, draft or drop one.", no_args_is_help=True
)


@subjects.command("list")
@with_resources()
async def list_(resources: "Resources", source: Source) -> None:
    """List the subjects of a source; none if it has only one."""
    _show(resources, source)


@subjects.command()
@with_resources()
async def add(
    resources: "Resources",
    source: Source,
    system: System,
    company: Company = None,
    who: options.Who = None,
) -> None:
    """Add a subject; `casebook retry SOURCE` drafts it."""
    from services.subjects import add_subject

    curator, source_id = who or resources.settings.curator, _source(resources, source)
    subject = Subject(company=company, system=system)
    add_subject(resources.warehouse, source_id, subject, curator)
    _show(resources, source)


@subjects.command()
@with_resources()
async def rename(
    resources: "Resources",
    source: Source,
    name: Name,
    system: System,
    company: Company = None,
    who: options.Who = None,
) -> None:
    """Rename a subject; its case stays, and `casebook rerun CASE` drafts it anew."""
    from services.subjects import rename_subject

    curator, subject = who or resources.settings.curator, _subject(resources, source, name)
    to = Subject(company=company or subject.company, system=system)
    rename_subject(resources.warehouse, subject, to, curator)
    _show(resources, source)


@subjects.command()
@with_resources()
async def draft(
    resources: "Resources", source: Source, name: Name, who: options.Who = None
) -> None:
    """Want a case of a proposed or dropped subject; `casebook retry SOURCE` drafts it."""
    from services.subjects import confirm_subject

    curator = who or resources.settings.curator
    confirm_subject(resources.warehouse, _subject(resources, source, name), curator)
    _show(resources, source)


@subjects.command()
@with_resources()
async def drop(resources: "Resources", source: Source, name: Name, who: options.Who = None) -> None:
    """Drop a subject, and reject its draft."""
    from services.subjects import drop_subject

    curator = who or resources.settings.curator
    drop_subject(resources.warehouse, _subject(resources, source, name), curator)
    _show(resources, source)


def _source(resources: "Resources", name: str) -> str:
    from services.identity import source_named

    return source_named(name, resources.warehouse)


def _subject(resources: "Resources", source: str, name: str) -> SourceSubject:
    from services.subjects import find_subject

    return find_subject(resources.warehouse, _source(resources, source), name)


def _show(resources: "Resources", source: str) -> None:
    found = resources.warehouse.subjects(_source(resources, source))
    rows = ((one.company, one.system, one.state.value, one.case_id) for one in found)
    table = table_of(("company", "system", "state", "case"), rows)
    emit(found, lambda _: table, table=True, empty="The source has one subject.")
    if any(one.is_waiting for one in found):
        err().print(f"`casebook retry {source}` drafts what has no case yet.")
