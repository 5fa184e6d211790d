"""Tables of addresses (CSV, TSV, what spreadsheets save): which column is which. Pure."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from casebook.extractors.days import stated_day, stated_days
from casebook.extractors.links.entries import COLUMNS, Listing, addresses_in, candidate
from casebook.extractors.text.characters import one_line
from casebook.extractors.urls import is_web_address
from casebook.schemas.sources import Candidate, Stated

_DELIMITERS = ",;\t|"
_SAMPLE = 50
_LONGEST_ADDRESS = 8_000
_MOST_COLUMNS = 200
_FEWEST_COLUMNS = 2
_LONGEST_SHOWN = 30
_MOST_IN_VAIN = 2  # times the text
_ESCAPED = "\ufdd0"  # no character: an escaped pipe of Markdown while rows are cut
_OTHER_DAYS = frozenset(
    "accessed retrieved visited seen added saved read checked due deadline abgerufen "
    "gelesen".split()
)
_OTHER_NAMES = frozenset(
    "author authors company companies customer organisation organization publisher site speaker "
    "user vendor autor firma unternehmen entreprise empresa".split()
)
_WORD = re.compile(r"[^\W_]+")


def read_table(text: str) -> Listing | None:
    """Return what a table names, or None where ``text`` is no table with a column of addresses.

    A column is found by its name, else by what stands in it: mostly addresses, days or words. One
    column alone is a text.
    """
    delimiter, text = _delimiter(_unwrapped(text.lstrip("\ufeff").replace(r"\|", _ESCAPED)))
    rows = [row for row in _cells(text, delimiter) if not _is_blank(row)] if delimiter else []
    named = bool(rows) and not any(map(_is_address, rows[0]))
    places = _places(rows[0] if named else (), rows[named:])
    if not places["url"] or _is_sentence(rows, places["url"]):
        return None
    cells = {field: _column(rows[named:], at) for field, at in places.items()}
    # Where a comma is a decimal point, tables have semicolons, and the day stands before the month.
    days = stated_days(cells["published"], day_first=delimiter == ";")
    found, unread = _told(rows[named:], cells, days, delimiter)
    return Listing(form="table", candidates=found, unread=unread)


# --- Rows ----------------------------------------------------------------------------------------


def _unwrapped(text: str) -> str:
    """Return a table each of whose rows was saved as a single cell ("url,title"), as its rows."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines or not all(line[0] == '"' and line.rstrip()[-1] == '"' for line in lines):
        return text
    try:
        rows = list(csv.reader(lines, strict=True))
    except csv.Error:
        return text
    alone = len(rows) == len(lines) and all(len(row) == 1 for row in rows)
    return "\n".join(row[0] for row in rows) if alone else text


def _delimiter(text: str) -> tuple[str, str]:
    """Return what stands between cells, and the text without a line that only says so ("sep=;").

    Nothing stands between them where no mark cuts most lines into equally many.
    """
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        return first.strip()[-1], rest
    for mark in _DELIMITERS:  # names tell what stands between them, however uneven the rows are
        names = [name.strip().lower() for name in first.lower().split(mark)]
        if len(names) >= _FEWEST_COLUMNS and COLUMNS["url"].intersection(names):
            return mark, text
    best = max(_DELIMITERS, key=lambda mark: _fitness(text, mark))
    return (best if any(_fitness(text, best)) else ""), text


def _fitness(text: str, mark: str) -> tuple[float, float, int]:
    """Tell how well a mark cuts a text into a table.

    How many addresses it leaves without another mark in them, how many rows have the same number of
    cells, and how many cells that are.
    """
    rows = list(islice(_rows(text, mark), _SAMPLE))
    sizes = Counter(len(row) for row in rows if row)
    cells, count = next(iter(sizes.most_common(1)), (0, 0))
    if cells < _FEWEST_COLUMNS or 2 * count <= sizes.total():
        return 0.0, 0.0, 0
    others = set(_DELIMITERS) - {mark}
    addresses = [cell for row in rows for cell in row if _is_address(cell)]
    clean = sum(1 for cell in addresses if others.isdisjoint(cell))
    return clean / max(len(addresses), 1), count / sizes.total(), cells


