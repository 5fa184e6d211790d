"""The site is built in a process of its own: it takes long, and would slow other threads down."""

import os
from collections.abc import Callable, Mapping
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from typing import Any

from publishing.site import Built, build
from schemas.errors import CasebookError, PublishError

_POLL_SECONDS, _NICE = 0.5, 10


def built_apart(on_page: Callable[[int], object], *given: Any) -> Built:
    """Return what ``build`` returns for what is given, or raise what it raises.

    ``on_page`` is called twice a second at least; what it raises ends the process.
    """
    here, there = Pipe(duplex=False)
    work = get_context("spawn").Process(target=_build, args=(there, *given), daemon=True)
    work.start()
    there.close()
    answer: Built | CasebookError | int = 0
    try:
        while isinstance(answer, int):
            on_page(answer)
            answer = here.recv() if here.poll(_POLL_SECONDS) else answer
    except EOFError:
        answer = PublishError("The process that writes the site ended early: publish again.")
    finally:
        work.kill()
    if isinstance(answer, CasebookError):
        raise answer
    return answer


def _build(pipe: Connection, addresses: Mapping[str, str], *given: Any) -> None:
    os.nice(_NICE)
    try:
        pipe.send(build(*given, addresses=addresses, on_page=pipe.send))
    except CasebookError as error:
        pipe.send(error)
