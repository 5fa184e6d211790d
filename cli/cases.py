"""``list``, ``show`` and the curator's decisions from the terminal."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import (
    EXIT_SOME_FAILED,
    AsJson,
    CaseId,
    Text,
    Texts,
    Who,
    arg,
    load_settings,
    opt,
    with_services,
)
from cli.terminal import err, out, print_json, print_result
from publishing.json_views import case_json, line_json
from publishing.terminal import case_view, cases_table, plain, refused_text
from schemas.cases import FACT_NAMES, Measure, Section
from schemas.errors import CasebookError, InvalidDecision
from schemas.reviews import CaseStatus, Review

if TYPE_CHECKING:
    from config.services import Services
    from review.changes import Change

CaseIds = Annotated[list[str], arg(help="Cases, or beginnings of ids.", metavar="CASE…")]


def list_(
    context: typer.Context,
    status: Annotated[CaseStatus | None, opt(help="Only cases of this status.")] = None,
    text: Annotated[Text, opt(help="Words of title or company.")] = None,
    company: Annotated[Text, opt(help="Only this company.")] = None,
    tag: Annotated[Text, opt(help="Only cases with this tag.")] = None,
    everything: Annotated[bool, opt("--all", help="Also refused sources, with reasons.")] = False,
    limit: Annotated[int, opt(min=1, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List drafts and cases, the newest first."""
    from schemas.reviews import CaseFilter

    async def work(services: "Services") -> None:
        wanted = CaseFilter(status=status, text=text, company=company, tag=tag, limit=limit)
        lines = services.warehouse.cases(wanted)
        refused = services.warehouse.refused() if everything else []
        if as_json:
            for line in lines:
                print_json(line_json(line))
        elif lines:
            out().print(cases_table(lines, out().width, fits=out().is_terminal))
        for one in refused:
            if as_json:
                print_json({"status": "refused", **one.model_dump(mode="json")})
            else:
                out().print(refused_text(one))
        if not as_json:
            _hint(services, shown=len(lines) + len(refused))

    with_services(context, work)


def _hint(services: "Services", *, shown: int) -> None:
    waiting = services.warehouse.attention()
    if not shown:
        err().print("No cases yet: `casebook submit ADDRESS` makes one.")
    if waiting["failed"] or waiting["unfinished"]:
        err().print(
            f"{waiting['failed']} failed and {waiting['unfinished']} unfinished: "
            "`casebook retry --dry-run` lists them."
        )


