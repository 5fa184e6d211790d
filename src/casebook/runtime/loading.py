"""Importing what takes long, beside what waits for others."""

import gc
import importlib
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

_CLIENT = "casebook.summarizer.models.client"
_loading = Lock()


def load_client() -> None:
    """Import what asks the model, once: a second, for a thread beside what waits for others.

    What is imported stays: the collector leaves it alone, during the import and ever after. Each of
    its full rounds would take 0.1 to 0.2 s, in which nothing else is done. Who comes while it is
    imported waits: ``sys.modules`` names a module from the beginning of its import.
    """
    with _loading:
        if _CLIENT in sys.modules:
            return
        gc.disable()
        try:
            importlib.import_module(_CLIENT)
        finally:
            gc.freeze()
            gc.enable()


def begin_to_load_client() -> None:
    """Begin ``load_client`` in a thread.

    An executor's: should the program end before, it waits for that without a word.
    """
    loader = ThreadPoolExecutor(1)
    loader.submit(load_client)
    loader.shutdown(wait=False)
