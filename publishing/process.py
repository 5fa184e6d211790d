"""The site is built in a process of its own: it takes long, and would slow other threads down."""

import os
from collections.abc import Callable
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path

from publishing.plan import OpenTables, Plan
from publishing.site import build
from schemas.errors import CasebookError, PublishError

_POLL_SECONDS, _NICE = 0.5, 10


def build_apart(
    on_page: Callable[[int], object], plan: Plan, target: Path, open_tables: OpenTables
) -> None:
    """Do what ``build`` does with the same arguments, or raise what it raises.

    ``on_page`` is called twice a second at least; what it raises ends the process.
    """
    here, there = Pipe(duplex=False)
    given = (there, plan, target, open_tables)
    work = get_context("spawn").Process(target=_build, args=given, daemon=True)
    work.start()
    there.close()
    answer: CasebookError | int | None = 0
    try:
        while isinstance(answer, int):
            on_page(answer)
            answer = here.recv() if here.poll(_POLL_SECONDS) else answer
    except EOFError:
        answer = PublishError("The process that writes the site ended early: publish again.")
    finally:
        work.kill()
        work.join()
    if answer is not None:
        raise answer


def _build(pipe: Connection, plan: Plan, target: Path, open_tables: OpenTables) -> None:
    os.nice(_NICE)
    try:
        build(plan, target, open_tables, pipe.send)
        pipe.send(None)
    except CasebookError as error:
        pipe.send(error)
