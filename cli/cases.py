"""``list`` and ``show`` cases, decide about them, edit and redraft them."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from cli import options
from cli.context import EXIT_SOME_FAILED, pairs, with_resources
from cli.options import Text, Texts, arg, opt
from cli.sources import exit_code
from cli.summaries import COLOURS, case_view, cases_table, safe
from cli.terminal import counting, emit, err, out, print_json, print_result, wants_json
from publishing.json_views import case_json, line_json
from schemas.cases import FACT_NAMES, Measure, Section
from schemas.errors import CasebookError, InvalidDecision
from schemas.reviews import CaseFilter, CaseStatus, Review

if TYPE_CHECKING:
    from config.resources import Resources
    from flows.rerun import Redo
    from review.changes import Change
    from warehouse import Warehouse

CaseIds = Annotated[list[str], arg(help="Case IDs or ID prefixes.", metavar="CASE…")]


@with_resources()
async def list_(
    resources: "Resources",
    status: Annotated[CaseStatus | None, opt(help="Only cases with this status.")] = None,
    text: Annotated[Text, opt(help="Only cases with these words in title or company name.")] = None,
    company: Annotated[Text, opt(help="Only this company.")] = None,
    tag: Annotated[Text, opt(help="Only cases with this tag.")] = None,
    everything: Annotated[bool, opt("--all", help="Also list rejected sources.")] = False,
    limit: Annotated[int, opt(min=1, help="Maximum number of cases.", metavar="N")] = 100,
) -> None:
    """List drafts and cases, newest first."""
    warehouse = resources.warehouse
    wanted = CaseFilter(status=status, text=text, company=company, tag=tag, limit=limit)
    lines = warehouse.cases(wanted)
    refused = warehouse.refused() if everything else []
    table = partial(cases_table, width=out().width, fits=out().is_terminal)
    empty = "" if refused else "No cases yet; add one with `casebook submit ADDRESS`."
    emit(lines, table, table=True, to_json=line_json, empty=empty)
    emit(
        refused,
        "refused",
        to_json=lambda one: {"status": "refused", **one.model_dump(mode="json")},
        empty="",
    )
    waiting = warehouse.attention()
    if not wants_json() and (waiting["failed"] or waiting["unfinished"]):
        err().print(
            f"{waiting['failed']} failed and {waiting['unfinished']} unfinished: "
            "`casebook retry --dry-run` lists them."
        )


@with_resources()
async def show(
    resources: "Resources",
    case_id: options.CaseId,
    markdown: Annotated[bool, opt("--markdown", help="Print Markdown, as readers see it.")] = False,
) -> None:
    """Show a case: statements with their support and quotes, history and provenance."""
    warehouse = resources.warehouse
    view = warehouse.case(warehouse.resolve(case_id))
    source_id = view.source.source_id
    if markdown:
        from publishing.site.case_texts import to_markdown

        out().print(to_markdown(view), markup=False, soft_wrap=True)
        return
    near = warehouse.near_copies(source_id)
    check = warehouse.last_checks([source_id]).get(source_id)
    if wants_json():
        calls = warehouse.generations(view.revision.generation_ids)
        print_json(case_json(view, calls, near, check))
    else:
        out().print(case_view(view, near, check))


@with_resources()
async def approve(
    resources: "Resources",
    case_ids: CaseIds,
    confirm: Annotated[bool, opt(help="Confirm doubtful statements.")] = False,
    leave_out: Annotated[bool, opt(help="Leave out parts that cannot be published.")] = False,
    reopen: Annotated[bool, opt(help="Turn decided cases back into drafts.")] = False,
    who: options.Who = None,
) -> int:
    """Approve drafts for publication."""
    from review import decisions

    approving = partial(decisions.approve, confirm=confirm, leave_out=leave_out)
    decide: Callable[..., Review] = decisions.reopen if reopen else approving
    return await _each(resources, case_ids, who, decide)


@with_resources()
async def reject(
    resources: "Resources",
    case_ids: CaseIds,
    reason: Annotated[str, opt("--reason", "-r", help="The reason, for the history.")],
    draft: Annotated[bool, opt("--draft", help="Reject only the newer draft.")] = False,
    withdraw: Annotated[
        bool,
        opt("--withdraw", help="Remove published cases from the site; readers see why."),
    ] = False,
    who: options.Who = None,
) -> int:
    """Reject drafts, or edits of published cases; or withdraw published cases."""
    from review import adoption, decisions

    def decide(warehouse: "Warehouse", case_id: str, name: str) -> Review:
        if draft:
            return adoption.refuse_draft(warehouse, case_id, name, reason=reason)
        act = decisions.withdraw if withdraw else decisions.reject
        return act(warehouse, case_id, reason, name)

    return await _each(resources, case_ids, who, decide)


@with_resources()
async def edit(
    resources: "Resources",
    case_id: options.CaseId,
    set_: Annotated[
        Texts,
        opt(
            "--set",
            help="company=NAME sets a fact, 12=TEXT statement 12, 12.unit=hours its unit, "
            "12.section=lessons moves it, 2.rests_on=5,8 the statements behind a summary sentence.",
        ),
    ] = None,
    drop: Annotated[Texts, opt(help="Remove a statement (by number), fact or tag.")] = None,
    confirm: Annotated[Texts, opt(help="Confirm a part; a refuted one with a --reason.")] = None,
    add: Annotated[Texts, opt(help="Add a statement, e.g. lessons=TEXT, with a --quote.")] = None,
    quote: Annotated[Texts, opt(help="A quote from the source for --add.")] = None,
    adopt: Annotated[Texts, opt(help="Adopt these parts of the newer draft, or all.")] = None,
    comment: Annotated[Text, opt(help="Only add a comment.")] = None,
    url: Annotated[Text, opt(help="Only attach an address to a case made from a file.")] = None,
    who: options.Who = None,
    reason: Annotated[Text, opt("--reason", "-r", help="The reason.")] = None,
) -> int:
    """Edit facts, statements and tags of a case, adopt a newer draft, or comment."""
    from review import adoption, changes, decisions

    if url:
        from services.identity import attach_address

        warehouse = resources.warehouse
        source_id = warehouse.case_without_company(warehouse.resolve(case_id)).source.source_id
        found = attach_address(warehouse, source_id, url)
        emit([found], lambda one: f"{safe(one.url)} leads to {safe(case_id)}")
        return 0

    def decide(warehouse: "Warehouse", found: str, name: str) -> Review:
        judged = resources.has_judge
        if comment:
            return decisions.comment(warehouse, found, comment, name)
        if adopt:
            fields = None if "all" in adopt else adopt
            return adoption.adopt(warehouse, found, fields, name, judged=judged)
        wanted = _changes(set_, drop or [], add, quote or [])
        wanted += [changes.Confirm(part=_part(one), reason=reason) for one in confirm or []]
        return decisions.edit(warehouse, found, wanted, name, note=reason, judged=judged)

    return await _each(resources, [case_id], who, decide)


async def _each(
    resources: "Resources",
    case_ids: Sequence[str],
    who: str | None,
    decide: "Callable[[Warehouse, str, str], Review]",
) -> int:
    """Make the same decision about each case, and have edits judged; report failures."""
    from review.judgment import settle, waits

    warehouse, name = resources.warehouse, who or resources.settings.curator
    failures: list[CasebookError | None] = []
    for case_id in case_ids:
        try:
            review = decide(warehouse, warehouse.resolve(case_id), name)
        except CasebookError as error:
            failures.append(error)
            err().print(f"[red]failed[/]  {safe(case_id)}: {safe(error)}")
        else:
            failures.append(None)
            emit([review], "review")
            if waits(warehouse.case(review.case_id).revision.study):
                err().print("Asking the judge…")
            for words, one in (await settle(review.case_id, resources)).items():
                mark = f"[{COLOURS[one.level]}]{one.level.value}[/]"
                err().print(f"{mark}  {safe(words)}\n{' ' * 10}{safe(one.reason)}".rstrip())
    return exit_code(failures)


def _changes(
    sets: Texts, drops: Sequence[str], adds: Texts, quotes: Sequence[str]
) -> "list[Change]":
    """Return the changes that the options describe.

    Raises:
        InvalidDecision: if one is malformed, or an addition has no quote.
    """
    from review import changes as kinds

    added = pairs(adds)
    if len(added) != len(quotes):
        raise InvalidDecision("each --add needs a --quote from the source")
    changes: list[Change] = []
    for name, value in pairs(sets):
        number, _, part = name.partition(".")
        if name.isdigit():
            changes.append(kinds.SetStatement(n=int(name), text=value))
        elif number.isdigit() and part == "rests_on":
            base = tuple(map(int, re.findall(r"\d+", value)))
            changes.append(kinds.SetStatement(n=int(number), rests_on=base))
        elif number.isdigit() and part == "section" and value in list(Section):
            changes.append(kinds.Move(part=f"s-{number}", section=Section(value)))
        elif number.isdigit() and part in Measure.model_fields:
            parts = {part: value or None}
            changes.append(kinds.SetMeasure.model_validate({"n": int(number), "parts": parts}))
        elif name in FACT_NAMES:
            changes.append(kinds.SetFact(name=name, value=value or None))
        else:
            raise InvalidDecision(
                f"{name!r} is neither a fact ({', '.join(FACT_NAMES)}) nor a statement number"
            )
    changes += [kinds.Drop(part=_part(name)) for name in drops]
    for (name, text), words in zip(added, quotes, strict=True):
        if name not in set(Section):
            raise InvalidDecision(f"{name!r} is not a section; use {', '.join(Section)}")
        changes.append(kinds.AddStatement(section=Section(name), text=text, quote=words))
    return changes


def _part(name: str) -> str:
    """Return the id of a part from a statement's number, a fact's name or a tag's slug."""
    kind = "s" if name.isdigit() else "f" if name in FACT_NAMES else "t"
    return f"{kind}-{name}"


