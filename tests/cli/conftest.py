"""Runs the real command in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import scripted_curator
from scripted_endpoint import ScriptedEndpoint

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
def casebook(tmp_path: Path, endpoint: ScriptedEndpoint) -> Callable[..., Ran]:
    """The command, in a fresh home, with the scripted endpoint."""
    endpoint.fallback = scripted_curator.answer
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CASEBOOK_", "PREFECT_"))}
    base = clean | {
        "CASEBOOK_HOME": str(tmp_path / "home"),
        "CASEBOOK_LLM_BASE_URL": endpoint.base_url,
        "CASEBOOK_LLM_MODEL": "scripted",
        "OPENAI_API_KEY": "sk-secret",
        "CASEBOOK_LLM_BACKOFF": "0.01",
        "CASEBOOK_CURATOR": "ada",
        "NO_COLOR": "1",
    }

    def run(*arguments: object, stdin: str | None = None, **env: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "casebook.cli.main", *map(str, arguments)],
            capture_output=True,
            text=True,
            input=stdin,
            env=base | env,
            cwd=tmp_path,
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    run.environment = base
    return run
