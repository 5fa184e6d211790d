"""``system``: which cases describe the same deployment."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.context import with_resources
from cli.options import Text, arg, opt
from cli.terminal import emit, table_of
from schemas.systems import System

if TYPE_CHECKING:
    from config.resources import Resources
    from services.proposals import Proposal

CaseId = Annotated[str, arg(help="Case ID, or its beginning.", metavar="CASE")]

system = typer.Typer(
    help="List systems, see proposals, and join, separate or rename.", no_args_is_help=True
)


@system.command("list")
@with_resources()
async def list_(resources: "Resources") -> None:
    """List the systems with their accounts in the order of time."""
    _show([one for one in resources.warehouse.systems() if one.accounts])


@system.command()
@with_resources()
async def propose(
    resources: "Resources",
    company: Annotated[Text, opt(help="Only cases of this company.")] = None,
) -> None:
    """List pairs of cases that may describe the same system, most likely first."""
    from services.companies import find_company
    from services.proposals import proposals

    wanted = find_company(resources.warehouse, company).company_id if company else None
    found = proposals(resources.warehouse, wanted)
    table = table_of(("one case", "the other", "why"), map(_pair, found))
    emit(found, lambda _: table, table=True, empty="No cases are similar enough.")


@system.command()
@with_resources()
async def join(
    resources: "Resources",
    one: CaseId,
    other: CaseId,
    name: Annotated[Text, opt(help="The name of a new system, such as the product's.")] = None,
    alone: Annotated[
        bool, opt(help="Move only the second case, without the other accounts of its system.")
    ] = False,
    who: options.Who = None,
) -> None:
    """Make two cases accounts of the same system."""
    from services import systems

    warehouse, curator = resources.warehouse, who or resources.settings.curator
    ids = warehouse.resolve(one), warehouse.resolve(other)
    _show([systems.join(warehouse, *ids, curator, name=name, alone=alone)])


@system.command()
@with_resources()
async def leave(resources: "Resources", case: CaseId, who: options.Who = None) -> None:
    """Let a case stand alone again."""
    from services import systems

    warehouse = resources.warehouse
    systems.leave(warehouse, warehouse.resolve(case), who or resources.settings.curator)


@system.command()
@with_resources()
async def rename(
    resources: "Resources",
    wanted: Annotated[str, arg(help="Its name or ID.", metavar="SYSTEM")],
    new: Annotated[str, arg(help="The name for readers.", metavar="NAME")],
    who: options.Who = None,
) -> None:
    """Rename a system; its page keeps its address."""
    from services import systems

    curator = who or resources.settings.curator
    _show([systems.rename(resources.warehouse, wanted, new, curator)])


@system.command()
@with_resources()
async def undo(
    resources: "Resources",
    decision: Annotated[
        Text, arg(help="ID of a decision; by default the newest.", metavar="DECISION")
    ] = None,
    who: options.Who = None,
) -> None:
    """Undo a decision on systems: by default the newest that was not undone."""
    from services import systems

    warehouse = resources.warehouse
    systems.undo(
        warehouse,
        decision or systems.newest_decision(warehouse),
        who or resources.settings.curator,
    )
    _show([one for one in warehouse.systems() if one.accounts])


def _pair(one: "Proposal") -> tuple[str, str, str]:
    first, second = (
        f"{case.title}\n{case.case_id}, {case.account_date.year}" for case in (one.one, one.other)
    )
    return first, second, "; ".join(one.reasons)


def _show(systems: list[System]) -> None:
    rows = (
        (
            one.name,
            one.system_id,
            one.company_id,
            "\n".join(
                f"{case.account_date.year} {case.title} ({case.case_id})" for case in one.accounts
            ),
        )
        for one in systems
    )
    table = table_of(("system", "id", "company", "accounts"), rows)
    emit(systems, lambda _: table, table=True, empty="No cases are joined yet.")
