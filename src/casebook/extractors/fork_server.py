"""Loaded by the server that workers are forked from, and by nothing else: what it says on stderr.

A worker that begins while the program ends finds the semaphores that it was sent gone. It dies of
that, and nobody waits for it; the server would show a traceback.
"""

import sys
from types import TracebackType


def _say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    # A file that is missing has a name; a semaphore has none.
    if not (isinstance(error, FileNotFoundError) and error.filename is None):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _say
