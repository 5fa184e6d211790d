"""Documents, cases, batches and other results as rich markup for the terminal."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from publishing.plan import Exported
from publishing.wording import count, heading, listing
from schemas.batches import BatchProgress, Look, Watch, WatchLine
from schemas.cases import FACT_NAMES, Evidence, Statement, SupportLevel
from schemas.generations import CostLine
from schemas.imports import ImportReport
from schemas.overruling import is_overruled
from schemas.results import IngestResult, IngestStatus, OpenFailure, RefusedSource, SimilarSource
from schemas.reviews import CaseLine, CaseView
from schemas.sources import Check, CheckResult, Document, Passage, Source

COLOURS: Mapping[SupportLevel, str] = {
    SupportLevel.VERBATIM: "green",
    SupportLevel.VERIFIED: "green",
    SupportLevel.UNVERIFIED: "cyan",
    SupportLevel.IMPORTED: "blue",
    SupportLevel.DOUBTFUL: "yellow",
    SupportLevel.REFUTED: "red",
}
COST_COLUMNS = ("calls", "unusable", "tokens in", "cached", "tokens out", "seconds", "cost")
_STATUS_COLOURS = {"draft": "cyan", "approved": "green", "published": "bold green"}
_WIDE = 110  # minimum terminal width for showing company, year and kind of cases
_MOST_FINDINGS = 12
_MOST_NAMES = 4  # of a group
_REMEDIES = {
    "wait": "[yellow]temporary[/]",
    "needs you": "[red]needs you[/]",
    "gone": "[dim]gone[/]",
}


def printable(text: object) -> str:
    """Return text without terminal control characters, such as escape sequences."""
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in str(text))


def safe(text: object) -> str:
    """Return untrusted text escaped for rich, without terminal control characters."""
    return escape(printable(text))


def result_text(result: IngestResult) -> str:
    """Return the result of a source."""
    if result.status is IngestStatus.FAILED and result.failure:
        failure = result.failure
        return (
            f"[red]failed[/]  {safe(result.source)}\n"
            f"        {failure.kind}: {safe(failure.message)}"
        )
    if result.status is IngestStatus.NOT_A_CASE_STUDY:
        title, reason = result.title or result.source, result.reason or ""
        return f"[yellow]not a case study[/]  {safe(title)}\n        {safe(reason)}"
    by = f" · {safe(result.company)}" if result.company else ""
    lines = [
        f"[green]draft[/]  {result.case_id}  {safe(result.title or result.source)}{by}",
        f"{sum(result.statements.values())} statements: {_levels(result.support)}; {_cost(result)}",
    ]
    notes = {result.strategy: result.strategy_reason, "not judged": result.unjudged}
    lines += [f"[yellow]{name}:[/] {safe(note)}" for name, note in notes.items() if note]
    lines += [f"[yellow]nearly the same text as[/] {_copy(c)}" for c in result.near_copies]
    return "\n       ".join(lines)


def _levels(support: Mapping[str, int]) -> str:
    return ", ".join(
        f"[{COLOURS[level]}]{n} {level.value}[/]"
        for level in SupportLevel
        if (n := support.get(level.value, 0))
    )


def _cost(result: IngestResult) -> str:
    seconds = sum(result.seconds.values())
    cost = f", ${result.cost_usd:.4f}" if result.cost_usd else ""
    return f"{result.llm_calls} model calls{cost}, {seconds:.0f} s"


def _copy(copy: SimilarSource) -> str:
    name = copy.title or copy.url or copy.source_id
    return f"{safe(name)} ({copy.case_id or 'no case'}, {copy.similarity:.0%})"


def document_view(document: Document) -> RenderableType:
    """Return a document's metadata, extraction steps and passages."""
    facts = {
        "kind": document.kind.value,
        "address": document.url,
        "authors": ", ".join(document.authors),
        "published": document.published,
        "language": document.language,
        "size": f"{len(document.text.split()):,} words in {len(document.passages)} passages",
        "read by": " → ".join(f"{s.method}: {s.outcome}" for s in document.steps),
    }
    lines = [f"[dim]{name:<10}[/] {safe(value)}" for name, value in facts.items() if value]
    hidden = [f"[yellow]left out ({safe(h.reason)}):[/] {safe(h.text)}" for h in document.hidden]
    passages = [
        f"[dim]\\[{p.n}] {safe(_place(p))}[/]\n{safe(document.passage_text(p))}\n"
        for p in document.passages
    ]
    head = Panel("\n".join(lines), title=safe(document.title or "(no title)"))
    return Group(head, *hidden, *passages)


def _place(one: Passage | Evidence) -> str:
    name = " › ".join(one.headings) if isinstance(one, Passage) else f"passage {one.passage}"
    seconds = one.seconds
    time = "" if seconds is None else f"{int(seconds // 60)}:{int(seconds % 60):02d}"
    page = f"page {one.page}" if one.page else ""
    return " · ".join(filter(None, (name, page, time, one.speaker)))


