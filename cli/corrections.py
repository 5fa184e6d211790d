"""``corrections``: mistakes that readers reported, and the decisions on them."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.context import with_resources
from cli.options import Text, arg, opt
from cli.terminal import emit, table_of
from schemas.mistakes import CurrentMistake

if TYPE_CHECKING:
    from config.resources import Resources

corrections = typer.Typer(
    help="List mistakes that readers reported, and decide on them.", no_args_is_help=True
)


@corrections.command("list")
@with_resources()
async def list_(resources: "Resources") -> None:
    """List the reported mistakes, newest first."""
    _show(resources.warehouse.mistakes())


@corrections.command()
@with_resources()
async def close(
    resources: "Resources",
    mistake: Annotated[str, arg(help="ID of a report, or its beginning.", metavar="REPORT")],
    what: Annotated[Text, opt(help="What was wrong: readers see it as a correction.")] = None,
    found_by: Annotated[Text, opt(help="The finder's name, for readers.")] = None,
    refuse: Annotated[Text, opt(help="Why it is no mistake, for curators.")] = None,
    who: options.Who = None,
) -> None:
    """Accept a report as a correction, or refuse it; the reader's address is deleted."""
    from schemas.errors import InputError
    from services.mistakes import Addresses, decide_mistake, find_mistake

    if (what is None) == (refuse is None):
        raise InputError("give --what to publish a correction, or --refuse with a reason")
    found = find_mistake(resources.warehouse, mistake)
    made = decide_mistake(
        resources.warehouse,
        found.mistake_id,
        "refuse" if what is None else "accept",
        who or resources.settings.curator,
        what=what or refuse or "",
        found_by=found_by or "",
    )
    Addresses(resources.settings.home).delete(made.mistake_id)
    _show([made])


def _show(mistakes: list[CurrentMistake]) -> None:
    rows = (
        (one.mistake_id, one.case_id, _state(one), one.what or one.message, one.text or "")
        for one in mistakes
    )
    table = table_of(("report", "case", "state", "what", "statement"), rows)
    emit(mistakes, lambda _: table, table=True, empty="No reader has reported a mistake.")


def _state(one: CurrentMistake) -> str:
    if one.ruling == "accept":
        return "mended" if one.mended_at else "to be mended"
    return "refused" if one.ruling else "to be decided"
