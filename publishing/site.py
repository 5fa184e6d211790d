"""The static site: pages over all cases, a page and data per case, and all cases as data."""

import json
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment

from publishing.citations import bibtex, citation, ris
from publishing.conversion import published_case
from publishing.folder import replacing
from publishing.gate import blocked
from publishing.markdown import case_markdown
from publishing.pages import environment
from publishing.records import CaseRecord, PublishedCase
from publishing.slugs import slugs
from publishing.tables import CASE_COLUMNS, STATEMENT_COLUMNS, case_row, csv_text, statement_rows
from publishing.word_index import word_index
from schemas.frozen import Frozen, sha256_hex
from schemas.reviews import CaseView, Publication
from schemas.sources import Check

WriteParquet = Callable[[list[dict[str, Any]], Path], None]
"""Writes rows to a Parquet file.

Values are those of JSON, nested ones too, and each row has the same keys. It is never called with
an empty list. The warehouse has it, because only the warehouse knows DuckDB.
"""

STATIC = Path(__file__).parent / "static"
# Tombstones are written to pages of cases only, wherever a stored address points.
_CASE_PAGE = re.compile(r"cases/[a-z0-9-]+/index\.html")
_PAGES = ("index.html", "results.html", "figures.html", "data.html")
_PAGES_WITH_ADDRESS = ("feed.xml", "sitemap.xml")
_VERSION_DIGITS = 12

_DATA_FILES = {
    "cases.parquet": "A row per case, with its statements and their quotes nested in it; for "
    "DuckDB, pandas, polars, R.",
    "statements.parquet": "A row per statement, with its case, quotes and the parts of results.",
    "cases.jsonl": "The same as cases.parquet as JSON Lines: one object per case and line.",
    "cases.csv": "A row per case, without statements; for spreadsheets.",
    "statements.csv": "A row per statement, as in statements.parquet; for spreadsheets.",
}


class SiteSettings(Frozen):
    """``address`` is where the site will be open; feed and sitemap need it.

    ``licence`` is that of texts and data, in words or as an address.
    """

    title: str
    address: str | None = None
    licence: str | None = None


class Built(NamedTuple):
    """What was written: the number of case pages, and by case id (address, content hash).

    An address is the page's path relative to the site's root. The hash depends on the case alone:
    it is the same for an unchanged case at every publication.
    """

    pages: int
    hashes: Mapping[str, tuple[str, str]]


class Blocked(Frozen):
    """An approved case that is kept from readers, and why."""

    case_id: str
    title: str | None
    reason: str


class Published(Frozen):
    """The outcome of publishing; the entries are case ids."""

    path: Path
    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    withdrawn: tuple[str, ...]
    blocked: tuple[Blocked, ...]


class DataFile(NamedTuple):
    """A file of the data page; ``size`` is in bytes."""

    name: str
    meaning: str
    rows: int
    size: int


def build(
    given: Sequence[PublishedCase],
    withdrawn: Sequence[Publication],
    settings: SiteSettings,
    target: Path,
    write_parquet: WriteParquet,
    *,
    addresses: Mapping[str, str] | None = None,
    built_at: datetime | None = None,
    on_page: Callable[[int], object] = int,
) -> Built:
    """Write the site of the ``given`` cases to ``target`` in place of the one that is there.

    Args:
        given: The cases to publish; a case that is not among them is not on the new site.
        withdrawn: Publications that ended: a page at each address says so.
        settings: The site's name, address and licence.
        target: The folder that becomes the site: missing, empty, or an earlier site.
        write_parquet: See `WriteParquet`.
        addresses: By case id, where a case stood before: it gets its old address.
        built_at: Shown on pages over all cases; now, where not given.
        on_page: Called with the number of cases whose page is written.

    Raises:
        PublishError: if a case is given twice, or the files cannot be written; the site that was
            there stays.
    """
    names = slugs(given, addresses or {})
    cases = [case.model_copy(update={"slug": names[case.case_id]}) for case in given]
    with replacing(target) as folder:
        site = _Site(folder, settings, built_at or datetime.now(UTC), on_page)
        site.write(sorted(cases, key=_newest_first), write_parquet)
        site.write_tombstones(withdrawn)
    return Built(len(cases), {c.case_id: (c.address, c.content_hash) for c in cases})


def preview(view: CaseView, settings: SiteSettings, checks: Sequence[Check], back: str) -> str:
    """Return the page of a case as readers would get it, with a banner and a way ``back``.

    Its links go to the site at ``/site/``, and it takes style and script from ``/preview/``.
    """
    site, case = _Site(Path(), settings, datetime.now(UTC)), published_case(view, "", *checks[:1])
    about = {"back": back, "blocked": _blocked(view)}
    return site.page("case.html", {"case": case, "unpublished": about})


