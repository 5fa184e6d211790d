"""``ground``: how far a source carries a summary, for any source and any summary."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, NoReturn

import typer

from casebook.cli.context import EXIT_SOME_FAILED, AsJson, with_services
from casebook.cli.references import as_bad_usage, named, standard_input
from casebook.cli.terminal import err, out, print_json
from casebook.schemas.errors import (
    ContentMismatch,
    FileMissing,
    FileUnreadable,
    InvalidSource,
    TextTooLong,
)

if TYPE_CHECKING:
    from casebook.runtime.services import Services
    from casebook.schemas.summary_checks import SummaryCheck

_NO_OBJECT = 'this is no object {"id": …, "source": text, "summary": text}'
_FIELDS = ("source", "summary")
# Above this share of characters that are none in UTF-8 a file is no text.
_UNREADABLE = 0.1
# A line of the longest texts, each character an escaped pair, fits; a longer one is not kept.
_LONGEST_LINE = 64 * 2**20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(ground)


def ground(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            help="What was summarized: a file or web address that extract reads; or - for JSON "
            'Lines on standard input: {"id": …, "source": text, "summary": text}.',
            metavar="SOURCE",
        ),
    ],
    summary: Annotated[
        Path | None,
        typer.Argument(help="The summary, a text file.", metavar="SUMMARY", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a summary against its source, sentence by sentence, without a model."""
    if source == "-":
        if summary is not None:
            raise typer.BadParameter("with - both texts come from standard input")
        raise typer.Exit(_check_lines(_lines(standard_input().buffer), as_json=as_json))
    if summary is None:
        raise typer.BadParameter("name the summary's file, too", param_hint="SUMMARY")
    with as_bad_usage():
        claimed = _read(summary)
        if not claimed.strip():
            raise InvalidSource(f"{summary} is empty: there is nothing to check.")
        text = with_services(context, lambda services: _source_text(source, services))
    _show(None, _check(text, claimed), as_json=as_json)


async def _source_text(source: str, services: Services) -> str:
    from casebook.pipeline.ingestion.ingest import extract_only

    return (await extract_only(named(source), services)).text


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise FileMissing(f"no file at {path}") from None
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be read: {error.strerror}") from None
    text = data.decode("utf-8-sig", "replace")
    if "\0" in text or text.count("\ufffd") > _UNREADABLE * len(text):
        raise ContentMismatch(f"{path} is no text in UTF-8; name the summary as a text file")
    return text


def _check(source: str, summary: str) -> SummaryCheck:
    from casebook.summarizer.grounding.summaries import check_summary

    return check_summary(source, summary)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of ``stream``; of one that is too long no more than its beginning."""
    while line := stream.readline(_LONGEST_LINE):
        yield line
        while len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            line = stream.readline(_LONGEST_LINE)


def _check_lines(lines: Iterable[bytes], *, as_json: bool) -> int:
    """Answer each line as it comes; a wrong one is named on stderr, and the rest goes on."""
    failed = False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            pair = _pair(line)
            check = _check(pair["source"], pair["summary"])
        except (ValueError, TextTooLong) as error:
            err().print(f"line {number}: {error}", markup=False)
            failed = True
        else:
            _show(pair.get("id"), check, as_json=as_json)
    return EXIT_SOME_FAILED if failed else 0


def _pair(line: bytes) -> dict[str, Any]:
    """Return the line's object.

    Raises:
        ValueError: saying what is wrong with it.
    """
    if len(line) == _LONGEST_LINE:
        raise ValueError(f"this is longer than {_LONGEST_LINE:,} bytes")
    try:
        pair = json.loads(line.decode("utf-8-sig"), parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"this is no JSON: {error}") from None
    if not isinstance(pair, dict):
        raise ValueError(_NO_OBJECT)  # noqa: TRY004 - one kind of error for a line
    for field in _FIELDS:
        if not isinstance(pair.get(field), str):
            raise ValueError(f'"{field}" is missing or no text')  # noqa: TRY004 - one kind of error for a line
        if not pair[field].strip():
            raise ValueError(f'"{field}" is empty: there is nothing to check')
    return {**pair, **_id(pair)}


def _no_number(said: str) -> NoReturn:
    raise ValueError(f"{said} is no number of JSON")


def _finite(said: str) -> float:
    number = float(said)
    return number if math.isfinite(number) else _no_number(said)


def _show(key: Any, check: SummaryCheck, *, as_json: bool) -> None:
    if as_json:
        print_json({"id": key, **check.model_dump(mode="json")})
        sys.stdout.flush()
        return
    from casebook.cli.views import print_check

    print_check(key, check, out())


def _id(pair: dict[str, Any]) -> dict[str, Any]:
    """Return the pair's id without half surrogate pairs, which no terminal or file can take."""
    try:
        written = json.dumps({"id": pair.get("id")}, ensure_ascii=False)
    except RecursionError:
        raise ValueError('"id" is nested too deeply') from None
    known: dict[str, Any] = json.loads(written.encode("utf-8", "replace"))
    return known
