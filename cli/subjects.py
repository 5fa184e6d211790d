"""``subjects``: the subjects of a source, each with a case of its own."""

from typing import TYPE_CHECKING, Annotated

from cli import options
from cli.context import with_resources
from cli.options import Text, arg, opt
from cli.terminal import emit, err, table_of
from schemas.subjects import Subject, SubjectAction

if TYPE_CHECKING:
    from config.resources import Resources


@with_resources()
async def subjects(
    resources: "Resources",
    source: Annotated[str, arg(help="The address of a source, or the ID of it or a case.")],
    action: Annotated[
        SubjectAction | None,
        arg(help="`draft` wants a case of a proposed subject, `drop` rejects its draft."),
    ] = None,
    name: Annotated[
        Text, arg(help="Its company or system, or the ID of its case.", metavar="SUBJECT")
    ] = None,
    company: Annotated[Text, opt(help="The company that runs it, to add or rename it.")] = None,
    system: Annotated[Text, opt(help="What the company built, in a few words.")] = None,
    who: options.Who = None,
) -> None:
    """List the subjects of a source; add, rename, draft or drop one."""
    from services.identity import source_named
    from services.subjects import change_subject

    warehouse, curator = resources.warehouse, who or resources.settings.curator
    source_id, to = source_named(source, warehouse), Subject(company=company, system=system or "")
    if action:
        change_subject(warehouse, source_id, action, curator, name=name or "", to=to)
    found = warehouse.subjects(source_id)
    rows = ((one.company, one.system, one.state.value, one.case_id) for one in found)
    table = table_of(("company", "system", "state", "case"), rows)
    emit(found, lambda _: table, table=True, empty="The source has one subject.")
    if any(one.is_waiting for one in found):
        err().print(f"`casebook retry {source}` drafts the subjects without a case.")
