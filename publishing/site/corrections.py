"""The page, feed and data of corrections: mistakes in published cases, and withdrawals."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from publishing.site.writer import PageWriter
from schemas.mistakes import Correction
from schemas.reviews import Publication

_MOST = 50  # entries of the feed
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


class Entry(NamedTuple):
    """A correction of a case with this ``title``, or the withdrawal of one, with its reason."""

    id: str
    at: datetime
    address: str
    title: str
    correction: Correction | None = None
    reason: str | None = None


def entries_of(rows: Iterable[Mapping[str, Any]], withdrawn: Iterable[Publication]) -> list[Entry]:
    """Return the corrections (rows of the dataset) and withdrawals, newest first."""
    found = []
    for row in rows:
        one = Correction.model_validate({name: row[name] for name in Correction.model_fields})
        at, page = one.mended_at or one.reported_at, f"cases/{row['slug']}/index.html"
        found.append(Entry(one.correction_id, at, page, row["title"], one))
    # Without the titles of withdrawn cases: one may have been the reason.
    found += [Entry(p.publication_id, p.at, p.address, "", reason=p.reason) for p in withdrawn]
    return sorted(found, key=lambda one: one.at, reverse=True)


def write_corrections(
    pages: PageWriter, entries: Sequence[Entry], report_titles: Mapping[str, str]
) -> None:
    """Write the page, the JSON and, if the site's address is known, the Atom feed."""
    values = {"entries": entries, "report_titles": report_titles}
    pages.put("corrections.html", "corrections.html", [entries, report_titles], **values)
    pages.put_text("corrections.json", entries, lambda: corrections_json(entries))
    if pages.settings.root:
        newest = entries[:_MOST]
        updated = max((one.at for one in newest), default=_NEVER)
        pages.put("corrections.xml", "corrections.xml", newest, entries=newest, updated_at=updated)


def corrections_json(entries: Iterable[Entry]) -> str:
    """Return all corrections and withdrawals as JSON."""
    listed = [{"at": one.at.isoformat(), "page": one.address, **_details(one)} for one in entries]
    return json.dumps(listed, ensure_ascii=False) + "\n"


def _details(one: Entry) -> dict[str, Any]:
    if one.correction is None:
        return {"kind": "withdrawal", "reason": one.reason}
    known = one.correction.model_dump(mode="json")
    return {"kind": "correction", "title": one.title, **known}
