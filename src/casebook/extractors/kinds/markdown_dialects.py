"""What sites add to CommonMark, made into it: their marks are no words of the text. Pure.

Footnotes and alerts (GitHub, Obsidian), admonitions between colons (Docusaurus, VitePress, Quarto)
or indented (MkDocs), imports, exports and comments of MDX, short codes (Hugo) and tags (Jekyll) in
lines of their own, and ids of headings.
"""

import re
from collections.abc import Iterator
from textwrap import dedent

from markdown_it import MarkdownIt

RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
"""What makes a page of Markdown, for its text and for what it links."""

_FENCE = re.compile(r"[ \t>]*(`{3,}(?=[^`]*$)|~{3,})")
_ALERT = re.compile(r"([ \t]*(?:>[ \t]*)+)\[![\w-]{2,20}\][-+]?[ \t]*(.*)")
_COLONS = re.compile(
    r"[ \t]*:{3,}[ \t]*(?:\{[^{}\n]*\}|[A-Za-z][\w-]*)?(?:\[([^\]\n]*)\])?(?:\{[^{}\n]*\})?"
    r"[ \t]*(.*)"
)
_TITLE = re.compile(r"\{[^{}\n]*\btitle=\"([^\"{}\n]+)\"")
_UNSAID = re.compile(
    r" {0,3}\{\{[<%][^\n{}]{0,500}[>%]\}\}\s*"
    r"| {0,3}\{%[^\n%]{1,300}%\}\s*"
    r"| {0,3}\{:[^\n{}]{1,200}\}\s*"
    r"| {0,3}\[\[?_?toc_?\]\]?\s*",
    re.IGNORECASE,
)
COMMENT = re.compile(r"\{/\*(?P<said>(?:(?!\{/\*|\*/\}).){0,2000})\*/\}", re.DOTALL)
"""A comment of MDX."""
# Imports and exports of MDX begin behind an empty line; an export ends before the next one.
_PROGRAM = re.compile(
    r"^(?<![^\n]\n)(?:import[ \t]+(?:(?:[^\n'\"]{1,300}?|\{[^{}'\"]{1,1000}\})[ \t]*\bfrom[ \t]+)?"
    r"(['\"])[^'\"\n]{1,200}\1;?[ \t]*(?:\n|\Z))*"
    r"(?:export[ \t]+(?:(?:const|let|var|default|function|async|class)\b|[*{])"
    r"[^\n]*(?:\n[^\n]*\S[^\n]*)*)?",
    re.MULTILINE,
)
_INDENTED = re.compile(
    r"^(?:!!!|\?\?\?\+?)[ \t]+\w[\w -]{0,40}?(?:[ \t]+\"([^\"\n]*)\")?[ \t]*\n"
    r"(?=(?:[ \t]*\n){0,2}(?: {4}[^\n]*\S|\Z))"
    r"((?:(?: {4}[^\n]*|[ \t]*)(?:\n|\Z))*)",
    re.MULTILINE,
)
_HEADING = re.compile(r"#{1,6}[ \t]")
_HEADING_ID = re.compile(r"\{#[\w.:-]+[^{}\n]*\}[ \t]*(?:#+[ \t]*)?\Z")
_NOTE = re.compile(r" {0,3}\[\^([^\]\s]{1,60})\]:[ \t]*(.*)")
_CALL = re.compile(r"\[\^([^\]\s]{1,60})\]")


def plain(source: str) -> str:
    """Return Markdown without what CommonMark would read as text; programs in it stay as they are.

    A footnote is a paragraph where it is defined, and its number is gone where it is called.
    """
    notes = {match[1] for line in source.split("\n") if (match := _NOTE.match(line))}
    parts = ((program, "\n".join(lines)) for program, lines in _parts(source))
    return "\n".join(text if program else _words(text, notes) for program, text in parts)


def _parts(source: str) -> Iterator[tuple[bool, list[str]]]:
    """Yield the lines of programs between fences, and those of the text around them, in order."""
    fence, lines = "", list[str]()
    for line in source.split("\n"):
        opened = _FENCE.match(line)
        if opened and not fence:
            if lines:
                yield False, lines
            fence, lines = opened[1], []
        lines.append(line)
        closes = opened and opened[1].startswith(fence) and not line[opened.end() :].strip()
        if fence and closes and len(lines) > 1:
            yield True, lines
            fence, lines = "", []
    if lines:
        yield bool(fence), lines


def _words(text: str, notes: set[str]) -> str:
    text = _PROGRAM.sub("", COMMENT.sub("", text))
    text = _INDENTED.sub(lambda note: f"\n{note[1] or ''}\n\n{dedent(note[2])}\n", text)
    lines, in_note = list[str](), False
    for line in text.split("\n"):
        if in_note and line[:1].strip():
            lines.append("")
        in_note = bool(_NOTE.match(line))
        lines += _plain(line, notes)
    return "\n".join(lines)


def _plain(line: str, notes: set[str]) -> Iterator[str]:
    if _UNSAID.fullmatch(line):
        yield ""
    elif match := _ALERT.fullmatch(line):
        yield match[1] + match[2]
        yield match[1]
    elif match := _COLONS.fullmatch(line):
        named = _TITLE.search(line)
        yield from ("", " ".join(filter(None, (match[1], named and named[1], match[2]))), "")
    elif match := _NOTE.fullmatch(line):
        yield from ("", match[2])
    else:
        told = _HEADING_ID.sub("", line) if _HEADING.match(line) else line
        yield _CALL.sub(lambda call: "" if call[1] in notes else call[0], told)
