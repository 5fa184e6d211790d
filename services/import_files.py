"""Parsing of files by other people, in worker processes for safety.

The workers load this module, so it imports little.
"""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from publishing.exchange.imports import Row, markdown_row, records
from publishing.exchange.restore import is_record, read_record
from publishing.records import CaseRecord
from schemas.errors import InputError
from schemas.imports import ImportedRecord, ImportProblem
from schemas.sources import Payload
from warehouse import read_rows

_LOOKED_AT = 50  # how many lines to scan for a record
_MOST_MB = 500
_MEGA = 1_000_000

Parsed = tuple[int, list[ImportedRecord], list[ImportProblem]]


def parse(_: Payload, *, path: Path, mapping: Mapping[str, str]) -> Parsed | Path:
    """Return the number of records, the usable ones, and the problems of the others.

    For JSON Lines that a casebook published, return the path instead. Raises InputError if the
    input is too large or unreadable, or no record has a title and a text.
    """
    files = [path] if path.is_file() else sorted(path.rglob("*.md"))
    ours = path / "cases.jsonl" if path.is_dir() else path
    if sum(file.stat().st_size for file in {*files, ours} if file.is_file()) > _MOST_MB * _MEGA:
        raise InputError(f"{path} is larger than {_MOST_MB} MB; import it in parts")
    if ours.is_file() and _is_published(ours):
        return ours
    if path.is_file() and path.suffix.lower() not in {".md", ".markdown"}:
        rows: Sequence[Row] = read_rows(path)
    elif files:
        top = path if path.is_dir() else path.parent
        rows = [_markdown(file, str(file.relative_to(top).with_suffix(""))) for file in files]
    else:
        raise InputError(f"{path} has no Markdown files")
    return len(rows), *records(rows, mapping)


def parse_lines(payload: Payload, *, first: int) -> list[tuple[bytes, CaseRecord | ImportProblem]]:
    """Return each published line with its record or problem; numbering starts at ``first``."""
    lines = enumerate(map(bytes.strip, payload.data.split(b"\n")), first)
    return [(line, read_record(line, f"line {n}")) for n, line in lines if line]


def files_hash(path: Path) -> str:
    """Return the SHA-256 of a file, or of the Markdown files of a folder, in hexadecimal."""
    found = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(path.rglob("*.md")):
        found.update(file.read_bytes())
    return found.hexdigest()


def _is_published(file: Path) -> bool:
    with file.open("rb") as lines:
        return any(map(is_record, islice(lines, _LOOKED_AT)))


def _markdown(file: Path, name: str) -> Row:
    try:
        return markdown_row(file.read_text("utf-8"), name)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read: {error}") from error
