"""The static site: an index, a page and a case's data and citations per case, all as data."""

import json
import re
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from casebook import __version__
from casebook.publishing.citing import bibtex, citation, citation_file, ris
from casebook.publishing.markdown import summary_markdown
from casebook.publishing.records import (
    AllFacts,
    AllStatements,
    CaseRecord,
    PublishedCase,
    Trace,
    published_case,
)
from casebook.publishing.searching import word_index
from casebook.publishing.slugs import slugs
from casebook.publishing.swap import replacing
from casebook.publishing.tables import (
    CASE_COLUMNS,
    STATEMENT_COLUMNS,
    Terms,
    results,
    statements,
    table,
    units,
)
from casebook.publishing.wording import (
    FACTS,
    FIGURES,
    RESULT_COLUMNS,
    SECTIONS,
    TAG_GROUPS,
    filters,
)
from casebook.schemas.ids import sha256_hex
from casebook.schemas.listings import CaseView
from casebook.schemas.reviews import Publication

_STATIC = Path(__file__).parent / "static"
# Where pages of cases stand; a withdrawal writes nowhere else.
_PAGE = re.compile(r"cases/[a-z0-9-]+/index\.html")


_VERSION_DIGITS = 12
# The last two name whole addresses.
_WHOLES = ("index.html", "results.html", "figures.html", "data.html", "feed.xml", "sitemap.xml")


class _DataKind(NamedTuple):
    media_type: str
    told: str


class _DataFile(NamedTuple):
    name: str
    kind: _DataKind
    rows: int
    size: int


_DATA = {
    "cases.parquet": _DataKind(
        "application/vnd.apache.parquet",
        "A row a case, with its statements and their quotes nested in it; for DuckDB, pandas, "
        "polars, R.",
    ),
    "cases.jsonl": _DataKind(
        "application/jsonl", "The same as JSON Lines: an object a case, a line each."
    ),
    "cases.csv": _DataKind("text/csv", "A row a case, without statements; for spread-sheets."),
    "statements.csv": _DataKind(
        "text/csv", "A row a statement, with its quotes and what opens the source at them."
    ),
}


@dataclass(frozen=True)
class PublishedPage:
    """One case on the site. ``address`` is the page's path relative to the site's root.

    ``content_hash`` depends on what is said of the case alone, so an unchanged case has the same
    one at every publication.
    """

    case_id: str
    revision_id: str
    slug: str
    address: str
    content_hash: str


def render_site(
    cases: Sequence[CaseView],
    out: Path,
    *,
    title: str,
    built_at: datetime,
    traces: Mapping[str, Trace] | None = None,
    withdrawn: Sequence[Publication] = (),
    address: str | None = None,
    licence: str | None = None,
    parquet: Callable[[Path, Path, type[CaseRecord]], None],
    going_on: Callable[[], None] = lambda: None,
) -> list[PublishedPage]:
    """Write the site of ``cases`` to ``out`` in place of the one that is there.

    A case that is not given is not on the new site: leaving it out withdraws it.

    Args:
        cases: The cases to publish, each with the revision to publish.
        out: The folder that becomes the site; missing, empty, or an earlier site.
        title: The site's name.
        built_at: Shown on the index; case pages do not depend on it.
        traces: By case id, what is known of the making beyond the view.
        withdrawn: What stood on the site and no longer does: each address says so.
        address: Where the site will be open, for its feed, its sitemap and what says where a page
            is at home; without it they are left out.
        licence: That of the texts and the data, in words or as an address.
        parquet: Writes records that lie in JSON Lines to a Parquet file.
        going_on: Called before each page; what it raises leaves the site that is there.

    Returns:
        One page per case, in the order given.

    Raises:
        PublishError: see `casebook.publishing.swap.replacing`; also for a case given twice, and
            where ``parquet`` raises it.
    """
    names, traces = slugs(cases), traces or {}
    records = [
        published_case(view, names[view.case.case_id], traces.get(view.case.case_id, Trace()))
        for view in cases
    ]
    with replacing(out) as folder:
        environment = _environment(title, address, licence)
        site = _Site(folder, environment, title, address, licence, built_at, parquet, going_on)
        site.write(records)
        site.write_withdrawn(withdrawn, {record.address for record in records})
    return [
        PublishedPage(r.case_id, r.revision_id, r.slug, r.address, r.content_hash) for r in records
    ]


