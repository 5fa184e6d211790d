"""A home of its own, a local web server, and a scripted endpoint for each test."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pages
import pytest
import scripted_curator
from pytest_httpserver import HTTPServer
from recordings import MP3, Ears
from scripted_endpoint import ScriptedEndpoint
from werkzeug import Request, Response

from casebook.extractors.worker import ExtractorPool
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.warehouse import Warehouse


def _huge(_: Request) -> Response:
    """Stream 200 MB that begin like a PDF."""
    chunk = bytes(1_000_000)
    return Response((b"%PDF-1.7\n", *(chunk for _ in range(200))), mimetype="application/pdf")


@pytest.fixture
def web(httpserver: HTTPServer) -> HTTPServer:
    """A site with a case study, a recipe, a log-in wall and an empty page."""
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nAllow: /\n")
    for path, page in (
        ("/case", pages.CASE),
        ("/recipe", pages.RECIPE),
        ("/login", pages.LOGIN),
        ("/empty", pages.EMPTY),
    ):
        httpserver.expect_request(path).respond_with_data(page, content_type="text/html")
    httpserver.expect_request("/gone").respond_with_data("gone", status=404)
    httpserver.expect_request("/binary.html").respond_with_data(
        b"\x7fELF" + bytes(5000), content_type="text/html"
    )
    httpserver.expect_request("/huge.pdf").respond_with_handler(_huge)
    return httpserver


@pytest.fixture
def settings_of(
    tmp_path: Path, web: HTTPServer, endpoint: ScriptedEndpoint
) -> Callable[..., Settings]:
    """Settings for a fresh home, the scripted endpoint and the local site."""
    endpoint.fallback = scripted_curator.answer

    def make(**changes: object) -> Settings:
        values: dict[str, object] = {
            "home": tmp_path / "home",
            "curator": "ada",
            "llm_base_url": endpoint.base_url,
            "llm_model": "scripted",
            "OPENAI_API_KEY": "sk-secret",
            "llm_backoff": 0.01,
            "fetch_attempts": 1,
            "allowed_hosts": frozenset({f"{web.host}:{web.port}"}),
        }
        return Settings.load(**values | changes)

    return make


@pytest.fixture(scope="session")
def readers() -> Iterator[ExtractorPool]:
    """Worker processes that all tests share: starting them takes a second."""
    with ExtractorPool(1) as pool:
        yield pool


@pytest.fixture
def quick(readers: ExtractorPool, migrated: Path) -> Iterator[Callable[[Services], Services]]:
    """Give services the shared workers and a warehouse that keeps its connection, as a batch's does.

    An ingest would open the file some forty times. Rows that are there already stay.
    """
    kept: list[Warehouse] = []

    def give(services: Services) -> Services:
        settings = services.settings
        if not settings.warehouse_path.exists():
            settings.home.mkdir(exist_ok=True)
            shutil.copy(migrated, settings.warehouse_path)
        patience = settings.lock_timeout
        kept.append(Warehouse(settings.warehouse_path, lock_timeout=patience, busy=True))
        # In place of what they would make themselves.
        services.__dict__.update(extractors=readers, warehouse=kept[-1])
        return services

    yield give
    for warehouse in kept:
        warehouse.close()


@pytest.fixture
async def services(
    settings_of: Callable[..., Settings], quick: Callable[[Services], Services]
) -> AsyncIterator[Services]:
    """Services over the scripted endpoint."""
    async with quick(Services(settings_of())) as made:
        yield made


@pytest.fixture
def ears(web: HTTPServer) -> Ears:
    """An endpoint for recordings, and a recording."""
    told = Ears()
    web.expect_request("/v1/audio/transcriptions", method="POST").respond_with_handler(told)
    web.expect_request("/talk.mp3").respond_with_data(MP3, content_type="audio/mpeg")
    return told


@pytest.fixture
async def hearing_services(settings_of, web, ears, quick):
    """Services with an endpoint for recordings."""
    settings = settings_of(
        transcription_base_url=web.url_for("/v1"),
        transcription_model="whisper-1",
        transcription_api_key="sk-ears",
    )
    async with quick(Services(settings)) as made:
        yield made
