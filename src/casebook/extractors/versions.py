"""The name and version of each extractor, apart from them so that asking costs no import.

Raise a version when the same bytes give another text, title, author or date: stored documents of
the older version are then read again.
"""

HTML = "html/2"
MARKDOWN = "markdown/1"
TEXT = "text/1"
CAPTIONS = "captions/2"
PDF = "pdf/2"
YOUTUBE = "youtube/1"
ARXIV = "arxiv/1"
PAPER = "paper/1"
