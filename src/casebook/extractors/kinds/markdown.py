"""Markdown: CommonMark with tables, read as the page that it makes; headings are sections.

So HTML in it is what a reader would see: a README's ``<p align=center>`` is text, what a style
hides is not.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from markdown_it import MarkdownIt

from casebook.extractors.days import stated_day
from casebook.extractors.kinds.front_matter import (
    day_of_publication,
    first_of,
    names_of,
    read_front_matter,
)
from casebook.extractors.kinds.markdown_dialects import COMMENT, RENDERER, plain
from casebook.extractors.kinds.plaintext import refuse_empty
from casebook.extractors.speech.speakers import FEWEST_TIMES, with_speakers
from casebook.extractors.text.authors import clean_authors
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.charset import decode
from casebook.extractors.text.metadata import language_of
from casebook.extractors.text.passages import Block, lay_out
from casebook.extractors.visibility.hidden import strip_hidden
from casebook.extractors.visibility.reporting import MOST_REPORTED, report
from casebook.extractors.web.blocks.bold_lines import with_bold_headings
from casebook.extractors.web.markup.parsing import closed, parse
from casebook.extractors.web.markup.tree_blocks import FURNITURE, Placed, placed_blocks
from casebook.schemas.documents import Extracted, ExtractionStep, HiddenKind, HiddenText
from casebook.schemas.sources import Payload, SourceKind

# Each line by itself, as people expect who paste a transcript.
_BY_LINES = MarkdownIt("commonmark", {"breaks": True}).enable(["table", "strikethrough"])
_LABELLED = re.compile(r"^[^\n]{0,80}?(?::\s|\d:\d\d|>>)", re.MULTILINE)
_OPENED, _CLOSED = "<!--", "-->"
_IN_COMMENT = "In an HTML comment, which is not shown."
_DATED = re.compile(r"((?:19|20)\d\d-\d\d-\d\d)[-_. ]")
_LONGEST_TITLE = 200
_BOLD = 0.99
_COMMENTS = (
    (COMMENT, "In a comment of MDX, which is not shown."),
    (
        # A link's definition that leads nowhere: its title is a note among authors.
        re.compile(
            r"^ {0,3}\[[^\]\n]{1,80}\]:[ \t]*(?:#|<>)[ \t]+"
            r"[(\"'](?P<said>[^\n]{1,2000})[)\"'][ \t]*$",
            re.MULTILINE,
        ),
        "In the definition of a link that is none, which is not shown.",
    ),
)


def extract(payload: Payload) -> Extracted:
    """Return the text of a Markdown file; its front matter gives title, authors and date.

    Raises:
        DocumentEmpty: if no text is left.
    """
    source, encoding = decode(payload.data, payload.charset)
    return read([source], payload, ExtractionStep(method="charset", outcome=encoding))


def read(parts: Sequence[str], payload: Payload, step: ExtractionStep) -> Extracted:
    """Return the text of Markdown in parts, each of which is shown as a page of its own.

    So what one of them opens and does not close takes nothing of the next.

    Raises:
        DocumentEmpty: if no text is left.
    """
    sources = [part.replace("\r\n", "\n").replace("\r", "\n") for part in parts]
    front, first, outcome = read_front_matter(sources[0] if sources else "")
    shown = [_shown(body) for body in (first, *sources[1:])]
    blocks = [block for part in shown for block in part.blocks]
    hidden = [piece for source in sources for piece in _hidden(source)]
    hidden += [piece for part in shown for piece in part.hidden]
    language = language_of(first_of(front, "lang", "language"), "\n".join((first, *sources[1:])))
    text, passages = lay_out(_spoken(blocks, (first, *sources[1:])), language)
    refuse_empty(text, payload)
    return Extracted(
        kind=SourceKind.MARKDOWN,
        title=one_line(first_of(front, "title") or _title(shown)) or None,
        authors=clean_authors(names_of(front)),
        published=day_of_publication(front) or _day_in_name(payload.name),
        language=language,
        site=first_of(front, "site"),
        text=text,
        passages=passages,
        extraction=[
            step,
            ExtractionStep(method="front matter", outcome=outcome),
            ExtractionStep(method="markdown-it", outcome=f"{len(blocks)} blocks"),
        ],
        hidden_text=hidden[:MOST_REPORTED],
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page shows that is made of a text, and what it hides.

    ``first`` is its first line where that is in bold and no heading, ``titles`` how many headings
    of the first level there are.
    """

    blocks: Sequence[Block] = ()
    hidden: Sequence[HiddenText] = ()
    first: str = ""
    titles: int = 0


def _title(shown: Sequence[_Shown]) -> str:
    """Return the first heading; but a line in bold on top, if no one heading is over all others."""
    first = next((part.first for part in shown if part.blocks), "")
    if first and sum(part.titles for part in shown) != 1:
        return first
    return next((block.text for part in shown for block in part.blocks if block.heading), "")


def _day_in_name(name: str) -> date | None:
    """Return the day that a file's name begins with, as a post's does (Jekyll, Hugo)."""
    match = _DATED.match(name)
    return stated_day(match[1]) if match else None


def _spoken(blocks: Sequence[Block], bodies: Sequence[str]) -> list[Block]:
    """Return the blocks with their speakers, also where a conversation stands line below line."""
    told = with_speakers(blocks)
    if sum(len(_LABELLED.findall(body)) for body in bodies) < FEWEST_TIMES:
        return told
    by_lines = with_speakers(block for body in bodies for block in _shown(body, _BY_LINES).blocks)
    return by_lines if _known(by_lines) > _known(told) else told


def _known(blocks: Sequence[Block]) -> int:
    """Return of how many blocks the speaker is known, and of how many the time."""
    return sum(bool(one.speaker) + (one.seconds is not None) for one in blocks)


def _shown(body: str, renderer: MarkdownIt = RENDERER) -> _Shown:
    """Return what a page made of the Markdown shows, and what it hides."""
    markup = renderer.render(plain(body))
    tree = parse(closed(markup)) if markup.strip() else None
    hidden = report((HiddenKind.TEMPLATE, said, _IN_COMMENT) for said in _comments(markup))
    if tree is None:
        return _Shown(hidden=hidden)
    hidden += strip_hidden(tree)
    body = next(iter(tree.xpath("//body")), tree)
    placed = placed_blocks(body, FURNITURE)
    return _Shown(
        with_bold_headings(placed), hidden, _in_bold(placed), int(tree.xpath("count(//h1)"))
    )


def _in_bold(placed: Sequence[Placed]) -> str:
    """Return the first line, if it is a paragraph by itself that is all in bold."""
    first = next(iter(placed), None)
    if first is None or first.bold < _BOLD or first.place.tag != "p" or first.block.depth:
        return ""
    text = first.block.text.strip()
    is_title = len(text) <= _LONGEST_TITLE and "\n" not in text and not text.endswith(":")
    return text if is_title else ""


def _hidden(source: str) -> list[HiddenText]:
    return report(
        (HiddenKind.TEMPLATE, found["said"], reason)
        for pattern, reason in _COMMENTS
        for found in pattern.finditer(source)
    )


def _comments(markup: str) -> Iterator[str]:
    """Yield what the comments of a page say, of any length; in programs there are none."""
    end = 0
    while (begin := markup.find(_OPENED, end)) >= 0:
        end = markup.find(_CLOSED, begin + len(_OPENED))
        if end < 0:
            return
        yield markup[begin + len(_OPENED) : end]
