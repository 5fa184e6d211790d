"""Runs commands in this process, in a separate home, with the scripted model."""

import json
from pathlib import Path

import pytest
from built_sites import site_written_here  # noqa: F401 - a fixture
from claims_article import article
from cli_runs import Run
from scripted_endpoint import ScriptedEndpoint
from scripted_model import answer_of
from typer.testing import CliRunner, Result

from cli.main import app
from cli.terminal import err, out


@pytest.fixture
def model(model_endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch) -> ScriptedEndpoint:
    """Make the scripted endpoint the configured model."""
    model_endpoint.script = answer_of
    monkeypatch.setenv("CASEBOOK_LLM_BASE_URL", model_endpoint.base_url)
    monkeypatch.setenv("CASEBOOK_LLM_MODEL", "scripted")
    monkeypatch.setenv(
        "CASEBOOK_MODELS", json.dumps({"scripted": {"price": {"input": 1, "output": 4}}})
    )
    return model_endpoint


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a command; errors become exit codes, as in ``main``."""
    monkeypatch.setenv("COLUMNS", "200")

    def command(*arguments: object, stdin: str | None = None) -> Result:
        from schemas.errors import CasebookError

        out.cache_clear()
        err.cache_clear()
        found = CliRunner().invoke(app, [str(a) for a in arguments], input=stdin)
        if isinstance(found.exception, CasebookError):
            found.exit_code = found.exception.exit_code
        return found

    return command


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file from which the scripted model makes a case study."""
    path = tmp_path / "claims.md"
    path.write_text(article(), "utf-8")
    return path
