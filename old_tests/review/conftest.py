"""A desk over a real warehouse."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_drafts import Builder, DeskClient

from casebook.review import Desk, create_app
from casebook.runtime.settings import Settings
from casebook.warehouse.store import Warehouse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, curator="mira", lock_timeout=0.3)


@pytest.fixture
def build(settings: Settings, migrated: Path) -> Iterator[Builder]:
    """A maker of rows, which keeps its connection for a moment: the desk's requests share it."""
    if not settings.warehouse_path.exists():
        shutil.copy(migrated, settings.warehouse_path)
    warehouse = Warehouse(settings.warehouse_path, busy=True)
    yield Builder(warehouse)
    warehouse.close()


@pytest.fixture
def desk(settings) -> Iterator[DeskClient]:
    with DeskClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def address(settings) -> Iterator[str]:
    """A desk on a free port, on an event loop of its own thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    patient = settings.model_copy(update={"lock_timeout": 20.0})  # the machine may be busy
    desk = Desk(patient, port=0)
    yield asyncio.run_coroutine_threadsafe(desk.start(), loop).result(20)
    asyncio.run_coroutine_threadsafe(desk.stop(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
