"""Markdown: CommonMark with tables, read as the page that it makes; headings are sections.

So HTML in it is what a reader would see: a README's ``<p align=center>`` is text, what a style
hides is not.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from markdown_it import MarkdownIt

from casebook.extractors import versions
from casebook.extractors.kinds import html
from casebook.extractors.kinds.plaintext import refuse_empty
from casebook.extractors.speech.speakers import with_speakers
from casebook.extractors.text.authors import clean_authors
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.charset import decode
from casebook.extractors.text.metadata import clean_date, language_of
from casebook.extractors.text.passages import Block, lay_out
from casebook.extractors.visibility.hidden import MOST_REPORTED, report, strip_hidden
from casebook.extractors.web.tree_blocks import blocks_of
from casebook.schemas.documents import Extracted, ExtractionStep, HiddenKind, HiddenText
from casebook.schemas.sources import Payload, SourceKind

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TEXTLESS = "script style textarea title xmp iframe noembed noframes plaintext template select svg"
_MORE_TEXTLESS = "math noscript object video audio canvas head frameset datalist dialog"
_SWALLOWING = [
    *(
        (re.compile(rf"<{tag}\b[^>]*>?", re.IGNORECASE), re.compile(f"</{tag}", re.IGNORECASE))
        for tag in f"{_TEXTLESS} {_MORE_TEXTLESS}".split()
    ),
    (re.compile(r"<!--|<!\[CDATA\[|<\?|<!(?=[A-Za-z])"), re.compile(r"-->|\]\]>|\?>")),
]
_COMMENT = re.compile(r"<!--(.{0,2000}?)-->", re.DOTALL)


def extract(payload: Payload) -> Extracted:
    """Return the text of a Markdown file; its YAML front matter gives title, authors and date.

    Raises:
        DocumentEmpty: if no text is left.
    """
    source, encoding = decode(payload.data, payload.charset)
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    front, body, outcome = _front_matter(source)
    blocks, hidden = _shown(body)
    language = language_of(_first(front, "lang", "language"), body)
    text, passages = lay_out(with_speakers(blocks), language)
    refuse_empty(text, payload)
    headings = [block.text for block in blocks if block.heading]
    return Extracted(
        kind=SourceKind.MARKDOWN,
        extractor=versions.MARKDOWN,
        title=one_line(_first(front, "title") or next(iter(headings), "")) or None,
        authors=clean_authors(_names(front)),
        published=clean_date(_first(front, "date", "published", "created")),
        language=language,
        site=_first(front, "site"),
        text=text,
        passages=passages,
        extraction=[
            ExtractionStep(method="charset", outcome=encoding),
            ExtractionStep(method="front matter", outcome=outcome),
            ExtractionStep(method="markdown-it", outcome=f"{len(blocks)} blocks"),
        ],
        hidden_text=[*_hidden(source), *hidden][:MOST_REPORTED],
    )


def _front_matter(source: str) -> tuple[Mapping[str, Any], str, str]:
    """Return the front matter, the rest, and what came of it."""
    match = _FRONT_MATTER.match(source)
    if not match:
        return {}, source, "none"
    try:
        front = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, source[match.end() :], "not YAML, left out"
    if not isinstance(front, dict):
        return {}, source, "none"
    return {str(key).lower(): value for key, value in front.items()}, source[match.end() :], "read"


def _first(front: Mapping[str, Any], *keys: str) -> str | None:
    return next((str(front[key]) for key in keys if front.get(key)), None)


def _names(front: Mapping[str, Any]) -> Sequence[str] | str | None:
    value = front.get("authors") or front.get("author")
    if isinstance(value, list):
        return [str(item.get("name", "") if isinstance(item, dict) else item) for item in value]
    return str(value).replace(",", ";") if value else None


def _shown(body: str) -> tuple[list[Block], list[HiddenText]]:
    """Return what a page made of the Markdown shows, and what it hides."""
    markup = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(body)
    tree = html.parse(_closed(markup)) if markup.strip() else None
    if tree is None:
        return [], []
    hidden = strip_hidden(tree)
    return blocks_of(next(iter(tree.xpath("//body")), tree)), hidden


def _closed(markup: str) -> str:
    """Take out the openings of comments and of elements without text that nothing closes.

    Sites that show Markdown clean it, so one ``<script>`` without an end loses nothing there.
    """
    for opening, closing in _SWALLOWING:
        ends = [match.end() for match in closing.finditer(markup)]
        last = ends[-1] if ends else 0
        markup = markup[:last] + opening.sub(" ", markup[last:])
    return markup


def _hidden(source: str) -> list[HiddenText]:
    reason = "In an HTML comment, which is not shown."
    return report((HiddenKind.TEMPLATE, found[1], reason) for found in _COMMENT.finditer(source))
