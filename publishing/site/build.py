"""The build of the static site, which rewrites only new and changed files."""

from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from pydantic import ValidationError

from publishing.audio.recording import Recording
from publishing.conversion import published_case
from publishing.entries import CaseEntry
from publishing.files import SiteFiles, key_of, notes_of
from publishing.folder import replacing
from publishing.gate import blocked
from publishing.plan import MENU, EarlierSite, Menu, PublicationPlan, SiteChange, SiteSettings
from publishing.records import CaseRecord
from publishing.site.case_files import CaseFiles
from publishing.site.charts import Figure
from publishing.site.figures import figures
from publishing.site.meaning_files import has_meaning
from publishing.site.overviews import OverviewPages
from publishing.site.pages import environment
from publishing.site.report_pages import ReportPages
from publishing.site.search_index import indexing
from publishing.site.statement_pages import Statements, statements_by_page
from publishing.site.writer import PageWriter
from schemas.frozen import sha256_hex
from schemas.reports import Report
from schemas.reviews import CaseView
from schemas.sources import Check
from warehouse import Dataset

_ROOT = Path(__file__).parents[2]
STATIC = Path(__file__).parent / "static"
_FORMAT = 1  # raise it if a code change alone alters the pages, so that all are rewritten
_RECORDS = (CaseRecord, CaseEntry, Report, Recording, SiteChange)
_TEXTS = (
    "publishing",
    "schemas/synonyms.txt",
    "schemas/taxonomy.toml",
    "warehouse/queries/dataset.sql",
)
_SIMILAR = 5
_LARGE = 1_000_000  # bytes
_CODE = {".py", ".pyc"}


def earlier_site(folder: Path) -> EarlierSite:
    """Return the state of the site in a folder.

    Returns an empty `EarlierSite` if the site is missing, damaged or of another version.
    """
    try:
        return EarlierSite.model_validate(notes_of(folder))
    except ValidationError:
        return EarlierSite()


def site_version(settings: SiteSettings) -> str:
    """Return a key of everything that pages depend on, except the cases.

    It covers the settings, casebook's version, the shapes of records, templates, scripts and other
    data files, and whether search by meaning is installed.
    """
    shapes = [one.model_json_schema(mode="serialization") for one in _RECORDS]
    names = (path for text in _TEXTS for path in (_ROOT / text, *(_ROOT / text).rglob("*")))
    files = sorted(path for path in names if path.is_file() and path.suffix not in _CODE)
    known = [(str(path.relative_to(_ROOT)), _fingerprint(path)) for path in files]
    return key_of(
        _FORMAT, version("casebook-llmops"), settings.model_dump(), shapes, known, has_meaning()
    )


def _fingerprint(file: Path) -> int | str:
    """Return a file's SHA-256, or for a large file only its size in bytes."""
    size = file.stat().st_size
    return size if size > _LARGE else sha256_hex(file.read_bytes())


def build(plan: PublicationPlan, target: Path, on_page: Callable[[int], object] = int) -> None:
    """Write the site to ``target``, replacing the existing one.

    Args:
        plan: See `PublicationPlan`.
        target: The folder of the site: missing, empty, or an earlier site.
        on_page: Called with the number of case pages written so far.

    Raises:
        PublishError: if the files cannot be written; the existing site is kept.
    """
    entries = sorted(plan.entries.values(), key=_newest_first)
    with replacing(target) as folder:
        files = SiteFiles(folder, target)
        lines = CaseFiles(files, plan).write_records(entries)
        with Dataset(lines) as tables:
            drawn, stated = figures(tables.rows), statements_by_page(tables)
            plan = plan._replace(menu=_menu(plan, drawn, stated))
            pages, cases = PageWriter(files, plan), CaseFiles(files, plan)
            reports = ReportPages(pages, tables, plan)
            cases.write_pages(entries, tables.similar(_SIMILAR), on_page)
            with indexing(files, {one.address: plan.keys[one.case_id] for one in entries}, lines):
                overviews = OverviewPages(files, plan, entries, tables, reports, statements=stated)
                overviews.write(lines, plan.changes, drawn)
        cases.write_tombstones(plan.withdrawn)
        copy_static(files)
        made = EarlierSite(keys=plan.keys, entries=plan.entries, fingerprint=plan.fingerprint)
        files.close(made.model_dump(mode="json"))


def _menu(plan: PublicationPlan, drawn: Sequence[Figure], stated: Statements) -> Menu:
    """Return the menu without empty pages; "Across cases" opens the first page with statements."""
    first = next((f"{name}.html" for name, rows in stated.items() if rows), "")
    pages = {"Across cases": first, "Reports": plan.reports, "In figures": drawn}
    entries = ((first if address == "lessons.html" else address, label) for address, label in MENU)
    return tuple((address, label) for address, label in entries if pages.get(label, True))


def copy_static(files: SiteFiles) -> None:
    """Copy the site's styles and scripts, and the files that they load."""
    for file in sorted(STATIC.rglob("*")):
        if file.is_file():
            name = str(file.relative_to(STATIC))
            files.put(name, key_of(file.stat().st_size, file.stat().st_mtime_ns), file.read_bytes)


def preview(view: CaseView, settings: SiteSettings, checks: Sequence[Check], back: str) -> str:
    """Return the page of a case as readers would see it, with a banner and a link ``back``.

    It links to the site at ``/site/``, and uses styles and scripts from ``/preview/``.
    """
    case = published_case(view, check=next(iter(checks), None))
    about = {"back": back, "blocked": blocked_by(view)}
    page = environment(settings).get_template("case.html")
    return page.render(case=case, similar=(), beside=(), unpublished=about)


def blocked_by(view: CaseView) -> str | None:
    """Return the reason why the current revision cannot be published, None if it can."""
    return blocked(view.revision.study, has_prose=view.is_prose)


def _newest_first(entry: CaseEntry) -> tuple[float, str, str]:
    """Return a sort key: most recently added first, then by title."""
    at = entry.added_at
    return (-at.timestamp() if at else 0.0, entry.title.lower(), entry.case_id)
