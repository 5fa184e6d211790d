"""The digest: new and changed cases, withdrawals, reports and findings of the site since a day."""

from asyncio import to_thread
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

from config.resources import Resources
from publishing.entries import CaseEntry
from publishing.plan import SiteSettings
from publishing.site.build import earlier_site
from publishing.site.front_page import best_sentence
from publishing.site.pages import environment
from publishing.wording import count, day, listing
from schemas.frozen import Frozen
from schemas.reports import ReportLine
from services.publication import published_records
from services.report import view
from warehouse import Dataset

_MOST = 25  # items of a part


class DigestItem(Frozen):
    """A case, finding or report; ``address`` is relative to the site, ``about`` its company."""

    title: str
    address: str
    about: str = ""
    text: str = ""


class DigestPart(Frozen):
    """The newest of ``total`` items of one kind."""

    heading: str
    items: tuple[DigestItem, ...]
    total: int


class Digest(Frozen):
    """The parts that have items; the subject counts them."""

    since: date
    subject: str
    parts: tuple[DigestPart, ...]


async def make_digest(resources: Resources, since: date) -> Digest:
    """Return the news of the most recently written site since a day (UTC).

    Raises:
        InputError: if nothing is published.
    """
    warehouse, start = resources.warehouse, datetime.combine(since, time(), UTC)
    records = published_records(resources, may_be_empty=True)
    folder = records.parents[1]
    entries = (await to_thread(earlier_site, folder)).entries
    shown = {one.address: one for one in entries.values()}
    changes = [row for row in warehouse.site_changes(str(folder)) if row["at"] >= start]
    touched = list(dict.fromkeys(row["address"] for row in changes))
    added = {row["address"] for row in changes if row["what"] == "added"}
    reasons = {one.address: one.reason for one in warehouse.withdrawals()}
    lines = [one for one in warehouse.report_lines() if (one.published_at or start) > start]
    fresh = warehouse.with_new_findings(start)
    found = (
        ("report", [await _report(line, resources) for line in lines]),
        ("finding", await to_thread(_findings, records, fresh, entries)),
        ("new case", [_case(shown[one]) for one in touched if one in shown and one in added]),
        ("changed case", [_case(shown[one]) for one in touched if one in {*shown} - added]),
        ("withdrawal", [_withdrawn(one, reasons) for one in touched if one not in shown]),
    )
    counts = listing([count(len(items), noun) for noun, items in found if items])
    return Digest(
        since=since,
        subject=f"{resources.settings.site_title}: {counts or 'nothing new'} since {day(since)}",
        parts=tuple(
            DigestPart(heading=f"{noun.capitalize()}s", items=(*items[:_MOST],), total=len(items))
            for noun, items in found
            if items
        ),
    )


def digest_text(digest: Digest, settings: SiteSettings, kind: str) -> str:
    """Return a digest as ``md`` or as ``html``, a page for mail that loads nothing."""
    return environment(settings).get_template(f"digest.{kind}").render(digest=digest)


async def _report(line: ReportLine, resources: Resources) -> DigestItem:
    shown = await view(resources.warehouse.report(line.report_id), resources)
    best = best_sentence(shown)
    place = f"{shown.folder}/index.html" + (f"#s{best.n}" if best else "")
    text = best.text if best else shown.lead
    return DigestItem(title=shown.report.title, address=place, text=text)


def _findings(
    records: Path, case_ids: set[str], entries: Mapping[str, CaseEntry]
) -> list[DigestItem]:
    """Return the first entailed finding of each of these cases, as published."""
    with Dataset(records) as tables:
        rows = tables.rows(
            "SELECT * FROM findings "
            "WHERE label = 'entailed' AND page IS NOT NULL AND list_contains($ids, case_id) "
            "QUALIFY n = min(n) OVER (PARTITION BY case_id)",
            ids=sorted(case_ids),
        )
    found = [(row, entries[row["case_id"]]) for row in rows if row["case_id"] in entries]
    return [
        DigestItem(
            title=row["text"],
            address=f"{entry.address}#{row['page'].partition('#')[2]}",
            about=_about(entry),
        )
        for row, entry in found
    ]


def _case(entry: CaseEntry) -> DigestItem:
    about = {"about": _about(entry), "text": entry.lead}
    return DigestItem(title=entry.title, address=entry.address, **about)


def _about(entry: CaseEntry) -> str:
    return ", ".join(one.text for one in entry.kickers if not one.mark)


def _withdrawn(address: str, reasons: Mapping[str, str | None]) -> DigestItem:
    """Return a withdrawn case without its title, which may have been the reason."""
    return DigestItem(title="A withdrawn case", address=address, text=reasons.get(address) or "")
