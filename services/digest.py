"""The digest: new and changed cases, withdrawals, reports and findings of the site since a day."""

from asyncio import to_thread
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

from config.resources import Resources
from publishing.entries import CaseEntry
from publishing.plan import SiteSettings
from publishing.records import Kicker
from publishing.site.build import earlier_site
from publishing.site.front_page import best_sentence
from publishing.site.pages import environment
from publishing.wording import count, listing
from schemas.frozen import Frozen
from schemas.reports import ReportLine
from services.publication import published_records
from services.report import view
from warehouse import Dataset

_MOST = 25  # items of a part
_NOUNS = ("report", "finding", "new case", "changed case", "withdrawal")


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
    """Return what is new on the most recently written site since a day (UTC).

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
    found = (
        [await _report(line, resources) for line in lines],
        await to_thread(_findings, records, warehouse.with_new_findings(start), entries),
        [_case(shown[one]) for one in touched if one in shown and one in added],
        [_case(shown[one]) for one in touched if one in shown and one not in added],
        [
            DigestItem(title="A withdrawn case", address=one, text=reasons.get(one) or "")
            for one in touched
            if one not in shown
        ],
    )
    counts = [count(len(items), noun) for noun, items in zip(_NOUNS, found, strict=True) if items]
    day = f"{since.day} {since:%B %Y}"
    return Digest(
        since=since,
        subject=f"{resources.settings.site_title}: {listing(counts) or 'nothing new'} since {day}",
        parts=tuple(
            DigestPart(
                heading=f"{noun.capitalize()}s", items=tuple(items[:_MOST]), total=len(items)
            )
            for noun, items in zip(_NOUNS, found, strict=True)
            if items
        ),
    )


def digest_text(digest: Digest, settings: SiteSettings, kind: str) -> str:
    """Return a digest as ``md`` or as ``html``, a page for mail that loads nothing."""
    return environment(settings).get_template(f"digest.{kind}").render(digest=digest)


async def _report(line: ReportLine, resources: Resources) -> DigestItem:
    shown = await view(resources.warehouse.report(line.report_id), resources)
    best = best_sentence(shown)
    text, place = (best.text, f"#s{best.n}") if best else (shown.lead, "")
    address = f"{shown.folder}/index.html{place}"
    return DigestItem(title=shown.report.title, address=address, text=text)


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
    return [
        DigestItem(
            title=row["text"],
            address=f"{entry.address}#{row['page'].partition('#')[2]}",
            about=_words(entry.kickers) or entry.title,
        )
        for row in rows
        if (entry := entries.get(row["case_id"]))
    ]


def _case(entry: CaseEntry) -> DigestItem:
    about = _words(entry.kickers)
    return DigestItem(title=entry.title, address=entry.address, about=about, text=entry.lead)


def _words(kickers: Sequence[Kicker]) -> str:
    return ", ".join(one.text for one in kickers if not one.mark)
