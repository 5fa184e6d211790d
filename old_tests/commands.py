"""The command in this process: quicker than a program of its own, which takes seconds to start."""

import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import structlog

from casebook.__main__ import main
from casebook.cli import terminal


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


def run_here(
    environment: Mapping[str, str], folder: Path, *arguments: object, stdin: str | None = None
) -> Ran:
    """Run the command: its environment, arguments, streams and exit code are its own."""
    streams = {name: _stream() for name in ("stdin", "stdout", "stderr")}
    streams["stdin"] = _stream(stdin or "")
    # An option may become a variable for the flows: none outlives the call.
    kept = mock.patch.dict(os.environ, environment, clear=True)
    with pytest.MonkeyPatch.context() as patch, kept, _consoles_and_logs_of_its_own():
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["casebook", *map(str, arguments)])
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        code = _code_of(main)
    return Ran(code, *(_written(streams[name]) for name in ("stdout", "stderr")))


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
    for console in (terminal.out, terminal.err):
        console.cache_clear()
    try:
        yield
    finally:
        for console in (terminal.out, terminal.err):
            console.cache_clear()
        for handler in root.handlers:
            if handler not in handlers:
                handler.close()
        root.handlers[:], root.level = handlers, level
        structlog.reset_defaults()
