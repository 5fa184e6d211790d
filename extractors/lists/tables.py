"""Tables (CSV, TSV), JSON, JSON Lines, and texts with an address on each line."""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from extractors.data import table
from extractors.lists import entries
from extractors.lists.entries import ListEntry, Location
from extractors.urls import is_web_address
from schemas.sources import Candidate

_SAMPLE = 50  # how many rows to scan for a URL column if no header is recognized
_LINK = re.compile(table("lists")["lines"]["link"])
_PICTURE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,2000}\)|<img\s[^<>]{0,2000}>")
_DAY = re.compile(r"(?<![\d-])(?:19|20)\d\d-\d\d-\d\d(?![\d-])")
_SCHEMELESS = re.compile(r"(?i)(?:[\w-]+\.)+[a-z]{2,}/\S*|www\.\S+")
csv.field_size_limit(2**26)  # larger than any list, so that no cell is too long


def is_table(text: str) -> bool:
    """Return whether the first line has a heading for addresses, or is a row with one address."""
    rows = [cells for _, cells in _rows("\n".join(text.split("\n", 2)[:2]))]
    cells, below = (*rows, [], [])[:2]
    is_row = sum(map(is_web_address, cells)) == 1 and len(cells) == len(below)
    return len(cells) > 1 and (is_row or any(map(_heads_addresses, cells)))


def read_table(text: str, location: Location) -> Iterator[ListEntry]:
    """Yield the rows of a table; those without an address are reported by line number."""
    rows = list(_rows(text))
    head = _head([cells for _, cells in rows])
    if rows and any(map(_heads_addresses, rows[0][1])):
        del rows[0]
    for number, cells in rows:
        fields = dict(zip(head, cells, strict=False))
        yield entries.from_fields(f"line {number}", ", ".join(cells), fields, location)


def read_json(text: str, location: Location) -> list[ListEntry]:
    """Return the entries of JSON or JSON Lines; none if ``text`` contains no source."""
    is_feed = False  # the items of a feed can have any fields
    try:
        value = json.loads(text)
        is_feed = isinstance(value, dict) and "items" in value
        # A list, the "items" of a JSON Feed, or a single object.
        items = value.get("items", [value]) if isinstance(value, dict) else value
        numbered = enumerate(items if isinstance(items, list) else [], start=1)
        parsed = [(f"entry {n}", json.dumps(one, ensure_ascii=False), one) for n, one in numbered]
    except (ValueError, RecursionError):
        parsed = list(_json_lines(text)) if text.startswith("{") else []
    found: list[ListEntry] = []
    for name, shown, one in parsed:
        fields = one if isinstance(one, dict) else {"url": one}
        found.append(entries.from_fields(name, shown, fields, location, strict=not is_feed))
    return found if any(isinstance(one, Candidate) for one in found) else []


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield non-empty rows except comments, with the number of their last line."""
    delimiter = max(",;\t|", key=text.partition("\n")[0].count)
    reader = csv.reader((f"{line}\n" for line in text.splitlines()), delimiter=delimiter)
    for cells in reader:
        if any(cell.strip(" -:") for cell in cells) and cells[0][:1] != "#":
            yield reader.line_num, cells


def _head(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the column names; a single column with addresses is named "url"."""
    columns = list(zip_longest(*rows[:_SAMPLE], fillvalue=""))
    is_headed = rows and any(map(_heads_addresses, rows[0]))
    names = [cells[0] if is_headed else "" for cells in columns]
    filled = [n for n, cells in enumerate(columns) if any(map(is_web_address, cells))]
    if len(filled) == 1:
        names[filled[0]] = "url"
    return names


def _heads_addresses(name: str) -> bool:
    return not set(entries.COLUMNS["urls"]).isdisjoint(re.split(r"\W+", name.lower()))


def _json_lines(text: str) -> Iterator[tuple[str, str, Any]]:
    """Yield number, text and value of each line; the value of an incomplete line is {}."""
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if line and not line.startswith("#"):
            try:
                yield f"line {number}", line, line if is_web_address(line) else json.loads(line)
            except (ValueError, RecursionError):
                yield f"line {number}", line, {}


def read_lines(text: str, location: Location, *, markdown: bool = False) -> Iterator[ListEntry]:
    """Yield the addresses, links and local files in the lines of a text.

    "#" starts a comment, except in Markdown. Lines without an address are reported only if most
    lines have one: prose that mentions addresses is not a list.
    """
    bare: list[tuple[int, str]] = []
    found = 0
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if not line.startswith("#") or markdown:
            named = _named(line, location)
            yield from named
            found += len(named)
            bare += [(number, line)] if line.strip("#") and not named else []
    is_list = not markdown and len(bare) <= found
    for number, line in bare:
        if _SCHEMELESS.fullmatch(line):
            yield entries.missed(f"line {number}", line, "an address without https://")
        elif entries.is_file_name(line) and " " not in line:
            yield entries.missed(f"line {number}", line, "files are allowed only in local lists")
        elif is_list:
            yield entries.missed(f"line {number}", line)


def _named(line: str, location: Location) -> list[Candidate]:
    if location.folder and entries.is_file_name(line):
        return [entries.candidate(location.source(line) or line)]
    line = _PICTURE.sub(" ", line).replace("&amp;", "&")
    titles = {match["url"]: match["title"] for match in _LINK.finditer(line)}
    addresses = list(dict.fromkeys(entries.addresses_in(line)))
    days = set(_DAY.findall(line))
    day = days.pop() if len(addresses) == 1 and len(days) == 1 else None
    return [entries.candidate(one, titles.get(one), day) for one in addresses]