def _blocked(view: CaseView) -> str | None:
    return blocked(view.revision.study, has_prose=view.document.is_imported)


@dataclass(frozen=True)
class _Site:
    """A site on its way into ``folder``."""

    folder: Path
    settings: SiteSettings
    built_at: datetime
    on_page: Callable[[int], object] = int

    def write(self, cases: Sequence[PublishedCase], write_parquet: WriteParquet) -> None:
        records = [self._record(case) for case in cases]
        for n, (case, record) in enumerate(zip(cases, records, strict=True), start=1):
            self._write_case(case, record)
            self.on_page(n)
        files = self._write_data(records, write_parquet)
        digest = sha256_hex((self.folder / "cases.jsonl").read_bytes())
        _write(self.folder / "words.js", word_index(cases))
        values = {"cases": cases, "files": files, "data_version": digest[:_VERSION_DIGITS]}
        for name in (*_PAGES, *(_PAGES_WITH_ADDRESS if self._root else ())):
            _write(self.folder / name, self.page(name, values))
        for file in STATIC.iterdir():
            # Contents only: the files of an installation may be read-only.
            shutil.copyfile(file, self.folder / file.name)

    def write_tombstones(self, withdrawn: Iterable[Publication]) -> None:
        for publication in withdrawn:
            page = self.folder / publication.address
            if _CASE_PAGE.fullmatch(publication.address) and not page.exists():
                page.parent.mkdir(parents=True, exist_ok=True)
                _write(page, self.page("withdrawn.html", {"publication": publication}))

    def _write_case(self, case: PublishedCase, record: CaseRecord) -> None:
        page, publisher = self.folder / case.address, self.settings.title
        page.parent.mkdir(parents=True)
        _write(page, self.page("case.html", {"case": case}))
        _write(page.with_name("case.md"), record.markdown)
        _write(page.with_name("case.bib"), bibtex(case, publisher, self._page_address(case)))
        _write(page.with_name("case.ris"), ris(case, publisher, self._page_address(case)))
        _write(page.with_name("case.json"), record.model_dump_json(indent=2) + "\n")

    def _write_data(
        self, records: Sequence[CaseRecord], write_parquet: WriteParquet
    ) -> list[DataFile]:
        statements = [dict(row) for record in records for row in statement_rows(record)]
        # Some readers of lines also break at U+0085 and U+2028: ASCII has neither.
        lines = (f"{record.model_dump_json(ensure_ascii=True)}\n" for record in records)
        _write(self.folder / "cases.jsonl", "".join(lines))
        schema = CaseRecord.model_json_schema(mode="serialization")
        _write(self.folder / "cases.schema.json", json.dumps(schema, indent=2) + "\n")
        _write(self.folder / "cases.csv", csv_text(CASE_COLUMNS, map(case_row, records)))
        _write(self.folder / "statements.csv", csv_text(STATEMENT_COLUMNS, statements))
        if records:
            nested = [record.model_dump(mode="json") for record in records]
            write_parquet(nested, self.folder / "cases.parquet")
            write_parquet(statements, self.folder / "statements.parquet")
        rows = {"cases": len(records), "statements": len(statements)}
        return [
            DataFile(name, meaning, rows[path.stem], path.stat().st_size)
            for name, meaning in _DATA_FILES.items()
            if (path := self.folder / name).exists()
        ]

    def _record(self, case: PublishedCase) -> CaseRecord:
        address = self._page_address(case)
        return CaseRecord.model_construct(
            **dict(case),
            markdown=case_markdown(case),
            page=address or case.address,
            licence=self.settings.licence,
            citation=citation(case, self.settings.title, address),
        )

    def _page_address(self, case: PublishedCase) -> str | None:
        """Return the full address of the case's page, None where the site's is not known."""
        return f"{self._root}cases/{case.slug}/" if self._root else None

    @property
    def _root(self) -> str | None:
        address = self.settings.address
        return f"{address.rstrip('/')}/" if address else None

    @cached_property
    def _environment(self) -> Environment:
        return environment(self.settings.title, self._root, self.settings.licence)

    def page(self, name: str, values: Mapping[str, object]) -> str:
        """Return the page that the template called ``name`` makes."""
        given = {"template": name, "built_at": self.built_at, "unpublished": None, **values}
        return self._environment.get_template(name).render(given)


def _newest_first(case: PublishedCase) -> tuple[float, str, str]:
    """Sort the newest approval first, then by title."""
    updated_at = case.updated_at
    return (-updated_at.timestamp() if updated_at else 0.0, case.title.lower(), case.case_id)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
