"""Everything that is read: the registry's table, a line for each reader.

It imports nothing of casebook, so that ``--help``, which names suffixes, answers at once.
"""

from typing import NamedTuple

OUR_TYPES = "application/vnd.casebook."
"""What the media types of bundles begin with; no server may claim one."""


class Format(NamedTuple):
    """What one file of ``kinds/`` reads.

    Args:
        reader: the file's name; its ``extract`` turns bytes into text.
        kind: the ``SourceKind`` of its documents.
        version: stored with each of them. Raise it when the same bytes give another text, title,
            author or date: what an older version read is then read again.
        media_types: by which a server names it, blanks between.
        suffixes: by which a file's name does.
    """

    reader: str
    kind: str
    version: str
    media_types: str
    suffixes: str = ""


# Versions that those of other readers carry, which read by them.
_HTML, _MARKDOWN, _WORD, _TEXT, _CAPTIONS = (
    "html/24", "markdown/12", "word/5", "text/12", "captions/12",
)  # fmt: skip
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SUBTITLES = "text/vtt text/srt application/x-subrip application/srt application/ttml+xml"

# Of several formats of a kind the first is the one for its files.
FORMATS = (
    Format("html", "web", _HTML, "text/html application/xhtml+xml", "html htm xhtml"),
    Format("saved_page", "web", f"mhtml/2 {_HTML}",
           "multipart/related application/x-mimearchive", "mhtml mht"),
    Format("markdown", "markdown", _MARKDOWN,
           "text/markdown text/x-markdown text/x-web-markdown", "md markdown mdx mkd"),
    Format("restructured", "restructuredtext", "restructuredtext/3",
           "text/x-rst text/prs.fallenstein.rst", "rst rest"),
    Format("notebook", "markdown", f"notebook/2 {_MARKDOWN}", "application/x-ipynb+json", "ipynb"),
    Format("word", "word", _WORD, _DOCX, "docx"),
    Format("plaintext", "text", _TEXT, "text/plain text/asciidoc", "txt text adoc asciidoc"),
    Format("captions", "captions", _CAPTIONS, f"{_SUBTITLES} text/x-ssa text/x-ass",
           "vtt srt sbv ttml dfxp ass ssa json json3"),
    Format("pdf", "pdf", "pdf/17", "application/pdf application/x-pdf", "pdf"),
    Format("youtube", "youtube", "youtube/7", f"{OUR_TYPES}youtube+json"),
    # Handed in for a video: read as the captions or text that it is, under its own title.
    Format("transcript", "captions", f"transcript/2 {_CAPTIONS} {_TEXT} {_WORD}",
           f"{OUR_TYPES}transcript+json"),
    Format("recording", "recording", "recording/2", f"{OUR_TYPES}recording+json"),
    Format("papers", "arxiv", "arxiv/15", f"{OUR_TYPES}arxiv+json"),
    # A paper of another archive is the PDF that its landing page leads to.
    Format("papers", "pdf", "paper/14", f"{OUR_TYPES}paper+json"),
)  # fmt: skip
"""All formats; CONTRIBUTING.md says how one is added."""


def _dotted(names: str) -> tuple[str, ...]:
    """Return suffixes as they stand at the end of a name: ".vtt"."""
    return tuple(f".{name}" for name in names.split())


def _of(*readers: str) -> str:
    return " ".join(one.suffixes for one in FORMATS if one.reader in readers)


_SOUNDS = "mp3 m4a mp4 aac wav ogg oga opus flac webm"

SOURCES = _dotted(f"{' '.join(one.suffixes for one in FORMATS)} xml {_SOUNDS}")
"""What a source may be called; ``.xml`` is read where it is TTML, YouTube's captions or XHTML."""

TRANSCRIPTS = _dotted(f"{_of('captions', 'word')} xml txt")
"""What a transcript may be called; ``.xml`` is read where it is TTML."""

LISTS = _dotted("csv tsv txt md opml xml rss atom json jsonl ndjson html htm gz")
"""What a list of addresses may be called; what it is, its bytes tell."""