def _cells(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the rows with their escaped pipes: in Markdown these stand within a cell."""
    pipe = "|" if delimiter == "|" else r"\|"
    for row in _rows(text, delimiter):
        yield [cell.replace(_ESCAPED, pipe) for cell in row]


def _is_sentence(rows: Sequence[Sequence[str]], places: Sequence[int]) -> bool:
    """Tell a single row that names more addresses, beside those where addresses stand."""
    besides = (cell for row in rows for at, cell in enumerate(row) if at not in places)
    return len(rows) == 1 and any(map(addresses_in, besides))


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the rows, each from one line or, where a quoted cell has several, from these.

    A quotation mark that nothing closes, or that another one closes behind rows of the table, was
    not meant to open a cell: its line is read alone, and so are those behind it. What is read a
    second time for that is bounded: where each line opens such a cell, all from some line on are
    read alone.
    """
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    in_vain = 0
    while in_vain <= _MOST_IN_VAIN * len(text):
        begun, number = lines.tell(), reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:  # nothing closes a cell, or something else than its end stands behind it
            row = None
        if row is None or reader.line_num - number > 1:
            ended = lines.tell()
            lines.seek(begun)
            alone = _alone(lines.readline().rstrip("\r\n"), delimiter)
            if row is not None and not _holds_rows(row, alone, delimiter):
                lines.seek(ended)
            else:
                row = alone
                in_vain += ended - begun
        yield row
    yield from (_alone(line.rstrip("\r\n"), delimiter) for line in lines)


def _alone(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line, without the quotation mark that is not closed in it.

    One that would join an address with another cell is a sign like others.
    """
    parts = line.split(delimiter)
    try:
        (row,) = csv.reader([f"{line}\n"], delimiter=delimiter)
        if row and row[-1].endswith("\n"):
            (rest,) = csv.reader([row[-1]], delimiter=delimiter)
            row = [*row[:-1], *rest]
    except csv.Error:  # larger than the module's limit
        return parts
    joins = any(delimiter in cell for cell in row if is_web_address(cell))
    return parts if joins or (_address_places(parts) and not _address_places(row)) else row


def _holds_rows(row: Sequence[str], alone: Sequence[str], delimiter: str) -> bool:
    """Tell whether a cell of several lines holds one with addresses where its own row has them.

    ``alone`` is the row's first line, read alone.
    """
    places = _address_places(alone)
    more = (line for cell in row for line in cell.splitlines()[1:])
    return bool(places) and any(
        len(cells) >= _FEWEST_COLUMNS and _address_places(cells) == places
        for cells in (line.split(delimiter) for line in more)
    )


def _address_places(row: Sequence[str]) -> list[int]:
    return [at for at, cell in enumerate(row) if _is_address(cell)]


def _is_blank(row: Sequence[str]) -> bool:
    """Tell an empty row, a comment, and the line below the head of a Markdown table."""
    said = [cell.strip() for cell in row if cell.strip(" -:\t")]
    return not said or (len(said) == 1 and row[0].lstrip().startswith("#"))


# --- Columns -------------------------------------------------------------------------------------


def _places(head: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    """Return where addresses, titles and days stand; addresses may stand in several columns."""
    names = [name.strip().lower() for name in head]
    places: dict[str, list[int]] = {}
    for field, looks in _LOOKS.items():
        taken = {at for known in places.values() for at in known}
        free = [at for at in range(_width(rows, names)) if at not in taken]
        alike = [at for at in free if _mostly(rows, at, looks)]
        others = _OTHER_DAYS if field == "published" else _OTHER_NAMES
        own = [at for at in alike if not _is_other(names, at, others)]
        alike = own or ([] if field == "published" else alike)
        if (place := _named(field, names, free, alike)) is not None:
            alike = [place]
        places[field] = alike if field == "url" else alike[:1]
    return places


def _named(
    field: str, names: Sequence[str], free: Sequence[int], alike: Sequence[int]
) -> int | None:
    """Return the column of that name; one that has it among other words must also look like it."""
    known = COLUMNS[field]
    whole = (at for at in free if at < len(names) and names[at] in known)
    partly = (at for at in alike if at < len(names) and known & set(_WORD.findall(names[at])))
    return next(whole, next(partly, None))


def _is_other(names: Sequence[str], at: int, others: frozenset[str]) -> bool:
    """Tell a column of something else, such as the days on which an entry was looked at."""
    return at < len(names) and not others.isdisjoint(_WORD.findall(names[at]))


def _width(rows: Sequence[Sequence[str]], names: Sequence[str]) -> int:
    return min(max([len(names), *map(len, rows[:_SAMPLE])]), _MOST_COLUMNS)


def _mostly(rows: Sequence[Sequence[str]], at: int, looks: Callable[[str], object]) -> bool:
    """Tell whether most cells of a column that hold something are of a kind."""
    cells = [row[at] for row in rows[:_SAMPLE] if at < len(row) and row[at].strip()]
    return 2 * sum(1 for cell in cells if looks(cell)) > len(cells)


def _is_address(cell: str) -> bool:
    """Tell an address, also one with a quotation mark that was left standing."""
    cell = cell.strip('"')
    return is_web_address(cell) and len(cell) <= _LONGEST_ADDRESS and len(cell.split()) == 1


def _has_words(cell: str) -> bool:
    return any(map(str.isalpha, cell)) and not is_web_address(cell)


_LOOKS: Mapping[str, Callable[[str], object]] = {
    "url": _is_address,
    "published": stated_day,
    "title": _has_words,
}


# --- Entries -------------------------------------------------------------------------------------


def _column(rows: Sequence[Sequence[str]], places: Sequence[int]) -> list[str]:
    """Return what each row has in these columns; a row that is too short has nothing there."""
    return [" ".join(row[at] for at in places if at < len(row)) for row in rows]


def _told(
    rows: Sequence[Sequence[str]],
    cells: Mapping[str, Sequence[str]],
    days: Sequence[Stated | None],
    delimiter: str,
) -> tuple[list[Candidate], list[str]]:
    """Return the entries of the rows that have an address, and the rows that have none."""
    found: list[Candidate] = []
    unread: list[str] = []
    for row, url, title, day in zip(rows, cells["url"], cells["title"], days, strict=True):
        if url.strip():
            found += [candidate(one, title, day) for one in addresses_in(url) or [url]]
        else:
            unread.append(", ".join(row))
        several = (cell for cell in row if _may_hold_a_row(cell, delimiter))
        unread += [_swallowed(cell) for cell in several if cell not in url]
    return found, unread


def _may_hold_a_row(cell: str, delimiter: str) -> bool:
    """Tell whether a cell has several lines, and in one of them an address beside another cell."""
    lines = cell.splitlines()
    return len(lines) > 1 and any(
        len(cells) >= _FEWEST_COLUMNS and any(map(_is_address, cells))
        for cells in (line.split(delimiter) for line in lines)
    )


def _swallowed(cell: str) -> str:
    """Say that a cell may hold a row, as one does whose quotation mark another one closes."""
    first = one_line(cell.partition("\n")[0])[:_LONGEST_SHOWN]
    return f"all from “{first}” on, a cell of {cell.count(chr(10)) + 1} lines"
