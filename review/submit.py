"""What a curator submits at the desk: addresses, and files kept so that they can be read again."""

import asyncio
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from starlette.datastructures import FormData, UploadFile

from extractors.formats import TRANSCRIPTS
from publishing.anchors import web_address
from review.forms import file, text
from schemas.errors import CasebookError, InputError, TooLarge
from schemas.sources import SourceRef

FILE_BYTES = 50_000_000  # what extraction reads of the largest kind
LISTS = tuple(".csv .tsv .txt .md .opml .xml .rss .atom .json .jsonl .html .gz".split())
"""Suffixes that the form offers for a list; its bytes decide what it is."""

_CHUNK = 1 << 20
_NAME = re.compile(r"[^\w.-]+")
_NAME_LENGTH = 80
_SHOWN = 200
_SRT = re.compile(r"^[0-9:]{5,8},[0-9]{3} --> ", re.MULTILINE)


class Submitted(NamedTuple):
    """The sources of a form, each with what the page calls it, and a line for each bad entry."""

    sources: list[tuple[SourceRef, str]]
    problems: list[str]


async def submitted(form: FormData, home: Path) -> Submitted:
    """Return what a form submits; a bad line or file does not keep the others back.

    Raises:
        InputError: if nothing in it can be used, or the transcript is not complete.
        TooLarge: if a file is the only entry and too large.
    """
    sources, problems = addresses(text(form, "addresses"))
    files = [f for f in form.getlist("files") if isinstance(f, UploadFile) and f.filename]
    origin = text(form, "origin") or None
    if origin and len(files) != 1:
        raise InputError("An origin belongs to one file: give it with that file alone.")
    for one in files:
        try:
            sources.append((await keep_upload(one, home, origin), one.filename or ""))
        except CasebookError as error:
            if len(files) == 1 and not sources:
                raise
            problems.append(str(error))
    sources += await _transcript(form, home)
    if not sources:
        raise InputError(" ".join(problems) or "Paste an address or choose a file.")
    return Submitted(sources, problems)


def addresses(pasted: str) -> tuple[list[tuple[SourceRef, str]], list[str]]:
    """Return the sources of pasted lines, each once, and a sentence for each bad line."""
    found: dict[str, tuple[SourceRef, str]] = {}
    problems = []
    for number, line in enumerate(pasted.splitlines(), start=1):
        for word in line.split():
            try:
                found[word] = web_source(word), word
            except InputError as error:
                problems.append(f"Line {number}: {error}")
    return list(found.values()), problems


def web_source(address: str) -> SourceRef:
    """Return the source at a web address. The desk reads no paths: a page could name any file.

    Raises:
        InputError: if it is not an http or https address.
    """
    if web_address(address) is None:
        raise InputError(
            f"{address[:_SHOWN]} is not a web address: start it with https://, or upload the file."
        )
    return SourceRef(source=address)


async def keep_upload(upload: UploadFile, home: Path, origin: str | None) -> SourceRef:
    """Store a file under a hash of its content; ``origin`` is the address where it came from.

    Raises:
        InputError: if the file is empty, or ``origin`` is not a web address.
        TooLarge: if it is larger than any kind may be.
    """
    if origin is not None:
        web_source(origin)
    path = await _keep(await _read(upload), safe_name(upload.filename or ""), home)
    return SourceRef(source=str(path), url=origin)


async def keep_transcript(
    address: str, pasted: str, upload: UploadFile | None, home: Path
) -> SourceRef:
    """Store the words of the video or recording at ``address``, pasted or uploaded.

    Raises:
        InputError: if the address is not one, or not exactly one of both is given.
        TooLarge: if it is larger than any kind may be.
    """
    ref = web_source(address)
    if bool(pasted.strip()) == (upload is not None):
        raise InputError(
            f"Paste the transcript of {address[:_SHOWN]}, or choose its file "
            f"({' '.join(TRANSCRIPTS)})."
        )
    data = await _read(upload) if upload else pasted.replace("\r\n", "\n").encode()
    name = safe_name(upload.filename or "") if upload else _pasted_name(pasted)
    if not name.lower().endswith(TRANSCRIPTS):
        raise InputError(f"{name} is not a transcript: choose one of {' '.join(TRANSCRIPTS)}.")
    path = await _keep(data, name, home)
    return ref.model_copy(update={"transcript": str(path)})


async def keep_list(pasted: str, upload: UploadFile | None, home: Path) -> tuple[str, SourceRef]:
    """Store a list of addresses, pasted or uploaded; return what to call it and where it is.

    Raises:
        InputError: if it is empty.
        TooLarge: if it is larger than any kind may be.
    """
    data = await _read(upload) if upload else pasted.encode()
    name = safe_name(upload.filename or "") if upload else "pasted.txt"
    path = await _keep(data, name, home)
    return name if upload else "pasted addresses", SourceRef(source=str(path))


def safe_name(name: str) -> str:
    """Return the last part of a file's name without anything that a path could mean."""
    last = PurePosixPath(name.replace("\\", "/")).name
    cleaned = _NAME.sub("-", last).strip(".-")
    return cleaned[-_NAME_LENGTH:] or "upload"


async def _transcript(form: FormData, home: Path) -> Iterable[tuple[SourceRef, str]]:
    address, pasted = text(form, "transcript_of"), text(form, "transcript")
    upload = file(form, "transcript_file")
    if not address and not pasted and upload is None:
        return []
    return [(await keep_transcript(address, pasted, upload, home), address)]


def _pasted_name(pasted: str) -> str:
    """Return a name with the suffix of the pasted format."""
    if pasted.lstrip("\ufeff \r\n").startswith("WEBVTT"):
        return "pasted.vtt"
    return "pasted.srt" if _SRT.search(pasted[:2_000]) else "pasted.txt"


async def _read(upload: UploadFile) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := await upload.read(_CHUNK):
        size += len(chunk)
        if size > FILE_BYTES:
            raise TooLarge(
                f"{upload.filename} is larger than {FILE_BYTES // 1_000_000} MB: upload a smaller "
                "extract of it."
            )
        parts.append(chunk)
    if not size:
        raise InputError(f"{upload.filename} is empty: choose another file.")
    return b"".join(parts)


async def _keep(data: bytes, name: str, home: Path) -> Path:
    path = home / "uploads" / hashlib.sha256(data).hexdigest()[:16] / name
    await asyncio.to_thread(_write, path, data)
    return path


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
