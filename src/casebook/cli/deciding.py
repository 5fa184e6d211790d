"""``approve``, ``reject``, ``reopen``, ``edit``, ``comment`` and ``publish``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from casebook.cli.context import EXIT_SOME_FAILED, AsJson, CaseId, Who, with_services
from casebook.cli.terminal import err, out, plain, print_json
from casebook.schemas.errors import InvalidDecision

if TYPE_CHECKING:
    from casebook.pipeline.curation.editing import Edit
    from casebook.runtime.services import Services
    from casebook.schemas.reviews import Review

Reason = Annotated[str | None, typer.Option("--reason", "-r", help="Why.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (approve, reject, reopen, edit, comment, publish):
        app.command()(command)


def approve(
    context: typer.Context,
    case_ids: Annotated[list[str], typer.Argument(help="Cases, by id or its beginning.")],
    who: Who = None,
    reason: Reason = None,
    leave_out_unsupported: Annotated[
        bool, typer.Option(help="Approve although readers will not see unsupported statements.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Approve drafts for publishing."""

    async def work(services: Services) -> None:
        from casebook.pipeline.curation import decisions

        # All names are looked up first: a wrong one must not leave the rest half done.
        for case_id in [services.warehouse.resolve(name) for name in case_ids]:
            review = await decisions.approve(
                case_id,
                services,
                who=who or services.settings.curator,
                reason=reason,
                leave_out_unsupported=leave_out_unsupported,
            )
            _tell(review, as_json=as_json)

    with_services(context, work)