def show(
    context: typer.Context,
    case_id: CaseId,
    markdown: Annotated[bool, opt("--markdown", help="Print it as readers will see it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a case: statements with support and quotes, history and provenance."""

    async def work(services: "Services") -> None:
        warehouse = services.warehouse
        view = warehouse.case(warehouse.resolve(case_id))
        source_id = view.source.source_id
        if markdown:
            from publishing.markdown import to_markdown

            out().print(to_markdown(view), markup=False, soft_wrap=True)
            return
        near = warehouse.near_copies(source_id)
        check = warehouse.last_checks([source_id]).get(source_id)
        if as_json:
            calls = warehouse.generations(view.revision.generation_ids)
            print_json(case_json(view, calls, near, check))
        else:
            out().print(case_view(view, near, check))

    with_services(context, work)


def approve(
    context: typer.Context,
    case_ids: CaseIds,
    confirm: Annotated[bool, opt(help="Confirm doubtful statements.")] = False,
    leave_out: Annotated[bool, opt(help="Leave out unpublishable parts.")] = False,
    reopen: Annotated[bool, opt(help="Put decided cases back among drafts.")] = False,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Approve drafts for publication; several ids continue after one that fails."""
    from review import decisions

    def decide(services: "Services", case_id: str, name: str) -> Review:
        if reopen:
            return decisions.reopen(services.warehouse, case_id, name)
        return decisions.approve(
            services.warehouse, case_id, name, confirm=confirm, leave_out=leave_out
        )

    _each(context, case_ids, who, decide, as_json=as_json)


def reject(
    context: typer.Context,
    case_ids: CaseIds,
    reason: Annotated[str, opt("--reason", "-r", help="Why; kept for later.")],
    draft: Annotated[bool, opt("--draft", help="Refuse only a newer draft.")] = False,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Reject cases with a reason; --draft refuses a newer draft and keeps the case."""
    from review import adoption, decisions

    def decide(services: "Services", case_id: str, name: str) -> Review:
        if draft:
            return adoption.refuse_draft(services.warehouse, case_id, name, reason=reason)
        return decisions.reject(services.warehouse, case_id, reason, name)

    _each(context, case_ids, who, decide, as_json=as_json)


def _each(
    context: typer.Context,
    case_ids: Sequence[str],
    who: str | None,
    decide: Callable[["Services", str, str], Review],
    *,
    as_json: bool,
) -> None:
    """Make one decision about each case; name those that fail and continue with the rest."""
    failed: list[CasebookError] = []

    async def work(services: "Services") -> None:
        name = who or services.settings.curator
        for case_id in case_ids:
            try:
                review = decide(services, services.warehouse.resolve(case_id), name)
            except CasebookError as error:
                failed.append(error)
                err().print(f"[red]failed[/]  {plain(case_id)}: {plain(error)}")
            else:
                _print_review(review, as_json=as_json)

    with_services(context, work)
    if failed:
        raise typer.Exit(EXIT_SOME_FAILED if len(case_ids) > 1 else failed[0].exit_code)


def _print_review(review: Review, *, as_json: bool) -> None:
    if as_json:
        print_json(review.model_dump(mode="json"))
    else:
        decision = review.decision.value.replace("_", " ")
        out().print(f"[green]{decision}[/]  {review.case_id}  by {plain(review.who)}")


def edit(
    context: typer.Context,
    case_id: CaseId,
    set_: Annotated[
        Texts,
        opt(
            "--set",
            help="company=NAME for a fact, 12=TEXT for statement 12, 12.unit=hours for its unit.",
        ),
    ] = None,
    drop: Annotated[Texts, opt(help="A statement's number, or a tag.")] = None,
    add: Annotated[Texts, opt(help="lessons=TEXT, with a --quote.")] = None,
    quote: Annotated[Texts, opt(help="The source's words for --add.")] = None,
    adopt: Annotated[Texts, opt(help="Parts of the newer draft, or all.")] = None,
    comment: Annotated[Text, opt(help="Only leave a comment.")] = None,
    who: Who = None,
    reason: Annotated[Text, opt("--reason", "-r", help="Why.")] = None,
    as_json: AsJson = False,
) -> None:
    """Edit a case: facts, statements and tags; or adopt a newer draft, or comment."""
    from review import adoption, decisions

    async def work(services: "Services") -> None:
        name = who or services.settings.curator
        warehouse = services.warehouse
        found = warehouse.resolve(case_id)
        if comment:
            review = decisions.comment(warehouse, found, comment, name)
        elif adopt:
            fields = None if "all" in adopt else adopt
            review = adoption.adopt(warehouse, found, fields, name)
        else:
            changes = _changes(set_ or [], drop or [], add or [], quote or [])
            review = decisions.edit(warehouse, found, changes, name, note=reason)
        _print_review(review, as_json=as_json)

    with_services(context, work)


def _changes(
    sets: Sequence[str], drops: Sequence[str], adds: Sequence[str], quotes: Sequence[str]
) -> "list[Change]":
    """Return the changes that the options describe.

    Raises:
        InvalidDecision: if one is malformed, an addition has no quote, or there are none.
    """
    from review.changes import (
        AddStatement,
        DropStatement,
        DropTag,
        SetFact,
        SetMeasure,
        SetStatement,
    )

    if len(adds) != len(quotes):
        raise InvalidDecision("each --add needs its --quote: the source's own words")
    changes: list[Change] = []
    for name, value in map(_pair, sets):
        number, _, part = name.partition(".")
        if name.isdigit():
            changes.append(SetStatement(n=int(name), text=value))
        elif number.isdigit() and part in Measure.model_fields:
            parts = {part: value or None}
            changes.append(SetMeasure.model_validate({"n": int(number), "parts": parts}))
        elif name in FACT_NAMES:
            changes.append(SetFact(name=name, value=value or None))
        else:
            raise InvalidDecision(
                f"{name!r} is neither a fact ({', '.join(FACT_NAMES)}) nor a statement's number"
            )
    changes += [DropStatement(n=int(i)) if i.isdigit() else DropTag(slug=i) for i in drops]
    for (name, text), words in zip(map(_pair, adds), quotes, strict=True):
        if name not in set(Section):
            raise InvalidDecision(f"{name!r} is not a section; use {', '.join(Section)}")
        changes.append(AddStatement(section=Section(name), text=text, quote=words))
    if not changes:
        raise InvalidDecision("nothing to do: use --set, --drop, --add, --adopt or --comment")
    return changes


def _pair(item: str) -> tuple[str, str]:
    name, mark, value = item.partition("=")
    if not mark:
        raise InvalidDecision(f"{item!r} does not have the form NAME=VALUE")
    return name.strip(), value.strip()


def rerun(
    context: typer.Context,
    case_ids: Annotated[
        Texts,
        arg(help="By default all that are stale.", metavar="CASE…"),
    ] = None,
    model: Annotated[Text, opt(help="Another model than configured.")] = None,
    prompt: Annotated[Texts, opt(help="As in case_study=2.")] = None,
    budget: Annotated[float | None, opt(help="US dollars to spend.")] = None,
    dry_run: Annotated[bool, opt("--dry-run", help="Only show plan and price.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make newer drafts beside the old ones; decided and edited cases stay as they are."""
    settings = load_settings(context, llm_model=model, budget_run=budget)
    results = with_services(
        context,
        lambda services: _rerun(services, case_ids or [], prompt or [], dry_run, as_json=as_json),
        settings,
        patience=settings.patience,
    )
    raise typer.Exit(EXIT_SOME_FAILED if any(r.failure for r in results) else 0)


async def _rerun(
    services: "Services",
    names: Sequence[str],
    prompts: Sequence[str],
    dry_run: bool,
    *,
    as_json: bool,
) -> list[Any]:
    from flows.rerun import redraft, stale

    for name, version in map(_pair, prompts):
        services.pin_prompt(name, version)
    warehouse = services.warehouse
    if names:
        chosen = [(warehouse.resolve(name), "requested") for name in names]
    else:
        chosen = [(s.making.case_id, "; ".join(s.reasons)) for s in await stale(services)]
    lengths = [len(view.document.text) for view in warehouse.case_views([c for c, _ in chosen])]
    costs = [services.forecast(length).cost_usd for length in lengths]
    price = "of unknown price" if None in costs else f"about ${sum(c or 0 for c in costs):.2f}"
    err().print(f"{len(chosen)} cases with {services.model_name}, {price}.")
    if dry_run:
        for case_id, reason in chosen:
            if as_json:
                print_json({"case_id": case_id, "reason": reason})
            else:
                out().print(f"{case_id}  {plain(reason)}")
        return []
    results = []
    for case_id, _ in chosen:
        result = await redraft(case_id, services)
        print_result(result, as_json=as_json)
        results.append(result)
    return results
