"""Reports across cases: planned, written, checked, stored and published; and answers."""

from asyncio import to_thread
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from config.resources import Resources
from prompts.loader import load
from publishing.companies import company_key
from publishing.reports import verbatim
from publishing.reports.checks import CheckedReport, check, cited_parts
from publishing.reports.material import material
from publishing.reports.numbers import Counts, used
from publishing.reports.templates import Template, template_for
from publishing.reports.themes import by_case, by_likeness, by_outline, by_tag
from publishing.site.report_views import ReportView, view_of
from publishing.slugs import name_of
from schemas.errors import InputError
from schemas.frozen import Frozen, content_id, sha256_hex
from schemas.reports import (
    DatasetRelease,
    Report,
    ReportEstimate,
    ReportEvent,
    ReportNumber,
    ReportSection,
    ReportStep,
    Scope,
    Theme,
    with_numbers,
)
from schemas.taxonomy import Term, load_taxonomy
from services.publication import publish_site, published_folders, published_records
from summarizer import reports as writing
from summarizer.asker import Asker
from summarizer.mentions import terms_in
from summarizer.profiles import Strategy
from warehouse import Dataset

Progress = Callable[[int, int], object]
IN_SHORT = "In short"
_FULL_SIZE = 400
_ALWAYS = ("cases", "all_cases", "share", "companies", "first_year", "last_year", "production")
_OVERALL = ("techniques", "concerns", "industries")


class ReportOrder(Frozen):
    """What somebody wants a report about; names as people write them."""

    title: str
    template: str | None = None
    tags: tuple[str, ...] = ()
    industry: str | None = None
    company: str | None = None
    since: str | None = None  # a year, or the day of an earlier release
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
    """Return what a report would be made of and cost; no model is asked."""
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
    """Make a report of the published cases and store it; ``on_progress`` gets (done, total).

    What was asked before is not asked again, so that an interrupted report goes on.

    Raises:
        InputError: if nothing is published that fits.
        ModelError: if the model cannot be asked; nothing is stored but its answers.
    """
    path = published_records(resources)
    with Dataset(path) as tables:
        plan = await to_thread(_planned, order, path, tables)
        if model_writes(resources):
            report = await _written(plan, resources, on_progress)
        else:
            report = await to_thread(_verbatim, plan, resources)
    await to_thread(resources.warehouse.append, report)
    return report


async def check_report(report: Report, resources: Resources) -> CheckedReport:
    """Recompute the numbers of a report and resolve its citations, over what is published now."""
    with open_dataset(resources) as tables:
        return await to_thread(check, report, tables)


async def view(report: Report, resources: Resources) -> ReportView:
    """Return a report as readers would see it now."""
    with open_dataset(resources) as tables:
        return await to_thread(lambda: view_of(report, cited_parts([report], tables)))


async def publish_report(
    report: Report, resources: Resources, on_progress: Progress = lambda *_: None
) -> CheckedReport:
    """Write the site with a report, if all that it cites stands in the cases as approved now.

    The outcome of the check has what does not stand, and then the report is not on the site, and
    numbers that differ from the day of the report, which do not matter for that.
    """
    await publish_site(resources, published_folders(resources)[0], on_progress)
    checked = await check_report(report, resources)
    if not checked.lost:
        await _change(report, ReportStep.PUBLISH, resources)
    return checked


async def withdraw_report(report: Report, resources: Resources) -> None:
    """Take a report from each site that has it."""
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
    scope = _scope(order)
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
        return f"no case was approved after {scope.added_since}: name the day of an earlier release"
    return f"nothing published fits “{order.title}”: use other words, or fewer options"


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
    return by_likeness(material(tables, scope, words, _FULL_SIZE), template.most, words)


def _scope(order: ReportOrder) -> Scope:
    """Return what an order is about by slugs and keys, or raise InputError for unknown names."""
    taxonomy = load_taxonomy()
    terms = [taxonomy.named(tag) for tag in order.tags]
    if unknown := [tag for tag, term in zip(order.tags, terms, strict=True) if term is None]:
        raise InputError(f"there is no tag {unknown[0]}: the site's page Browse lists all")
    industry = taxonomy.industry(order.industry) if order.industry else None
    if order.industry and industry is None:
        known = ", ".join(one.slug for one in taxonomy.industries)
        raise InputError(f"there is no industry {order.industry}; there are {known}")
    year, day = _since(order.since)
    return Scope(
        tags=tuple(term.slug for term in terms if term),
        industry=industry.slug if industry else None,
        company=company_key(order.company) if order.company else None,
        since=year,
        added_since=day,
    )


def _since(text: str | None) -> tuple[int | None, date | None]:
    """Return a year, or a day, or neither."""
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
    """Return whether the model can write; a small one quotes what cases state instead."""
    return resources.profile.strategy is not Strategy.GUIDED


def _named_terms(plan: _Plan) -> list[Term]:
    """Return the terms that the title of a report names, where it is not restricted to any."""
    found = {term.slug: term for term in terms_in(plan.scope.words)}
    return [] if plan.scope.tags else [*found.values()][:2]


def _verbatim(plan: _Plan, resources: Resources) -> Report:
    sections = [verbatim.section(plan.counts, theme) for theme in plan.themes]
    return _report(plan, resources, [_in_numbers(plan, sections), *sections])


async def _written(plan: _Plan, resources: Resources, on_progress: Progress) -> Report:
    """Return the report as a model writes it."""
    ask, judge = _asking(plan, resources)
    writer = writing.ReportWriter(
        plan.order.title, plan.template.purpose, ask, judge, plan.companies
    )
    themes, numbers = plan.themes, await to_thread(_numbers, plan)
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
    report = _report(
        plan,
        resources,
        [opening, _in_numbers(plan, sections), *sections],
        model=resources.profile.model,
    )
    provenance = {
        "dropped": tuple(dropped),
        "judge": judge.profile.model if judge else None,
        "prompts": tuple(f"{name}/v{load(name).version}" for name in writing.PROMPTS),
        "generation_ids": tuple(dict.fromkeys(one.generation_id for one in generations)),
    }
    return report.model_copy(update=provenance)


def _asking(plan: _Plan, resources: Resources) -> tuple[Asker, Asker | None]:
    """Return what asks the model, and the judge where one is on; calls are about the title."""
    about = content_id("rep", plan.order.model_dump(mode="json"))
    return resources.asker(about), resources.judge(about)


def _numbers(plan: _Plan) -> list[ReportNumber]:
    return [plan.counts.count(name) for name in _ALWAYS]


def _in_numbers(plan: _Plan, sections: Sequence[ReportSection]) -> ReportSection:
    """Return the section that only counts; ``sections`` say which cases are cited."""
    made = verbatim.in_numbers(plan.counts, plan.template)
    found = [plan.counts.sentence("theme", one.slug, one.label) for one in _named_terms(plan)]
    ids = {c.case_id for section in sections for s in section.sentences for c in s.citations}
    plan.counts.cited(sorted(ids))
    texts = filter(None, [*found, plan.counts.sentence("cited")])
    sentences = (*made.sentences, *map(verbatim.counted, texts))
    return made.model_copy(update={"sentences": sentences})


def _report(
    plan: _Plan, resources: Resources, sections: Sequence[ReportSection], model: str | None = None
) -> Report:
    kept = verbatim.numbered(sections)
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
