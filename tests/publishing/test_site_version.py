"""The key of a site's pages beside their cases: templates, data files and the shapes of records."""

import shutil
from pathlib import Path

import pytest
from pydantic import create_model

from publishing.audio.recording import Recording
from publishing.entries import CaseEntry
from publishing.plan import SiteChange, SiteSettings
from publishing.records import CaseRecord
from publishing.site import build
from publishing.site.build import site_version
from schemas.reports import Report

ROOT = Path(build.__file__).parents[2]
SETTINGS = SiteSettings(title="Models at work")


@pytest.fixture
def checkout(tmp_path, monkeypatch) -> Path:
    """A copy of the data files that a site is made with, which the version is taken of."""
    ignored = shutil.ignore_patterns("*.py", "__pycache__", "duckdb", "meaning")
    for name in ("publishing", "schemas", "warehouse"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    monkeypatch.setattr(build, "_ROOT", tmp_path)
    return tmp_path


def test_a_change_of_any_template_or_data_file_changes_the_version(checkout):
    """Covers templates, styles, scripts, figures, queries of the dataset and the taxonomy."""
    files = [path for path in (checkout / "publishing").rglob("*") if path.is_file()]
    files += [checkout / "schemas/taxonomy.toml", checkout / "warehouse/queries/dataset.sql"]
    assert {".html", ".md", ".xml", ".txt", ".css", ".js", ".toml", ".sql"} <= {
        path.suffix for path in files
    }
    version, unnoticed = site_version(SETTINGS), []
    for path in files:
        text = path.read_bytes()
        path.write_bytes(text + b" ")
        if site_version(SETTINGS) == version:
            unnoticed.append(path.name)
        path.write_bytes(text)
    assert unnoticed == []
    assert site_version(SETTINGS) == version


@pytest.mark.parametrize("record", [CaseRecord, CaseEntry, Report, Recording, SiteChange])
def test_a_new_field_of_a_record_changes_the_version(record, monkeypatch):
    """Existing pages and files are rewritten if the fields of records change."""
    longer = create_model(record.__name__, __base__=record, added=(str, ""))
    version = site_version(SETTINGS)
    records = [longer if one is record else one for one in build._RECORDS]
    monkeypatch.setattr(build, "_RECORDS", records)
    assert site_version(SETTINGS) != version


def test_code_and_unrelated_queries_leave_the_version_as_it_is(checkout):
    """A refactoring or a query of the desk does not rebuild every page of a site."""
    version = site_version(SETTINGS)
    (checkout / "publishing/site/build.py").write_text("# nothing\n")
    with (checkout / "warehouse/queries/insight.sql").open("a") as file:
        file.write("-- nothing\n")
    assert site_version(SETTINGS) == version
