"""The static site: an index, a page and a case's data and citation per case, all as JSON Lines."""

import json
import re
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from casebook import __version__
from casebook.publishing.citing import bibtex
from casebook.publishing.markdown import summary_markdown
from casebook.publishing.records import CaseRecord, PublishedCase, Trace, published_case
from casebook.publishing.slugs import slugs
from casebook.publishing.swap import replacing
from casebook.publishing.wording import (
    FACTS,
    FIGURES,
    RESULT_COLUMNS,
    SECTIONS,
    TAG_GROUPS,
    filters,
)
from casebook.schemas.cases import FACT_FIELDS
from casebook.schemas.listings import CaseView
from casebook.schemas.reviews import Publication

_STATIC = Path(__file__).parent / "static"
# Where pages of cases stand; a withdrawal writes nowhere else.
_PAGE = re.compile(r"cases/[a-z0-9-]+/index\.html")


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
        going_on: Called before each page; what it raises leaves the site that is there.

    Returns:
        One page per case, in the order given.

    Raises:
        PublishError: see `casebook.publishing.swap.replacing`; also for a case given twice.
    """
    names, traces = slugs(cases), traces or {}
    records = [
        published_case(view, names[view.case.case_id], traces.get(view.case.case_id, Trace()))
        for view in cases
    ]
    with replacing(out) as folder:
        site = _Site(
            folder, _environment(title, address, licence), title, address, built_at, going_on
        )
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
    built_at: datetime
    going_on: Callable[[], None]

    def write(self, records: Sequence[PublishedCase]) -> None:
        for record in records:
            self.going_on()
            self._write_case(record)
        newest_first = sorted(records, key=_order)
        wholes = [
            "index.html",
            "figures.html",
            *(["feed.xml", "sitemap.xml"] if self.address else []),
        ]
        for name in wholes:
            _put(self.folder / name, self._rendered(name, cases=newest_first))
        lines = (json.dumps(_data(record), separators=(",", ":")) for record in records)
        _put(self.folder / "cases.jsonl", "".join(f"{line}\n" for line in lines))
        schema = CaseRecord.model_json_schema(mode="serialization")
        _put(self.folder / "cases.schema.json", json.dumps(schema, indent=2) + "\n")
        for file in _STATIC.iterdir():
            # Contents only: an installation's files may be read-only, and a site's must not be.
            shutil.copyfile(file, self.folder / file.name)

    def write_withdrawn(self, those: Sequence[Publication], taken: Collection[str]) -> None:
        for gone in those:
            if _PAGE.fullmatch(gone.address) and gone.address not in taken:
                page = self.folder / gone.address
                page.parent.mkdir(parents=True, exist_ok=True)
                _put(page, self._rendered("withdrawn.html", gone=gone))

    def _write_case(self, record: PublishedCase) -> None:
        page = self.folder / record.address
        page.parent.mkdir(parents=True)
        _put(page, self._rendered("case.html", case=record))
        _put(page.with_name("case.md"), summary_markdown(record))
        home = f"{self.address}cases/{record.slug}/" if self.address else None
        _put(page.with_name("case.bib"), bibtex(record, self.title, home))
        data = json.dumps(_data(record), indent=2, ensure_ascii=False)
        _put(page.with_name("case.json"), data + "\n")

    def _rendered(self, name: str, **more: object) -> str:
        return self.environment.get_template(name).render(built_at=self.built_at, **more)


def _data(record: PublishedCase) -> dict[str, object]:
    """Return the case as data: every fact is there, so that each line has the same columns.

    In JSON Lines it is written in ASCII, because some readers of lines also break at U+0085 and
    U+2028.
    """
    facts = {name: record.facts.get(name) for name in FACT_FIELDS}
    whole = {**dict(record), "facts": facts, "markdown": summary_markdown(record)}
    return CaseRecord.model_construct(**whole).model_dump(mode="json")


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
    environment.filters.update(filters())
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
    )
    return environment


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