def reject(
    context: typer.Context,
    case_id: CaseId,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why.")],
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Reject a draft, saying why."""
    _decide(context, "reject", case_id, who, as_json=as_json, reason=reason)


def reopen(
    context: typer.Context,
    case_id: CaseId,
    who: Who = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Put a decided case back into the queue."""
    _decide(context, "reopen", case_id, who, as_json=as_json, reason=reason)


def comment(
    context: typer.Context,
    case_id: CaseId,
    text: Annotated[str, typer.Argument(help="What to remark.")],
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Leave a comment on a case."""
    _decide(context, "comment", case_id, who, as_json=as_json, text=text)


def _decide(
    context: typer.Context,
    decision: Literal["reject", "reopen", "comment"],
    case_id: str,
    who: str | None,
    *,
    as_json: bool,
    **said: str | None,
) -> None:
    """Make one decision about one case and tell it."""

    async def work(services: Services) -> None:
        from casebook.pipeline.curation import decisions

        make = getattr(decisions, decision)
        found = services.warehouse.resolve(case_id)
        review = await make(found, services, who=who or services.settings.curator, **said)
        _tell(review, as_json=as_json)

    with_services(context, work)


def edit(
    context: typer.Context,
    case_id: CaseId,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="company=NAME for a fact, lessons.2=TEXT for a statement, results.2.unit=hours "
            "for a part of a result.",
        ),
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option(help="lessons.2 for a statement, tags.SLUG for a tag.")
    ] = None,
    add: Annotated[
        list[str] | None, typer.Option(help="lessons=TEXT; give its words with --quote.")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option(help="A term of the taxonomy that the source names.")
    ] = None,
    quote: Annotated[
        list[str] | None, typer.Option(help="The source's words for each --add, in order.")
    ] = None,
    who: Who = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Make an edited copy of a case; it becomes a draft again. Statements count from 1."""
    edits = read_edits(set_ or [], drop or [], add or [], quote or [], tag or [])

    if not edits:
        raise InvalidDecision(
            "nothing to edit was given: --set, --drop, --add with --quote, or --tag"
        )

    async def work(services: Services) -> None:
        from casebook.pipeline.curation import decisions

        name = who or services.settings.curator
        found = services.warehouse.resolve(case_id)
        review = await decisions.edit(found, services, edits, who=name, reason=reason)
        _tell(review, as_json=as_json)

    with_services(context, work)


def read_edits(
    sets: Sequence[str],
    drops: Sequence[str],
    adds: Sequence[str],
    quotes: Sequence[str],
    tags: Sequence[str] = (),
) -> list[Edit]:
    """Return the edits that the options describe.

    Raises:
        InvalidDecision: if one is malformed, or an addition has no quote.
    """
    from casebook.pipeline.curation.editing import (
        AddStatement,
        AddTag,
        DropStatement,
        DropTag,
        SetFact,
    )
    from casebook.pipeline.curation.editing import SetStatement as Reword

    if len(adds) != len(quotes):
        raise InvalidDecision("each --add needs its --quote: the source's own words")
    edits: list[Edit] = []
    for item in sets:
        name, _, value = _split(item)
        field, _, number = name.partition(".")
        if "." in number:
            edits.append(_measure(number, value, item))
            continue
        edits.append(
            Reword(field=field, index=_index(number, item), text=value)
            if number
            else SetFact(field=field, value=value or None)
        )
    for item in drops:
        field, _, rest = item.partition(".")
        edits.append(
            DropTag(slug=rest)
            if field == "tags"
            else DropStatement(field=field, index=_index(rest, item))
        )
    for item, words in zip(adds, quotes, strict=True):
        field, _, text = _split(item)
        edits.append(AddStatement(field=field, text=text, quote=words))
    return edits + [AddTag(slug=slug) for slug in tags]


def _measure(place: str, value: str, item: str) -> Edit:
    """Return the edit of one part of a result, as in ``results.2.unit=hours``."""
    from pydantic import ValidationError

    from casebook.pipeline.curation.editing import SetMeasures

    number, _, part = place.partition(".")
    try:
        return SetMeasures.model_validate(
            {"index": _index(number, item), "measures": {part: value or None}}
        )
    except ValidationError:
        raise InvalidDecision(
            f"{item!r}: a result has metric, value, unit, baseline, window and method"
        ) from None


def _split(item: str) -> tuple[str, str, str]:
    if "=" not in item:
        raise InvalidDecision(f"{item!r} is not FIELD=VALUE")
    return item.partition("=")


def _index(number: str, item: str) -> int:
    if not number.isdigit() or number == "0":
        raise InvalidDecision(f"{item!r}: statements count from 1, as in lessons.2")
    return int(number) - 1


def _tell(review: Review, *, as_json: bool) -> None:
    if as_json:
        print_json(review.model_dump(mode="json"))
        return
    out().print(f"[green]{review.decision.value}[/]  {review.case_id}  by {review.who}")


def publish(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option("--to", help="The site's folder; by default in the home.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the approved cases as a static site, with all of them as data."""

    async def work(services: Services) -> None:
        from rich.markup import escape

        from casebook.pipeline.curation.publish import publish as write
        from casebook.publishing.wording import count

        done = await write(services, to.resolve() if to else None)
        if as_json:
            print_json(done.model_dump(mode="json"))
            raise typer.Exit(EXIT_SOME_FAILED if done.refused else 0)
        out().print(
            f"[green]published[/]  {count(done.pages, 'case')}: {len(done.added)} new, "
            f"{len(done.changed)} changed, {len(done.withdrawn)} withdrawn"
        )
        out().print(f"       {plain(str(done.path / 'index.html'))}")
        for kept in done.refused:
            err().print(f"[red]kept back[/]  {kept.case_id}  {escape(kept.reason)}")
        for one, other in done.near_copies:
            err().print(
                f"[yellow]warning:[/] {one} and {other} are near-copies and both published: "
                f"`casebook show {one}` says how near; reject one with `casebook reject`"
            )
        if not done.pages and not done.refused:
            err().print("No case is approved yet: `casebook review`, or `casebook approve ID`.")
        raise typer.Exit(EXIT_SOME_FAILED if done.refused else 0)

    with_services(context, work)
