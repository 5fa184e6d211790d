"""From what a person typed to bytes, and to the identity of the source."""

import asyncio
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from casebook.extractors.gathering import sound
from casebook.extractors.gathering.gather import fetched, gather
from casebook.extractors.gathering.oembed import with_title
from casebook.extractors.gathering.routes import LIST, Way
from casebook.extractors.network.body import MEGABYTE, FetchLimits
from casebook.extractors.network.client import GuardedClient
from casebook.extractors.network.robots import Robots
from casebook.extractors.sites import canonical_url, former_urls, kind_of_url
from casebook.extractors.urls import is_web_address, parse_web_url, shown
from casebook.schemas.errors import FileMissing, FileUnreadable, InvalidUrl, TooLarge
from casebook.schemas.ids import content_id, sha256_hex
from casebook.schemas.sources import Payload, SourceKind, SourceRef

MEDIA_TYPES = {
    ".htm": "text/html",
    ".html": "text/html",
    ".markdown": "text/markdown",
    ".md": "text/markdown",
    ".pdf": "application/pdf",
    ".srt": "application/x-subrip",
    ".txt": "text/plain",
    ".vtt": "text/vtt",
    ".xhtml": "application/xhtml+xml",
    **sound.MEDIA_TYPES,
}
"""What a file's suffix says of its bytes; anything else is ``application/octet-stream``."""

_LARGE = {".pdf", ".mhtml", ".mht", ".docx"}  # some have pictures with them
_OTHER_SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceIdentity:
    """Who a source is: its id, the kind its address tells, and its canonical address if any."""

    source_id: str
    kind: SourceKind | None
    canonical_url: str | None


async def fetch(ref: SourceRef, client: GuardedClient, robots: Robots) -> Payload:
    """Return the bytes of a web page or of a local file; a transcript's stand for its video's.

    Raises:
        FetchError: one subclass per cause; its text names the address or path and what to do.
    """
    if ref.transcript is not None:
        handed_in = await _local_file(ref.transcript, ref.url or ref.source, client.limits)
        return await with_title(handed_in, client, robots)
    if is_web_address(ref.source):
        return await gather(ref.source, client, robots)
    return await _handed_in(ref, client.limits)


async def _handed_in(ref: SourceRef, limits: FetchLimits) -> Payload:
    if _OTHER_SCHEME.match(ref.source):
        raise InvalidUrl(
            f"{shown(ref.source)} cannot be fetched: give an http:// or https:// address, or the "
            "path of a file."
        )
    return await _local_file(ref.source, ref.url, limits)


async def fetch_list(ref: SourceRef, client: GuardedClient, robots: Robots) -> Payload:
    """Return the bytes of a feed, a page of links or another list, as they are.

    Raises:
        FetchError: one subclass per cause; its text names the address or path and what to do.
    """
    if not is_web_address(ref.source):
        return await _handed_in(ref, replace(client.limits, text_bytes=client.limits.list_bytes))
    url = parse_web_url(ref.source)
    return await fetched(url, Way(LIST, url), client, robots)


async def _local_file(name: str, address: str | None, limits: FetchLimits) -> Payload:
    origin = str(parse_web_url(address)) if address else None
    path = _path(name)
    data = await asyncio.to_thread(read_file, path, limits)
    return Payload(
        data=data,
        media_type=MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream"),
        name=path.name,
        url=origin,
        final_url=origin,
    )


def identify(ref: SourceRef, payload: Payload | None = None) -> SourceIdentity:
    """Return who the source is, without asking the network or the disk.

    An address has one identity before and after it is fetched. A file without an address is known
    by its bytes, so give its ``payload``; without one (the file could not be read) it is known by
    its path. Text that is no address at all is known by itself: identifying never fails, so that
    every failure has a source to belong to.
    """
    address = ref.source if is_web_address(ref.source) else ref.url
    try:
        canonical = canonical_url(address) if address else None
    except InvalidUrl:
        canonical = None
    if canonical and address:
        return SourceIdentity(content_id("src", canonical), kind_of_url(address), canonical)
    if payload is not None:
        return SourceIdentity(content_id("src", f"sha256:{sha256_hex(payload.data)}"), None, None)
    if is_web_address(ref.source) or _OTHER_SCHEME.match(ref.source):
        return SourceIdentity(content_id("src", f"text:{ref.source.strip()}"), None, None)
    return SourceIdentity(content_id("src", f"path:{_path(ref.source).absolute()}"), None, None)


def former_ids(ref: SourceRef) -> Sequence[str]:
    """Return the ids that an address may have had before a rule for its site was there."""
    address = ref.source if is_web_address(ref.source) else ref.url
    try:
        return [content_id("src", form) for form in former_urls(address)] if address else []
    except InvalidUrl:
        return []


def read_file(path: Path, limits: FetchLimits) -> bytes:
    """Return the bytes of a regular file within the cap for its suffix.

    Raises:
        FileMissing: if nothing is there.
        FileUnreadable: if it is a folder, a device, or not ours to read.
        TooLarge: if it is larger than the cap.
    """
    cap = limits.file_bytes if path.suffix.lower() in _LARGE else limits.text_bytes
    if sound.named_as_recording(path.name):
        cap = limits.sound_bytes
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise FileUnreadable(f"{path} is a folder or a device: name a file in it.")
        _check_size(path, status.st_size, cap)
        with path.open("rb") as file:
            data = file.read(cap + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise FileMissing(
            f"There is no file {shown(str(path))}: check the path, or start an address with "
            "https://."
        ) from error
    except OSError as error:
        raise FileUnreadable(
            f"{shown(str(path))} cannot be read ({error.strerror}): check its permissions."
        ) from error
    _check_size(path, len(data), cap)  # it may have grown since
    return data


def _path(name: str) -> Path:
    return Path(os.path.expanduser(name))  # noqa: PTH111 Path's raises for an unknown user


def _check_size(path: Path, size: int, cap: int) -> None:
    if size > cap:
        raise TooLarge(
            f"{path} is larger than the {cap / MEGABYTE:g} MB that casebook reads of this kind: "
            "submit a smaller extract of it."
        )