def case_view(
    view: CaseView, near_copies: Sequence[SimilarSource], check: Check | None
) -> RenderableType:
    """Return a case: facts, source, statements with quotes, tags and history."""
    study = view.revision.study
    lines = [
        f"[dim]{name:<10}[/] {safe(fact.value)}{' [dim](inferred)[/]' if fact.inferred else ''}"
        for name in FACT_NAMES
        if (fact := study.fact(name)).value
    ]
    source = view.document.url or view.source.reference.source
    lines += [f"[dim]{'source':<10}[/] {safe(source)}", *_making(view)]
    if check:
        moved = f", now at {safe(check.moved_to)}" if check.moved_to else ""
        lost = f", {len(check.lost)} quotes lost" if check.lost else ""
        day = f"{check.checked_at:%Y-%m-%d}"
        lines.append(f"[dim]{'checked':<10}[/] {day}: {check.result.value}{moved}{lost}")
    lines += [f"[yellow]near-copy[/]  {_copy(copy)}" for copy in near_copies]
    head = Panel("\n".join(lines), title=f"{view.case.case_id} · {view.status.value}")
    sections = [
        f"\n[bold]{heading(section, [s.origin for s in statements])}[/]\n"
        + "\n".join(map(_statement, statements))
        for section, statements in study.sections()
    ]
    tags = ", ".join(tag.slug for tag in study.tags)
    history = [
        f"[dim]{r.at:%Y-%m-%d %H:%M}[/] {safe(r.who)} {r.decision.value}"
        f"{safe(f': {r.reason}') if r.reason else ''}"
        for r in view.reviews
    ]
    return Group(head, *sections, *([f"\n[bold]Tags[/]  {safe(tags)}"] if tags else []), *history)


def _making(view: CaseView) -> Iterator[str]:
    recipe, revision = view.revision.recipe, view.revision
    if recipe:
        how = safe(f"{recipe.model}, {recipe.strategy}: {revision.making or ''}".rstrip(": "))
        yield f"[dim]{'made by':<10}[/] {how}"
    for unread in revision.unread:
        span = f"passages {unread.first} to {unread.last}"
        yield f"[yellow]{'not read':<10}[/] {span}: {safe(unread.reason)}"
    if view.published_revision_id not in {None, revision.revision_id}:
        yield "[yellow]Readers see an earlier revision until this one is published.[/]"
    if view.newer:
        yield "[yellow]There is a newer draft; compare it at the desk.[/]"


def _statement(statement: Statement) -> str:
    level, reasons = statement.support.level, statement.support.reason.splitlines()
    if by := statement.support.confirmed_by:
        reasons.append(f"{'kept' if is_overruled(statement.support) else 'confirmed'} by {by}")
    colour = COLOURS[level]
    answers = f" [dim](answers {statement.answers})[/]" if statement.answers else ""
    mark = f"[{colour}]{level.value:<10}[/]"
    quotes = [
        f"[dim]“{safe(e.quote)}” ({safe(_place(e)) if e.passage else 'not found'})[/]"
        for e in statement.evidence
    ]
    lines = [f"  {statement.n:>3}. {mark} {safe(statement.text)}{answers}"]
    lines += [f"[{colour}]{safe(reason)}[/]" for reason in reasons]
    parts = statement.measure.model_dump(exclude={"number"}) if statement.measure else {}
    lines += [f"[dim]{name}:[/] {safe(value)}" for name, value in parts.items() if value]
    return "\n       ".join(lines + quotes)


def cases_table(lines: Sequence[CaseLine], width: int, *, fits: bool) -> Table:
    """Return a table of cases; with ``fits``, it is truncated to ``width`` columns."""
    table = Table(box=None, header_style="bold", pad_edge=False, expand=fits)
    wide = width >= _WIDE or not fits
    names = ["case", "status", "title", *(["company", "year", "kind"] if wide else []), "support"]
    names += ["source"] if wide else []
    for name in names:
        share = {"title": 3, "company": 1}.get(name) if fits else None
        least = {"case": 22, "status": 9, "support": 12}.get(name)
        table.add_column(name, no_wrap=True, overflow="ellipsis", ratio=share, min_width=least)
    for line in lines:
        cells = _cells(line)
        table.add_row(*(cells[name] for name in names))
    return table


def _cells(line: CaseLine) -> dict[str, str]:
    state = ["near-copy"] if line.near_copies else []
    state += [line.checked.value] if line.checked and line.checked is not CheckResult.SAME else []
    state += ["newer draft"] if line.newer_draft else []
    place = line.source.split("/")[2] if "://" in line.source else line.source
    return {
        "case": line.case_id,
        "status": f"[{_STATUS_COLOURS.get(line.status.value, 'dim')}]{line.status.value}[/]",
        "title": safe(line.title or "(no title)"),
        "company": safe(line.company or "—"),
        "year": line.year or "—",
        "kind": line.kind.value if line.kind else "—",
        "support": _levels(line.support),
        "source": f"{safe(place)} [yellow]{', '.join(state)}[/]",
    }


def failure_text(one: OpenFailure) -> str:
    """Return an open failure with its cause and remedy."""
    failure = one.failure
    tries = "1 try" if one.attempts == 1 else f"{one.attempts} tries"
    return (
        f"[red]{failure.kind}[/]  {failure.source_id}  {failure.stage}, {tries}, "
        f"{_REMEDIES[failure.remedy]}\n       {safe(failure.message)}"
    )


