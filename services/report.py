"""Reports across cases: planning, writing, checking and publishing."""

from asyncio import to_thread
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from config.resources import Resources
from prompts.loader import load
from publishing.reports import verbatim
from publishing.reports import writer as writing
from publishing.reports.checks import CheckedReport, check, cited_parts
from publishing.reports.material import material
from publishing.reports.numbers import Counts, used
from publishing.reports.templates import Template, template_for
from publishing.reports.themes import by_case, by_likeness, by_outline, by_tag
from publishing.site.report_views import ReportView, view_of
from publishing.slugs import name_of
from schemas.companies import company_key
from schemas.errors import InputError
from schemas.frozen import Frozen, content_id, sha256_hex
from schemas.reports import (
    DatasetRelease,
    Report,
    ReportEstimate,
    ReportEvent,
    ReportSection,
    ReportStep,
    Scope,
    Theme,
    with_numbers,
)
from schemas.taxonomy import load_taxonomy
from services.publication import Progress, publish_site, published_folders, published_records
from summarizer.mentions import terms_in
from warehouse import Dataset

IN_SHORT = "In short"
_ALWAYS = ("cases", "all_cases", "share", "companies", "first_year", "last_year", "production")
_OVERALL = ("techniques", "concerns", "industries")


class ReportOrder(Frozen):
    """The title, template and selection of a report, with names as people write them."""

    title: str
    template: str | None = None
    tags: tuple[str, ...] = ()
    industry: str | None = None
    company: str | None = None
    since: str | None = None  # a year, or the date of an earlier release
    outline: str | None = None


class _Plan(NamedTuple):
    order: ReportOrder
    template: Template
    scope: Scope
    themes: list[Theme]
    counts: Counts
    release: DatasetRelease
    companies: dict[str, str]


def open_dataset(resources: Resources) -> AbstractContextManager[Dataset]:
    """Open the published cases as tables."""
    return Dataset(published_records(resources))


async def forecast_report(order: ReportOrder, resources: Resources) -> ReportEstimate:
    """Return the themes and the cost of a report, without calling a model."""
    path = published_records(resources)
    with Dataset(path) as tables:
        plan = await to_thread(_planned, order, path, tables)
        cases = int(plan.counts.count("cases").value.replace(",", ""))
    writing_model, judge = model_writes(resources), resources.judge("")
    calls = []
    if writing_model:
        judged, outlined = judge.profile if judge else None, plan.template.themes == "likeness"
        calls = writing.forecast(plan.themes, resources.profile, judged, outlined=outlined)
    costs = [call.cost_usd for call in calls]
    return ReportEstimate(
        title=order.title,
        template=plan.template.name,
        cases=cases,
        statements=sum(len(theme.material) for theme in plan.themes),
        themes=tuple((theme.heading, len(theme.material)) for theme in plan.themes),
        model=resources.profile.model if writing_model else None,
        calls=len(calls),
        tokens=sum(call.prompt_tokens + call.completion_tokens for call in calls),
        cost_usd=None if None in costs else sum(cost or 0.0 for cost in costs),
    )


async def make_report(
    order: ReportOrder, resources: Resources, on_progress: Progress = lambda *_: None
) -> Report:
    """Write and store a report of the published cases; ``on_progress`` gets (done, total).

    Answers are cached, so an interrupted report can be continued.

    Raises:
        InputError: if no published case fits.
        ModelError: if the model does not answer.
    """
    path = published_records(resources)
    with Dataset(path) as tables:
        plan = await to_thread(_planned, order, path, tables)
        if model_writes(resources):
            report = await _written(plan, resources, on_progress)
        else:
            sections = await to_thread(
                lambda: [verbatim.section(plan.counts, t) for t in plan.themes]
            )
            report = await to_thread(_report, plan, resources, sections)
    await to_thread(resources.warehouse.append, report)
    return report


async def check_report(report: Report, resources: Resources) -> CheckedReport:
    """Recompute the numbers and citations of a report from the published cases."""
    with open_dataset(resources) as tables:
        return await to_thread(check, report, tables)


async def view(report: Report, resources: Resources) -> ReportView:
    """Return a report as readers would see it now."""
    with open_dataset(resources) as tables:
        return await to_thread(lambda: view_of(report, cited_parts([report], tables)))


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


def _planned(order: ReportOrder, path: Path, tables: Dataset) -> _Plan:
    scope = _scope(order, tables)
    template = template_for(order.template, scope, order.outline)
    words = order.title if template.themes == "likeness" else ""
    scope = scope.model_copy(update={"words": words})
    themes = [one for one in _themes(template, scope, order, tables) if one.material]
    if not themes:
        raise InputError(_nothing(order, scope))
    day = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    total = int(tables.rows("SELECT count(*) AS n FROM published_cases")[0]["n"])
    release = DatasetRelease(day=day, sha256=sha256_hex(path.read_bytes()), cases=total)
    return _Plan(order, template, scope, themes, Counts(tables, scope), release, tables.companies())


def _nothing(order: ReportOrder, scope: Scope) -> str:
    if scope.added_since:
        return f"no case was approved after {scope.added_since}; use the date of an earlier release"
    return f"nothing published fits “{order.title}”; use other words or fewer options"


def _themes(
    template: Template, scope: Scope, order: ReportOrder, tables: Dataset
) -> Sequence[Theme]:
    if template.themes == "outline":
        return by_outline(tables, scope, order.outline or "", template.most)
    if template.themes == "cases":
        return by_case(tables, scope, template.most)
    if template.themes == "tags":
        return by_tag(tables, scope, template.groups, template.most)
    terms = [term for tag in scope.tags if (term := load_taxonomy().term(tag))]
    words = " ".join([scope.words, *(n for term in terms for n in (term.label, *term.synonyms))])
    return by_likeness(material(tables, scope, words), template.most, words)


