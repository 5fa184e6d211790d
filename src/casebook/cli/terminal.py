"""What commands print: data on stdout, remarks on stderr, and text from outside as mere text."""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console


@cache
def out() -> Console:
    """Return the console on stdout: data."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


@cache
def err() -> Console:
    """Return the console on stderr: progress and remarks."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def print_json(value: Any) -> None:
    """Print one JSON value on one line."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def printable(text: str) -> str:
    """Return text from outside in one line, without what would steer a terminal."""
    return "".join(c if c.isprintable() else " " * c.isspace() for c in text)


def plain(text: str) -> str:
    """Return text from outside so that it cannot act as terminal markup either."""
    from rich.markup import escape

    return escape(printable(text))