def unfinished_text(source: Source) -> str:
    """Return a source whose run was interrupted."""
    return f"[yellow]unfinished[/]  {source.source_id}  {safe(source.reference.source)}"


def refused_text(one: RefusedSource) -> str:
    """Return a source that triage rejected, with the reason."""
    title = one.title or one.source.reference.source
    return (
        f"[yellow]not a case study[/]  {one.source.source_id}  {safe(title)}\n"
        f"       {safe(one.triage.reason)}"
    )


def check_text(check: Check) -> str:
    """Return the result of rechecking a published source."""
    lost = f", {len(check.lost)} of {check.quotes} quotes lost" if check.lost else ""
    moved = f", now at {safe(check.moved_to)}" if check.moved_to else ""
    why = f": {safe(check.message)}" if check.message else ""
    return f"{check.result.value:<11} {check.source_id}{moved}{lost}{why}"


def cost_cells(line: CostLine) -> list[str]:
    """Return the label of the line, and its values for ``COST_COLUMNS``."""
    tokens = (line.prompt_tokens, line.cached_tokens, line.completion_tokens)
    numbers = (line.calls, line.wasted_calls, *tokens, round(line.seconds))
    cost = "—" if line.cost_usd is None else f"${line.cost_usd:.4f}"
    unpriced = f" (+{line.unpriced} unpriced)" if line.unpriced else ""
    return [line.label or line.key or "—", *(f"{number:,}" for number in numbers), cost + unpriced]


def batch_text(one: BatchProgress) -> str:
    """Return the progress of a batch."""
    failed = sum(group.count for group in one.failures)
    cost = "cost unknown" if one.cost_usd is None else f"${one.cost_usd:.2f}"
    state = one.step or "new"
    counts = f"{one.done} of {one.batch.size} done, {one.left} left, {failed} failed, {cost}"
    return f"{one.batch.batch_id}  {state}  {safe(one.batch.origin)}\n       {counts}"


def export_text(done: Exported) -> str:
    """Return the result of an export, compared with the previous release."""
    if not done.is_new:
        since = f"since release {done.release}" if done.release else "no case is published"
        return f"[green]nothing changed[/]  {since}: {safe(done.path)}"
    counts = (
        f"{len(done.added)} added, {len(done.changed)} changed, {len(done.withdrawn)} withdrawn"
    )
    head = f"[green]exported[/]  release {done.release}: {count(done.cases, 'case')}; {counts}"
    return f"{head}\n       {safe(done.path)}"


def import_text(found: ImportReport) -> Group:
    """Return the result of an import, with its problems."""
    head = f"[green]imported[/]  {found.imported:,} of {found.read:,} records of {safe(found.name)}"
    known = f"; {found.known:,} already have a case" if found.known else ""
    parts: list[RenderableType] = [head + known]
    for title, findings in (
        ("Not imported, or changed", found.broken),
        ("Duplicate addresses (the first is imported)", found.duplicates),
    ):
        if findings:
            table = Table(title=f"{title} ({len(findings)})", title_justify="left", box=None)
            for column in ("record", "problem"):
                table.add_column(column, header_style="dim", overflow="fold")
            for one in findings[:_MOST_FINDINGS]:
                table.add_row(safe(one.key), safe(one.problem))
            if len(findings) > _MOST_FINDINGS:
                table.add_row("…", f"and {len(findings) - _MOST_FINDINGS} more: --json has all")
            parts += ["", table]
    lists = (
        ("Near-copies", [listing(group, _MOST_NAMES) for group in found.near_copies]),
        ("Companies with several spellings", [" / ".join(names) for names in found.companies]),
        ("Unknown tags", [f"{k} ({n})" for k, n in found.unmapped_tags.items()]),
        ("Unknown industries", [f"{k} ({n})" for k, n in found.unmapped_industries.items()]),
    )
    parts += [
        f"\n{title} ({len(names)}): {safe('; '.join(names))}" for title, names in lists if names
    ]
    return Group(*parts)


def watch_text(line: WatchLine) -> str:
    """Return a watched list with its last and next check."""
    watched, look, next_at = line.watch, line.look, line.next_at()
    seen = f"last check {look.at:%Y-%m-%d %H:%M}: {look.new} new" if look else "not checked yet"
    if look and look.failure:
        seen = f"[red]last check failed:[/] {safe(look.failure)}"
    due = f", next {next_at:%Y-%m-%d %H:%M}" if next_at else ""
    head = f"{watched.watch_id}  {watched.state.value}  {safe(watched.address)}"
    return f"{head}\n       {seen}{due}"


def look_text(watched: Watch, look: Look) -> str:
    """Return the result of checking a watched list."""
    if look.failure:
        return f"[red]failed[/]  {safe(watched.address)}: {safe(look.failure)}"
    refused = f", {look.refused} rejected by the rubric" if look.refused else ""
    return f"{safe(watched.address)}: {look.new} new of {look.found}{refused}"
