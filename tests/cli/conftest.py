"""Runs the command: in this process where that is enough, in one of its own where it is the point."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pages
import pytest
import scripted_curator
import structlog
from pytest_httpserver import HTTPServer
from scripted_endpoint import ScriptedEndpoint

from casebook.cli import context
from casebook.cli.main import main

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """What a command printed and returned."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def environment(tmp_path: Path, endpoint: ScriptedEndpoint) -> Mapping[str, str]:
    """What the command finds: a fresh home, the scripted endpoint, and nothing of this machine's."""
    endpoint.fallback = scripted_curator.answer
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CASEBOOK_", "PREFECT_"))}
    return clean | {
        "CASEBOOK_HOME": str(tmp_path / "home"),
        "CASEBOOK_LLM_BASE_URL": endpoint.base_url,
        "CASEBOOK_LLM_MODEL": "scripted",
        "OPENAI_API_KEY": "sk-secret",
        "CASEBOOK_LLM_BACKOFF": "0.01",
        "CASEBOOK_CURATOR": "ada",
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
def casebook(
    tmp_path: Path, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ran]:
    """The same in this process: its environment, arguments, streams and exit code are its own."""

    def run(*arguments: object, stdin: str | None = None, **env: str) -> Ran:
        streams = {name: _stream() for name in ("stdin", "stdout", "stderr")}
        streams["stdin"] = _stream(stdin or "")
        # An option may become a variable for the flows: none outlives the call.
        kept = mock.patch.dict(os.environ)
        with monkeypatch.context() as patch, kept, _consoles_and_logs_of_its_own():
            for name in os.environ.keys() - environment.keys():
                patch.delenv(name)
            for name, value in {**environment, **env}.items():
                patch.setenv(name, value)
            patch.chdir(tmp_path)
            patch.setattr(sys, "argv", ["casebook", *map(str, arguments)])
            for name, stream in streams.items():
                patch.setattr(sys, name, stream)
            code = _code_of(main)
        return Ran(code, *(_written(streams[name]) for name in ("stdout", "stderr")))

    return run


def _stream(text: str = "") -> io.TextIOWrapper:
    piped = io.BytesIO(text.encode(errors="surrogateescape"))
    return io.TextIOWrapper(piped, "utf-8", write_through=True)


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def _code_of(program: Callable[[], None]) -> int:
    try:
        program()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


@contextmanager
def _consoles_and_logs_of_its_own() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for console in (context.out, context.err):
        console.cache_clear()
    try:
        yield
    finally:
        for console in (context.out, context.err):
            console.cache_clear()
        for handler in root.handlers:
            if handler not in handlers:
                handler.close()
        root.handlers[:], root.level = handlers, level
        structlog.reset_defaults()


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
