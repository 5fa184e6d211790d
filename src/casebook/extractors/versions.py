"""The name and version of each extractor, apart from them so that asking costs no import.

Raise a version when the same bytes give another text, title, author or date: stored documents of
the older version are then read again.
"""

HTML = "html/19"
SAVED = f"mhtml/1 {HTML}"
MARKDOWN = "markdown/10"
NOTEBOOK = f"notebook/2 {MARKDOWN}"
WORD = "word/2"
RESTRUCTURED = "restructuredtext/2"
TEXT = "text/10"
CAPTIONS = "captions/10"
PDF = "pdf/15"
YOUTUBE = "youtube/6"
ARXIV = "arxiv/13"
PAPER = "paper/12"
RECORDING = "recording/1"
# A transcript that was handed in is read by one of the two.
TRANSCRIPT = f"transcript/2 {CAPTIONS} {TEXT} {WORD}"
