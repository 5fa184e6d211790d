"""Submitted sources: addresses, and files stored so that they can be read again.

The functions raise InputError or TooLarge with a message for the curator.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile

from desk.forms import file, text
from extractors.fetch.fetch import identify
from extractors.formats import TRANSCRIPTS
from publishing.anchors import web_address
from schemas.errors import CasebookError, InputError, TooLarge
from schemas.sources import SelectedText, SourceRef

UPLOADS = "uploads"  # the folder of the home
FILE_BYTES = 50_000_000  # the largest file that extraction reads
LISTS = tuple(".csv .tsv .txt .md .opml .xml .rss .atom .json .jsonl .html .gz".split())
"""Suffixes that the form offers for lists; the format is detected from the bytes."""

_NAME = re.compile(r"[^\w.-]+")
_NAME_LENGTH = 80
_HINT_LENGTH = 2_000
_SHOWN = 200
_NO_ADDRESS = "is not a web address: start it with https://, or upload the file."
_SRT = re.compile(r"^[0-9:]{5,8},[0-9]{3} --> ", re.MULTILINE)


class Submitted(NamedTuple):
    """The sources of a form, each with its label, and a message for each bad entry."""

    sources: list[tuple[SourceRef, str]]
    problems: list[str]


async def submitted(form: FormData, home: Path) -> Submitted:
    """Return the submission of a form; bad lines and files do not affect the others."""
    found = addresses(text(form, "addresses"))
    files = [f for f in form.getlist("files") if isinstance(f, UploadFile) and f.filename]
    origin, captured = text(form, "origin") or None, bool(text(form, "captured"))
    if (origin or captured) and len(files) != 1:
        raise InputError("An original address belongs to one file: upload that file alone.")
    if origin or captured:
        web_source(origin or "")
    for one in files:
        try:
            name, data = one.filename or "", await _read(one)
            path = await _keep(data, safe_name(name), home)
            ref = SourceRef(source=path, url=origin, captured=captured)
            found.sources.append((ref, origin if origin and captured else name))
        except CasebookError as error:
            if len(files) == 1 and not found.sources:
                raise
            found.problems.append(str(error))
    address, pasted = text(form, "transcript_of"), text(form, "transcript")
    words = file(form, "transcript_file")
    if address or pasted or words:
        if not address:
            raise InputError("Give the address of the video or recording that was transcribed.")
        found.sources.append((await keep_transcript(address, pasted, words, home), address))
    if not found.sources:
        raise InputError(" ".join(found.problems) or "Paste an address or choose a file.")
    return found


def selection(form: FormData, refs: Sequence[SourceRef], who: str) -> list[SelectedText]:
    """Return the selected passage of the submitted source, if any."""
    hint = text(form, "hint")[:_HINT_LENGTH]
    if hint and len(refs) != 1:
        raise InputError("A selected passage belongs to one source: submit that source alone.")
    return [SelectedText(source_id=identify(refs[0]).source_id, text=hint, who=who)] if hint else []


def addresses(pasted: str) -> Submitted:
    """Return the distinct sources of pasted lines, and a message for each bad line."""
    found: dict[str, tuple[SourceRef, str]] = {}
    problems = []
    for number, line in enumerate(pasted.splitlines(), start=1):
        words = line.split()
        if all(map(web_address, words)):
            found |= {word: (SourceRef(source=word), word) for word in words}
        else:
            problems.append(f"Line {number}: “{' '.join(words)[:_SHOWN]}” {_NO_ADDRESS}")
    return Submitted(list(found.values()), problems)


def web_source(address: str) -> SourceRef:
    """Return the source at a web address; paths are refused, since pages could name any file."""
    if web_address(address) is None:
        raise InputError(f"{address[:_SHOWN]} {_NO_ADDRESS}")
    return SourceRef(source=address)


async def keep_transcript(
    address: str, pasted: str, upload: UploadFile | None, home: Path
) -> SourceRef:
    """Store the transcript of the video or recording at ``address``, pasted or uploaded."""
    ref, suffixes = web_source(address), " ".join(TRANSCRIPTS)
    if bool(pasted.strip()) == (upload is not None):
        raise InputError(
            f"Paste the transcript of {address[:_SHOWN]}, or choose a file ({suffixes})."
        )
    name = safe_name(upload.filename or "") if upload else _pasted_name(pasted)
    if not name.lower().endswith(TRANSCRIPTS):
        raise InputError(f"{name} is not a transcript: choose one of {suffixes}.")
    data = await _read(upload) if upload else pasted.replace("\r\n", "\n").encode()
    return ref.model_copy(update={"transcript": await _keep(data, name, home)})


async def keep_list(pasted: str, upload: UploadFile | None, home: Path) -> tuple[str, SourceRef]:
    """Store a list of addresses, pasted or uploaded; return its name and source."""
    if upload is None:
        path = await _keep(pasted.encode(), "pasted.txt", home)
        return "pasted addresses", SourceRef(source=path)
    name = safe_name(upload.filename or "")
    return name, SourceRef(source=await _keep(await _read(upload), name, home))


def bookmarklet(desk: str) -> str:
    """Return the bookmarklet that sends a page to the desk at this address."""
    script = (Path(__file__).parent / "static/bookmarklet.js").read_text("utf-8")
    own = json.dumps(desk)
    return "javascript:" + quote(" ".join(script.replace('"DESK"', own).split()))


def safe_name(name: str) -> str:
    """Return the last part of a file name without path characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return _NAME.sub("-", last).strip(".-")[-_NAME_LENGTH:] or "upload"


def _pasted_name(pasted: str) -> str:
    """Return a name with the suffix of the pasted format."""
    if pasted.lstrip("\ufeff \r\n").startswith("WEBVTT"):
        return "pasted.vtt"
    return "pasted.srt" if _SRT.search(pasted[:2_000]) else "pasted.txt"


async def _read(upload: UploadFile) -> bytes:
    data = await upload.read(FILE_BYTES + 1)
    if len(data) > FILE_BYTES:
        raise TooLarge(
            f"{upload.filename} is larger than {FILE_BYTES // 1_000_000} MB: upload a smaller "
            "extract of it."
        )
    if not data:
        raise InputError(f"{upload.filename} is empty: choose another file.")
    return data


async def _keep(data: bytes, name: str, home: Path) -> str:
    path = home / UPLOADS / hashlib.sha256(data).hexdigest()[:16] / name
    await asyncio.to_thread(_write, path, data)
    return str(path)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
