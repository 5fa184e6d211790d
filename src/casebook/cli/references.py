"""From what was typed or piped in to the sources it names."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from casebook.schemas.errors import FileMissing, FileUnreadable, InvalidSource, InvalidUrl, TooLarge

if TYPE_CHECKING:
    from casebook.schemas.sources import SourceRef

_MEGABYTE = 1_000_000
_MOST_PIPED = 50


def read_refs(sources: Sequence[str]) -> list[SourceRef]:
    """Return what to work on: each argument, and for ``-`` each line of standard input.

    Raises:
        InvalidSource: if a line is no JSON object with a source, an argument or all of standard
            input is empty, or it is closed.
    """
    refs: list[SourceRef] = []
    for source in sources:
        refs += read_lines(standard_input()) if source == "-" else [named(source)]
    if not refs:
        raise InvalidSource("standard input names no source: write one a line")
    return list(dict.fromkeys(refs))


def standard_input() -> TextIO:
    """Return standard input.

    Raises:
        InvalidSource: if it is closed.
    """
    if sys.stdin is None:
        raise InvalidSource("standard input is closed: there is nothing to read")
    return sys.stdin


def piped_list() -> bytes:
    """Return a list that comes on standard input; to be called outside an event loop.

    In one, Ctrl-C would wait for the end of what is piped in.

    Raises:
        InvalidSource: if standard input is closed.
        TooLarge: if it holds more than a list may.
    """
    data = standard_input().buffer.read(_MOST_PIPED * _MEGABYTE + 1)
    if len(data) > _MOST_PIPED * _MEGABYTE:
        raise TooLarge(
            f"standard input holds more than the {_MOST_PIPED} MB that a list may have: split it"
        )
    return data


def named(source: str) -> SourceRef:
    """Return the one source that an argument names.

    Raises:
        InvalidSource: if it is empty, or no text.
    """
    from casebook.schemas.sources import SourceRef

    if not source.strip():
        raise InvalidSource("an empty source was given: name a web address or a file")
    return SourceRef(source=_text(source))


def words_of(given: Sequence[str] | None) -> Sequence[str]:
    """Return the words of which a source has to name one.

    Raises:
        InvalidSource: if one is empty, which every source would name.
    """
    if not all(word.strip() for word in given or ()):
        raise InvalidSource(
            "--word is empty: every source would be taken; leave it out, or name a word"
        )
    return given or ()


def _text(name: str) -> str:
    """Return a name that can be stored.

    Raises:
        InvalidSource: if it is no UTF-8, as the name of a file may be.
    """
    from casebook.extractors.urls import is_text, shown

    if not is_text(name):
        raise InvalidSource(f"{shown(name)} is no UTF-8: rename the file")
    return name


@contextmanager
def as_bad_usage() -> Iterator[None]:
    """Tell a path or address that names nothing as bad usage, not as an item that failed.

    For commands that take one thing: a list, or a text to check.

    Raises:
        InvalidSource: if no file is there that can be read, or it is no address.
    """
    try:
        yield
    except (FileMissing, FileUnreadable, InvalidUrl) as error:
        raise InvalidSource(str(error)) from error


def with_feed(refs: Sequence[SourceRef], feed: str) -> list[SourceRef]:
    """Return the sources that are to be read from ``feed``.

    Raises:
        InvalidSource: if one is no web address, or no feed is named.
    """
    from casebook.extractors.urls import is_web_address

    if not feed.strip():
        raise InvalidSource("--feed is empty: name the feed's web address or file")
    if strange := [ref.source for ref in refs if not is_web_address(ref.source)]:
        raise InvalidSource(f"--feed {feed} has the items of web addresses, not {strange[0]}")
    return [ref.model_copy(update={"feed": _text(feed)}) for ref in refs]


def with_transcript(refs: Sequence[SourceRef], transcript: Path) -> SourceRef:
    """Return the one source to which the transcript belongs.

    Raises:
        InvalidSource: if there is not exactly one, or it is no web address.
    """
    from casebook.extractors.urls import is_web_address

    if len(refs) != 1 or not is_web_address(refs[0].source):
        raise InvalidSource(
            f"--transcript {transcript} belongs to one video: name its web address and no other."
        )
    return refs[0].model_copy(update={"transcript": _text(str(transcript))})


def with_url(refs: Sequence[SourceRef], url: str) -> SourceRef:
    """Return the one file, as a copy of what stands at ``url``.

    Raises:
        InvalidSource: if there is not exactly one, or that is no file, or ``url`` no web address.
    """
    from casebook.extractors.urls import is_web_address, shown

    address = url.strip()
    if not is_web_address(address):
        raise InvalidSource(f"--url {url} is no web address: start it with https://")
    if len(refs) != 1 or is_web_address(refs[0].source):
        raise InvalidSource(f"--url {address} is where one file came from: name that file alone.")
    # Its failure would be the address's, which may have a draft.
    if not Path(refs[0].source).expanduser().is_file():
        raise InvalidSource(f"there is no file {shown(refs[0].source)}: nothing was begun")
    return refs[0].model_copy(update={"url": _text(address)})


def _ref_of(line: str, folder: Path | None) -> SourceRef:
    """Return the source of a line; what `casebook links` tells beside it is left out.

    Raises:
        InvalidSource: if it is a file whose name is no text.
        OSError, ValueError, RuntimeError: if it is no web address, no file that is there, and no
            JSON object with a source.
    """
    from casebook.extractors.urls import is_web_address
    from casebook.schemas.sources import Candidate, SourceRef

    if line.startswith("{"):
        beside = Candidate.model_fields.keys() - SourceRef.model_fields.keys()
        told = {name: value for name, value in json.loads(line).items() if name not in beside}
        return SourceRef.model_validate(told)
    if is_web_address(line) or (folder or Path()).joinpath(Path(line).expanduser()).is_file():
        return SourceRef(source=_text(line))
    raise ValueError("it names nothing")


def read_lines(lines: Iterable[str], folder: Path | None = None) -> list[SourceRef]:
    """Return the sources of JSON Lines, web addresses or paths, which count from ``folder``.

    Raises:
        InvalidSource: naming the first line that is none of them.
    """
    from casebook.extractors.urls import shown

    refs = []
    for number, line in enumerate((line.strip("\ufeff \t\r\n") for line in lines), start=1):
        if not line or line.startswith("#"):
            continue
        try:
            ref = _ref_of(line, folder)
        except (OSError, ValueError, RuntimeError):  # of these is what nests too deeply
            raise InvalidSource(
                f"line {number} ({shown(line)}) is neither a web address, nor a file that is there,"
                ' nor {"source": "path or URL"} (and perhaps "url"); nothing was begun'
            ) from None
        local = folder and "://" not in ref.source
        refs.append(
            ref.model_copy(update={"source": str(folder / ref.source)}) if folder and local else ref
        )
    return refs
