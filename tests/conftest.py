"""Fixtures for every test: settings in a separate home, without the machine's environment."""

import os
from collections.abc import Iterator
from multiprocessing import forkserver
from pathlib import Path

import pytest
from datasets import SHARED
from scripted_endpoint import ScriptedEndpoint

from config.settings import Settings
from warehouse import Warehouse


def pytest_report_header() -> str:
    """Return which data sets the tests read."""
    return f"data sets: tests/data and {SHARED}" if SHARED.exists() else "data sets: tests/data"


@pytest.fixture(autouse=True, scope="session")
def _warm_workers() -> Iterator[None]:
    """Load the language classifier once: each new worker would take half a second for it."""
    preload = forkserver.set_forkserver_preload

    def with_classifier(names: list[str]) -> None:
        preload(
            [*names, "tests.support.warm_workers"]
        )  # from the folder in which the server starts

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forkserver, "set_forkserver_preload", with_classifier)
        yield


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Remove this machine's settings from the environment."""
    for name in list(os.environ):
        known = name == "CASEBOOK_DATASETS"
        if (name.startswith("CASEBOOK_") and not known) or name == "OPENAI_API_KEY":
            monkeypatch.delenv(name)
    monkeypatch.setenv("CASEBOOK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CASEBOOK_CURATOR", "tester")


@pytest.fixture
def model_endpoint() -> Iterator[ScriptedEndpoint]:
    """A local OpenAI-compatible endpoint that answers as scripted."""
    server = ScriptedEndpoint()
    yield server
    server.close()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a warehouse without rows: copying it is quicker than creating one for each test."""
    path = tmp_path_factory.mktemp("empty") / "warehouse.duckdb"
    with Warehouse(path) as warehouse:
        warehouse.append()  # the first write creates the file
    return path


@pytest.fixture
def settings(tmp_path: Path, model_endpoint: ScriptedEndpoint) -> Settings:
    """Settings with a separate home and the scripted endpoint as the model."""
    return Settings(
        home=tmp_path / "home",
        curator="tester",
        llm_base_url=model_endpoint.base_url,
        llm_model="scripted",
        host_interval=0,
        models={"scripted": {"price": {"input": 1.0, "output": 4.0}, "context_tokens": 64_000}},
    )
