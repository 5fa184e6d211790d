"""A desk over a real warehouse."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import KEY, Builder, DeskClient

from config.services import Services
from config.settings import Settings
from review.app import create_app
from warehouse import Warehouse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, curator="mira")


@pytest.fixture
def services(settings) -> Iterator[Services]:
    made = Services(settings)
    yield made
    made.warehouse.close()


@pytest.fixture
def warehouse(services) -> Warehouse:
    return services.warehouse


@pytest.fixture
def build(warehouse) -> Builder:
    return Builder(warehouse)


@pytest.fixture
def desk(services) -> Iterator[DeskClient]:
    with DeskClient(create_app(services, KEY)) as client:
        yield client
