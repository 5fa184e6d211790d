"""Pages over all cases: home, groups, statements, search, data and feeds."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from publishing.entries import CaseEntry
from publishing.files import SiteFiles
from publishing.plan import PublicationPlan, SiteChange
from publishing.records import CaseRecord
from publishing.similarity import FILLER, FUNCTION_WORDS
from publishing.site.accuracy import write_accuracy
from publishing.site.charts import Figure
from publishing.site.collection import write_collection
from publishing.site.corrections import entries_of, write_corrections
from publishing.site.facets import facets
from publishing.site.feeds import saved_searches, write_feeds
from publishing.site.front_page import opening
from publishing.site.group_pages import PAGE, write_group
from publishing.site.groups import KINDS, Group, GroupKind, earlier_addresses, groups
from publishing.site.meaning_files import has_meaning
from publishing.site.questions import answered
from publishing.site.report_pages import ReportPages
from publishing.site.statement_pages import (
    STATEMENT_PAGES,
    Statements,
    statements_json,
    write_statement_page,
)
from publishing.site.system_pages import system_redirects, system_tables, write_system
from publishing.site.writer import PageWriter, digests
from publishing.wording import TAG_GROUPS, fact_text, reliability_note
from schemas.frozen import sha256_hex
from schemas.synonyms import synonyms
from warehouse import Dataset

_NEWEST, _STATEMENTS = 8, 6
_LISTINGS_AT_HOME = ("Techniques", "Industries", "Applications", "Years")
_AT_HOME = 14  # groups per listing
_MOST_COMPANIES = 700
_MOST_DAYS, _PER_DAY = 60, 25
_SORTS = (("", "Best match"), ("added", "Newest first"), ("year", "Year"), ("title", "Title"))
_FIXED = [
    "",
    *map(
        "{}.html".format,
        "search browse ask attribution figures data collection how-right corrections".split(),
    ),
]
_VERSION_DIGITS = 12

GroupListing = tuple[str, Sequence[Group]]


class OverviewPages:
    """Writes the pages over all ``entries``, which are sorted newest first."""

    def __init__(
        self,
        files: SiteFiles,
        plan: PublicationPlan,
        entries: Sequence[CaseEntry],
        tables: Dataset,
        reports: ReportPages,
        *,
        statements: Statements,
    ) -> None:
        self._entries, self._tables, self._groups = entries, tables, groups(entries)
        self._statements = statements
        self._tabs = [
            (one.name, one.heading, number)
            for one in STATEMENT_PAGES
            if (number := len(statements[one.name]))
        ]
        self._imported = sum(bool(one.imported_from) for one in entries)
        self._reliability = reliability_note(len(entries) - self._imported, len(entries))
        values = {"cases_count": len(entries), "reliability_note": self._reliability}
        self._pages = PageWriter(files, plan, tabs=self._tabs, **values)
        self._reports, self._plan = reports, plan
        self._searches = saved_searches(plan.settings.searches, entries, tables)
        self._files, self._title, self._root = files, plan.settings.title, plan.settings.root

    def write(self, lines: Path, changes: Sequence[SiteChange], drawn: Sequence[Figure]) -> None:
        """Write all pages; ``lines`` is the JSON Lines file of all records."""
        digest = sha256_hex(lines.read_bytes())
        with ThreadPoolExecutor(1) as beside:  # DuckDB writes files while pages are rendered
            sizes = beside.submit(self._tables.write, lines.parent)
            self._write_pages(digest, changes, drawn)
        self._write_data(lines, digest, sizes.result())

    def _write_pages(
        self, digest: str, changes: Sequence[SiteChange], drawn: Sequence[Figure]
    ) -> None:
        self._write_home()
        self._reports.write({one.address for found in self._groups.values() for one in found})
        self._write_groups()
        for one in STATEMENT_PAGES:
            rows = self._statements[one.name]
            write_statement_page(self._pages, one, rows, self._tabs, self._entries)
        self._write_search()
        self._write_changes(changes)
        self._pages.put("figures.html", "figures.html", digest, figures=drawn)
        write_collection(self._pages, self._plan.collection, len(self._entries), self._imported)
        corrected = self._tables.rows("SELECT * FROM corrections")
        titles = {one.name: one.title for one in self._plan.reports}
        write_corrections(self._pages, entries_of(corrected, self._plan.withdrawn), titles)
        write_accuracy(self._pages, self._plan.accuracy, self._plan.collection)
        self._pages.put("404.html", "404.html", "")
        self._pages.put("llms.txt", "llms.txt", [self._reliability, len(self._entries), self._tabs])
        if self._root:
            self._write_feeds()

    def _write_data(self, lines: Path, digest: str, sizes: Mapping[str, int]) -> None:
        folder, schema = lines.parent, CaseRecord.model_json_schema(mode="serialization")
        (folder / "cases.schema.json").write_text(json.dumps(schema, indent=2) + "\n", "utf-8")
        texts, words = self._tables.vocabulary()
        vocabulary = {
            "cases": len(self._entries),
            "texts": texts,
            "words": words,
            "synonyms": synonyms().sets,
            "function_words": sorted(FUNCTION_WORDS),
            "filler": FILLER,
        }
        text = json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":"))
        (folder / "vocabulary.json").write_text(text, "utf-8")
        for name, rows in self._statements.items():
            text = statements_json(name, rows, self._entries)
            (folder / f"{name}.json").write_text(text, "utf-8")
        for file in folder.iterdir():
            self._files.note(f"{folder.name}/{file.name}")
        values = {
            "tables": [self._table(folder, name, rows) for name, rows in sizes.items()],
            "data_version": digest[:_VERSION_DIGITS],
            "has_duckdb": has_duckdb(),
            "questions": answered(self._tables),
        }
        self._pages.put("data.html", "data.html", [digest, has_duckdb()], **values)

    def _table(self, folder: Path, name: str, rows: int) -> dict[str, Any]:
        table, meaning = self._tables.about(name)
        return {
            "name": name,
            "table": table,
            "meaning": meaning,
            "rows": rows,
            "parquet_size": (folder / f"{name}.parquet").stat().st_size,
            "csv_size": (folder / f"{name}.csv").stat().st_size,
            "columns": self._tables.columns(name),
        }

    def _write_home(self) -> None:
        newest, listings = self._entries[:_NEWEST], self._listings()
        browse = [
            (heading, found[:_AT_HOME], len(found))
            for heading, found in sorted(listings, key=_at_home)
            if heading in _LISTINGS_AT_HOME
        ]
        key = [self._reliability, len(self._entries), digests(newest), self._tabs]
        first = opening(self._tables, self._reports.views)
        key += [[_sizes(shown), total] for _, shown, total in browse]
        key += [first.finding, first.best, first.lessons]
        key += [first.report.report.report_id] if first.report else []
        values = {"newest": newest, "browse": browse, "opening": first, "alternate": "index"}
        self._pages.put("index.html", "index.html", key, **values)
        self._pages.put_alternates("index", self._title, key, entries=newest, parts=first.parts)
        all_listings = [
            (heading, found[:_MOST_COMPANIES], max(0, len(found) - _MOST_COMPANIES))
            for heading, found in listings
        ]
        key = [len(self._entries), *(_sizes(found) for _, found in listings)]
        self._pages.put(
            "browse.html", "browse.html", key, listings=all_listings, alternate="browse"
        )
        self._pages.put_alternates("browse", "Browse", key, listings=listings)

    def _listings(self) -> list[GroupListing]:
        """Return the groups for the listings: tags by their group, then the other kinds."""
        tags = self._groups["tag"]
        found: list[GroupListing] = [
            (label, [one for one in tags if one.term_group == name])
            for name, label in TAG_GROUPS.items()
        ]
        others: Sequence[GroupKind] = ("industry", "year", "company", "system")
        return [*found, *((KINDS[kind][1], self._groups[kind]) for kind in others)]

    def _write_groups(self) -> None:
        said: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for row in self._tables.by_group([one.name for one in STATEMENT_PAGES], _STATEMENTS):
            said[row["group_kind"], row["member"]].append(row)
        dated, systems = system_tables(self._tables), self._groups["system"]
        of_company: dict[str | None, list[Group]] = defaultdict(list)
        for one in systems:
            write_system(self._pages, one, said["system", one.key], dated)
            for key in {entry.company_key for entry in one.entries}:
                of_company[key].append(one)
        for kind, found in self._groups.items():
            for group in found if kind != "system" else ():
                own = of_company[group.key] if kind == "company" else ()
                write_group(self._pages, group, said[kind, group.key], own)
        moves = earlier_addresses(self._entries, self._plan.former_names)
        moves |= system_redirects(self._plan.systems, systems, self._plan.entries)
        for name, address in moves.items():
            values = {"address": address.removesuffix("index.html")}
            self._pages.put(name, "moved.html", address, **values)
            moved = json.dumps({"moved_to": values["address"]}) + "\n"
            self._pages.put_text(f"{name.removesuffix('.html')}.json", address, moved.__str__)

    def _write_search(self) -> None:
        newest = self._entries[:PAGE]
        offered = facets(self._entries, dict.fromkeys((one.case_id for one in self._entries), 1))
        values = {
            "newest": newest,
            "facets": offered,
            "sorts": _SORTS,
            "has_meaning": has_meaning(),
            "searches": self._searches,
        }
        key = [len(self._entries), digests(newest), offered, values["has_meaning"]]
        key += [len(one.entries) for one in self._searches]
        self._pages.put("search.html", "search.html", key, **values)
        facts = [("industry", one.industry) for one in self._entries]
        facts += [("narrator", one.narrator) for one in self._entries]
        labels = {value: fact_text(name, value) for name, value in facts if value}
        self._pages.put("compare.html", "compare.html", sorted(labels), labels=labels)
        for name in ("ask.html", "attribution.html"):
            self._pages.put(name, name, len(self._entries))

    def _write_changes(self, changes: Sequence[SiteChange]) -> None:
        rows = [change.model_dump(mode="json") for change in changes]
        days: dict[date, dict[str, dict[str, SiteChange]]] = defaultdict(lambda: defaultdict(dict))
        for change in changes:  # repeated changes of a case on one day count once
            what = f"{change.what} from {change.origin}" if change.origin else change.what
            days[change.at.date()][what][change.address] = change
        shown = [
            (
                day,
                [
                    (what, [one for one in found.values() if not one.origin][:_PER_DAY], len(found))
                    for what, found in whats.items()
                ],
            )
            for day, whats in days.items()
        ]
        self._pages.put("changes.html", "changes.html", rows, days=shown[:_MOST_DAYS])
        self._pages.put_text("changes.json", rows, lambda: json.dumps(rows) + "\n")

    def _write_feeds(self) -> None:
        groups = [one for members in self._groups.values() for one in members]
        write_feeds(self._pages, self._entries, groups, self._searches)
        found = [f"{one.folder}/" for one in groups]
        found += self._reports.addresses
        pages = [*_FIXED, *(f"{name}.html" for name, _, _ in self._tabs), *found]
        values = {"pages": pages, "entries": self._entries}
        self._pages.put("sitemap.xml", "sitemap.xml", [pages, digests(self._entries)], **values)
        self._pages.put("robots.txt", "robots.txt", "")


def has_duckdb() -> bool:
    """Return whether DuckDB for the data page is installed; `make duckdb` installs it."""
    return (Path(__file__).parent / "static" / "duckdb").is_dir()


def _sizes(found: Sequence[Group]) -> list[tuple[str, str, int]]:
    return [(one.address, one.label, len(one.entries)) for one in found]


def _at_home(listing: GroupListing) -> int:
    return (*_LISTINGS_AT_HOME, listing[0]).index(listing[0])
