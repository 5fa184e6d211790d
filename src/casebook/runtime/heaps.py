"""What allocators keep for a program that works long: as little as they can be told to."""

import contextlib
import ctypes

_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
"""malloc.h of glibc; MALLOC_ARENA_MAX in the environment says the same (mallopt(3))."""

_LARGE = 131_072
"""Bytes: glibc's own threshold, as long as nobody sets it."""

_KEPT_MS = 0
"""How long jemalloc keeps what was freed: no longer than until it sees it."""

_NOTHING = ctypes.c_size_t(0)


def keep_heap_small() -> None:
    """Let nobody keep much of what was freed, from now on, where the C library can.

    glibc gives each thread that allocates one of up to eight heaps a core, and what was freed in
    one serves no other: a batch's dozen threads keep 30 to 65 MB of nothing. All share one from now
    on; heaps that are there stay. What is large gets pages of its own, which the system has back at
    once; but each time such is freed, glibc takes more for small, up to 32 MB, and pages and texts
    leave holes of their size between what stays.

    DuckDB brings an allocator of its own, jemalloc, with heaps by thread as well. It waits a second
    before it gives back what was freed, while a batch has a thread for each statement: 10 to 15 MB.
    """
    with contextlib.suppress(AttributeError, OSError):  # musl, macOS
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)
    with contextlib.suppress(AttributeError, OSError, ImportError):  # DuckDB without it
        import _duckdb

        control = ctypes.CDLL(_duckdb.__file__).duckdb_je_mallctl  # mallctl of jemalloc(3)
        arenas, size = ctypes.c_uint(), ctypes.c_size_t(ctypes.sizeof(ctypes.c_uint))
        control(b"arenas.narenas", ctypes.byref(arenas), ctypes.byref(size), None, _NOTHING)
        kept, size = ctypes.c_ssize_t(_KEPT_MS), ctypes.c_size_t(ctypes.sizeof(ctypes.c_ssize_t))
        for heap in ("arenas", *(f"arena.{number}" for number in range(arenas.value))):
            name = f"{heap}.dirty_decay_ms".encode()  # of those to come, of each that there is
            control(name, None, None, ctypes.byref(kept), size)
