"""Documents, cases, batches and other results as rich markup for the terminal."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from publishing.wording import count, heading, listing
from schemas.cases import FACT_NAMES, SupportLevel
from schemas.generations import CostLine
from schemas.imports import ImportReport
from schemas.overruling import is_overruled
from schemas.results import SimilarSource
from schemas.reviews import CaseLine, CaseView
from schemas.sources import Check, CheckResult, Document

if TYPE_CHECKING:
    from jinja2 import Environment

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


def printable(text: object) -> str:
    """Return text without terminal control characters, such as escape sequences."""
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in str(text))


def safe(text: object) -> str:
    """Return untrusted text escaped for rich, without terminal control characters."""
    return escape(printable(text))


def render(template: str, one: object, **values: object) -> str:
    """Return a template of ``cli/templates`` about ``one``, filled in with escaped values."""
    return _environment().get_template(f"{template}.txt").render(one=one, **values).rstrip()


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # slow to import

    made = Environment(
        loader=PackageLoader("cli"),
        autoescape=True,
        finalize=lambda value: value if isinstance(value, Markup) else Markup(safe(value)),  # noqa: S704 - escaped for rich
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(count=count, levels=levels, listing=listing, markup=Markup)
    made.globals.update(
        colours=COLOURS, fact_names=FACT_NAMES, heading=heading, is_overruled=is_overruled
    )
    return made


def levels(support: Mapping[str, int]) -> Markup:
    """Return the number of statements at each level."""
    found = ((level, support.get(level.value)) for level in SupportLevel)
    return Markup(", ".join(f"[{COLOURS[one]}]{n} {one.value}[/]" for one, n in found if n))  # noqa: S704 - for rich


def document_view(document: Document) -> RenderableType:
    """Return a document's metadata, extraction steps and passages."""
    title = safe(document.title or "(no title)")
    head = Panel(render("document_facts", document), title=title)
    return Group(head, render("document", document))


def case_view(
    view: CaseView, near_copies: Sequence[SimilarSource], check: Check | None
) -> RenderableType:
    """Return a case: facts, source, statements with quotes, tags and history."""
    facts = render("case_facts", view, near_copies=near_copies, check=check)
    head = Panel(facts, title=f"{view.case.case_id} · {view.status.value}")
    return Group(head, render("case", view))


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
        "support": levels(line.support),
        "source": f"{safe(place)} [yellow]{', '.join(state)}[/]",
    }


def cost_cells(line: CostLine) -> list[str]:
    """Return the label of the line, and its values for ``COST_COLUMNS``."""
    tokens = (line.prompt_tokens, line.cached_tokens, line.completion_tokens)
    numbers = (line.calls, line.wasted_calls, *tokens, round(line.seconds))
    cost = "—" if line.cost_usd is None else f"${line.cost_usd:.4f}"
    unpriced = f" (+{line.unpriced} unpriced)" if line.unpriced else ""
    return [line.label or line.key or "—", *(f"{number:,}" for number in numbers), cost + unpriced]


def import_text(found: ImportReport) -> Group:
    """Return the result of an import, with its problems."""
    parts: list[RenderableType] = [render("import", found)]
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
    notes = render("import_notes", found)
    return Group(*parts, notes) if notes else Group(*parts)
