"""What a curator hands in at the desk: addresses, and files kept so that they can be read again."""

import asyncio
import hashlib
import re
from pathlib import Path, PurePosixPath

from starlette.datastructures import UploadFile

from casebook.extractors.formats import TRANSCRIPTS
from casebook.publishing.anchors import web_address
from casebook.schemas.errors import InvalidSource, TooLarge
from casebook.schemas.sources import SourceRef

UPLOAD_BYTES = 50_000_000  # the cap that extraction has for the largest kind
_CHUNK = 1 << 20
_NAME = re.compile(r"[^\w.-]+")
_NAME_LENGTH = 80
_SRT = re.compile(r"^[0-9:]{5,8},[0-9]{3} --> ", re.MULTILINE)


def web_source(address: str) -> SourceRef:
    """Return the source at a web address. The desk reads no paths: a page could name any file.

    Raises:
        InvalidSource: if it is not an http or https address.
    """
    if web_address(address) is None:
        raise InvalidSource(
            f"{address[:200]} is no web address: start it with https://, or upload the file."
        )
    return SourceRef(source=address)


async def keep_upload(file: UploadFile, home: Path, origin: str | None) -> SourceRef:
    """Store an uploaded file under its content's hash and return the source that it is.

    Args:
        file: What the browser sent.
        home: The folder of everything; the file goes under ``uploads``.
        origin: The web address where the file came from, if the curator knows.

    Raises:
        InvalidSource: if the file is empty, or ``origin`` is no web address.
        TooLarge: if it is larger than any kind may be.
    """
    if origin is not None:
        web_source(origin)
    data = await _read(file)
    folder = home / "uploads" / hashlib.sha256(data).hexdigest()[:16]
    path = folder / safe_name(file.filename or "")
    await asyncio.to_thread(_write, path, data)
    return SourceRef(source=str(path), url=origin)


async def keep_transcript(
    address: str, text: str, file: UploadFile | None, home: Path
) -> SourceRef:
    """Store what is said in the video or recording at ``address``, pasted or uploaded.

    Raises:
        InvalidSource: if the address is none, both or neither of the two are given, or it is empty.
        TooLarge: if it is larger than any kind may be.
    """
    ref = web_source(address)
    if bool(text.strip()) == (file is not None):
        raise InvalidSource(
            f"Paste the transcript of {address[:200]}, or choose its file "
            f"({' '.join(TRANSCRIPTS)})."
        )
    data = await _read(file) if file else text.replace("\r\n", "\n").encode()
    name = safe_name(file.filename or "") if file else _pasted_name(text)
    if not name.lower().endswith(TRANSCRIPTS):
        raise InvalidSource(
            f"{name} is no transcript: choose one of these files: {' '.join(TRANSCRIPTS)}."
        )
    path = home / "uploads" / hashlib.sha256(data).hexdigest()[:16] / name
    await asyncio.to_thread(_write, path, data)
    return ref.model_copy(update={"transcript": str(path)})


async def keep_list(text: str, file: UploadFile | None, home: Path) -> tuple[str, SourceRef]:
    """Store a list of addresses, pasted or uploaded; return how to call it and where it lies.

    Raises:
        InvalidSource: if it is empty.
        TooLarge: if it is larger than any kind may be.
    """
    data = await _read(file) if file else text.encode()
    name = safe_name(file.filename or "") if file else "pasted.txt"
    path = home / "uploads" / hashlib.sha256(data).hexdigest()[:16] / name
    await asyncio.to_thread(_write, path, data)
    return name if file else "pasted addresses", SourceRef(source=str(path))


def _pasted_name(text: str) -> str:
    """Return a name with the suffix of what was pasted."""
    if text.lstrip("\ufeff \r\n").startswith("WEBVTT"):
        return "pasted.vtt"
    return "pasted.srt" if _SRT.search(text[:2_000]) else "pasted.txt"


def safe_name(name: str) -> str:
    """Return the last part of a file's name without anything that a path could mean."""
    last = PurePosixPath(name.replace("\\", "/")).name
    cleaned = _NAME.sub("-", last).strip(".-")
    return cleaned[-_NAME_LENGTH:] or "upload"


async def _read(file: UploadFile) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := await file.read(_CHUNK):
        size += len(chunk)
        if size > UPLOAD_BYTES:
            raise TooLarge(
                f"{file.filename} is larger than {UPLOAD_BYTES // 1_000_000} MB: upload a smaller "
                "extract of it."
            )
        parts.append(chunk)
    if not size:
        raise InvalidSource(f"{file.filename} is empty: choose another file.")
    return b"".join(parts)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
