"""Loaded ahead by the server of a process that reads many documents, and by nothing else.

A worker loads these when a page first needs them: 110 MB each, and 0.6 s of processor time. Forked
from a server that has them, all workers of its life share one copy. They go through a file beside
all others for a moment: on a full disk they are left to the worker that needs them.
"""

from contextlib import suppress

from lxml import etree  # type: ignore[import-untyped]  # it ships no types
from trafilatura.external import try_justext

from casebook.extractors.text.metadata import load_languages

with suppress(OSError):
    load_languages()
try_justext(etree.HTML("<p></p>"), None, None)  # the common words of all languages
