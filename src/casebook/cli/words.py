"""``tags`` and ``companies``: the words that cases are filed and found under."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from casebook.cli.context import AsJson, Who, load_settings, with_services
from casebook.cli.terminal import err, out, print_json

if TYPE_CHECKING:
    from casebook.runtime.services import Services

Name = Annotated[str, typer.Argument(help="The name as it was proposed.")]


class Group(StrEnum):
    """The groups of the taxonomy."""

    TECHNIQUE = "technique"
    TOOL = "tool"
    APPLICATION = "application"
    CONCERN = "concern"


tags = typer.Typer(
    no_args_is_help=True,
    help="The taxonomy: names that drafts want and it lacks, and what becomes of them.",
    rich_markup_mode=None,
)
companies = typer.Typer(
    no_args_is_help=True,
    help="Companies that go by several names.",
    rich_markup_mode=None,
)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(tags, name="tags")
    parent.add_typer(companies, name="companies")


@tags.command()
def proposals(context: typer.Context, as_json: AsJson = False) -> None:
    """List the names that wait for a ruling, with the words that show them."""
    from rich.markup import escape

    from casebook.pipeline.curation.terms import waiting
    from casebook.runtime.services import Services

    found = waiting(Services(load_settings(context)).warehouse)
    for term in found:
        if as_json:
            print_json(term.model_dump(mode="json"))
            continue
        out().print(f"[bold]{escape(term.name)}[/]  {term.group}, in {term.documents} documents")
        for evidence in term.proposals[0].evidence[:1]:
            out().print(f"       [dim]“{escape(evidence.quote)}”[/]")
    if found:
        err().print("`casebook tags accept|map|refuse NAME` decides.")
    elif not as_json:
        err().print("No name waits for a ruling.")


@tags.command()
def accept(
    context: typer.Context,
    name: Name,
    definition: Annotated[str, typer.Option(help="What it means, in one sentence.")],
    group: Annotated[Group | None, typer.Option(help="Another group than proposed.")] = None,
    label: Annotated[str | None, typer.Option(help="How it is shown.")] = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Make a name a term, and tag the drafts whose text names it; no model is asked."""

    async def work(services: Services) -> list[str]:
        from casebook.pipeline.curation import terms

        return await terms.accept(
            name,
            services,
            who=who or services.settings.curator,
            definition=definition,
            group=group.value if group else None,
            label=label,
        )

    _tell("accepted", name, with_services(context, work), as_json=as_json)


@tags.command(name="map")
def map_(
    context: typer.Context,
    name: Name,
    term: Annotated[str, typer.Argument(help="The slug or a name of the term it means.")],
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Make a name another form of a term, and tag the drafts whose text names it."""

    async def work(services: Services) -> list[str]:
        from casebook.pipeline.curation import terms

        return await terms.map_to(name, term, services, who=who or services.settings.curator)

    _tell("mapped", name, with_services(context, work), as_json=as_json)


@tags.command()
def refuse(
    context: typer.Context,
    name: Name,
    reason: Annotated[str | None, typer.Option("--reason", "-r", help="Why.")] = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Refuse a name: it is never proposed again."""

    async def work(services: Services) -> list[str]:
        from casebook.pipeline.curation import terms

        who_ = who or services.settings.curator
        return await terms.refuse(name, services, who=who_, reason=reason)

    _tell("refused", name, with_services(context, work), as_json=as_json)


def _tell(what: str, name: str, cases: list[str], *, as_json: bool) -> None:
    from rich.markup import escape

    if as_json:
        print_json({"ruling": what, "name": name, "tagged": cases})
        return
    out().print(
        f"[green]{what}[/]  {escape(name)}" + (f", {len(cases)} drafts tagged" * bool(cases))
    )


@companies.command(name="list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the aliases that curators made."""
    from rich.markup import escape

    from casebook.runtime.services import Services

    for made in Services(load_settings(context)).warehouse.company_aliases():
        if as_json:
            print_json(made.model_dump(mode="json"))
        else:
            out().print(f"{escape(made.alias)}  →  {escape(made.name or '(its own name again)')}")


@companies.command()
def alias(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The other name, such as Facebook.")],
    company: Annotated[
        str | None, typer.Argument(help="The company it is; left out, the alias is taken back.")
    ] = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Remember that two names are one company, for drafts to come and for filters."""
    from rich.markup import escape

    async def work(services: Services) -> None:
        from casebook.pipeline.curation.companies import alias as remember

        made = await remember(name, company, services, who=who or services.settings.curator)
        if as_json:
            print_json(made.model_dump(mode="json"))
        else:
            out().print(f"[green]remembered[/]  {escape(made.alias)} → {escape(made.name or '—')}")

    with_services(context, work)
