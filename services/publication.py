"""Publication of the approved cases as a site, recorded in the warehouse."""

import os
import re
import tomllib
from asyncio import to_thread
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from config.resources import Resources
from config.settings import Settings
from publishing.conversion import published_case
from publishing.entries import CaseEntry, entry_of
from publishing.exchange.export import RECORDS, export
from publishing.files import key_of
from publishing.plan import Blocked, Exported, PublicationPlan, Published, SiteChange, SiteSettings
from publishing.site.build import blocked_by, earlier_site, site_version
from publishing.site.process import build_in_process
from publishing.slugs import slug_of
from schemas.errors import InputError
from schemas.findings import Finding
from schemas.frozen import content_id
from schemas.mistakes import REPORT_PATH, CurrentMistake
from schemas.reports import Report
from schemas.reviews import CaseView, Publication
from services.archiving import archive_of, ask_for_copies
from services.audit import seal, sign
from warehouse import Warehouse

Progress = Callable[[int, int], object]
_SEARCH_FORM = 'write lines such as "Agents in finance" = "tag=agents&industry=finance"'
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_AT_ONCE = 50  # cases read at a time
_OF_COMPANY = ("company_id", "company_name", "company_kind", "company_industry")
_OF_CASE = (
    "revision_id",
    "approval_id",
    "checked_at",
    "stated_url",
    "archived_url",
    "same_source",
    "finding_set_id",
)
_SHOWN = (*_OF_CASE, *_OF_COMPANY)


def site_settings(own: Settings) -> SiteSettings:
    """Return the site's name, address, licence, contact and citation, without saved searches."""
    return SiteSettings(
        **_citation(own.home / "citation.toml"),
        title=own.site_title,
        address=own.site_address,
        licence=own.site_licence,
        contact=own.site_contact,
        form=f"{own.desk_address}{REPORT_PATH}" if own.desk_address else None,
    )


def _citation(file: Path) -> dict[str, Any]:
    """Return the DOI and the authors of the collection in a file, none if it is missing."""
    advice = 'write lines such as doi = "10.5281/zenodo.1" and authors = ["Ana Lo"]'
    try:
        found = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
        doi, authors = found.get("doi"), tuple(found.get("authors", ()))
    except (ValueError, OSError, TypeError) as error:
        raise InputError(f"{file}: {error}; {advice}") from None
    is_doi = doi is None or (isinstance(doi, str) and _DOI.fullmatch(doi))
    if found.keys() - {"doi", "authors"} or not is_doi or not all(map(_is_text, authors)):
        raise InputError(f"{file} has another form; {advice}")
    return {"doi": doi, "authors": authors}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _searches(file: Path) -> tuple[tuple[str, str], ...]:
    """Return the names and addresses of the saved searches in a file, none if it is missing."""
    try:
        found = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    except (ValueError, OSError) as error:
        raise InputError(f"{file}: {error}; {_SEARCH_FORM}") from None
    if wrong := [name for name, address in found.items() if not isinstance(address, str)]:
        raise InputError(f"{file}: {wrong[0]!r} is not a search; {_SEARCH_FORM}")
    return tuple(found.items())


def published_folders(resources: Resources) -> list[Path]:
    """Return the folders of sites, most recently written first; deleted ones are last."""
    stored = resources.warehouse.publications()
    targets = [Path(one.target) for one in reversed(stored)]
    folders = dict.fromkeys([*targets, resources.settings.site_path])
    return sorted(folders, key=_written, reverse=True)


def published_records(resources: Resources, *, may_be_empty: bool = False) -> Path:
    """Return the JSON Lines file of the published cases, or raise InputError if missing."""
    folder = published_folders(resources)[0]
    path = folder / "data" / RECORDS
    if not path.is_file() or not (may_be_empty or path.stat().st_size):
        is_own = folder == resources.settings.site_path
        command = "casebook publish" if is_own else f"casebook publish --to {folder}"
        raise InputError(f"{folder} has no published case; run `{command}` first")
    return path


def _written(folder: Path) -> float:
    """Return the modification time of a site's data, 0 if missing."""
    try:
        return (folder / "data" / RECORDS).stat().st_mtime
    except OSError:
        return 0.0


def export_dataset(resources: Resources, folder: Path, day: date | None = None) -> Exported:
    """Write the published cases as a dataset with world-readable files, by default of today.

    Raises InputError if there are none, or if ``folder`` is neither empty nor an earlier export.
    """
    site = published_records(resources).parents[1]
    os.umask(0o022)  # a dataset is shared
    day = day or datetime.now(UTC).date()
    own = resources.settings
    done = export(site, folder.resolve(), site_settings(own), day, seal(resources.warehouse))
    if done.is_new:
        sign(done.path, own.home)
    return done


