"""What a program that works long remembers from text to text."""

import gc
import importlib
import pkgutil
from functools import _lru_cache_wrapper

import casebook

MOST = 4_096


def test_no_memory_from_text_to_text_grows_for_thousands_of_them():
    """Each answer that is kept was made at its own moment, and keeps memory from being given back.

    Four memories of 20,000 words took 20 MB of a batch, and filled for a thousand sources. What is
    kept without end (``cache``) is asked about the program itself, of which there is no more.
    """
    for found in pkgutil.walk_packages(casebook.__path__, "casebook."):
        if "__main__" not in found.name:
            importlib.import_module(found.name)
    gc.unfreeze()  # of what a test before this one has put aside, the collector tells nothing
    kept = [one for one in gc.get_objects() if isinstance(one, _lru_cache_wrapper)]
    ours = [one for one in kept if one.__module__.startswith("casebook")]
    limits = {
        f"{one.__module__}.{one.__name__}": one.cache_info().maxsize
        for one in ours
        if one.cache_info().maxsize is not None
    }
    assert len(limits) > 10
    assert {name: limit for name, limit in limits.items() if limit > MOST} == {}
