"""``report`` and ``ask``: reports and answers across the published cases."""

import json
import sys
from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markdown import Markdown
from typer.core import TyperGroup

from cli import options
from cli.context import EXIT_SOME_FAILED, with_resources
from cli.options import Text, Texts, arg, opt
from cli.summaries import render, safe
from cli.terminal import counting, emit, err, out, print_json, table_of, wants_json
from schemas.errors import InputError
from schemas.reports import ReportLine

if TYPE_CHECKING:
    from config.resources import Resources

Name = Annotated[str, arg(help="The report's name or id.", metavar="REPORT")]


class _ReportGroup(TyperGroup):
    """The actions of ``report``."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return an action; the error explains the former syntax, a title without ``new``."""
        if command := super().get_command(ctx, cmd_name):
            return command
        raise InputError(
            f"`casebook report` has no action {cmd_name!r}; to write a report with this title: "
            f"casebook report new {quote(cmd_name)}"
        )


report = typer.Typer(
    cls=_ReportGroup,
    help="Plan, write, renew, list, show, check, publish, withdraw or record reports across cases.",
    no_args_is_help=True,
)


Title = Annotated[str, arg(help="The title; it also selects the statements.", metavar="TITLE")]
Template = Annotated[
    Text,
    opt(
        help="grand-summary, technique, industry, company, what-changed or annotated-guide; "
        "by default the one that fits the options."
    ),
]
Tag = Annotated[Texts, opt(help="Only cases with this tag.")]
Industry = Annotated[Text, opt(help="Only cases in this industry.")]
FromYear = Annotated[int | None, opt(min=1000, max=9999, help="Only cases from this year on.")]


@report.command()
@with_resources("model", "budget")
async def plan(
    resources: "Resources",
    title: Title,
    file: Annotated[Path, opt("--out", "-o", help="The file to write.", metavar="FILE")],
    template: Template = None,
    tag: Tag = None,
    industry: Industry = None,
    from_year: FromYear = None,
    dry_run: options.DryRun = False,
) -> None:
    """Propose the claims of a report in a file, with the findings for and against each."""
    from publishing.reports.plan_files import plan_text
    from services.report import forecast_report, plan_report
    from services.report_selection import ReportOrder

    if file.exists() and not dry_run:
        raise InputError(f"{file} exists: move it, or name another file")
    order = ReportOrder(
        title=title,
        template=template,
        tags=tuple(tag or ()),
        industry=industry,
        since=str(from_year) if from_year else None,
    )
    expected = await forecast_report(order, resources)
    if dry_run:
        emit([expected], "report_forecast")
        return
    err().print(render("report_forecast", expected))
    with err().status("looking for claims"):
        made = await plan_report(order, resources)
    file.write_text(plan_text(made), "utf-8")
    emit([made], lambda one: render("plan", one, file=file))


@report.command()
@with_resources("model", "budget")
async def new(
    resources: "Resources",
    title: Annotated[Text, arg(help="The title; it also selects the statements.")] = None,
    template: Template = None,
    tag: Tag = None,
    industry: Industry = None,
    company: Annotated[Text, opt(help="Only cases of this company.")] = None,
    from_year: FromYear = None,
    added_since: Annotated[
        datetime | None,
        opt(formats=["%Y-%m-%d"], help="Only cases added or changed after this release."),
    ] = None,
    outline: Annotated[
        Path | None, opt(exists=True, dir_okay=False, help="A Markdown file with the chapters.")
    ] = None,
    plan: Annotated[
        Path | None,
        opt(exists=True, dir_okay=False, help="A file by `report plan`, with title and selection."),
    ] = None,
    dry_run: options.DryRun = False,
) -> None:
    """Write a report across the published cases."""
    from services.report import forecast_report, make_report, read_plan
    from services.report_selection import ReportOrder

    if from_year and added_since:
        raise InputError("use either --from-year or --added-since")
    if bool(title) is bool(plan):
        raise InputError("give either a title or --plan with a file that has one")
    day = f"{added_since:%Y-%m-%d}" if added_since else None
    order = ReportOrder(
        title=title or "",
        template=template,
        tags=tuple(tag or ()),
        industry=industry,
        company=company,
        since=str(from_year) if from_year else day,
        outline=_text(outline) if outline else None,
    )
    read = None
    if plan:
        read = await read_plan(_text(plan), str(plan), resources)
        order = ReportOrder.of_plan(read)
    expected = await forecast_report(order, resources)
    if dry_run:
        emit([expected], "report_forecast")
        return
    err().print(render("report_forecast", expected))
    with counting("writing") as on_progress:
        made = await make_report(order, resources, on_progress, plan=read)
    emit([made], "report")


