"""Markdown: CommonMark with tables, read as the HTML it renders to; front matter is metadata."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import yaml
from markdown_it import MarkdownIt

from extractors.blocks import Block, document
from extractors.data import table
from extractors.dates import stated_day
from extractors.speakers import with_speakers
from extractors.text import count_words, decode, hidden_in, one_line
from extractors.web.blocks import tree_blocks
from extractors.web.hidden import strip_hidden
from extractors.web.tree import body_of, parse
from schemas.sources import Extracted, HiddenText, Payload, SourceKind

_RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_FRONT = re.compile(
    r"(?s)\A\s*(?:---[ \t]*\n(?![ \t]*\n)(?P<yaml>(?:.{0,20000}?\n)??)(?:---|\.\.\.)"
    r"|\+\+\+[ \t]*\n(?P<toml>.{0,20000}?)\n\+\+\+)[ \t]*(?:\n|\Z)"
)
_FIELD = re.compile(r"([A-Za-z][\w-]{0,30}):[ \t]+([^\s\[{|>&*!][^\n]{0,500})")
_MARKS = re.compile("|".join(table("markdown")["marks"].values()), re.MULTILINE)
_HTML_COMMENT = re.compile(r"(?s)<!--(?:(.*?)-->|.*)")
_DATED_NAME = re.compile(r"(\d{4}-\d\d-\d\d)[-_. ]")
_SLUG = re.compile(r"[a-z]{2,}(?:-[a-z]{2,}){1,3}")
_NAMES_APART = re.compile(r"[,;]|\s+(?:and|&)\s+")
_DATES = "date published published_at pubdate publishdate publish_date created".split()
_SUMMARIES = "description excerpt summary abstract subtitle".split()
_FEWEST_HIDDEN_WORDS = 3


def read(payload: Payload) -> Extracted:
    """Return the text of a Markdown file, with the title, authors and date in its front matter."""
    source = decode(payload.data, payload.charset).replace("\r\n", "\n").replace("\r", "\n")
    front, body = split_front(source.lstrip("\ufeff"))
    blocks, hidden = _rendered(body)
    headings = (block for block in blocks if block.level)
    heading = min(headings, key=lambda block: block.level, default=None)
    named = _DATED_NAME.match(payload.name)
    days = (stated_day(day) for day in (*map(front.get, _DATES), named and named[1]))
    return document(
        SourceKind.MARKDOWN,
        with_speakers(blocks),
        front.get("lang") or front.get("language"),
        title=_stated(front, "title") or (heading and one_line(heading.text)),
        authors=_authors(front),
        published=next(filter(None, days), None),
        description=_stated(front, *_SUMMARIES),
        hidden=[*hidden, *hidden_in(source)],
    )


def split_front(source: str) -> tuple[Mapping[str, Any], str]:
    """Return the fields of front matter (YAML, TOML) by lower-case name, and the text after it."""
    match = _FRONT.match(source)
    if not match:
        return {}, source
    toml, stated = match["toml"], match["yaml"] or match["toml"] or ""
    try:
        front = yaml.safe_load(stated) if toml is None else tomllib.loads(toml)
    except (yaml.YAMLError, ValueError, RecursionError):
        # An unquoted title that contains a colon is not YAML.
        fields = filter(None, map(_FIELD.fullmatch, stated.split("\n")))
        front = {field[1]: field[2].strip().strip("\"'") for field in fields}
    if not isinstance(front, dict):
        return {}, source
    return {str(name).lower(): value for name, value in front.items()}, source[match.end() :]


def _stated(front: Mapping[str, Any], *names: str) -> str | None:
    """Return the first of these fields that is text."""
    values = (front.get(name) for name in names)
    texts = (one_line(value)[:1_000] for value in values if isinstance(value, str))
    return next(filter(None, texts), None)


def _authors(front: Mapping[str, Any]) -> list[str]:
    stated = front.get("authors") or front.get("author") or front.get("by")
    people = _NAMES_APART.split(stated) if isinstance(stated, str) else stated
    people = people[:20] if isinstance(people, list) else [people]
    named = [one.get("name") if isinstance(one, dict) else one for one in people]
    names = (one_line(name)[:100].strip(" *†") for name in named if isinstance(name, str))
    # Jekyll identifies authors by slugs: ada-berg.
    spelled = (n.replace("-", " ").title() if _SLUG.fullmatch(n) else n for n in names)
    return list(dict.fromkeys(filter(None, spelled)))


def _rendered(body: str) -> tuple[list[Block], list[HiddenText]]:
    """Return the visible blocks of the rendered Markdown, and its hidden text."""
    markup = _RENDERER.render(_MARKS.sub(_kept, body))
    comments = [match["comment"] or "" for match in _MARKS.finditer(body)]
    comments += _HTML_COMMENT.findall(markup)
    hidden = [
        HiddenText(text=one_line(text)[:300], reason="in a comment")
        for text in comments
        if count_words(text) >= _FEWEST_HIDDEN_WORDS
    ]
    if (tree := parse(markup)) is None:
        return [], hidden
    hidden += strip_hidden(tree)[0]
    return tree_blocks(body_of(tree)), hidden


def _kept(mark: re.Match[str]) -> str:
    unclosed = mark["open"] is not None
    return mark[0] if mark["code"] or unclosed else mark["quote"] or ""
