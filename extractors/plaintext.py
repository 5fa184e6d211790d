"""Plain text: paragraphs between empty lines, short lines as headings, ``title: …`` at the top."""

import re
from collections.abc import Iterator, Mapping, Sequence

from extractors.blocks import Block, document
from extractors.dates import stated_day
from extractors.speakers import with_speakers
from extractors.text import decode, hidden_in, one_line, visible
from schemas.sources import Extracted, Payload, SourceKind

_FIELD = re.compile(r"([A-Za-z][\w-]{1,20}):\s+(.{1,300})")
_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,3}[.)])\s+")
_HASHES = re.compile(r"\s*#{1,6}\s+(?=\S)")
_NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,3}[.)]?\s+(?=[^\W\d_])")
_UNDERLINE = re.compile(r"\s*[=\-~^*]{3,}\s*")
_INDENTED = re.compile(r" {4}|\t")
_SENTENCE_END = re.compile(r"[.!?:;,…]['\")\]]*$")
_LONGEST_HEADING = 70
_WRAPPED = 45  # characters; shorter lines are not joined


def read(payload: Payload) -> Extracted:
    """Return the text of a plain text file, with speakers if it is a conversation."""
    source = decode(payload.data, payload.charset)
    parts = re.split(r"\n(?:[ \t]*\n)+", visible(source).strip("\n"))
    header, paragraphs = _header([part.split("\n") for part in parts if part.strip()])
    lines = [Block("\n".join(paragraph)) for paragraph in paragraphs]
    spoken = with_speakers(lines)
    blocks = list(_blocks(paragraphs)) if spoken == lines else spoken
    first = blocks[0].text if blocks and blocks[0].level else None
    return document(
        SourceKind.TEXT,
        blocks,
        title=header.get("title") or first,
        authors=[name.strip() for name in header.get("author", "").split(",") if name.strip()],
        published=stated_day(header.get("date")),
        hidden=hidden_in(source),
    )


def _header(paragraphs: list[list[str]]) -> tuple[Mapping[str, str], list[list[str]]]:
    """Return the fields of a first paragraph of ``title: …`` lines, and the other paragraphs."""
    fields = [_FIELD.fullmatch(line) for line in paragraphs[0]] if paragraphs else []
    stated = {field[1].lower(): one_line(field[2]) for field in fields if field}
    return (stated, paragraphs[1:]) if all(fields) and "title" in stated else ({}, paragraphs)


def _blocks(paragraphs: Sequence[list[str]]) -> Iterator[Block]:
    for n, lines in enumerate(paragraphs):
        following = " ".join(paragraphs[n + 1]) if n + 1 < len(paragraphs) else ""
        if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1]):
            yield Block(lines[0], level=2 if "-" in lines[1] else 1)
            yield from _prose(lines[2:])
        elif len(lines) == 1 and _is_heading(lines[0].strip(), following):
            yield Block(_HASHES.sub("", lines[0]), level=2 if n else 1)
        else:
            yield from _prose(lines)


def _prose(lines: Sequence[str]) -> Iterator[Block]:
    """Yield one block per list item or paragraph; hard-wrapped lines are joined."""
    if lines and all(map(_INDENTED.match, lines)):
        yield Block("\n".join(lines), verbatim=True)
        return
    between = " " if max(map(len, lines), default=0) >= _WRAPPED else "\n"
    starts = [n for n, line in enumerate(lines) if n == 0 or _ITEM.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield Block(between.join(line.strip() for line in lines[start:end]))


def _is_heading(line: str, following: str) -> bool:
    """Return whether a single line is a heading: short, not a sentence, followed by longer text."""
    words = _NUMBERED.sub("", line)
    is_title = len(line) <= _LONGEST_HEADING and words[:1].isupper()
    is_item = _ITEM.match(line) and words == line
    is_sentence = _SENTENCE_END.search(words)
    is_plain = is_title and not is_item and not is_sentence and len(following) > len(line)
    return bool(_HASHES.match(line)) or is_plain
