"""``company``: companies, their aliases and names."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.context import with_resources
from cli.options import Text, arg, opt
from cli.terminal import emit, table_of
from schemas.companies import Company, CompanyKind
from schemas.errors import InputError
from schemas.taxonomy import load_taxonomy

if TYPE_CHECKING:
    from config.resources import Resources

Name = Annotated[str, arg(help="Its name in any spelling, or its ID.", metavar="COMPANY")]

company = typer.Typer(
    help="List companies, add other names of them, or rename them.", no_args_is_help=True
)


@company.command("list")
@with_resources()
async def list_(
    resources: "Resources",
    text: Annotated[Text, opt(help="Only companies with this text in a name.")] = None,
) -> None:
    """List the companies, those with most cases first."""
    wanted = (text or "").casefold()
    found = [
        one
        for one in resources.warehouse.companies()
        if any(wanted in name.casefold() for name in (one.name, *one.aliases))
    ]
    _show(found)


@company.command()
@with_resources()
async def alias(
    resources: "Resources",
    other: Annotated[str, arg(help="The other name.", metavar="ALIAS")],
    name: Name,
    who: options.Who = None,
) -> None:
    """Make ALIAS another name of a company; with the same name twice, undo it."""
    from services.companies import add_alias

    curator = who or resources.settings.curator
    _show([add_alias(resources.warehouse, other, name, curator)])


@company.command()
@with_resources()
async def rename(
    resources: "Resources",
    name: Name,
    new: Annotated[str, arg(help="The name for readers.", metavar="NAME")],
    kind: Annotated[CompanyKind | None, opt(help="What the company does.")] = None,
    industry: Annotated[Text, opt(help="Its industry.")] = None,
    website: Annotated[Text, opt(help="Its address on the web.")] = None,
    who: options.Who = None,
) -> None:
    """Change the name of a company, and what is known of it; its page keeps its address."""
    from services.companies import change_company

    known = load_taxonomy().industry(industry) if industry else None
    if industry and known is None:
        raise InputError(f"there is no industry {industry}")
    values = {"name": new, "kind": kind, "website": website}
    values["industry"] = known.slug if known else None
    curator = who or resources.settings.curator
    _show([change_company(resources.warehouse, name, curator, **values)])


def _show(companies: list[Company]) -> None:
    columns = ("company", "id", "kind", "industry", "also written as", "cases")
    rows = (
        (one.name, one.company_id, one.kind, one.industry, ", ".join(one.aliases), one.cases)
        for one in companies
    )
    table = table_of(columns, rows)
    emit(companies, lambda _: table, table=True, empty="No case names a company yet.")
