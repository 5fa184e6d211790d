"""A small source that the scripted model knows, and a site that serves it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from built_sites import site_written_here  # noqa: F401 - a fixture
from claims_article import article
from kept_homes import copied
from local_site import Site
from pytest_httpserver import HTTPServer
from scripted_endpoint import ScriptedEndpoint
from scripted_model import answer_of

from config.resources import Resources
from config.settings import Settings
from flows.ingest import process
from schemas.reviews import CaseView
from schemas.sources import Candidate, SourceRef
from services.run import Run


@pytest.fixture(autouse=True)
def _quick_sites(site_written_here) -> None:  # noqa: F811
    """Tests of the command line publish as a person does, in a process and with a search."""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A Markdown file that the scripted model makes a case study of."""
    path = tmp_path / "claims.md"
    path.write_text(article(), "utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Candidate]:
    """Six sources that differ in their titles and a sentence."""
    made = []
    for number in range(6):
        path = tmp_path / f"claims-{number}.md"
        text = article(f"Report {number}").replace("nine countries", f"{number + 20} countries")
        path.write_text(text, "utf-8")
        made.append(Candidate(url=str(path)))
    return made


@pytest.fixture
def site(httpserver: HTTPServer) -> Site:
    """A site of this machine without any page."""
    return Site(httpserver)


@pytest.fixture
def settings(settings: Settings, httpserver: HTTPServer) -> Settings:
    """Settings with which that site may be fetched."""
    hosts = frozenset({f"{httpserver.host}:{httpserver.port}"})
    return settings.model_copy(update={"allowed_hosts": hosts})


@pytest.fixture
async def resources(
    settings: Settings, model_endpoint: ScriptedEndpoint
) -> AsyncIterator[Resources]:
    """Real resources whose model is the scripted endpoint."""
    model_endpoint.script = answer_of
    async with Resources(settings) as made:
        yield made


@pytest.fixture(scope="session")
def drafted_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the draft of ``case``, made by the first test that needs it."""
    return tmp_path_factory.mktemp("drafted") / "home"


@pytest.fixture
async def case(resources: Resources, site: Site, drafted_home: Path) -> CaseView:
    """The draft of a page of the site."""
    address = site.put("/claims.md", article())
    home, warehouse = resources.settings.home, resources.warehouse
    if not copied(drafted_home, home):
        await process(Run(SourceRef(source=address), resources))
        warehouse.close()
        copied(home, drafted_home)
    return warehouse.case(warehouse.case_ids()[0])
