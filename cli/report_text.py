"""Reports and answers as text for the terminal."""

from cli.summaries import safe
from publishing.reports.checks import CheckedReport
from publishing.wording import count
from schemas.cases import SupportLevel
from schemas.reports import Citation, CitedAnswer, Outcome, Report, ReportEstimate


def expected_text(one: ReportEstimate) -> str:
    """Return the themes of a planned report, and the cost of writing it."""
    themes = "\n".join(f"       {n:>4}  {safe(heading)}" for heading, n in one.themes)
    price = "price unknown" if one.cost_usd is None else f"about ${one.cost_usd:.2f}"
    how = (
        f"{safe(one.model)} writes it in about {one.calls} calls, {one.tokens:,} tokens, {price}"
        if one.model
        else "it would only quote statements; a capable model would write a text"
    )
    return (
        f"[bold]{safe(one.title)}[/] ({one.template})\n"
        f"       {count(one.cases, 'case')}, {count(one.statements, 'statement')} in "
        f"{count(len(one.themes), 'theme')}; {how}\n{themes}"
    )


def report_text(report: Report) -> str:
    """Return the result of writing a report, with the next steps."""
    cited = sum(bool(one.citations) for one in report.sentences)
    sources = f"{count(cited, 'sentence')} with sources in {count(len(report.case_ids), 'case')}"
    numbers, failed = count(len(report.numbers), "number"), len(report.dropped)
    lines = [
        f"[green]report[/]  {report.name}  {safe(report.title)}",
        f"{sources}, {numbers}; {failed} failed the checks",
        f"casebook report show {report.name}      # read it",
        f"casebook report publish {report.name}   # put it on the site",
    ]
    return "\n        ".join(lines)


def checked_text(checked: CheckedReport) -> str:
    """Return the result of checking a report."""
    whole = f"{count(checked.numbers, 'number')} and {count(checked.citations, 'citation')}"
    if not checked.problems:
        return f"[green]ok[/]  {whole} checked"
    lines = [f"[red]{count(len(checked.problems), 'problem')}[/]  {whole} checked"]
    for one in checked.problems:
        where = ", ".join(map(str, one.sentences))
        lines.append(f"{one.kind}: {safe(one.message)}{f' (sentences {where})' if where else ''}")
    return "\n       ".join(lines)


def answer_text(found: CitedAnswer) -> str:
    """Return an answer with its sources, or the statements closest to the question."""
    numbers = {near.citation: n for n, near in enumerate(found.statements, start=1)}
    lines = []
    for one in found.sentences:
        marks = "".join(rf"\[{numbers[cited]}]" for cited in one.citations)
        mark = "" if one.support == SupportLevel.VERIFIED else " [yellow](not judged)[/]"
        lines.append(f"{safe(one.text)} [cyan]{marks}[/]{mark}")
    why = "a capable model would write an answer"
    why = "no sentence from the model passed the checks" if found.model else why
    opening = {
        Outcome.ANSWERED: lines,
        Outcome.STATEMENTS: [f"[bold]The closest statements[/] ({why}):"],
        Outcome.SILENT: ["[yellow]The cases do not say.[/] The closest statements:"],
    }[found.outcome]
    statements = map(_near_text, numbers, numbers.values())
    return "\n".join([*opening, "", *statements])


def _near_text(cited: Citation, n: int) -> str:
    whose = f"{safe(cited.label)}{f', {cited.year}' if cited.year else ''}"
    mark = " (imported text)" if cited.part.startswith("p") else ""
    return f"[cyan]{n:>3}[/]  {safe(cited.text)}\n     [dim]{whose}: {safe(cited.title)}{mark}[/]"
