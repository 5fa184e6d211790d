"""Plain text: paragraphs between empty lines, hard-wrapped lines joined, headings by their look."""

import re
from collections.abc import Iterator, Mapping, Sequence

from casebook.extractors.days import stated_day
from casebook.extractors.naming import where
from casebook.extractors.speech.speakers import Voices, set_apart, voices_in, with_speakers
from casebook.extractors.text.authors import clean_authors
from casebook.extractors.text.characters import has_words, one_line, smuggled, visible
from casebook.extractors.text.charset import decode
from casebook.extractors.text.metadata import language_of
from casebook.extractors.text.passages import Block, lay_out
from casebook.schemas.documents import Extracted, ExtractionStep
from casebook.schemas.errors import DocumentEmpty
from casebook.schemas.sources import Payload, SourceKind

FEWEST_WORDS = 5
"""A file with fewer words than this is empty for our purpose."""

_FIELD = re.compile(r"([A-Za-z][\w-]{1,20}):\s+(.{1,300})")
_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,3}[.)])\s+")
# A heading as Markdown and AsciiDoc write it, common in texts.
_HASHES = re.compile(r"\A\s*(?:#{1,6}|={1,5})\s+(?=[^\s=])")
# AsciiDoc's alone, with or without an empty line around; a hash begins comments, too.
_HEADING_LINE = re.compile(r"={2,5}[ \t]+[^\s=]")
_NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,3}[.)]?\s+(?=[^\W\d_])")
_ADDRESS = re.compile(r"<[^<>]*>|\S+@\S+")
_UNDERLINE = re.compile(r"[=\-~^#*]{3,}\s*")
_SENTENCE_END = re.compile(r"[.!?:;,…]['\")\]]*$")
_LONGEST_TITLE = 120
_LONGEST_HEADING = 70
_INDENTED = re.compile(r"(?: {4}|\t)\S")
_WRAPPED = 45
# Below a time, YouTube's transcript says it again in words for those who cannot see it.
_LENGTH = re.compile(
    r"^([ \t]*(?:\d+:)?\d{1,2}:\d{2})[ \t]*\n"
    r"[ \t]*(?:\d+ hours?, )?(?:\d+ minutes?, )?\d+ seconds?[ \t]*$",
    re.MULTILINE,
)


def extract(payload: Payload) -> Extracted:
    """Return the text of a plain text file.

    Raises:
        DocumentEmpty: if under five words are left.
    """
    source, encoding = decode(payload.data, payload.charset)
    seen = _LENGTH.sub(r"\1", visible(source))
    voices = voices_in(seen.split("\n\n"))
    if voices:
        seen = set_apart(seen, voices)
    header, paragraphs = _header(list(_paragraphs(seen)))
    blocks = list(_blocks(paragraphs))
    language = language_of(None, source)
    text, passages = lay_out(with_speakers(blocks, voices), language)
    refuse_empty(text, payload)
    return Extracted(
        kind=SourceKind.TEXT,
        title=header.get("title") or _title(paragraphs, voices),
        authors=clean_authors(header.get("author", "").replace(",", ";")),
        published=stated_day(header.get("date")),
        language=language,
        text=text,
        passages=passages,
        extraction=[
            ExtractionStep(method="charset", outcome=encoding),
            ExtractionStep(method="paragraphs", outcome=f"{len(paragraphs)} paragraphs"),
        ],
        hidden_text=smuggled(source)[:20],
    )


def refuse_empty(text: str, payload: Payload) -> None:
    """Return quietly where there is something to read.

    Raises:
        DocumentEmpty: if ``text`` has under five words.
    """
    if not has_words(text, FEWEST_WORDS):
        raise DocumentEmpty(
            f"{where(payload)} holds no text to speak of; check that it is the right one."
        )


