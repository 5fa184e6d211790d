"""Loaded ahead by the server of a process that reads many documents, and by nothing else.

A worker loads these when a page first needs them: 110 MB each, and 0.6 s of processor time. Forked
from a server that has them, all workers of its life share one copy.
"""

from lxml import etree  # type: ignore[import-untyped]  # it ships no types
from trafilatura.external import try_justext

from casebook.extractors.text.metadata import load_languages

load_languages()
try_justext(etree.HTML("<p></p>"), None, None)  # the common words of all languages
