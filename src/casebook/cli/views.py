"""How documents and cases are shown: as JSON that others script against, and in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from casebook.cli.terminal import moment, plain
from casebook.publishing.markdown import summary_markdown
from casebook.publishing.records import Trace, published_case
from casebook.publishing.wording import count
from casebook.schemas.cases import STATEMENT_FIELDS, Evidence, Fact, Statement, SupportLevel, Tag
from casebook.schemas.checks import Check, CheckResult
from casebook.schemas.copies import Twin
from casebook.schemas.documents import Document, Passage
from casebook.schemas.errors import CasebookError, FetchError
from casebook.schemas.generations import Generation
from casebook.schemas.listings import CaseSummary, CaseView, OpenFailure, RefusedSource
from casebook.schemas.reviews import Revision
from casebook.schemas.sources import Source
from casebook.schemas.summary_checks import SummaryCheck

_COLOURS = {
    SupportLevel.SUPPORTED: "green",
    SupportLevel.WEAK: "yellow",
    SupportLevel.UNSUPPORTED: "red",
}
_WIDE = 110
"""Columns of a terminal from which a table of cases shows company, year and kind."""

_STATUS_COLOURS = {"draft": "cyan", "approved": "green", "published": "bold green"}


def document_json(document: Document) -> dict[str, Any]:
    """Return the document as ``casebook extract --json`` prints it."""
    data = document.model_dump(mode="json", exclude={"snapshot_id"})
    for passage, shown in zip(document.passages, data["passages"], strict=True):
        shown["locator"] = passage.locator.model_dump(mode="json", exclude_none=True)
    return data


def failure_json(error: CasebookError) -> dict[str, Any]:
    """Return a failure that ``casebook extract`` met, with the fields that ``submit`` tells.

    Nothing of it is stored, so it has no id to retry by.
    """
    return {
        "failure_id": None,
        "stage": "fetch" if isinstance(error, FetchError) else "extract",
        "kind": error.kind(),
        "transient": error.transient,
        "message": str(error),
    }


def twin_line(twin: Twin) -> str:
    """Return in one line which other source has much of the same text, and how much."""
    known = f"{twin.case_id} ({twin.status.value})" if twin.case_id and twin.status else "no case"
    named = " · ".join(part for part in (twin.title, twin.url or twin.source_id, known) if part)
    return f"of {named}: {twin.degree}"


def case_json(
    view: CaseView,
    generations: Sequence[Generation],
    twins: Sequence[Twin] = (),
    checks: Sequence[Check] = (),
) -> dict[str, Any]:
    """Return the case as ``casebook show --json`` prints it; ``checks`` are the newest first."""
    study = view.revision.case_study
    looks = [check.model_dump(mode="json") for check in checks]
    return {
        "case_id": view.case.case_id,
        "status": view.status.value,
        "revision_id": view.revision.revision_id,
        "source": view.source.model_dump(mode="json"),
        "url": view.document.url,
        **{name: fact.value for name, fact in study.facts()},
        "facts": {name: _fact(fact) for name, fact in study.facts()},
        **{name: [_statement(s) for s in getattr(study, name)] for name in STATEMENT_FIELDS},
        "tags": [_tag(tag) for tag in study.tags],
        "silent": study.silent(),
        "triage": view.triage.model_dump(mode="json") if view.triage else None,
        "provenance": {
            "document_id": view.document.document_id,
            "extractor": view.document.extractor,
            "extraction": [step.model_dump() for step in view.document.extraction],
            "hidden_text": [h.model_dump(mode="json") for h in view.document.hidden_text],
            "made_by": view.revision.made_by,
            "author": view.revision.author,
            "strategy": view.revision.strategy,
            "strategy_reason": view.revision.strategy_reason,
            "unread": [u.model_dump(mode="json") for u in view.revision.unread],
            "recipe_id": view.revision.recipe_id,
            "generations": [g.model_dump(mode="json") for g in generations],
        },
        "history": [review.model_dump(mode="json") for review in view.reviews],
        "revisions": [
            {
                "revision_id": r.revision_id,
                "parent_id": r.parent_id,
                "made_by": r.made_by,
                "author": r.author,
                "created_at": r.created_at.isoformat(),
            }
            for r in view.revisions
        ],
        "published": view.published.model_dump(mode="json") if view.published else None,
        "near_copies": [twin.model_dump(mode="json") for twin in twins],
        "check": looks[0] if looks else None,
        "seen_before": looks[1] if len(looks) > 1 else None,
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return evidence.model_dump(mode="json")


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "value": fact.value,
        "evidence": [_evidence(e) for e in fact.evidence],
        "support": fact.support.level.value,
        "reason": fact.support.reason,
    }


def _statement(statement: Statement) -> dict[str, Any]:
    data = statement.model_dump(mode="json", exclude={"evidence", "support"})
    return {
        **data,
        "evidence": [_evidence(e) for e in statement.evidence],
        "support": statement.support.level.value,
        "reason": statement.support.reason,
    }


def _tag(tag: Tag) -> dict[str, Any]:
    return {
        "slug": tag.slug,
        "label": tag.label,
        "group": tag.group,
        "evidence": [_evidence(e) for e in tag.evidence],
        "support": tag.support.level.value,
        "reason": tag.support.reason,
    }


def case_markdown(view: CaseView) -> str:
    """Return the long summary of a case, as it would be published."""
    return summary_markdown(published_case(view, slug="", trace=Trace()))


def print_document(document: Document, console: Console) -> None:
    """Show a document: what is known of it, how it was read, and its passages."""
    facts = [
        ("kind", document.kind.value),
        ("address", document.url),
        ("authors", ", ".join(document.authors)),
        ("published", document.published),
        ("language", document.language),
        ("size", f"{len(document.text.split()):,} words in {len(document.passages)} passages"),
        ("read by", " → ".join(f"{s.method}: {s.outcome}" for s in document.extraction)),
    ]
    lines = [f"[dim]{name:<10}[/] {escape(str(value))}" for name, value in facts if value]
    _print_panel(lines, document.title or "(no title)", console)
    for hidden in document.hidden_text:
        console.print(f"[yellow]left out, hidden or struck out:[/] {escape(hidden.text)}")
    for passage in document.passages:
        console.print(f"[dim]\\[{passage.n}] {escape(_place(passage))}[/]")
        console.print(escape(document.passage_text(passage)), end="\n\n")


def _print_panel(lines: Sequence[str], title: str, console: Console) -> None:
    # In a pipe, where lines are not wrapped, a panel would cut off their ends.
    console.print(Panel("\n".join(lines), title=escape(title)), soft_wrap=False)


def _place(passage: Passage) -> str:
    at = passage.locator
    seconds = (
        f"{int(at.seconds // 60)}:{int(at.seconds % 60):02d}" if at.seconds is not None else ""
    )
    page = f"page {at.page}" if at.page else ""
    return " · ".join(part for part in (at.section, page, seconds, at.speaker) if part)


def print_case(
    view: CaseView, console: Console, twins: Sequence[Twin] = (), checks: Sequence[Check] = ()
) -> None:
    """Show a case: facts, its source's state, statements with their quotes, tags and history."""
    study = view.revision.case_study
    lines = [
        f"[dim]{name:<10}[/] [{_COLOURS[fact.support.level]}]{escape(str(fact.value))}[/]"
        for name, fact in study.facts()
        if fact.value
    ]
    lines += [f"[dim]{'source':<10}[/] {escape(view.document.url or view.source.reference.source)}"]
    lines += _making(view.revision)
    heading = f"{view.case.case_id} · {view.status.value}"
    for check in checks:
        told = f"{check.checked_at:%Y-%m-%d}: {check.told}"
        lines += [f"[dim]{'checked':<10}[/] [{_check_colour(check)}]{escape(told)}[/]"]
    lines += [f"[yellow]near-copy[/]  {escape(twin_line(twin))}" for twin in twins]
    _print_panel(lines, heading, console)
    for name in STATEMENT_FIELDS:
        statements: Sequence[Statement] = getattr(study, name)
        if statements:
            console.print(f"\n[bold]{name}[/]")
        for number, statement in enumerate(statements, start=1):
            _print_statement(number, statement, console)
    if study.tags:
        console.print(f"\n[bold]tags[/]  {escape(', '.join(tag.slug for tag in study.tags))}")
    for review in view.reviews:
        reason = f": {review.reason}" if review.reason else ""
        console.print(
            f"[dim]{moment(review.at)}[/] {escape(review.who)} {review.decision.value}"
            f"{escape(reason)}"
        )


