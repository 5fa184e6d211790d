"""Files that other people wrote, parsed in worker processes: a hostile one costs a worker.

This module imports little, since each worker that parses loads it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from publishing.exchange import is_record, read_records
from publishing.imports import Row, markdown_row, records
from publishing.records import CaseRecord
from schemas.errors import InputError
from schemas.imports import Finding, ImportedRecord
from schemas.sources import Payload
from warehouse import read_rows

if TYPE_CHECKING:
    from extractors.workers import WorkerPool

_LOOKED_AT = 50  # lines in which a record is looked for
_MOST_MB, _MEGA = 500, 1_000_000
_MOST_CHARACTERS = 200 * _MEGA  # of all records: they are in memory together


class Parsed(NamedTuple):
    """The records of a file or folder, and what keeps others from being used."""

    read: int
    found: list[ImportedRecord]
    broken: list[Finding]


async def parsed(path: Path, mapping: Mapping[str, str], workers: "WorkerPool") -> Parsed | Path:
    """Return the records of a file or folder, or the JSON Lines that a casebook published.

    Raises:
        InputError: if it is too large, cannot be read, or has no record with a title and a text.
        ExtractionError: if it is nested too deep, or takes too much memory or time to parse.
    """
    parse = partial(_parse, path=path, mapping=mapping)
    return await workers.compute(parse, Payload(data=b"", media_type="", name=path.name))


async def parsed_lines(
    lines: Sequence[bytes], first: int, name: str, workers: "WorkerPool"
) -> list[tuple[bytes, CaseRecord | Finding]]:
    """Return each line of a casebook's file with its record; ``first`` is the first one's number.

    Raises:
        ExtractionError: if they take too much memory or time to parse.
    """
    payload = Payload(data=b"".join(lines), media_type="application/json", name=name)
    return await workers.compute(partial(_parse_lines, first=first), payload)


def _parse(_: Payload, *, path: Path, mapping: Mapping[str, str]) -> Parsed | Path:
    size = sum(file.stat().st_size for file in (path, *path.rglob("*")) if file.is_file())
    if size > _MOST_MB * _MEGA:
        raise InputError(f"{path} is larger than {_MOST_MB} MB: import it in parts")
    if ours := _published(path):
        return ours
    rows = _rows(path)
    found, broken = records(rows, mapping)
    if sum(len(one.abstract) + len(one.prose) for one in found) > _MOST_CHARACTERS:
        millions = _MOST_CHARACTERS // _MEGA
        raise InputError(f"{path} has over {millions} million characters: import it in parts")
    return Parsed(len(rows), found, broken)


def _parse_lines(payload: Payload, *, first: int) -> list[tuple[bytes, CaseRecord | Finding]]:
    return [*read_records(payload.data.split(b"\n"), first)]


def _published(path: Path) -> Path | None:
    """Return the JSON Lines that a casebook published, None where the path is something else."""
    file = path / "cases.jsonl" if path.is_dir() else path
    if not file.is_file():
        return None
    with file.open("rb") as lines:
        return file if any(map(is_record, islice(lines, _LOOKED_AT))) else None


def _rows(path: Path) -> Sequence[Row]:
    """Return the rows of a table or the front matter of Markdown files, or raise InputError."""
    if path.is_dir():
        if rows := [*_of_folder(path)]:
            return rows
        raise InputError(f"{path} holds no Markdown files")
    if path.suffix.lower() in {".md", ".markdown"}:
        return [_markdown(path, path.stem)]
    return read_rows(path)


def _of_folder(path: Path) -> Iterator[Row]:
    for file in sorted(path.rglob("*.md")):
        yield _markdown(file, str(file.relative_to(path).with_suffix("")))


def _markdown(file: Path, name: str) -> Row:
    try:
        return markdown_row(file.read_text("utf-8"), name)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read: {error}") from error
