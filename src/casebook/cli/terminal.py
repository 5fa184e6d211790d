"""What commands print: data on stdout, remarks on stderr, and text from outside as mere text."""

from __future__ import annotations

import json
import re
import sys
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import typer

from casebook.schemas.steering import STEERING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from rich.console import Console
    from rich.status import Status
    from rich.text import Text


# The last two end a line of JSON Lines.
_STEERING = re.compile(rf"[{STEERING}\u2028\u2029]")


@cache
def out() -> Console:
    """Return the console on stdout: data."""
    return _console(soft_wrap=not sys.stdout.isatty())


@cache
def err() -> Console:
    """Return the console on stderr: progress and remarks."""
    return _console(stderr=True, soft_wrap=not sys.stderr.isatty())


def _console(*, soft_wrap: bool, stderr: bool = False) -> Console:
    """Return a console on which no text acts, wherever it comes from: only our markup does."""
    from rich.console import Console

    class Still(Console):
        def render_str(self, text: str, **options: Any) -> Text:
            return super().render_str(_STEERING.sub("", text), **options)

    return Still(highlight=False, soft_wrap=soft_wrap, stderr=stderr)


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
    """Print one JSON value on one line; what would steer a terminal, or end the line, escaped.

    So is what the output's encoding may lack: JSON has escapes of its own.
    """
    told = json.dumps(value, ensure_ascii="utf" not in sys.stdout.encoding.lower())
    typer.echo(_STEERING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", told))


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
