"""The published cases that a report is about, and the names that people use for them."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from publishing.reports.numbers import Counts
from publishing.reports.templates import Template, template_for
from schemas.claims import Plan
from schemas.companies import company_key
from schemas.errors import InputError
from schemas.frozen import Frozen, sha256_hex
from schemas.reports import DatasetRelease, Report, Scope
from schemas.taxonomy import load_taxonomy
from warehouse import Dataset


class ReportOrder(Frozen):
    """The title, template and selection of a report, with names as people write them."""

    title: str
    template: str | None = None
    tags: tuple[str, ...] = ()
    industry: str | None = None
    company: str | None = None
    since: str | None = None  # a year, or the date of an earlier release
    outline: str | None = None

    @classmethod
    def of_plan(cls, plan: Plan) -> "ReportOrder":
        """Return the order by which a planned report is written."""
        fields = plan.model_dump(include={*cls.model_fields})
        return cls(**fields | {"template": plan.template or None})


class Selection(NamedTuple):
    """The cases of a report: their scope, counts and release, and all companies and words."""

    order: ReportOrder
    template: Template
    scope: Scope
    counts: Counts
    release: DatasetRelease
    companies: dict[str, str]
    words: frozenset[str]  # ordinary ones, as stems


def selected(order: ReportOrder, path: Path, tables: Dataset) -> Selection:
    """Return the cases of a report; ``path`` are the records behind ``tables``.

    Raises:
        InputError: if the template, a tag or an industry does not exist, or they do not fit.
    """
    scope = _scope(order, tables)
    template = template_for(order.template, scope, order.outline)
    words = order.title if template.themes == "likeness" else ""
    scope = scope.model_copy(update={"words": words})
    day = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    total = int(tables.rows("SELECT count(*) AS n FROM published_cases")[0]["n"])
    release = DatasetRelease(day=day, sha256=sha256_hex(path.read_bytes()), cases=total)
    counts, names, ordinary = Counts(tables, scope), tables.companies(), tables.ordinary_words()
    return Selection(order, template, scope, counts, release, names, ordinary)


def order_of(report: Report) -> ReportOrder:
    """Return the order by which a report can be written again."""
    scope = report.scope
    since = scope.added_since or scope.since
    return ReportOrder(
        title=report.title,
        template=report.template,
        tags=scope.tags,
        industry=scope.industry,
        company=scope.company,
        since=str(since) if since else None,
    )


def nothing(selection: Selection) -> InputError:
    """Return the error for a report without any material."""
    if selection.scope.added_since:
        return InputError(
            f"no case was approved after {selection.scope.added_since}; use the date of an earlier "
            "release"
        )
    title = selection.order.title
    return InputError(f"nothing published fits “{title}”; use other words or fewer options")


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
