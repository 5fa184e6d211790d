"""``report`` and ``ask``: what the published cases say together."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn

from cli import options
from cli.context import EXIT_SOME_FAILED, load_settings, run
from cli.options import Text, Texts, arg, opt
from cli.report_text import answer_text, checked_text, expected_text, report_text
from cli.summaries import safe
from cli.terminal import NAME, emit, err, out, print_json, print_table, progress
from schemas.errors import InputError
from schemas.reports import ReportLine, ReportStep

if TYPE_CHECKING:
    from config.resources import Resources
    from schemas.reports import Report
    from services.report import ReportOrder

_STEPS = {"publish": ReportStep.PUBLISH, "withdraw": ReportStep.WITHDRAW}
_OTHERS = ("list", "show", "check", "audio")


def report(
    context: typer.Context,
    what: Annotated[
        str,
        arg(
            help="The title, also used as the search words; or one of list, show, check, "
            "publish, withdraw and audio.",
            metavar="TITLE|ACTION",
        ),
    ],
    name: Annotated[
        Text, arg(help="For actions: the report's name, or its id.", metavar="REPORT")
    ] = None,
    template: Annotated[
        Text,
        opt(
            help="grand-summary, technique, industry, company, what-changed or annotated-guide; "
            "by default what fits the options."
        ),
    ] = None,
    tag: Annotated[Texts, opt(help="Only cases with this tag.")] = None,
    industry: Annotated[Text, opt(help="Only cases in this industry.")] = None,
    company: Annotated[Text, opt(help="Only cases of this company.")] = None,
    since: Annotated[
        Text, opt(help="Only cases from this year on, or added since a release: 2024, 2026-11-30.")
    ] = None,
    outline: Annotated[
        Path | None, opt(exists=True, dir_okay=False, help="A Markdown file with the chapters.")
    ] = None,
    model: options.Model = None,
    budget: options.Budget = None,
    talk: Annotated[bool, opt(help="With audio: two voices, worded by the model.")] = False,
    voice: Annotated[Texts, opt(help="With audio: a voice by its name, up to two.")] = None,
    dry_run: options.DryRun = False,
    as_json: options.AsJson = False,
) -> None:
    """Write a report across the published cases, or list, show, check and publish reports."""
    settings = load_settings(context, llm_model=model, budget_run=budget)
    if what in (*_STEPS, *_OTHERS):
        about = {"template": template, "tag": tag, "industry": industry, "company": company}
        _refuse(what, **about, since=since, outline=outline, dry_run=dry_run)
        if what == "audio":
            run(settings, lambda resources: _record(resources, name, voice or (), talk=talk))
        run(settings, lambda resources: _act(resources, what, name, as_json=as_json))
    if name is not None:
        raise InputError(f"{what!r} is not an action: put a title of several words in quotes")

    async def work(resources: "Resources") -> None:
        from services.report import ReportOrder, forecast_report

        order = ReportOrder(
            title=what,
            template=template,
            tags=tuple(tag or ()),
            industry=industry,
            company=company,
            since=since,
            outline=_text(outline) if outline else None,
        )
        expected = await forecast_report(order, resources)
        if dry_run:
            emit([expected], expected_text, as_json=as_json)
            return
        err().print(expected_text(expected))
        made = await _make(resources, order)
        emit([made], report_text, as_json=as_json)

    run(settings, work)


def _refuse(action: str, **options: object) -> None:
    """Raise InputError where an action was given an option of a new report."""
    if given := [name.replace("_", "-") for name, value in options.items() if value]:
        raise InputError(f"`casebook report {action}` takes no --{given[0]}")


def ask(
    context: typer.Context,
    question: Annotated[str, arg(help="The question, in quotes.")],
    model: options.Model = None,
    as_json: options.AsJson = False,
) -> None:
    """Answer a question from what published cases state, each sentence with its sources."""

    async def work(resources: "Resources") -> None:
        from services.answers import answer

        with err().status("reading what the cases state"):
            found = await answer(question, resources)
        emit([found], answer_text, as_json=as_json)

    run(load_settings(context, llm_model=model), work)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not UTF-8: save it as UTF-8 text") from error


async def _make(resources: "Resources", order: "ReportOrder") -> "Report":
    from services.report import make_report

    with progress(NAME, BarColumn(), MofNCompleteColumn()) as bar:
        task = bar.add_task("writing", total=None)
        return await make_report(
            order, resources, lambda done, of: bar.update(task, completed=done, total=of)
        )


async def _act(resources: "Resources", what: str, name: str | None, *, as_json: bool) -> int:
    """List reports, or do something with one."""
    if what == "list":
        lines = resources.warehouse.report_lines()
        if lines and not as_json:
            columns = ("name", "title", "by", "sentences", "cases", "made", "on the site")
            print_table(columns, (_cells(one) for one in lines))
        else:
            emit(lines, str, as_json=as_json, empty="No report yet: `casebook report TITLE`.")
        return 0
    found = resources.warehouse.report(_named(what, name))
    if what == "show":
        return await _show(resources, found, as_json=as_json)
    if what == "check":
        return await _check(resources, found, as_json=as_json)
    return await _change(resources, found, _STEPS[what])


async def _show(resources: "Resources", found: "Report", *, as_json: bool) -> int:
    from publishing.site.report_pages import report_json, report_markdown
    from services.publication import site_settings
    from services.report import view

    shown = await view(found, resources)
    text = report_markdown(shown, site_settings(resources.settings))
    if as_json:
        print_json(json.loads(report_json(shown)))
    elif out().is_terminal:
        out().print(Markdown(text))
    else:
        sys.stdout.write(text)
    return 0


async def _check(resources: "Resources", found: "Report", *, as_json: bool) -> int:
    from services.report import check_report

    checked = await check_report(found, resources)
    if as_json:
        print_json(checked.model_dump(mode="json"))
    else:
        out().print(checked_text(checked))
    return EXIT_SOME_FAILED if checked.problems else 0


async def _record(
    resources: "Resources", name: str | None, voices: Sequence[str], *, talk: bool
) -> int:
    from services.publication import recording_path
    from services.report_audio import record

    found = resources.warehouse.report(_named("audio", name))
    folder = recording_path(resources.settings.home, found)
    with progress(NAME, BarColumn(), MofNCompleteColumn()) as bar:
        task = bar.add_task("speaking", total=None)
        made = await record(
            found,
            resources,
            folder,
            model=talk,
            voices=voices,
            on_progress=lambda done, of: bar.update(task, completed=done, total=of),
        )
    out().print(
        f"[green]recorded[/]  {safe(found.title)}: {made.seconds / 60:.0f} min, "
        f"{len(made.chapters)} chapters\n          {safe(folder / 'audio.mp3')}\n"
        f"          `casebook report publish {found.name}` puts it on the site with the report"
    )
    return 0


def _named(action: str, name: str | None) -> str:
    if name is None:
        raise InputError(f"name the report: `casebook report {action} REPORT`")
    return name


async def _change(resources: "Resources", found: "Report", step: ReportStep) -> int:
    from services.publication import published_folders
    from services.report import publish_report, withdraw_report

    if step is ReportStep.WITHDRAW:
        await withdraw_report(found, resources)
        out().print(f"[green]withdrawn[/]  {safe(found.title)}")
        return 0
    with progress(NAME, BarColumn(), MofNCompleteColumn()) as bar:
        task = bar.add_task("writing the site", total=None)
        checked = await publish_report(
            found, resources, lambda n, of: bar.update(task, completed=n, total=of)
        )
    if checked.problems:
        err().print(checked_text(checked))
    if checked.lost:
        err().print("Not published: make the report again, and publish that one.")
        return EXIT_SOME_FAILED
    page = published_folders(resources)[0] / "reports" / found.name / "index.html"
    out().print(f"[green]published[/]  {safe(found.title)}\n           {safe(page)}")
    return 0


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