def _check_colour(check: Check) -> str:
    return "dim" if check.result is CheckResult.SAME else "yellow"


def _making(revision: Revision) -> list[str]:
    """Return how a draft was made, and what of the source it rests on nothing of."""
    reason = f" ({revision.strategy_reason})" if revision.strategy_reason else ""
    made = [f"[dim]{'strategy':<10}[/] {escape(f'{revision.strategy}{reason}')}"]
    return (made if revision.strategy else []) + [
        f"[yellow]{'not read':<10}[/] passages {u.first} to {u.last}: {escape(u.reason)}"
        for u in revision.unread
    ]


def _print_statement(number: int, statement: Statement, console: Console) -> None:
    colour = _COLOURS[statement.support.level]
    console.print(f"  [{colour}]●[/] {number}. {escape(statement.text)}")
    if statement.support.level is not SupportLevel.SUPPORTED:
        console.print(f"       [{colour}]{escape(statement.support.reason)}[/]")
    for evidence in statement.evidence:
        where = f" ({evidence.passage})" if evidence.passage else " (not found)"
        console.print(f"       [dim]“{escape(evidence.quote)}”{where}[/]")


def print_cases(cases: Sequence[CaseSummary], console: Console) -> None:
    """Show a table of cases, of which there is one at least."""
    table = Table(box=None, header_style="bold", pad_edge=False, expand=True)
    rows = [_cells(case) for case in cases]
    narrow = console.width < _WIDE
    names = [name for name in rows[0] if not narrow or name not in {"company", "year", "kind"}]
    for name in names:
        cut = {"title": 3, "company": 1}.get(name)  # the rest keeps its width
        table.add_column(name, no_wrap=True, overflow="ellipsis", ratio=cut)
    for row in rows:
        table.add_row(*(row[name] for name in names))
    console.print(table)


