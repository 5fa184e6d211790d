"""What commands print: data on stdout, remarks on stderr, and text from outside as mere text."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from rich.console import Console
    from rich.status import Status


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


@contextmanager
def lists_told() -> Iterator[Callable[[int, int], None]]:
    """Give what shows, on a terminal, how many lists of how many were read; one alone needs none.

    A site is asked for one a second: an index of hundreds takes minutes.
    """
    with ExitStack() as stack:
        shown: list[Status] = []

        def tell(read: int, known: int) -> None:
            if known > 1 and err().is_terminal:
                shown[:] = shown or [stack.enter_context(err().status(""))]
                shown[0].update(f"reading lists: {read:,} of {known:,}")

        yield tell


def print_json(value: Any) -> None:
    """Print one JSON value on one line."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def moment(at: datetime) -> str:
    """Return a moment by the clock of whoever reads it, with its zone; JSON has UTC."""
    return f"{at.astimezone():%Y-%m-%d %H:%M %Z}"


def printable(text: str) -> str:
    """Return text from outside in one line, without what would steer a terminal."""
    return "".join(c if c.isprintable() else " " * c.isspace() for c in text)


def plain(text: str) -> str:
    """Return text from outside so that it cannot act as terminal markup either."""
    from rich.markup import escape

    return escape(printable(text))