@report.command()
@with_resources("model", "budget")
async def renew(resources: "Resources", name: Name) -> None:
    """Write a new edition of a report, if its evidence or its numbers have changed."""
    from services.report import renew_report

    found = resources.warehouse.report(name)
    with counting("writing") as on_progress:
        made = await renew_report(found, resources, on_progress)
    if made is None:
        err().print(
            f"{safe(found.title)}: its evidence and numbers are as they were; nothing to do"
        )
        return
    emit([made], "report")


@report.command("list")
@with_resources()
async def list_(resources: "Resources") -> None:
    """List the reports."""
    lines = resources.warehouse.report_lines()
    columns = ("name", "title", "by", "sentences", "cases", "made", "on the site")
    table = table_of(columns, map(_cells, lines))
    emit(lines, lambda _: table, table=True, empty="No report yet: `casebook report new TITLE`.")


@report.command()
@with_resources()
async def show(resources: "Resources", name: Name) -> None:
    """Print a report as Markdown or JSON, as readers would see it now."""
    from publishing.site.report_pages import report_json, report_markdown
    from services.publication import site_settings
    from services.report import view

    shown = await view(resources.warehouse.report(name), resources)
    text = report_markdown(shown, site_settings(resources.settings))
    if wants_json():
        print_json(json.loads(report_json(shown)))
    elif out().is_terminal:
        out().print(Markdown(text))
    else:
        sys.stdout.write(text)


@report.command()
@with_resources()
async def check(resources: "Resources", name: Name) -> int:
    """Recompute the numbers of a report and look up its citations."""
    from services.report import check_report

    checked = await check_report(resources.warehouse.report(name), resources)
    emit([checked], "checked_report")
    return EXIT_SOME_FAILED if checked.problems else 0


@report.command()
@with_resources(json=False)
async def publish(resources: "Resources", name: Name) -> int:
    """Check a report and write the site with it."""
    from services.publication import published_folders
    from services.report import publish_report

    found = resources.warehouse.report(name)
    with counting("writing the site") as on_progress:
        checked = await publish_report(found, resources, on_progress)
    if checked.problems:
        err().print(render("checked_report", checked))
    if checked.lost:
        err().print("Not published: write the report again and publish the new one.")
        return EXIT_SOME_FAILED
    page = published_folders(resources)[0] / "reports" / found.name / "index.html"
    out().print(f"[green]published[/]  {safe(found.title)}\n           {safe(page)}")
    return 0


@report.command()
@with_resources(json=False)
async def withdraw(resources: "Resources", name: Name) -> None:
    """Remove a report from the site."""
    from services.report import withdraw_report

    found = resources.warehouse.report(name)
    await withdraw_report(found, resources)
    out().print(f"[green]withdrawn[/]  {safe(found.title)}")


@report.command()
@with_resources("model", "budget", json=False)
async def audio(
    resources: "Resources",
    name: Name,
    talk: Annotated[
        bool, opt("--talk", help="Have the model write a conversation between two voices.")
    ] = False,
    voice: Annotated[Texts, opt(help="Name of a voice; can be given twice.")] = None,
) -> None:
    """Record a report as audio."""
    from services.publication import recording_path
    from services.report_audio import record

    found = resources.warehouse.report(name)
    folder = recording_path(resources.settings.home, found)
    with counting("speaking") as on_progress:
        made = await record(
            found, resources, folder, model=talk, voices=voice or (), on_progress=on_progress
        )
    out().print(render("recording", made, report=found, folder=folder))


@with_resources("model")
async def ask(
    resources: "Resources",
    question: Annotated[str, arg(help="The question, in quotes.")],
) -> None:
    """Answer a question from the published cases; each sentence cites its sources."""
    from services.answers import answer

    with err().status("reading the cases"):
        found = await answer(question, resources)
    emit([found], "answer")


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not UTF-8: save it as UTF-8 text") from error


def _cells(line: ReportLine) -> tuple[object, ...]:
    return (
        line.name,
        line.title,
        line.model or "quotes",
        line.sentences,
        line.cited_cases,
        line.created_at.date(),
        "yes" if line.published_at else "",
    )
