"""What files are called that casebook reads: one list for registry, desk and command line.

It imports nothing, so that ``--help`` answers at once.
"""

PAGE = "html htm xhtml"
SAVED_PAGE = "mhtml mht"
MARKDOWN = "md markdown mdx mkd"
NOTEBOOK = "ipynb"
WORD = "docx"
RESTRUCTURED = "rst rest"
TEXT = "txt text adoc"
CAPTIONS = "vtt srt sbv ttml dfxp ass ssa json json3"
PDF = "pdf"
RECORDING = "mp3 m4a mp4 aac wav ogg oga opus flac webm"


def dotted(*groups: str) -> tuple[str, ...]:
    """Return the suffixes of ``groups`` as they stand at the end of a name: ".vtt"."""
    return tuple(f".{name}" for group in groups for name in group.split())


SOURCES = dotted(
    PAGE, SAVED_PAGE, MARKDOWN, RESTRUCTURED, NOTEBOOK, WORD, TEXT, PDF, CAPTIONS, "xml", RECORDING
)
"""What a source may be called; ``.xml`` is read where it is TTML, YouTube's captions or XHTML."""

TRANSCRIPTS = dotted(CAPTIONS, WORD, "xml txt")
"""What a transcript may be called; ``.xml`` is read where it is TTML."""

LISTS = dotted("csv tsv txt md opml xml rss atom json jsonl ndjson html htm gz")
"""What a list of addresses may be called; what it is, its bytes tell."""
