"""``stale``, ``rerun``, ``diff``, ``adopt``, ``refuse``: what was made before, made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from casebook.cli import stopping
from casebook.cli.context import EXIT_SOME_FAILED, AsJson, CaseId, load_settings
from casebook.cli.terminal import err, moment, out, plain, print_json
from casebook.schemas.errors import InvalidDecision, InvalidSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from casebook.pipeline.batches.planning import Estimate
    from casebook.pipeline.curation.differing import Difference
    from casebook.pipeline.reprocessing.rerunning import Rerun
    from casebook.pipeline.reprocessing.staleness import Staleness
    from casebook.runtime.services import Services
    from casebook.schemas.listings import CaseView
    from casebook.schemas.reviews import Revision

_SIGNS = {"added": "+", "removed": "-", "reworded": "~", "changed": "="}
_COLOURS = {"added": "green", "removed": "red", "reworded": "yellow", "changed": "cyan"}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(stale)
    app.command()(rerun)
    app.command()(diff)
    app.command()(adopt)
    app.command()(refuse)


def stale(context: typer.Context, as_json: AsJson = False) -> None:
    """List the cases that an older prompt, schema, model, check or extraction made."""
    from casebook.pipeline.reprocessing.rerunning import stale_cases
    from casebook.runtime.services import Services

    found = stale_cases(Services(load_settings(context)))
    behind = [case for case in found if case.changes]
    if as_json:
        for case in behind:
            print_json(staleness_json(case))
        return
    for case in behind:
        _print_stale(case)
    if behind:
        open_ = sum(case.is_stale for case in behind)
        err().print(
            f"{len(behind)} of {len(found)} cases; `casebook rerun --stale` makes new drafts of "
            f"{open_}, `casebook diff ID` compares."
        )
    else:
        err().print(f"None of {len(found)} cases is stale.")


def staleness_json(case: Staleness) -> dict[str, Any]:
    """Return what is told of one case in JSON."""
    data = case.model_dump(mode="json")
    for key, changes in (("changes", case.changes), ("waiting_changes", case.waiting_changes)):
        data[key] = [{**told, "told": c.told} for told, c in zip(data[key], changes, strict=True)]
    return {**data, "stale": case.is_stale}


def _print_stale(case: Staleness) -> None:
    console = out()
    console.print(
        f"[bold]{case.case_id}[/]  {plain(case.title or 'Untitled')}  [dim]{case.status}[/]"
    )
    for change in case.changes:
        console.print(f"       {plain(change.told)}")
    if case.refused:
        console.print(f"       [dim]a newer draft was refused ({case.waiting})[/]")
    elif case.waiting:
        newer = "is stale too" if case.waiting_changes else "is up to date"
        console.print(f"       [cyan]a newer draft waits[/] ({case.waiting}) and {newer}")


def rerun(
    context: typer.Context,
    ids: Annotated[
        list[str] | None, typer.Argument(help="Cases to make anew.", show_default=False)
    ] = None,
    stale: Annotated[bool, typer.Option("--stale", help="All cases that are stale.")] = False,
    prompt: Annotated[
        str | None,
        typer.Option(
            help="The cases that an older version of this prompt made.", show_default=False
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would take.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make new drafts beside the old ones; what was approved, published or edited stays."""
    from casebook.pipeline.reprocessing import rerunning
    from casebook.prompts.loader import load_prompt
    from casebook.runtime.services import Services

    if bool(ids) + stale + (prompt is not None) != 1:
        raise InvalidSource("say which cases: ids, or --stale, or --prompt NAME (one of the three)")
    if prompt is not None:
        load_prompt(prompt)  # a name that is none is an error, not a list of no cases
    settings = load_settings(context)

    async def work() -> int:
        async with Services(settings, busy=True) as services:
            named = rerunning.named(ids, services) if ids else None
            found = rerunning.stale_cases(services, named)
            cases = rerunning.chosen(found, prompt=prompt, stale=stale)
            expected = rerunning.expected(cases, services)
            if dry_run and as_json:
                told = [staleness_json(case) for case in cases]
                print_json({"cases": told, "estimate": expected.model_dump(mode="json")})
                return 0
            _print_expected(cases, expected)
            if dry_run or not cases:
                return 0
            if not yes and not _agreed():
                return 0
            return await _rerun([case.case_id for case in cases], services, as_json=as_json)

    raise typer.Exit(stopping.run(work(), stopping.SOURCES))