@with_resources("model", "budget", "batch_api", patient=True)
async def rerun(
    resources: "Resources",
    case_ids: Annotated[Texts, arg(help="By default, all outdated cases.", metavar="CASE…")] = None,
    prompt: options.Prompts = None,
    from_import: Annotated[
        bool, opt("--imported", help="Fetch and draft the sources of all imported cases.")
    ] = False,
    judge: Annotated[bool, opt("--judge", help="Judge the text anew instead of drafting.")] = False,
    dry_run: options.DryRun = False,
) -> int:
    """Make newer drafts beside existing ones; decided and edited cases do not change."""
    from flows import rerun as flow

    for name, version in pairs(prompt):
        resources.pin_prompt(name, version)
    find = flow.to_judge if judge else flow.imported if from_import else flow.stale
    redo = flow.rejudge if judge else flow.redraft
    ids = [resources.warehouse.resolve(name) for name in case_ids or ()]
    chosen = dict.fromkeys(ids, ("requested",)) if case_ids else await find(resources)
    plan = await flow.plan_text(chosen, resources, judging=judge)
    return await redo_cases(chosen, resources, redo, plan=plan, dry_run=dry_run)


async def redo_cases(
    chosen: Mapping[str, Sequence[str]],
    resources: "Resources",
    redo: "Redo[Any]",
    *,
    plan: str,
    dry_run: bool,
    show: Callable[[Any], object] = print_result,
) -> int:
    """Print the plan and then each result, or only the reasons by case."""
    from flows import rerun as flow

    is_judging = redo is flow.rejudge
    err().print(plan)
    if dry_run:
        lines = [{"case_id": one, "reason": "; ".join(why)} for one, why in chosen.items()]
        emit(lines, "rerun", to_json=dict, empty="")
        return 0
    failed, done = False, 0
    with counting("cases") as on_progress:
        async for result in flow.results(chosen, resources, redo):
            show(result)
            on_progress(done := done + 1, len(chosen))
            failed = failed or bool(result.failure or (is_judging and result.unjudged))
    return EXIT_SOME_FAILED if failed else 0
