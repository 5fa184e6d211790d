"""Everything that is read: one line for each reader. Imports nothing heavy, for ``--help``."""

from typing import NamedTuple

OUR_TYPES = "application/vnd.casebook."
"""The start of the media types of our own bundles; the fetcher lets no server claim one."""


class Format(NamedTuple):
    """What one reader reads.

    ``module`` has ``read(payload)``. ``version`` is stored with each document: raise it when the
    same bytes give another text, title, author or date. Media types and suffixes are separated by
    spaces.
    """

    module: str
    kind: str
    version: str
    media_types: str
    suffixes: str = ""


_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_VTT = "text/vtt text/srt application/x-subrip application/srt"

FORMATS = (
    Format(
        "extractors.web.reader", "web", "html/1",
        "text/html application/xhtml+xml", ".html .htm .xhtml",
    ),
    Format(
        "extractors.markdown", "markdown", "markdown/1",
        "text/markdown text/x-markdown text/x-web-markdown", ".md .markdown .mdx",
    ),
    Format("extractors.word", "word", "word/1", _DOCX, ".docx"),
    Format("extractors.plaintext", "text", "text/1", "text/plain text", ".txt"),
    Format("extractors.captions", "captions", "captions/1", _VTT, ".vtt .srt"),
    Format("extractors.pdf.reader", "pdf", "pdf/1", "application/pdf application/x-pdf", ".pdf"),
    Format("extractors.video", "video", "video/1", f"{OUR_TYPES}video"),
    Format("extractors.paper", "paper", "paper/1", f"{OUR_TYPES}paper"),
    Format("extractors.recording", "recording", "recording/1", f"{OUR_TYPES}recording"),
    Format("extractors.transcript", "captions", "transcript/1", f"{OUR_TYPES}transcript"),
)  # fmt: skip
"""Of several formats of a kind the first is the one for its files."""

RECORDINGS = tuple(".mp3 .m4a .mp4 .wav .ogg .flac .webm".split())
"""Suffixes of audio and video files, which are transcribed before anything reads them."""

DOCUMENTS = tuple(suffix for one in FORMATS for suffix in one.suffixes.split())
"""Suffixes of files that a reader takes as they are."""

SOURCES = DOCUMENTS + RECORDINGS
"""Suffixes that a local source may have."""

TRANSCRIPTS = tuple(".vtt .srt .txt .md .docx".split())
"""Suffixes of files that may hold the words of a video or recording."""

LISTS = tuple(".xml .xml.gz .opml .rss .atom .json .jsonl .csv .tsv .txt .md .html .htm".split())
"""Suffixes that a local list of sources may have."""