def _cells(case: CaseSummary) -> dict[str, str]:
    counts = case.support
    return {
        "case": case.case_id,
        "status": f"[{_STATUS_COLOURS.get(case.status.value, 'dim')}]{case.status.value}[/]",
        "title": escape(case.title or "(no title)"),
        "company": escape(case.company or "—"),
        "year": case.year or "—",
        "kind": case.kind.value,
        "support": f"[green]{counts.get('supported', 0)}[/] [yellow]{counts.get('weak', 0)}[/] "
        f"[red]{counts.get('unsupported', 0)}[/]",
        "source": f"[yellow]{_source_state(case)}[/]",
    }


def _source_state(case: CaseSummary) -> str:
    """Return what a curator should know of the source: it changed, it stands twice."""
    parts = ["near-copy"] if case.twins else []
    if case.checked not in {None, CheckResult.SAME}:
        parts.append(str(case.checked))
    return ", ".join(parts)


def print_failures(failures: Sequence[OpenFailure], console: Console) -> None:
    """Show open failures: cause, id, stage, tries and what is to be done; below, what happened."""
    for open_failure in failures:
        failure, source = open_failure.failure, open_failure.reference.source
        tries = count(open_failure.attempts, "try", "tries")
        told = failure.message if source in failure.message else f"{source}: {failure.message}"
        console.print(
            f"[red]{failure.kind}[/]  {failure.source_id}  {failure.stage}, {tries}, "
            f"{_AGAIN[failure.remedy]}\n       {plain(told)}",
        )


_AGAIN = {"later": "[yellow]may pass[/]", "you": "[red]needs you[/]", "gone": "[dim]gone[/]"}


def print_unfinished(sources: Sequence[Source], console: Console) -> None:
    """Show the sources whose run was cut off, or is still at work."""
    for source in sources:
        console.print(
            f"[yellow]unfinished[/]  {source.source_id}  {escape(source.reference.source)}\n"
            "       its run was cut off, or is still at work"
        )


def print_refused(refused: Sequence[RefusedSource], console: Console) -> None:
    """Show the sources that triage refused."""
    for source in refused:
        console.print(
            f"[yellow]not a case study[/]  {source.source.source_id}  "
            f"{escape(source.title or source.source.reference.source)}\n"
            f"       {escape(source.triage.reason)}"
        )


def print_check(key: object, check: SummaryCheck, console: Console) -> None:
    """Show what became of each sentence of a summary."""
    counts = ", ".join(
        f"[{_COLOURS[level]}]{check.counts()[level.value]} {level.value}[/]"
        for level in SupportLevel
    )
    title = f"{escape(str(key))}  " if key is not None else ""
    console.print(f"{title}[bold]score {check.score:.2f}[/] of 1 · {counts}")
    table = Table(show_lines=True, expand=console.is_terminal)
    for name, ratio in (("sentence", 5), ("reason", 3), ("best quote of the source", 5)):
        table.add_column(name, ratio=ratio, overflow="fold")
    for sentence in check.sentences:
        colour = _COLOURS[sentence.support]
        where = f" [dim]({sentence.start}-{sentence.end})[/]" if sentence.quote else ""
        verdict = f"[{colour}]{sentence.support.value}[/] {sentence.score:.2f}"
        table.add_row(
            escape(sentence.text),
            f"{verdict}\n{escape(sentence.reason)}",
            f"{escape(sentence.quote or '')}{where}",
        )
    console.print(table)
