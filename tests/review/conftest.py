"""A desk over a real warehouse."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_drafts import Builder, DeskClient

from casebook.review import create_app
from casebook.runtime.settings import Settings
from casebook.warehouse.store import Warehouse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, curator="mira", lock_timeout=0.3)


@pytest.fixture
def build(settings) -> Builder:
    return Builder(Warehouse(settings.warehouse_path))


@pytest.fixture
def desk(settings) -> Iterator[DeskClient]:
    with DeskClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client
