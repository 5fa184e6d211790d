"""A desk over a real warehouse."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from built_sites import site_written_here  # noqa: F401 - a fixture
from desk_client import KEY, Builder, DeskClient
from pdf_case import pdf_case, pdf_document  # noqa: F401 - fixtures

from config.resources import Resources
from config.settings import Settings
from desk import live
from desk.app import create_app
from warehouse import Warehouse


@pytest.fixture(autouse=True, scope="session")
def quiet_log() -> None:
    """No tracebacks with all variables on the terminal: drawing one takes seconds."""
    wrapper = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=wrapper)


@pytest.fixture(autouse=True)
def _quick_sites(site_written_here) -> None:  # noqa: F811
    """Build sites without a search index, which no page of the desk needs."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, curator="mira")


@pytest.fixture
def resources(settings) -> Iterator[Resources]:
    made = Resources(settings)
    yield made
    made.warehouse.close()


@pytest.fixture
def warehouse(resources, settings, empty_database) -> Warehouse:
    shutil.copy(empty_database, settings.home / "warehouse.duckdb")
    return resources.warehouse


@pytest.fixture
def build(warehouse) -> Builder:
    return Builder(warehouse)


@pytest.fixture
def case_id(build) -> str:
    """A draft."""
    return build.draft()


@pytest.fixture
def view(warehouse, case_id):
    """Return the draft as it is now."""
    return lambda: warehouse.case(case_id)


@pytest.fixture(autouse=True)
def always_fresh(monkeypatch) -> None:
    """Make pages read the warehouse at each request instead of once a second."""
    monkeypatch.setattr(live.Live, "always", True)
    monkeypatch.setattr(live, "_SLOW_LOOK_SECONDS", 0.0)


@pytest.fixture
def desk(resources) -> Iterator[DeskClient]:
    with DeskClient(create_app(resources, KEY)) as client:
        yield client
