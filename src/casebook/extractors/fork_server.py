"""Loaded by the server that workers are forked from, and by nothing else: how it and they end.

A worker that begins while the program ends finds the semaphores that it was sent gone. It dies of
that, and nobody waits for it; the server would show a traceback.

Whoever reads what the program writes through a pipe waits for the server's end, too: it holds the
pipe as well.
"""

import atexit
import gc
import sys
from types import TracebackType

from courlan import extract_domain

# At its end the interpreter would look for cycles in all parsers, for a third of a second.
atexit.register(gc.freeze)
# The names of domains are read at the first page, in 40 ms; each worker would read its own.
extract_domain("https://example.org")


def _say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    # A file that is missing has a name; a semaphore has none.
    if not (isinstance(error, FileNotFoundError) and error.filename is None):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _say