def _agreed() -> bool:
    try:
        return typer.confirm("Go on?", err=True)
    except typer.Abort:
        raise InvalidSource("nobody answered: say --yes to go on without being asked") from None


def _print_expected(cases: Sequence[Staleness], expected: Estimate) -> None:
    from casebook.publishing.wording import count, duration, money

    if not cases:
        err().print("No case is to be made anew.")
        return
    fresh = len(cases) - expected.sources
    unchanged = f" ({fresh} up to date: nothing to pay)" if fresh else ""
    basis = "time by earlier sources" if expected.measured else "time is a guess, no history yet"
    err().print(
        f"{count(len(cases), 'case')}{unchanged} with {expected.model}: "
        f"at most {expected.calls:,} calls, about {expected.prompt_tokens:,} tokens in "
        f"and {expected.completion_tokens:,} out, {money(expected.cost_usd)}, "
        f"{duration(expected.seconds)} ({basis})",
        highlight=False,
    )


async def _rerun(case_ids: Sequence[str], services: Services, *, as_json: bool) -> int:
    from casebook.cli.progress import StageBars
    from casebook.pipeline.reprocessing.rerunning import rerun as rerun_cases

    codes = []
    with StageBars(err()) as bars:
        async for made in rerun_cases(case_ids, services, reporter=bars):
            codes.append(made.exit_code)
            if as_json:
                print_json(made.model_dump(mode="json", exclude={"exit_code"}))
            else:
                _print_rerun(made)
    telling = next((code for code in (4, 5) if code in codes), 0)
    return telling or (EXIT_SOME_FAILED if any(codes) else 0)


def _print_rerun(made: Rerun) -> None:
    console, named = out(), plain(made.title or "Untitled")
    if made.failure is not None:
        err().print(f"[red]failed[/]  {made.case_id}  {named}")
        err().print(f"       {made.failure.stage}: {plain(made.failure.message)}")
    elif not made.is_new:
        console.print(f"[dim]unchanged[/]  {made.case_id}  {named}")
    elif made.is_current:
        console.print(f"[green]new draft[/]  {made.case_id}  {named}  ({made.calls} calls)")
    else:
        console.print(f"[green]new draft waits[/]  {made.case_id}  {named}  ({made.calls} calls)")
        console.print(f"       `casebook diff {made.case_id}`, `casebook adopt {made.case_id}`")


