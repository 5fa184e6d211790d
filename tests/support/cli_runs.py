"""Helpers for tests of commands."""

import json
from collections.abc import Callable
from typing import Any

from typer.testing import Result

Run = Callable[..., Result]


def lines(result: Result) -> list[dict[str, Any]]:
    """Return the JSON lines of standard output."""
    return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
