"""Builds the site in a separate process, since a build is slow and would block other threads."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from publishing.plan import PublicationPlan
from publishing.site.build import build
from schemas.errors import CasebookError, PublishError

_POLL_SECONDS, _NICE = 0.5, 10


def build_in_process(on_page: Callable[[int], object], plan: PublicationPlan, target: Path) -> None:
    """Run ``build`` with the same arguments and errors in a separate process.

    ``on_page`` is called at least twice a second; an exception in it ends the process. This does
    not use `multiprocessing`, whose processes import the program's main module first.
    """
    here, there = Pipe()
    command = [sys.executable, "-m", "publishing.site.process", str(there.fileno())]
    answer: CasebookError | int | None = 0
    with subprocess.Popen(command, pass_fds=[there.fileno()], env=_environment()) as work:  # noqa: S603 - ours
        there.close()
        try:
            here.send((plan, target))
            while isinstance(answer, int):
                on_page(answer)
                answer = here.recv() if here.poll(_POLL_SECONDS) else answer
        except (EOFError, OSError):
            answer = PublishError("The process that writes the site ended early: publish again.")
        finally:
            here.close()
            work.kill()
    if answer is not None:
        raise answer


def _environment() -> dict[str, str]:
    """Return the environment, with our packages on the Python path."""
    root = str(Path(__file__).parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}


def _work(pipe: Connection) -> None:
    os.nice(_NICE)
    os.umask(0o022)  # web servers must be able to read the site
    plan, target = pipe.recv()
    try:
        build(plan, target, pipe.send)
        answer: CasebookError | None = None
    except CasebookError as error:
        answer = error
    with suppress(BrokenPipeError):  # the desk was closed
        pipe.send(answer)


if __name__ == "__main__":
    _work(Connection(int(sys.argv[1])))