def diff(
    context: typer.Context,
    case_id: CaseId,
    revisions: Annotated[
        list[str] | None,
        typer.Argument(
            help="Two revisions, or one to compare with the current one; by default the current "
            "one and the newest draft beside it.",
            metavar="[REV [REV]]",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare two revisions of a case field by field."""
    from casebook.pipeline.curation.differing import differences
    from casebook.runtime.services import Services

    warehouse = Services(load_settings(context)).warehouse
    view = warehouse.case(warehouse.resolve(case_id))
    before, after = _two(view, [warehouse.resolve(name) for name in revisions or []])
    found = differences(before.case_study, after.case_study)
    if as_json:
        told = [one.model_dump(mode="json") for one in found]
        ids = {"before": before.revision_id, "after": after.revision_id}
        print_json({"case_id": view.case.case_id, **ids, "differences": told})
        return
    for label, revision in (("-", before), ("+", after)):
        when = moment(revision.created_at)
        out().print(f"[dim]{label} {revision.revision_id}  by {plain(revision.author)}, {when}[/]")
    _print_differences(found)


def _two(view: CaseView, ids: Sequence[str]) -> tuple[Revision, Revision]:
    """Return the revisions to compare, the older way round where none or one is named."""
    from casebook.pipeline.curation.adopting import waiting_draft

    by_id = {revision.revision_id: revision for revision in view.revisions}
    if len(ids) > 2 or any(name not in by_id for name in ids):  # noqa: PLR2004 - a pair
        raise InvalidDecision(f"name at most two revisions of the case; it has {', '.join(by_id)}")
    if len(ids) == 2:  # noqa: PLR2004 - a pair
        return by_id[ids[0]], by_id[ids[1]]
    held = view.revision
    if ids:
        return held, by_id[ids[0]]
    if later := waiting_draft(view):
        return held, later
    place = list(by_id).index(held.revision_id)
    if not place:
        raise InvalidDecision("the case has one revision alone: there is nothing to compare")
    return view.revisions[place - 1], held


def _print_differences(found: Sequence[Difference]) -> None:
    console, field = out(), None
    if not found:
        console.print("The two say the same.")
    for one in found:
        if one.field != field:
            field = one.field
            console.print(f"[bold]{field.replace('_', ' ')}[/]")
        alike = f" [dim]({one.similarity:.0%} alike)[/]" if one.similarity is not None else ""
        sign, colour = _SIGNS[one.kind.value], _COLOURS[one.kind.value]
        if one.kind.value == "reworded":
            console.print(f"  [{colour}]{sign}[/] {plain(one.before or '—')}")
            console.print(f"    [{colour}]→[/] {plain(one.after or '—')}{alike}")
        else:
            console.print(f"  [{colour}]{sign}[/] {plain(one.after or one.before or '—')}")
        for note in one.notes:
            console.print(f"      [dim]{plain(note)}[/]")


def adopt(
    context: typer.Context,
    case_id: CaseId,
    revision: Annotated[
        str | None, typer.Argument(help="A draft; the newest that waits by default.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Take over edited fields too: the edits are undone.")
    ] = False,
    field: Annotated[
        list[str] | None,
        typer.Option(
            help="Take over this field alone, as `diff` names it; may be repeated.",
            show_default=False,
        ),
    ] = None,
    who: Annotated[str | None, typer.Option(help="Who decides.", show_default=False)] = None,
) -> None:
    """Take a newer draft over; fields that a person edited stay as they are."""
    from casebook.pipeline.curation.adopting import adopt as take_over
    from casebook.runtime.services import Services

    settings = load_settings(context)
    services = Services(settings)
    found = services.warehouse.resolve(case_id)
    wanted = services.warehouse.resolve(revision) if revision else None
    review, made = stopping.run(
        take_over(
            found,
            services,
            who=who or settings.curator,
            revision_id=wanted,
            whole=whole,
            chosen=field or None,
        )
    )
    kept = f", keeping what was edited: {', '.join(made.kept)}" if made.kept else ""
    left = f", leaving as they were: {', '.join(made.left)}" if made.left else ""
    out().print(f"{found} is a draft with revision {review.revision_id}{kept}{left}")


def refuse(
    context: typer.Context,
    case_id: CaseId,
    reason: Annotated[str | None, typer.Option(help="Why.", show_default=False)] = None,
    who: Annotated[str | None, typer.Option(help="Who decides.", show_default=False)] = None,
) -> None:
    """Refuse the newer draft that waits; the case stays as it is, and it is not offered again."""
    from casebook.pipeline.curation.adopting import refuse as not_wanted
    from casebook.runtime.services import Services

    settings = load_settings(context)
    services = Services(settings)
    found = services.warehouse.resolve(case_id)
    who = who or settings.curator
    review = stopping.run(not_wanted(found, services, who=who, reason=reason))
    out().print(f"{found} stays as it is; the draft {review.revision_id} was refused")