async def publish_site(
    resources: Resources,
    out: Path | None = None,
    on_progress: Progress = lambda *_: None,
    *,
    who: str = "",
) -> Published:
    """Write the site and store the changes; if it raises PublishError, the site is unchanged.

    Afterwards a web archive is asked for copies of the sources, if ``archive.toml`` names one; the
    next publication shows them. ``on_progress`` gets the number of finished steps and their total;
    it can raise to cancel.
    """
    out, who = out or resources.settings.site_path, who or resources.settings.curator
    archive_of(resources.settings.home)  # a mistake in the file stops the publication
    async with resources.warehouse.lock("publish"):
        work = _Publishing(resources.warehouse, resources.settings, out, on_progress)
        published = await to_thread(work.run, who)
        await to_thread(seal, resources.warehouse)
    await ask_for_copies(resources)
    return published


class _Publishing:
    """One publication to a folder."""

    def __init__(
        self, warehouse: Warehouse, settings: Settings, out: Path, on_progress: Progress
    ) -> None:
        site, self._home = site_settings(settings), settings.home
        site = site.model_copy(update={"searches": _searches(self._home / "searches.toml")})
        self._warehouse, self._site, self._out = warehouse, site, out
        self._target, self._on_progress = str(out), on_progress
        self._version, self._earlier = site_version(site), earlier_site(out)
        self._rows = {row["case_id"]: row for row in warehouse.publishable(self._target)}
        self._systems, self._collection = warehouse.systems(), warehouse.collection()
        self._accuracy = warehouse.accuracy()
        self._mistakes: dict[str, list[CurrentMistake]] = defaultdict(list)
        for mistake in warehouse.mistakes():
            if mistake.ruling == "accept":
                self._mistakes[mistake.case_id].append(mistake)
        placed = {
            case_id: (one.system_id, one.first_name, one.name)
            for one in self._systems
            for case_id in one.case_ids
        }
        self._keys = {
            case_id: key_of(
                self._version,
                *(row[name] for name in _SHOWN),
                placed.get(case_id),
                *self._corrected(case_id),
            )
            for case_id, row in self._rows.items()
        }

    def run(self, who: str) -> Published:
        """Write the site if anything changed, and store the changes."""
        before = {p.case_id: p for p in self._warehouse.publications() if p.target == self._target}
        with TemporaryDirectory() as folder:
            lines = Path(folder) / "cases.jsonl"
            entries, blocked = self._read(lines)
            kept = (p for p in before.values() if p.reason is None)  # not withdrawn since
            same = {(p.case_id, p.address, p.content_hash) for p in kept}
            fresh = [e for e in entries.values() if (e.case_id, e.address, e.digest) not in same]
            gone = [_withdrawal(p) for p in before.values() if p.case_id not in entries]
            now = [_change("changed" if e.case_id in before else "added", e) for e in fresh]
            now += [_change("withdrawn", one) for one in gone]
            self._write(lines, entries, gone, now)
        rows = [*map(self._publication, fresh), *gone]
        self._warehouse.append(*(row.model_copy(update={"who": who}) for row in rows))
        new = {entry.case_id for entry in fresh}
        return Published(
            path=self._out,
            added=tuple(sorted(new - before.keys())),
            changed=tuple(sorted(new & before.keys())),
            unchanged=tuple(sorted(entries.keys() - new)),
            withdrawn=tuple(p.case_id for p in gone),
            blocked=tuple(blocked),
        )

    def _read(self, lines: Path) -> tuple[dict[str, CaseEntry], list[Blocked]]:
        """Return the cases of the site, and those that are held back.

        New and changed cases are read and written into ``lines``.
        """
        same = {i for i, key in self._keys.items() if self._earlier.keys.get(i) == key}
        entries = {i: one for i, one in self._earlier.entries.items() if i in same}
        blocked = list[Blocked]()
        stale = [i for i in self._keys if i not in entries]
        taken, checks = {one.slug for one in entries.values()}, self._warehouse.last_checks()
        with lines.open("w", encoding="utf-8") as file:
            for n, (view, findings) in enumerate(self._views(stale)):
                self._on_progress(n, 2 * len(stale))
                case_id = view.case.case_id
                if reason := blocked_by(view):
                    title = view.revision.study.fact("title").value
                    blocked.append(Blocked(case_id=case_id, title=title, reason=reason))
                else:
                    check, row = checks.get(view.source.source_id), self._rows[case_id]
                    case = published_case(view, check=check, archived=row["archived_url"])
                    earlier = row["address"]
                    slug = slug_of(case_id, case.title, earlier, taken)
                    beside = [one["case_id"] for one in self._rows[case_id]["same_source"]]
                    more = {"slug": slug, "same_source": (*beside,), "findings": (*findings,)}
                    texts = {one.text for one in case.statements}
                    more["corrections"] = tuple(
                        one.correction(case.revision_id, texts) for one in self._mistakes[case_id]
                    )
                    case = case.model_copy(update=more)
                    taken.add(slug)
                    entries[case_id] = entry_of(case)
                    self._rows[case_id]["revision_id"] = view.revision.revision_id
                    file.write(case.model_dump_json() + "\n")
        return entries, blocked

    def _corrected(self, case_id: str) -> Iterator[str]:
        """Yield what a case's corrections depend on; nothing for most cases."""
        for one in self._mistakes.get(case_id, ()):
            yield one.model_dump_json(exclude={"message", "name", "channel", "mended_at"})

    def _views(self, case_ids: Sequence[str]) -> Iterator[tuple[CaseView, Sequence[Finding]]]:
        for start in range(0, len(case_ids), _AT_ONCE):
            ids = case_ids[start : start + _AT_ONCE]
            findings = self._warehouse.shown_findings(ids)
            for view in self._warehouse.shown_views(ids, "next_revision_id"):
                yield view, findings.get(view.case.case_id, ())

    def _write(
        self,
        lines: Path,
        entries: Mapping[str, CaseEntry],
        gone: Sequence[Publication],
        now: Sequence[Mapping[str, Any]],
    ) -> None:
        """Write the site if its fingerprint changed."""
        ended = [p for p in self._warehouse.withdrawals() if p.target == self._target]
        withdrawn = [*(p for p in ended if p.case_id not in entries), *gone]
        places = sorted(p.address for p in withdrawn)
        reports = self._warehouse.published_reports()
        editions = self._warehouse.published_reports(newest=False)
        files = {
            one.report_id: recording_path(self._home, one) / "recording.json" for one in reports
        }
        recordings = {name: file.parent for name, file in files.items() if file.is_file()}
        times = {name: [files[name].stat().st_mtime_ns] for name in recordings}
        made = [(name, key_of(*times.get(name, []))) for name in files]
        former_names = self._warehouse.former_names()
        systems = [one.model_dump(mode="json") for one in self._systems]
        made += [(one.report_id, "edition") for one in editions]
        parts = (places, made, former_names, systems, self._collection, self._accuracy)
        fingerprint = key_of(self._version, sorted(self._keys.items()), *parts)
        if fingerprint == self._earlier.fingerprint:
            return
        shown = {entry.address: entry for entry in entries.values()}
        log = [
            _logged(row, shown.get(row["address"]))
            for row in (*now, *self._warehouse.site_changes(self._target))
        ]
        plan = PublicationPlan(
            lines=lines,
            entries=entries,
            keys=self._keys,
            withdrawn=withdrawn,
            changes=log,
            settings=self._site,
            version=self._version,
            fingerprint=fingerprint,
            reports=reports,
            editions=editions,
            recordings=recordings,
            former_names=former_names,
            systems=self._systems,
            collection=self._collection,
            accuracy=self._accuracy,
        )
        total = len(entries)
        build_in_process(lambda n: self._on_progress(total + n, 2 * total), plan, self._out)

    def _publication(self, entry: CaseEntry) -> Publication:
        now = datetime.now(UTC)
        parts = (entry.case_id, self._target, entry.digest, now.isoformat())
        return Publication(
            publication_id=content_id("pub", *parts),
            case_id=entry.case_id,
            revision_id=self._rows[entry.case_id]["revision_id"],
            target=self._target,
            address=entry.address,
            content_hash=entry.digest,
            at=now,
        )


def _change(what: str, one: CaseEntry | Publication) -> dict[str, Any]:
    return {"at": datetime.now(UTC), "what": what, "address": one.address}


def _logged(row: Mapping[str, Any], entry: CaseEntry | None) -> SiteChange:
    """Return a change with the case's title; an added case can be an import."""
    change = SiteChange(title=entry.title if entry else None, **row)
    if entry and entry.imported_from and change.what == "added":
        return change.model_copy(update={"what": "imported", "origin": entry.imported_from})
    return change


def _withdrawal(publication: Publication) -> Publication:
    new_id = content_id("pub", publication.publication_id, "withdrawn")
    changes = {"publication_id": new_id, "withdrawn": True, "at": datetime.now(UTC)}
    return publication.model_copy(update=changes)


def recording_path(home: Path, report: Report) -> Path:
    """Return the folder of a report's recording, which may not exist."""
    return home / "audio" / report.report_id
