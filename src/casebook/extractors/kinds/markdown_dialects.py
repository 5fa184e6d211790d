"""What sites add to CommonMark, made into it: their marks are no words of the text. Pure.

Footnotes and alerts (GitHub, Obsidian), admonitions between colons (Docusaurus, VitePress, Quarto),
imports of MDX, short codes (Hugo) and tags (Jekyll) in lines of their own, and ids of headings.
"""

import re
from collections.abc import Iterator

_FENCE = re.compile(r"[ \t>]*(`{3,}(?=[^`]*$)|~{3,})")
_ALERT = re.compile(r"([ \t]*(?:>[ \t]*)+)\[![\w-]{2,20}\][-+]?[ \t]*(.*)")
_COLONS = re.compile(
    r"[ \t]*:{3,}[ \t]*(?:\{[^{}\n]*\}|[A-Za-z][\w-]*)?(?:\[([^\]\n]*)\])?(?:\{[^{}\n]*\})?"
    r"[ \t]*(.*)"
)
_UNSAID = re.compile(
    r"import\s[^\n]{1,300}\sfrom\s+(['\"])[^'\"\n]{1,200}\1;?\s*"
    r"|import\s+(['\"])[^'\"\n]{1,200}\2;?\s*"
    r"| {0,3}\{\{[<%][^\n]{0,500}[>%]\}\}\s*"
    r"| {0,3}\{%[^\n%]{1,300}%\}\s*"
    r"| {0,3}\{:[^\n{}]{1,200}\}\s*"
    r"| {0,3}\[\[?_?toc_?\]\]?\s*",
    re.IGNORECASE,
)
_HEADING_ID = re.compile(r"(#{1,6}[ \t].*?)[ \t]*\{#[\w.:-]+[^{}\n]*\}[ \t]*#*[ \t]*")
_NOTE = re.compile(r" {0,3}\[\^([^\]\s]{1,60})\]:[ \t]*(.*)")
_CALL = re.compile(r"\[\^([^\]\s]{1,60})\]")


def plain(source: str) -> str:
    """Return Markdown without what CommonMark would read as text; programs in it stay as they are.

    A footnote is a paragraph where it is defined, and its number is gone where it is called.
    """
    notes = {match[1] for line in source.split("\n") if (match := _NOTE.match(line))}
    return "\n".join(_lines(source, notes))


def _lines(source: str, notes: set[str]) -> Iterator[str]:
    fence, in_note = "", False
    for line in source.split("\n"):
        opened = _FENCE.match(line)
        if in_note and line[:1].strip():
            yield ""
        in_note = not fence and bool(_NOTE.match(line))
        if fence or opened:
            yield line
            if opened and not fence:
                fence = opened[1]
            elif opened and opened[1].startswith(fence) and not line[opened.end() :].strip():
                fence = ""
        else:
            yield from _plain(line, notes)


def _plain(line: str, notes: set[str]) -> Iterator[str]:
    if _UNSAID.fullmatch(line):
        yield ""
    elif match := _ALERT.fullmatch(line):
        yield match[1] + match[2]
        yield match[1]
    elif match := _COLONS.fullmatch(line):
        yield from ("", match[1] or match[2], "")
    elif match := _NOTE.fullmatch(line):
        yield from ("", match[2])
    else:
        match = _HEADING_ID.fullmatch(line)
        yield _CALL.sub(
            lambda call: "" if call[1] in notes else call[0], match[1] if match else line
        )
