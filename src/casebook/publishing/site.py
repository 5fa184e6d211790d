"""The static site: an index, a page and a JSON file per case, and all cases as JSON Lines."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from casebook import __version__
from casebook.publishing.markdown import summary_markdown
from casebook.publishing.records import PublishedCase, Trace, published_case
from casebook.publishing.slugs import slugs
from casebook.publishing.swap import replacing
from casebook.publishing.wording import FACTS, RESULT_COLUMNS, SECTIONS, TAG_GROUPS, filters
from casebook.schemas.listings import CaseView

_STATIC = Path(__file__).parent / "static"


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
) -> list[PublishedPage]:
    """Write the site of ``cases`` to ``out`` in place of the one that is there.

    A case that is not given is not on the new site: leaving it out withdraws it.

    Args:
        cases: The cases to publish, each with the revision to publish.
        out: The folder that becomes the site; missing, empty, or an earlier site.
        title: The site's name.
        built_at: Shown on the index; case pages do not depend on it.
        traces: By case id, what is known of the making beyond the view.

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
        _write(folder, records, title, built_at)
    return [
        PublishedPage(r.case_id, r.revision_id, r.slug, r.address, r.content_hash) for r in records
    ]


def _write(folder: Path, records: Sequence[PublishedCase], title: str, built_at: datetime) -> None:
    environment = _environment(title)
    for record in records:
        _write_case(folder, environment, record)
    newest_first = sorted(records, key=_order)
    index = environment.get_template("index.html")
    _put(folder / "index.html", index.render(cases=newest_first, built_at=built_at))
    lines = (json.dumps(_data(record), separators=(",", ":")) for record in records)
    _put(folder / "cases.jsonl", "".join(f"{line}\n" for line in lines))
    for file in _STATIC.iterdir():
        # Contents only: an installation's files may be read-only, and a site's must not be.
        shutil.copyfile(file, folder / file.name)


def _write_case(folder: Path, environment: Environment, record: PublishedCase) -> None:
    page = folder / record.address
    page.parent.mkdir(parents=True)
    _put(page, environment.get_template("case.html").render(case=record))
    _put(page.with_name("case.md"), summary_markdown(record))
    data = json.dumps(_data(record), indent=2, ensure_ascii=False)
    _put(page.with_name("case.json"), data + "\n")


def _data(record: PublishedCase) -> dict[str, object]:
    """Return the case as data, its Markdown included.

    In JSON Lines it is written in ASCII, because some readers of lines also break at U+0085 and
    U+2028.
    """
    return {**record.model_dump(mode="json"), "markdown": summary_markdown(record)}


def _order(record: PublishedCase) -> tuple[float, str, str]:
    """Sort the newest approval first, then by title."""
    approved = record.provenance.approved_at
    return (-approved.timestamp() if approved else 0.0, record.title.lower(), record.case_id)


def _environment(title: str) -> Environment:
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
        version=__version__,
        sections=SECTIONS,
        fact_names=FACTS,
        result_columns=RESULT_COLUMNS,
        tag_groups=TAG_GROUPS,
    )
    return environment


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
