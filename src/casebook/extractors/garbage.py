"""When garbage is looked for and given back: not while one document is read, and after each."""

import contextlib
import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off the search for cycles of garbage: it would visit all that is held again and again.

    A tenth of the time of a web page, a twentieth of that of a PDF.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def give_back() -> None:
    """Give the system back what the C library keeps of what was freed, where it can (glibc).

    A page is read in a great many small pieces. What stays of it lies among them, so the heap keeps
    the size of its largest page: a tenth of a worker that has read three hundred.
    """
    with contextlib.suppress(AttributeError, OSError):  # musl, macOS
        ctypes.CDLL(None).malloc_trim(0)  # malloc_trim(3)
