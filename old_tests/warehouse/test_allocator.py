"""DuckDB's allocator is told through a name that is no part of DuckDB's interface."""

import ctypes
import platform

import _duckdb
import pytest

from casebook.warehouse.allocator import give_back_at_once


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="DuckDB has no jemalloc elsewhere")
def test_what_duckdb_frees_is_given_back_at_once():
    """A DuckDB that calls it otherwise would keep what it frees, and nothing else would say so."""
    give_back_at_once()
    control = ctypes.CDLL(_duckdb.__file__).duckdb_je_mallctl
    for heap in (b"arenas", b"arena.0"):
        kept, size = ctypes.c_ssize_t(-1), ctypes.c_size_t(ctypes.sizeof(ctypes.c_ssize_t))
        name = heap + b".dirty_decay_ms"
        told = control(name, ctypes.byref(kept), ctypes.byref(size), None, ctypes.c_size_t(0))
        assert (told, kept.value) == (0, 0)