@dataclass(frozen=True)
class _Site:
    """A site on its way into ``folder``."""

    folder: Path
    environment: Environment
    title: str
    address: str | None
    licence: str | None
    built_at: datetime
    parquet: Callable[[Path, Path, type[CaseRecord]], None]
    going_on: Callable[[], None]

    def write(self, records: Sequence[PublishedCase]) -> None:
        cases = sorted(records, key=_order)
        terms = {case.case_id: self._terms(case) for case in cases}
        with (self.folder / "cases.jsonl").open("w", encoding="ascii", newline="\n") as lines:
            for case in cases:
                self.going_on()
                record = _record(case, terms[case.case_id])
                # Some readers of lines also break at U+0085 and U+2028: no line has them.
                lines.write(f"{record.model_dump_json(ensure_ascii=True)}\n")
                self._write_case(case, record)
        self.going_on()
        files = self._write_data(cases, terms)
        digest = sha256_hex((self.folder / "cases.jsonl").read_bytes())
        version = f"sha256-{digest[:_VERSION_DIGITS]}"  # no program takes it for a number
        told = citation_file(self.title, cases, version, address=self.address, licence=self.licence)
        _put(self.folder / "CITATION.cff", told)
        _put(self.folder / "words.js", word_index(cases))
        more = {
            "cases": cases,
            "results": results(cases),
            "files": files,
            "data_version": version,
            "described": self._described(files, version),
        }
        for name in _WHOLES if self.address else _WHOLES[:4]:
            _put(self.folder / name, self._rendered(name, **more))
        for file in _STATIC.iterdir():
            # Contents only: an installation's files may be read-only, and a site's must not be.
            shutil.copyfile(file, self.folder / file.name)

    def write_withdrawn(self, those: Sequence[Publication], taken: Collection[str]) -> None:
        for gone in those:
            if _PAGE.fullmatch(gone.address) and gone.address not in taken:
                page = self.folder / gone.address
                page.parent.mkdir(parents=True, exist_ok=True)
                _put(page, self._rendered("withdrawn.html", gone=gone))

    def _write_case(self, case: PublishedCase, record: CaseRecord) -> None:
        page = self.folder / case.address
        page.parent.mkdir(parents=True)
        _put(page, self._rendered("case.html", case=case))
        _put(page.with_name("case.md"), record.markdown)
        _put(page.with_name("case.bib"), bibtex(case, self.title, self._home(case)))
        _put(page.with_name("case.ris"), ris(case, self.title, self._home(case)))
        _put(page.with_name("case.json"), record.model_dump_json(indent=2) + "\n")

    def _write_data(
        self, cases: Sequence[PublishedCase], terms: Mapping[str, Terms]
    ) -> list[_DataFile]:
        """Write the tables beside the lines and their schema; return all of them."""
        schema = CaseRecord.model_json_schema(mode="serialization")
        _put(self.folder / "cases.schema.json", json.dumps(schema, indent=2) + "\n")
        self.parquet(self.folder / "cases.jsonl", self.folder / "cases.parquet", CaseRecord)
        told = list(statements(cases))
        whole = ((case, terms[case.case_id]) for case in cases)
        _put(self.folder / "cases.csv", table(CASE_COLUMNS, whole))
        each = ((one, terms[one.case.case_id]) for one in told)
        _put(self.folder / "statements.csv", table(STATEMENT_COLUMNS, each))
        rows = {"statements.csv": len(told)}
        return [
            _DataFile(name, kind, rows.get(name, len(cases)), (self.folder / name).stat().st_size)
            for name, kind in _DATA.items()
        ]

    def _described(self, files: Sequence[_DataFile], version: str) -> dict[str, object]:
        """Return the data in the words of schema.org, as search engines for data sets read them."""
        about: dict[str, object] = {
            "@context": "https://schema.org",
            "@type": "Dataset",
            "name": self.title,
            "description": "Case studies of language models in production, each statement with the "
            "words of its source and the address that opens them.",
            "url": f"{self.address}data.html",
            "version": version,
            "creator": {"@type": "Organization", "name": self.title, "url": self.address},
            "isAccessibleForFree": True,
            "distribution": [
                {
                    "@type": "DataDownload",
                    "name": file.name,
                    "contentUrl": f"{self.address}{file.name}",
                    "encodingFormat": file.kind.media_type,
                    "contentSize": f"{file.size} B",
                    "description": file.kind.told,
                }
                for file in files
            ],
        }
        return about | ({"license": self.licence} if self.licence else {})

    def _terms(self, case: PublishedCase) -> Terms:
        home = self._home(case)
        return Terms(home or case.address, self.licence, citation(case, self.title, home))

    def _home(self, case: PublishedCase) -> str | None:
        """Return the address of the case's page, where the site's is known."""
        return f"{self.address}cases/{case.slug}/" if self.address else None

    def _rendered(self, name: str, **more: object) -> str:
        more |= {"template": name, "built_at": self.built_at}
        return self.environment.get_template(name).render(more)


def _record(case: PublishedCase, terms: Terms) -> CaseRecord:
    """Return the case as data; it was checked when it was made."""
    facts, told = dict[str, Any](case.facts), dict[str, Any](case.statements)
    whole = {
        **dict(case),
        "facts": AllFacts.model_construct(**facts),
        "statements": AllStatements.model_construct(**told),
        "markdown": summary_markdown(case),
        **terms._asdict(),
    }
    return CaseRecord.model_construct(**whole)


def _order(record: PublishedCase) -> tuple[float, str, str]:
    """Sort the newest approval first, then by title."""
    approved = record.provenance.approved_at
    return (-approved.timestamp() if approved else 0.0, record.title.lower(), record.case_id)


def _environment(title: str, address: str | None, licence: str | None) -> Environment:
    environment = Environment(
        loader=PackageLoader("casebook.publishing"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters() | {"units": units})
    environment.globals.update(
        site_title=title,
        site_address=address,
        site_licence=licence,
        version=__version__,
        sections=SECTIONS,
        fact_names=FACTS,
        result_columns=RESULT_COLUMNS,
        tag_groups=TAG_GROUPS,
        figures=FIGURES,
        case_columns=CASE_COLUMNS,
        statement_columns=STATEMENT_COLUMNS,
    )
    return environment


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