def _paragraphs(source: str) -> Iterator[list[str]]:
    lines: list[str] = []
    for line in source.split("\n"):
        is_heading = _HEADING_LINE.match(line)
        if lines and (is_heading or not line.strip()):
            yield _without_overline(lines)
            lines = []
        if is_heading:
            yield [line]
        elif line.strip():
            lines.append(line)
    if lines:
        yield _without_overline(lines)


def _without_overline(lines: list[str]) -> list[str]:
    """Return a paragraph without the line above its title, as reStructuredText draws it."""
    drawn = [bool(_UNDERLINE.fullmatch(line)) for line in lines[:3]]
    return lines[1:] if drawn == [True, False, True] else lines


def _header(paragraphs: list[list[str]]) -> tuple[Mapping[str, str], list[list[str]]]:
    """Return what a first paragraph of ``title: …`` lines states, and the paragraphs after it."""
    fields = [_FIELD.fullmatch(line) for line in paragraphs[0]] if paragraphs else []
    stated = {field[1].lower(): one_line(field[2]) for field in fields if field}
    if len(stated) < len(fields):
        return {}, paragraphs
    if {"from", "subject"} <= stated.keys():  # a letter, saved as text
        author = _ADDRESS.sub("", stated["from"]).strip('" ')
        stated = {"title": stated["subject"], "author": author, "date": stated.get("date", "")}
    return (stated, paragraphs[1:]) if "title" in stated else ({}, paragraphs)


def _blocks(paragraphs: Sequence[list[str]]) -> Iterator[Block]:
    for position, lines in enumerate(paragraphs):
        followed = paragraphs[position + 1] if position + 1 < len(paragraphs) else None
        alone = len(lines) == 1 or (len(lines) == 2 and _UNDERLINE.fullmatch(lines[1]))  # noqa: PLR2004 - and its line
        if _is_heading(lines, followed) or (alone and position == 0 and _is_title(lines)):
            yield Block(_HASHES.sub("", lines[0], count=1), heading=True)
        else:
            yield from _prose(lines)


def _prose(lines: list[str]) -> Iterator[Block]:
    """Yield one block per list item or paragraph; a heading may be underlined on top of one."""
    if len(lines) > 2 and _UNDERLINE.fullmatch(lines[1]):  # noqa: PLR2004 - heading, line, text
        yield Block(lines[0], heading=True)
        lines = lines[2:]
    if all(_INDENTED.match(line) for line in lines):
        yield Block("\n".join(lines), verbatim=True)
        return
    wrapped = max(map(len, lines)) >= _WRAPPED
    gathered: list[str] = []
    for line in lines:
        if gathered and _ITEM.match(line):
            yield Block((" " if wrapped else "\n").join(gathered))
            gathered = []
        gathered.append(line.strip())
    yield Block((" " if wrapped else "\n").join(gathered))


def _is_heading(lines: list[str], followed: list[str] | None) -> bool:
    if len(lines) == 2 and _UNDERLINE.fullmatch(lines[1]):  # noqa: PLR2004 - heading and line
        return True
    line = lines[0].strip()
    if len(lines) > 1 or followed is None or len(line) > _LONGEST_HEADING:
        return False
    if _HASHES.match(line):
        return True
    number = _NUMBERED.match(line)
    words = line[number.end() :] if number else line
    if _SENTENCE_END.search(words) or not words[:1].isupper():
        return False
    is_item = _ITEM.match(line) and (not number or _ITEM.match(followed[0]))
    longer = len(one_line(" ".join(followed))) > len(line)
    return not is_item and (longer or (words.isupper() and not number))


def _is_title(lines: list[str]) -> bool:
    line = lines[0].strip()
    alone = len(lines) == 1 or bool(_UNDERLINE.fullmatch(lines[1]))
    return alone and len(line) <= _LONGEST_TITLE and not re.search(r"[.,;:…]$", line)


def _title(paragraphs: Sequence[list[str]], voices: Voices | None) -> str | None:
    first = paragraphs[0] if paragraphs else []
    if voices and first and voices.label(first[0]):
        return None
    return one_line(_HASHES.sub("", first[0])) or None if first and _is_title(first) else None
