"""What DuckDB's own allocator, jemalloc, keeps of what was freed: nothing, where it can be told."""

import contextlib
import ctypes

import _duckdb

_KEPT_MS = 0


def give_back_at_once() -> None:
    """Let DuckDB's allocator give back what is freed when it is freed, from now on.

    It has heaps by thread, and waits a second first, while a batch has a thread for each statement:
    10 to 15 MB. A DuckDB that was built without it (macOS, musl) keeps to the C library's.
    """
    with contextlib.suppress(AttributeError, OSError):
        control = ctypes.CDLL(_duckdb.__file__).duckdb_je_mallctl  # mallctl of jemalloc(3)
        arenas, size = ctypes.c_uint(), ctypes.c_size_t(ctypes.sizeof(ctypes.c_uint))
        nothing = ctypes.c_size_t(0)
        control(b"arenas.narenas", ctypes.byref(arenas), ctypes.byref(size), None, nothing)
        kept, size = ctypes.c_ssize_t(_KEPT_MS), ctypes.c_size_t(ctypes.sizeof(ctypes.c_ssize_t))
        for heap in ("arenas", *(f"arena.{number}" for number in range(arenas.value))):
            name = f"{heap}.dirty_decay_ms".encode()  # of those to come, of each that there is
            control(name, None, None, ctypes.byref(kept), size)
