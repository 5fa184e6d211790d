"""What files are called that casebook reads: one list for registry, desk and command line.

It imports nothing, so that ``--help`` answers at once.
"""

PAGE = "html htm xhtml"
SAVED_PAGE = "mhtml mht"
MARKDOWN = "md markdown mdx mkd"
TEXT = "txt text rst adoc"
CAPTIONS = "vtt srt sbv ttml dfxp ass ssa json json3"
PDF = "pdf"


def dotted(*groups: str) -> tuple[str, ...]:
    """Return the suffixes of ``groups`` as they stand at the end of a name: ".vtt"."""
    return tuple(f".{name}" for group in groups for name in group.split())


TRANSCRIPTS = dotted(CAPTIONS, "xml txt")
"""What a transcript may be called; ``.xml`` is read where it is TTML."""
