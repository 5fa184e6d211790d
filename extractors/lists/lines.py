"""Texts and Markdown: an address, a link or a local file on each line."""

import re

from extractors.lists.listing import (
    Listing,
    Place,
    addresses_in,
    candidate,
    is_file_name,
    missed_entry,
)
from schemas.sources import Candidate

_LINK = re.compile(
    r"\[(?P<title>[^\]\n]{1,300})\]\(<?(?P<url>https?://[^\s()<>]+(?:\([^\s()]*\)[^\s()<>]*)*)"
)
_PICTURE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,2000}\)|<img\s[^<>]{0,2000}>")
_DAY = re.compile(r"(?<![\d-])(?:19|20)\d\d-\d\d-\d\d(?![\d-])")
_SCHEMELESS = re.compile(r"(?i)(?:[\w-]+\.)+[a-z]{2,}/\S*|www\.\S+")
_MOST_MISSED = 50


def read_lines(text: str, place: Place, *, markdown: bool = False) -> Listing:
    """Return the addresses, links and local files that the lines of a text name.

    "#" sets a line aside, but heads one in Markdown. Lines without an address are missed where
    most lines have one; prose that mentions addresses is not a list.
    """
    found: list[Candidate] = []
    bare: list[tuple[int, str]] = []
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if not line.startswith("#") or markdown:
            named = _named(line, place)
            found += named
            bare += [(number, line)] if line.strip("#") and not named else []
    if markdown or len(bare) > len(found):
        bare = [(n, line) for n, line in bare if " " not in line and _reason(line) != "no address"]
    missed = [missed_entry(f"line {n}", _reason(line), line) for n, line in bare[:_MOST_MISSED]]
    if len(bare) > _MOST_MISSED:
        missed.append(f"{len(bare) - _MOST_MISSED} further lines without an address")
    return Listing(form="text", candidates=found, missed=missed)


def _named(line: str, place: Place) -> list[Candidate]:
    if place.folder and is_file_name(line):
        return [candidate(place.source(line) or line)]
    line = _PICTURE.sub(" ", line).replace("&amp;", "&")
    titles = {match["url"]: match["title"] for match in _LINK.finditer(line)}
    addresses = list(dict.fromkeys(addresses_in(line)))
    days = set(_DAY.findall(line))
    day = days.pop() if len(addresses) == 1 and len(days) == 1 else None
    return [candidate(one, titles.get(one), day) for one in addresses]


def _reason(line: str) -> str:
    if _SCHEMELESS.fullmatch(line):
        return "an address without https://"
    return "a file, which only a local list may name" if is_file_name(line) else "no address"
