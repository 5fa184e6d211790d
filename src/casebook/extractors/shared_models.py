"""Loaded ahead by the server of a process that reads many documents, and by nothing else.

A worker loads these when a page first needs them: 100 MB each, and 0.6 s of processor time. Forked
from a server that has them, all workers of its life share one copy.
"""

from justext.core import define_stoplist
from trafilatura.external import jt_stoplist_init

from casebook.extractors.text.metadata import load_languages

load_languages()
define_stoplist(jt_stoplist_init())
