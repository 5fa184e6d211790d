"""Reports across cases: planning, writing, checking and publishing."""

from asyncio import to_thread
from collections.abc import Sequence
from contextlib import AbstractContextManager

from config.resources import Resources
from publishing.reports import plan_files, verbatim
from publishing.reports import writer as writing
from publishing.reports.checks import CheckedReport, check, cited_parts, current_findings
from publishing.reports.claims import FEWEST, findings, is_carried, numbered
from publishing.reports.numbers import used
from publishing.site.report_views import ReportView, view_of
from publishing.slugs import name_of
from schemas.claims import Evidence, Plan
from schemas.errors import ConfigurationError, InputError
from schemas.frozen import content_id
from schemas.generations import Usage
from schemas.reports import Report, ReportEstimate, ReportEvent, ReportSection, ReportStep, Scope
from services import claims_report
from services.claims_report import (
    evidence_changes,
    findings_for,
    makes_claims,
    planned,
    weighed_again,
)
from services.publication import Progress, publish_site, published_folders, published_records
from services.report_selection import ReportOrder, Selection, order_of, selected
from services.theme_report import ReportText, quoted_text, themes, written_text
from summarizer.mentions import terms_in
from warehouse import Dataset, Warehouse

_MADE = ("claims", "dropped", "model", "judge", "prompts", "generation_ids")


def open_dataset(resources: Resources) -> AbstractContextManager[Dataset]:
    """Open the published cases as tables."""
    return Dataset(published_records(resources))


async def forecast_report(order: ReportOrder, resources: Resources) -> ReportEstimate:
    """Return the subjects and the cost of a report, without calling a model."""
    path = published_records(resources)
    with Dataset(path) as tables:
        selection = await to_thread(selected, order, path, tables)
        cases = int(selection.counts.count("cases").value.replace(",", ""))
        writing_model, judge = model_writes(resources), resources.judge("")
        judged, calls = judge.profile if judge else None, list[Usage]()
        findings = await to_thread(findings_for, selection, tables) if writing_model else []
        subjects: list[tuple[str, int]] = [("findings", len(findings))]
        if makes_claims(selection, findings):
            calls = writing.claims_forecast(findings, resources.profile, judged)
        else:
            found = await to_thread(themes, selection, tables)
            subjects = [(theme.heading, len(theme.material)) for theme in found]
            if writing_model:
                outlined = selection.template.themes == "likeness"
                calls = writing.forecast(found, resources.profile, judged, outlined=outlined)
    costs = [call.cost_usd for call in calls]
    return ReportEstimate(
        title=order.title,
        template=selection.template.name,
        cases=cases,
        makes_claims=makes_claims(selection, findings),
        subjects=tuple(subjects),
        model=resources.profile.model if writing_model else None,
        calls=len(calls),
        tokens=sum(call.prompt_tokens + call.completion_tokens for call in calls),
        cost_usd=None if None in costs else sum(cost or 0.0 for cost in costs),
    )


async def plan_report(order: ReportOrder, resources: Resources) -> Plan:
    """Return the claims that a report could make, each with findings for and against it.

    Raises:
        InputError: if its template makes no claims, or there are too few findings.
        ConfigurationError: if the model is too small.
        ModelError: if the model does not answer.
    """
    if not model_writes(resources):
        raise ConfigurationError("a plan needs a capable model: set CASEBOOK_LLM_MODEL")
    path = published_records(resources)
    with Dataset(path) as tables:
        selection = await to_thread(selected, order, path, tables)
        found = await to_thread(findings_for, selection, tables)
        if not makes_claims(selection, found):
            raise InputError(_no_claims(selection, found))
        return await planned(selection, found, resources)


def _no_claims(selection: Selection, found: Sequence[Evidence]) -> str:
    if not selection.template.claims:
        return f"a report of the template {selection.template.name} makes no claims"
    return (
        f"{len(found)} findings are about “{selection.order.title}”, and a plan needs {FEWEST}: "
        "run `casebook findings` and `casebook publish`, or use a wider title"
    )


async def read_plan(text: str, file: str, resources: Resources) -> Plan:
    """Return the plan in a file that a curator may have changed.

    Raises:
        InputError: if it cannot be read, or names findings that are not published.
    """
    with open_dataset(resources) as tables:
        found = await to_thread(findings, tables, Scope())
    return plan_files.read_plan(text, found, file)


async def make_report(
    order: ReportOrder,
    resources: Resources,
    on_progress: Progress = lambda *_: None,
    *,
    plan: Plan | None = None,
    changes: Sequence[str] = (),
) -> Report:
    """Write and store a report of the published cases; ``on_progress`` gets (done, total).

    A report with enough findings makes the claims of ``plan``, by default those that the model
    proposes. ``changes`` is what is new in it. Answers are cached, so an interrupted report can be
    continued.

    Raises:
        InputError: if no published case fits.
        ModelError: if the model does not answer.
    """
    path = published_records(resources)
    with Dataset(path) as tables:
        selection = await to_thread(selected, order, path, tables)
        if model_writes(resources):
            found = await to_thread(findings_for, selection, tables)
            if plan or makes_claims(selection, found):
                plan = plan or await planned(selection, found, resources)
                text = await claims_report.written_text(
                    selection, plan, found, tables, resources=resources, on_progress=on_progress
                )
            else:
                subjects = await to_thread(themes, selection, tables)
                text = await written_text(selection, subjects, resources, on_progress)
        else:
            text = await to_thread(lambda: quoted_text(selection, themes(selection, tables)))
        report = await to_thread(_report, selection, resources, text)
    return await to_thread(_stored, report, changes, resources.warehouse)


