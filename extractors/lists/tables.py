"""Tables (CSV, TSV), JSON and JSON Lines: entries with named fields."""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from extractors.lists.listing import URL_COLUMNS, Entry, Missed, Place, from_fields
from extractors.urls import is_web_address
from schemas.sources import Candidate

_SAMPLE = 50  # rows by which a column without a known name is found
_SWALLOWED = re.compile(r"\n[^\n]*https?://")


def is_table(text: str) -> bool:
    """Return whether the first line heads a column of addresses, or is itself a row with one."""
    first, second = (*text.split("\n", 2), "")[:2]
    cells, below = _split(first, _delimiter(text)), _split(second, _delimiter(text))
    is_row = sum(map(is_web_address, cells)) == 1 and len(cells) == len(below)
    return len(cells) > 1 and (is_row or any(map(_heads_addresses, cells)))


def read_table(text: str, place: Place) -> Iterator[Entry]:
    """Yield the rows of a table that have an address; other rows are missed by their line."""
    rows = list(_rows(text))
    head = _head([cells for _, cells in rows])
    if rows and any(map(_heads_addresses, rows[0][1])):
        del rows[0]
    for number, cells in rows:
        found = from_fields(dict(zip(head, cells, strict=False)), place)
        yield found or Missed(f"line {number}", ", ".join(cells))


def read_json(text: str, place: Place) -> list[Entry]:
    """Return the entries of JSON or JSON Lines; none if ``text`` names no source that way."""
    try:
        whole = enumerate(_entries(json.loads(text)), start=1)
        entries = [(f"entry {n}", json.dumps(one, ensure_ascii=False), one) for n, one in whole]
    except (ValueError, RecursionError):
        entries = list(_json_lines(text)) if text.startswith("{") else []
    found: list[Entry] = []
    for name, shown, one in entries:
        fields = one if isinstance(one, dict) else {"url": one}
        found.append(from_fields(fields, place) or Missed(name, shown))
    return found if any(isinstance(one, Candidate) for one in found) else []


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with the number of their last line, without empty ones and comments.

    A quotation mark that is not closed would make one cell of all that follows: where a cell holds
    lines with addresses, each line is a row of its own.
    """
    delimiter, lines = _delimiter(text), text.splitlines()
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
    while (start := reader.line_num) < len(lines):
        try:
            row = next(reader)
            rows = [(reader.line_num, row)]
        except csv.Error:  # a cell is too large
            row = ["\nhttp://"]
        if any(map(_SWALLOWED.search, row)):
            single = enumerate(lines[start : reader.line_num], start=start + 1)
            rows = [(n, _split(line, delimiter)) for n, line in single]
        for number, cells in rows:
            if any(cell.strip(" -:") for cell in cells) and cells[0][:1] != "#":
                yield number, cells


def _head(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the names of the columns; the only one with addresses is called "url"."""
    columns = list(zip_longest(*rows[:_SAMPLE], fillvalue=""))
    names = [cells[0] for cells in columns]
    filled = [n for n, cells in enumerate(columns) if any(map(is_web_address, cells))]
    if len(filled) == 1:
        names[filled[0]] = "url"
    return names


def _heads_addresses(name: str) -> bool:
    return not URL_COLUMNS.isdisjoint(re.split(r"\W+", name.lower()))


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t|", key=first.count)


def _split(line: str, delimiter: str) -> list[str]:
    return [cell.strip(" \"'\r") for cell in line.split(delimiter)]


def _entries(value: Any) -> list[Any]:
    """Return the entries of a list, or of the first list in an object: JSON Feed's "items"."""
    if not isinstance(value, dict):
        return value if isinstance(value, list) else []
    lists = [one for one in (value.get("items"), *value.values()) if isinstance(one, list)]
    return list(lists[0]) if lists and not from_fields(value, Place()) else [value]


def _json_lines(text: str) -> Iterator[tuple[str, str, Any]]:
    """Yield the lines by number, as they are, and parsed; {} for one that is not whole."""
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if line and not line.startswith("#"):
            try:
                yield f"line {number}", line, line if is_web_address(line) else json.loads(line)
            except (ValueError, RecursionError):
                yield f"line {number}", line, {}
