"""Runs the command: in this process where that is enough, in one of its own where it is the point."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pages
import pytest
import scripted_curator
from commands import Ran, run_here
from pytest_httpserver import HTTPServer
from scripted_endpoint import ScriptedEndpoint

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(tmp_path: Path, endpoint: ScriptedEndpoint, migrated: Path) -> Mapping[str, str]:
    """What the command finds: a home without rows, the scripted endpoint, nothing of this machine's."""
    endpoint.fallback = scripted_curator.answer
    (tmp_path / "home").mkdir()
    shutil.copy(migrated, tmp_path / "home" / "warehouse.duckdb")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CASEBOOK_", "PREFECT_"))}
    return clean | {
        "CASEBOOK_HOME": str(tmp_path / "home"),
        "CASEBOOK_LLM_BASE_URL": endpoint.base_url,
        "CASEBOOK_LLM_MODEL": "scripted",
        "OPENAI_API_KEY": "sk-secret",
        "CASEBOOK_LLM_BACKOFF": "0.01",
        "CASEBOOK_CURATOR": "ada",
        "CASEBOOK_WORKERS": "1",  # each that is started costs more than a page takes to be read
        "NO_COLOR": "1",
    }


@pytest.fixture
def program(tmp_path: Path, environment: Mapping[str, str]) -> Callable[..., Ran]:
    """The command as a program: each call is a process, which costs a second or two."""

    def run(*arguments: object, stdin: str | None = None, **env: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "casebook", *map(str, arguments)],
            capture_output=True,
            text=True,
            input=stdin,
            env={**environment, **env},
            cwd=tmp_path,
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def casebook(tmp_path: Path, environment: Mapping[str, str]) -> Callable[..., Ran]:
    """The same in this process."""

    def run(*arguments: object, stdin: str | None = None, **env: str) -> Ran:
        return run_here({**environment, **env}, tmp_path, *arguments, stdin=stdin)

    return run


@pytest.fixture
def site(httpserver: HTTPServer) -> HTTPServer:
    """A site with a case study and a page that is gone."""
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/case").respond_with_data(pages.CASE, content_type="text/html")
    httpserver.expect_request("/gone").respond_with_data("gone", status=404)
    return httpserver


@pytest.fixture
def two_feeds(site):
    """Two feeds, one of which will name a page that is gone, the other a case study."""

    def serve(*names):
        site.handlers[:] = [h for h in site.handlers if "feed" not in str(h.matcher.uri)]
        for name in ("gone", "case"):
            link = f"<item><title>t</title><link>{site.url_for(f'/{name}')}</link></item>"
            site.expect_request(f"/feed-{name}").respond_with_data(
                f"<rss version='2.0'><channel><title>t</title>"
                f"<item><title>o</title><link>{site.url_for('/old')}</link></item>"
                f"{link if name in names else ''}</channel></rss>",
                content_type="application/rss+xml",
            )
        return [site.url_for(f"/feed-{name}") for name in ("gone", "case")]

    return serve
