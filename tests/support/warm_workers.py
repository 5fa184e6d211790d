"""Preloaded by the server that forks workers, so that all of them share the loaded classifier."""

from extractors.languages import language_of

language_of("Any text that is long enough to have a language makes the classifier load.")
