"""How documents, cases and results are shown: as JSON that others script against, and as text."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.panel import Panel
from rich.table import Table

from cli.terminal import err, out, plain, print_json
from schemas.cases import FACT_NAMES, Section, Statement, SupportLevel
from schemas.checks import Check, CheckResult
from schemas.documents import Document, Passage
from schemas.errors import CasebookError, FetchError, Remedy
from schemas.results import IngestResult, IngestStatus, SimilarSource
from schemas.views import CaseLine, CaseView, OpenFailure, RefusedSource

if TYPE_CHECKING:
    from rich.console import Console

    from schemas.generations import Generation
    from schemas.sources import Source

COLOURS: Mapping[SupportLevel, str] = {
    SupportLevel.VERBATIM: "green",
    SupportLevel.VERIFIED: "green",
    SupportLevel.UNVERIFIED: "cyan",
    SupportLevel.DOUBTFUL: "yellow",
    SupportLevel.REFUTED: "red",
}
_STATUS_COLOURS = {"draft": "cyan", "approved": "green", "published": "bold green"}
_WIDE = 110  # columns from which the table of cases shows company, year and kind
_REMEDIES = {
    Remedy.WAIT: "[yellow]may pass[/]",
    Remedy.YOU: "[red]needs you[/]",
    Remedy.GONE: "[dim]gone[/]",
}
# Names of facts and sections in JSON that differ from the types'.
_JSON_NAMES = {"abstract": "summary", "questions": "open_questions", "stage": "deployment"}


def document_json(document: Document) -> dict[str, Any]:
    """Return the document as ``casebook extract --json`` prints it."""
    data = document.model_dump(mode="json", exclude={"snapshot_id", "passages", "steps", "hidden"})
    return {
        **data,
        "passages": [_passage_json(passage) for passage in document.passages],
        "extraction": [step.model_dump() for step in document.steps],
        "hidden_text": [hidden.model_dump() for hidden in document.hidden],
    }


def _passage_json(passage: Passage) -> dict[str, Any]:
    locator = {
        "section": passage.section,
        "page": passage.page,
        "seconds": passage.seconds,
        "speaker": passage.speaker,
    }
    return {
        "n": passage.n,
        "start": passage.start,
        "end": passage.end,
        "headings": passage.headings,
        "locator": {name: value for name, value in locator.items() if value is not None},
    }


def failure_json(error: CasebookError) -> dict[str, Any]:
    """Return a failure of ``extract``; nothing is stored, so it has no id to retry by."""
    return {
        "failure_id": None,
        "stage": "fetch" if isinstance(error, FetchError) else "extract",
        "kind": error.kind,
        "transient": error.transient,
        "message": str(error),
    }


def line_json(line: CaseLine) -> dict[str, Any]:
    """Return a line of ``casebook list --json``."""
    data = line.model_dump(mode="json")
    return {**data, "twins": line.near_copies, "waits": line.newer_draft}


def case_json(
    view: CaseView,
    generations: "Sequence[Generation]",
    near_copies: Sequence[SimilarSource],
    check: Check | None,
) -> dict[str, Any]:
    """Return the case as ``casebook show --json`` prints it."""
    study, revision, document = view.revision.study, view.revision, view.document
    facts = {_JSON_NAMES.get(name, name): study.fact(name) for name in FACT_NAMES}
    recipe = revision.recipe
    return {
        "case_id": view.case.case_id,
        "status": view.status.value,
        "revision_id": revision.revision_id,
        "source": view.source.model_dump(mode="json"),
        "url": document.url,
        **{name: fact.value for name, fact in facts.items()},
        "facts": {name: _with_level(fact.model_dump(mode="json")) for name, fact in facts.items()},
        **{
            _JSON_NAMES.get(section.value, section.value): [
                _with_level(s.model_dump(mode="json")) for s in study.section(section)
            ]
            for section in Section
        },
        "tags": [_with_level(tag.model_dump(mode="json")) for tag in study.tags],
        "silent": study.silent(),
        "triage": view.triage.model_dump(mode="json") if view.triage else None,
        "provenance": {
            "document_id": document.document_id,
            "extractor": document.extractor,
            "extraction": [step.model_dump() for step in document.steps],
            "hidden_text": [hidden.model_dump() for hidden in document.hidden],
            "made_by": revision.made_by,
            "author": revision.author,
            "strategy": recipe.strategy if recipe else None,
            "strategy_reason": revision.strategy_reason,
            "recipe": recipe.model_dump(mode="json") if recipe else None,
            "recipe_id": recipe.recipe_id if recipe else None,
            "unread": [unread.model_dump() for unread in revision.unread],
            "generations": [g.model_dump(mode="json") for g in generations],
        },
        "history": [review.model_dump(mode="json") for review in view.reviews],
        "revisions": [
            r.model_dump(mode="json", include={"revision_id", "parent_id", "made_by", "author"})
            | {"created_at": r.created_at.isoformat()}
            for r in view.revisions
        ],
        "newer_draft": view.newer.revision_id if view.newer else None,
        "published": view.published.model_dump(mode="json") if view.published else None,
        "near_copies": [copy.model_dump(mode="json") for copy in near_copies],
        "check": check.model_dump(mode="json") if check else None,
    }


def _with_level(data: dict[str, Any]) -> dict[str, Any]:
    """Return a part with the level and its reason as plain fields."""
    support = data.pop("support")
    measure = data.pop("measure", None) or {}
    return {**data, **measure, "support": support["level"], "reason": support["reason"]}


def print_result(result: IngestResult, *, as_json: bool) -> None:
    """Print what became of a source; failures go to standard error."""
    if as_json:
        print_json(result.to_json())
    elif result.status is IngestStatus.FAILED and result.failure:
        failure = result.failure
        err().print(f"[red]failed[/]  {plain(result.source)}")
        err().print(f"        {failure.kind}: {plain(failure.message)}")
    elif result.status is IngestStatus.NOT_A_CASE_STUDY:
        out().print(f"[yellow]not a case study[/]  {plain(result.title or result.source)}")
        out().print(f"        {plain(result.reason or '')}")
    else:
        _print_draft(result)


def _print_draft(result: IngestResult) -> None:
    levels = ", ".join(
        f"[{COLOURS[level]}]{n} {level.value}[/]"
        for level in SupportLevel
        if (n := result.support.get(level.value, 0))
    )
    by = f" · {plain(result.company)}" if result.company else ""
    out().print(f"[green]draft[/]  {result.case_id}  {plain(result.title or result.source)}{by}")
    out().print(f"       {sum(result.statements.values())} statements: {levels}; {_cost(result)}")
    if result.unjudged:
        out().print(f"       [yellow]not judged:[/] {plain(result.unjudged)}")
    for copy in result.near_copies:
        out().print(f"       [yellow]nearly the same text as[/] {_copy(copy)}")


def _cost(result: IngestResult) -> str:
    seconds = sum(result.seconds.values())
    cost = f", ${result.cost_usd:.4f}" if result.cost_usd else ""
    return f"{result.llm_calls} model calls{cost}, {seconds:.0f} s"


def _copy(copy: SimilarSource) -> str:
    name = copy.title or copy.url or copy.source_id
    return f"{plain(name)} ({copy.case_id or 'no case'}, {copy.similarity:.0%})"


def print_document(document: Document, console: "Console") -> None:
    """Show what is known of a document, how it was read, and its passages."""
    facts = {
        "kind": document.kind.value,
        "address": document.url,
        "authors": ", ".join(document.authors),
        "published": document.published,
        "language": document.language,
        "size": f"{len(document.text.split()):,} words in {len(document.passages)} passages",
        "read by": " → ".join(f"{s.method}: {s.outcome}" for s in document.steps),
    }
    lines = [f"[dim]{name:<10}[/] {plain(value)}" for name, value in facts.items() if value]
    console.print(Panel("\n".join(lines), title=plain(document.title or "(no title)")))
    for hidden in document.hidden:
        console.print(f"[yellow]left out ({plain(hidden.reason)}):[/] {plain(hidden.text)}")
    for passage in document.passages:
        console.print(f"[dim]\\[{passage.n}] {plain(_place(passage))}[/]")
        console.print(plain(document.passage_text(passage)), end="\n\n")


def _place(passage: Passage) -> str:
    seconds = passage.seconds
    time = "" if seconds is None else f"{int(seconds // 60)}:{int(seconds % 60):02d}"
    page = f"page {passage.page}" if passage.page else ""
    return " · ".join(filter(None, (" › ".join(passage.headings), page, time, passage.speaker)))


def print_case(
    view: CaseView, near_copies: Sequence[SimilarSource], check: Check | None, console: "Console"
) -> None:
    """Show facts, the state of the source, statements with quotes, tags and history."""
    study = view.revision.study
    facts = {name: study.fact(name) for name in FACT_NAMES}
    lines = [
        f"[dim]{name:<10}[/] {plain(fact.value)}{' [dim](inferred)[/]' if fact.inferred else ''}"
        for name, fact in facts.items()
        if fact.value
    ]
    lines.append(
        f"[dim]{'source':<10}[/] {plain(view.document.url or view.source.reference.source)}"
    )
    lines += _making(view)
    if check:
        moved = f", now at {plain(check.moved_to)}" if check.moved_to else ""
        lost = f", {len(check.lost)} quotes lost" if check.lost else ""
        when = f"{check.checked_at:%Y-%m-%d}"
        lines.append(f"[dim]{'checked':<10}[/] {when}: {check.result.value}{moved}{lost}")
    lines += [f"[yellow]near-copy[/]  {_copy(copy)}" for copy in near_copies]
    console.print(Panel("\n".join(lines), title=f"{view.case.case_id} · {view.status.value}"))
    for section, statements in study.sections():
        console.print(f"\n[bold]{section.heading}[/]")
        for statement in statements:
            _print_statement(statement, console)
    if study.tags:
        console.print(f"\n[bold]Tags[/]  {plain(', '.join(tag.slug for tag in study.tags))}")
    for review in view.reviews:
        reason = f": {review.reason}" if review.reason else ""
        moment = f"{review.at:%Y-%m-%d %H:%M}"
        console.print(
            f"[dim]{moment}[/] {plain(review.who)} {review.decision.value}{plain(reason)}"
        )


def _making(view: CaseView) -> list[str]:
    recipe, revision = view.revision.recipe, view.revision
    lines = []
    if recipe:
        reason = f" ({plain(revision.strategy_reason)})" if revision.strategy_reason else ""
        lines.append(f"[dim]{'made by':<10}[/] {plain(recipe.model)}, {recipe.strategy}{reason}")
    lines += [
        f"[yellow]{'not read':<10}[/] passages {u.first} to {u.last}: {plain(u.reason)}"
        for u in revision.unread
    ]
    if view.newer:
        lines.append("[yellow]A newer draft waits: compare it in the desk.[/]")
    return lines


def _print_statement(statement: Statement, console: "Console") -> None:
    level = statement.support.level
    answers = f" [dim](answers {statement.answers})[/]" if statement.answers else ""
    mark = f"[{COLOURS[level]}]{level.value:<10}[/]"
    console.print(f"  {statement.n:>3}. {mark} {plain(statement.text)}{answers}")
    if statement.support.reason:
        console.print(f"       [{COLOURS[level]}]{plain(statement.support.reason)}[/]")
    for evidence in statement.evidence:
        place = f"passage {evidence.passage}" if evidence.passage else "not found"
        console.print(f"       [dim]“{plain(evidence.quote)}” ({place})[/]")


def print_cases(lines: Sequence[CaseLine], console: "Console") -> None:
    """Show a table of cases."""
    table = Table(box=None, header_style="bold", pad_edge=False, expand=console.is_terminal)
    wide = console.width >= _WIDE or not console.is_terminal
    names = ["case", "status", "title", "support", "source"]
    names[3:3] = ["company", "year", "kind"] if wide else []
    for name in names:
        share = {"title": 3, "company": 1}.get(name) if console.is_terminal else None
        table.add_column(name, no_wrap=True, overflow="ellipsis", ratio=share)
    for line in lines:
        cells = _cells(line)
        table.add_row(*(cells[name] for name in names))
    console.print(table)


def _cells(line: CaseLine) -> dict[str, str]:
    state = ["near-copy"] if line.near_copies else []
    if line.checked not in {None, CheckResult.SAME}:
        state.append(str(line.checked))
    if line.newer_draft:
        state.append("newer draft")
    support = " ".join(
        f"[{COLOURS[level]}]{n} {level.value}[/]"
        for level in SupportLevel
        if (n := line.support.get(level.value, 0))
    )
    return {
        "case": line.case_id,
        "status": f"[{_STATUS_COLOURS.get(line.status.value, 'dim')}]{line.status.value}[/]",
        "title": plain(line.title or "(no title)"),
        "company": plain(line.company or "—"),
        "year": line.year or "—",
        "kind": line.kind.value if line.kind else "—",
        "support": support,
        "source": f"[yellow]{', '.join(state)}[/]",
    }


def print_failures(
    failures: Sequence[OpenFailure], unfinished: "Sequence[Source]", *, as_json: bool
) -> None:
    """Show open failures with cause and remedy, and sources whose run was interrupted."""
    if as_json:
        for one in failures:
            remedy = {"remedy": one.failure.remedy.value}
            print_json({"state": "failed", **one.model_dump(mode="json"), **remedy})
        for source in unfinished:
            print_json({"state": "unfinished", **source.model_dump(mode="json")})
        return
    for one in failures:
        failure = one.failure
        tries = "1 try" if one.attempts == 1 else f"{one.attempts} tries"
        out().print(
            f"[red]{failure.kind}[/]  {failure.source_id}  {failure.stage}, {tries}, "
            f"{_REMEDIES[failure.remedy]}\n       {plain(failure.message)}"
        )
    for source in unfinished:
        out().print(f"[yellow]unfinished[/]  {source.source_id}  {plain(source.reference.source)}")


def print_refused(refused: Sequence[RefusedSource]) -> None:
    """Show the sources that triage refused, with the reason."""
    for one in refused:
        title = one.title or one.source.reference.source
        out().print(f"[yellow]not a case study[/]  {one.source.source_id}  {plain(title)}")
        out().print(f"       {plain(one.triage.reason)}")
