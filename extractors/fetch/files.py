"""Local files: regular ones only, within the cap for their kind."""

import asyncio
import os
import re
import stat
from pathlib import Path

from extractors.formats import FORMATS, RECORDINGS
from extractors.network.body import MEGABYTE, FetchLimits
from extractors.urls import parse_web_url, shown
from schemas.errors import AccessDenied, InvalidUrl, SourceGone, TooLarge
from schemas.sources import Payload

UNKNOWN = "application/octet-stream"

_SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_LARGE = {".pdf", ".docx"}


async def local(name: str, address: str | None, limits: FetchLimits) -> Payload:
    """Return the bytes of the file ``name``, which came from ``address``.

    Raises:
        FetchError: with the path and what to do.
    """
    if _SCHEME.match(name):
        message = f"{shown(name)} cannot be fetched: give an http(s):// address, or a file's path."
        raise InvalidUrl(message)
    origin = str(parse_web_url(address)) if address else None
    path = path_of(name)
    data = await asyncio.to_thread(read_file, path, limits)
    suffix = path.suffix.lower() or "none"
    known = (one.media_types.split()[0] for one in FORMATS if suffix in one.suffixes.split())
    printable = path.name.encode("utf-8", "replace").decode()
    kind = next(known, UNKNOWN)
    return Payload(data=data, media_type=kind, name=printable, url=origin, final_url=origin)


def path_of(name: str) -> Path:
    """Return the path that ``name`` means, with ``~`` expanded."""
    return Path(os.path.expanduser(name))  # noqa: PTH111 - Path's raises for an unknown user


def read_file(path: Path, limits: FetchLimits) -> bytes:
    """Return the bytes of a regular file within the cap for its suffix.

    Raises:
        SourceGone: if nothing is there.
        AccessDenied: if it is a folder, a device, or not ours to read.
        TooLarge: if it is larger than the cap.
    """
    name, suffix = shown(str(path)), path.suffix.lower()
    cap = limits.file_bytes if suffix in _LARGE else limits.text_bytes
    cap = limits.audio_bytes if suffix in RECORDINGS else cap
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would block for ever
            message = f"{name} is a folder or a device: name a file."
            raise AccessDenied(message, "file_unreadable")
        with path.open("rb") as file:
            data = b"" if status.st_size > cap else file.read(cap + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        message = f"There is no file {name}: check it, or start an address with https://."
        raise SourceGone(message, "file_missing") from error
    except OSError as error:
        message = f"{name} cannot be read ({error.strerror}): check its permissions."
        raise AccessDenied(message, "file_unreadable") from error
    if max(status.st_size, len(data)) > cap:
        message = (
            f"{name} is larger than the {cap / MEGABYTE:g} MB that casebook reads of its kind."
        )
        raise TooLarge(f"{message} Submit a smaller extract of it.")
    return data
