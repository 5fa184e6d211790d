"""Texts and Markdown: an address, a link or a local file on each line."""

import re
from collections.abc import Iterator

from extractors.lists.listing import Entry, Place, addresses_in, candidate, is_file_name, missed
from schemas.sources import Candidate

_LINK = re.compile(
    r"\[(?P<title>[^\]\n]{1,300})\]\(<?(?P<url>https?://[^\s()<>]+(?:\([^\s()]*\)[^\s()<>]*)*)"
)
_PICTURE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,2000}\)|<img\s[^<>]{0,2000}>")
_DAY = re.compile(r"(?<![\d-])(?:19|20)\d\d-\d\d-\d\d(?![\d-])")
_SCHEMELESS = re.compile(r"(?i)(?:[\w-]+\.)+[a-z]{2,}/\S*|www\.\S+")


def read_lines(text: str, place: Place, *, markdown: bool = False) -> Iterator[Entry]:
    """Yield the addresses, links and local files that the lines of a text name.

    "#" sets a line aside, but heads one in Markdown. Lines without an address are missed where
    most lines have one; prose that mentions addresses is not a list.
    """
    bare: list[tuple[int, str]] = []
    found = 0
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if not line.startswith("#") or markdown:
            named = _named(line, place)
            yield from named
            found += len(named)
            bare += [(number, line)] if line.strip("#") and not named else []
    is_list = not markdown and len(bare) <= found
    for number, line in bare:
        if _SCHEMELESS.fullmatch(line):
            yield missed(f"line {number}", line, "an address without https://")
        elif is_file_name(line) and " " not in line:
            yield missed(f"line {number}", line, "a file, which only a local list may name")
        elif is_list:
            yield missed(f"line {number}", line)


def _named(line: str, place: Place) -> list[Candidate]:
    if place.folder and is_file_name(line):
        return [candidate(place.source(line) or line)]
    line = _PICTURE.sub(" ", line).replace("&amp;", "&")
    titles = {match["url"]: match["title"] for match in _LINK.finditer(line)}
    addresses = list(dict.fromkeys(addresses_in(line)))
    days = set(_DAY.findall(line))
    day = days.pop() if len(addresses) == 1 and len(days) == 1 else None
    return [candidate(one, titles.get(one), day) for one in addresses]
