"""What glibc keeps for a program that works long: one heap for all threads, nothing large in it."""

import contextlib
import ctypes

_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
"""malloc.h of glibc; MALLOC_ARENA_MAX in the environment says the same (mallopt(3))."""

_LARGE = 131_072
"""Bytes: glibc's own threshold, as long as nobody sets it."""


def keep_heap_small() -> None:
    """Let all threads share one heap from now on, without what is large, where the C library can.

    glibc gives each thread that allocates one of up to eight heaps a core, and what was freed in
    one serves no other: a batch's dozen threads keep 30 to 65 MB of nothing. Heaps that are there
    stay, and threads go on to use them in turn, so the program says it before it starts the first.

    What is large gets pages of its own, which the system has back at once; but each time such is
    freed, glibc takes more for small, up to 32 MB, and pages and texts leave holes of their size
    between what stays.
    """
    with contextlib.suppress(AttributeError, OSError):  # musl, macOS
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)
