"""Everything that is read: one line for each reader. Imports nothing heavy, for ``--help``."""

from typing import NamedTuple

OUR_TYPES = "application/vnd.casebook."
"""The start of the media types of our own bundles; the fetcher lets no server claim one."""


class Format(NamedTuple):
    """What one reader reads; media types and suffixes are separated by spaces.

    ``module`` has ``read(payload)``. ``version`` is stored with each document: raise it when the
    same bytes give another text, title, author or date.
    """

    module: str
    kind: str
    version: str
    media_types: str
    suffixes: str = ""


_HTML = "text/html application/xhtml+xml"
_MARKDOWN = "text/markdown text/x-markdown text/x-web-markdown"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_VTT = "text/vtt text/srt application/x-subrip application/srt"
_PDF = "application/pdf application/x-pdf"

FORMATS = (
    Format("extractors.web.reader", "web", "html/1", _HTML, ".html .htm .xhtml"),
    Format("extractors.markdown", "markdown", "markdown/1", _MARKDOWN, ".md .markdown .mdx"),
    Format("extractors.word", "word", "word/1", _DOCX, ".docx"),
    Format("extractors.plaintext", "text", "text/1", "text/plain text", ".txt"),
    Format("extractors.captions", "captions", "captions/1", _VTT, ".vtt .srt"),
    Format("extractors.pdf.reader", "pdf", "pdf/1", _PDF, ".pdf"),
    Format("extractors.video", "video", "video/1", f"{OUR_TYPES}video"),
    Format("extractors.paper", "paper", "paper/1", f"{OUR_TYPES}paper"),
    Format("extractors.recording", "recording", "recording/1", f"{OUR_TYPES}recording"),
    Format("extractors.transcript", "captions", "transcript/1", f"{OUR_TYPES}transcript"),
)
"""Of several formats of a kind the first is the one for its files."""

DOCUMENTS = tuple(suffix for one in FORMATS for suffix in one.suffixes.split())
"""Suffixes of files that a reader takes as they are."""

RECORDINGS = (".mp3", ".m4a", ".mp4", ".wav", ".ogg", ".flac", ".webm")
"""Suffixes of audio and video files, which are transcribed before anything reads them."""

SOURCES = DOCUMENTS + RECORDINGS
"""Suffixes that a local source may have."""

TRANSCRIPTS = (".vtt", ".srt", ".txt", ".md", ".docx")
"""Suffixes of files that may hold the words of a video or recording."""