def _stored(report: Report, changes: Sequence[str], warehouse: Warehouse) -> Report:
    """Store a report as the next edition of its name, or return the same one stored before."""
    named = [one.report_id for one in warehouse.report_lines() if one.name == report.name]
    if report.report_id in named:
        return warehouse.report(report.report_id)
    numbers = {"edition": len(named) + 1, "changes": tuple(changes)}
    report = report.model_copy(update=numbers)
    warehouse.append(report)
    return report


async def renew_report(
    report: Report, resources: Resources, on_progress: Progress = lambda *_: None
) -> Report | None:
    """Write a new edition of a report if its evidence or its numbers have changed, else None.

    Each claim is weighed again against the published findings.

    Raises:
        InputError: if the report makes no claims.
        ModelError: if the model does not answer.
    """
    if not report.claims:
        raise InputError(
            f"{report.name} makes no claims: write it again with `casebook report new`"
        )
    order, path = order_of(report), published_records(resources)
    with Dataset(path) as tables:
        selection = await to_thread(selected, order, path, tables)
        found = await to_thread(findings_for, selection, tables)
        checked = await to_thread(check, report, tables)
        now = await weighed_again(report, selection, found, resources)
    changes = [*evidence_changes(report.claims, now), *checked.summary]
    if not changes:
        return None
    if not (kept := numbered([one for one in now if is_carried(one)])):
        raise InputError(f"the published findings no longer carry a claim of {report.name}")
    plan = Plan(
        **order.model_dump(exclude={"outline", "template"}), template=report.template, claims=kept
    )
    return await make_report(order, resources, on_progress, plan=plan, changes=changes)


async def check_report(report: Report, resources: Resources) -> CheckedReport:
    """Recompute the numbers and citations of a report from the published cases."""
    with open_dataset(resources) as tables:
        return await to_thread(check, report, tables)


async def view(report: Report, resources: Resources) -> ReportView:
    """Return a report as readers would see it now."""
    with open_dataset(resources) as tables:
        return await to_thread(
            lambda: view_of(
                report, cited_parts([report], tables), current_findings([report], tables)
            )
        )


async def publish_report(
    report: Report, resources: Resources, on_progress: Progress = lambda *_: None
) -> CheckedReport:
    """Publish a report if the approved cases still support it; return the check's result.

    The report is not published if citations are lost; changed numbers do not prevent it.
    """
    await publish_site(resources, published_folders(resources)[0], on_progress)
    checked = await check_report(report, resources)
    if not checked.lost:
        await _change(report, ReportStep.PUBLISH, resources)
    return checked


async def withdraw_report(report: Report, resources: Resources) -> None:
    """Remove a report from all sites."""
    await _change(report, ReportStep.WITHDRAW, resources)


async def _change(report: Report, step: ReportStep, resources: Resources) -> None:
    who = resources.settings.curator
    event = ReportEvent(report_id=report.report_id, step=step, who=who)
    await to_thread(resources.warehouse.append, event)
    newest, *others = published_folders(resources)
    known = [one for one in others if (one / "reports" / report.name).is_dir()]
    for folder in (newest, *(known if step is ReportStep.WITHDRAW else ())):
        await publish_site(resources, folder)


def model_writes(resources: Resources) -> bool:
    """Return whether the model can write reports; small models only quote statements."""
    return resources.profile.is_capable


def _in_numbers(selection: Selection, sections: Sequence[ReportSection]) -> ReportSection:
    """Return the section of counts, including the cases that ``sections`` cite."""
    counts, scope = selection.counts, selection.scope
    made = verbatim.in_numbers(counts, selection.template)
    named = {} if scope.tags else {one.slug: one.label for one in terms_in(scope.words)}
    found = [counts.sentence("theme", *term) for term in [*named.items()][:2]]
    ids = {c.case_id for section in sections for s in section.sentences for c in s.citations}
    counts.cited(sorted(ids))
    texts = filter(None, [*found, counts.sentence("cited")])
    sentences = (*made.sentences, *map(verbatim.counted, texts))
    return made.model_copy(update={"sentences": sentences})


def _report(selection: Selection, resources: Resources, text: ReportText) -> Report:
    numbers = _in_numbers(selection, [*text.opening, *text.sections])
    kept = verbatim.numbered([*text.opening, numbers, *text.sections])
    texts = [one.text for section in kept for one in section.sentences]
    name, release = name_of(selection.order.title, "report"), selection.release
    if selection.scope.added_since:
        name = f"{name}-{release.day.isoformat()}"
    parts = [section.model_dump(mode="json") for section in kept]
    return Report(
        report_id=content_id("rep", name, release.sha256, parts, text.model),
        name=name,
        title=selection.order.title,
        template=selection.template.name,
        scope=selection.scope,
        release=release,
        sections=kept,
        numbers=tuple(used(texts, selection.counts.numbers)),
        created_by=resources.settings.curator,
        **{name: getattr(text, name) for name in _MADE},
    )