def _scope(order: ReportOrder, tables: Dataset) -> Scope:
    """Return the scope of an order as slugs and keys, or raise InputError for unknown names."""
    taxonomy = load_taxonomy()
    terms = [taxonomy.named(tag) for tag in order.tags]
    if unknown := [tag for tag, term in zip(order.tags, terms, strict=True) if term is None]:
        raise InputError(f"there is no tag {unknown[0]}; the site's page Browse lists all tags")
    industry = taxonomy.industry(order.industry) if order.industry else None
    if order.industry and industry is None:
        known = ", ".join(one.slug for one in taxonomy.industries)
        raise InputError(f"there is no industry {order.industry}; there are {known}")
    year, day = _since(order.since)
    return Scope(
        tags=tuple(term.slug for term in terms if term),
        industry=industry.slug if industry else None,
        company=_company_id(order.company, tables) if order.company else None,
        since=year,
        added_since=day,
    )


def _company_id(name: str, tables: Dataset) -> str:
    """Return the id of a published company by any spelling, else a value without cases."""
    key, ids = company_key(name), tables.companies()
    return next((i for one, i in ids.items() if key and company_key(one) == key), key or name)


def _since(text: str | None) -> tuple[int | None, date | None]:
    """Return (year, None), (None, day), or (None, None)."""
    if text is None:
        return None, None
    if text.isdigit() and len(text) == 4:  # noqa: PLR2004 - digits of a year
        return int(text), None
    try:
        return None, datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise InputError(
            f"since: {text!r} is neither a year nor a day; use 2024 or 2026-11-30"
        ) from None


def model_writes(resources: Resources) -> bool:
    """Return whether the model can write reports; small models only quote statements."""
    return resources.profile.is_capable


async def _written(plan: _Plan, resources: Resources, on_progress: Progress) -> Report:
    """Return the report, written by the model."""
    about = content_id("rep", plan.order.model_dump(mode="json"))
    ask, judge = resources.asker(about), resources.judge(about)
    writer = writing.ReportWriter(
        plan.order.title, plan.template.purpose, ask, judge, plan.companies
    )
    themes, numbers = plan.themes, await to_thread(lambda: list(map(plan.counts.count, _ALWAYS)))
    if plan.template.themes == "likeness":
        themes = await writer.outline(themes, plan.template.most)
    total = len(themes) + 2
    on_progress(1, total)
    own = [
        (one, [*numbers, *(plan.counts.of_tag(one.tag, one.heading) if one.tag else ())])
        for one in themes
    ]
    made = await writing.written_at_once(writer, own, lambda n: on_progress(1 + n, total))
    sections = [
        ReportSection(
            heading=theme.heading,
            tag=theme.tag,
            sentences=(*verbatim.about_theme(plan.counts, theme), *written.sentences),
        )
        for theme, written in zip(themes, made, strict=True)
        if written.sentences
    ]
    if not sections:
        raise InputError(
            f"no sentence about “{plan.order.title}” passed the checks; try a wider title"
        )
    await to_thread(plan.counts.measured, [m for theme in themes for m in theme.material])
    for name in _OVERALL:
        plan.counts.series(name)
    known = plan.counts.numbers
    values = {name: one for name, one in known.items() if name.startswith("s:")}
    overall = [one for name, one in known.items() if name not in values]
    short = await writer.summary(sections, overall, lambda one: with_numbers(one.text, values))
    on_progress(total, total)
    dropped = [one for part in (*made, short) for one in part.dropped]
    opening = ReportSection(heading=IN_SHORT, sentences=short.sentences)
    generations = [*ask.generations, *(judge.generations if judge else ())]
    report = _report(plan, resources, sections, opening, resources.profile.model)
    provenance = {
        "dropped": tuple(dropped),
        "judge": judge.profile.model if judge else None,
        "prompts": tuple(load(name).label for name in writing.PROMPTS),
        "generation_ids": tuple(dict.fromkeys(one.generation_id for one in generations)),
    }
    return report.model_copy(update=provenance)


def _in_numbers(plan: _Plan, sections: Sequence[ReportSection]) -> ReportSection:
    """Return the section of counts, including the cases that ``sections`` cite."""
    made = verbatim.in_numbers(plan.counts, plan.template)
    named = {} if plan.scope.tags else {one.slug: one.label for one in terms_in(plan.scope.words)}
    found = [plan.counts.sentence("theme", *term) for term in [*named.items()][:2]]
    ids = {c.case_id for section in sections for s in section.sentences for c in s.citations}
    plan.counts.cited(sorted(ids))
    texts = filter(None, [*found, plan.counts.sentence("cited")])
    sentences = (*made.sentences, *map(verbatim.counted, texts))
    return made.model_copy(update={"sentences": sentences})


def _report(
    plan: _Plan,
    resources: Resources,
    sections: Sequence[ReportSection],
    opening: ReportSection | None = None,
    model: str | None = None,
) -> Report:
    kept = verbatim.numbered(
        [*([opening] if opening else []), _in_numbers(plan, sections), *sections]
    )
    texts = [one.text for section in kept for one in section.sentences]
    numbers = tuple(used(texts, plan.counts.numbers))
    name = name_of(plan.order.title, "report")
    if plan.scope.added_since:
        name = f"{name}-{plan.release.day.isoformat()}"
    parts = [section.model_dump(mode="json") for section in kept]
    report_id = content_id("rep", name, plan.release.sha256, parts, model)
    return Report(
        report_id=report_id,
        name=name,
        title=plan.order.title,
        template=plan.template.name,
        scope=plan.scope,
        release=plan.release,
        sections=kept,
        numbers=numbers,
        created_by=resources.settings.curator,
        model=model,
    )
