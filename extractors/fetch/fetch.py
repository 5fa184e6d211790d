"""Fetch the bytes of a submitted source, and determine its identity."""

import asyncio
import os
import re
import stat
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from extractors import sites
from extractors.bundles import RECORDING, TRANSCRIPT, About, Bundle, unpack
from extractors.fetch.network import Network
from extractors.fetch.papers import fetch_paper
from extractors.fetch.transcripts import as_transcript, fetch_chapters, fetch_transcript
from extractors.formats import RECORDINGS, format_of
from extractors.lists.feeds import feed_item
from extractors.network.limits import MEGABYTE, FetchLimits
from extractors.registry import choose_format
from extractors.signatures import is_recording
from extractors.urls import WebUrl, is_web_address, parse_web_url, shown
from extractors.workers import WorkerPool
from schemas import errors
from schemas.frozen import content_id, sha256_hex
from schemas.sources import FROM_BROWSER, Extracted, Payload, SourceKind, SourceRef, Step

FILE_ROOT: ContextVar[Path | None] = ContextVar("file_root", default=None)
"""The folder that must contain local files; None in the terminal, where any file is allowed.

The desk sets it for each request; tasks that a request starts inherit it.
"""

_UNKNOWN = "application/octet-stream"
_SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_FRONT = re.compile(
    r"(?i)/(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|home|default)(?:\.\w{1,5})?/?)?"
)


class SourceIdentity(NamedTuple):
    """The id of a source, its kind by address or else by bytes, and its canonical address."""

    source_id: str
    kind: SourceKind | None
    canonical_url: str | None


async def fetch(ref: SourceRef, network: Network) -> Payload:
    """Return the bytes of a page or file; a transcript replaces its video or recording.

    Raises FetchError with advice, ModelError if a recording cannot be transcribed.
    """
    limits = network.client.limits
    if ref.transcript is not None:
        address = ref.url or (ref.source if _SCHEME.match(ref.source) else None)
        if is_web_address(ref.transcript):
            found = await fetch_transcript(ref.transcript, network)
        else:
            found = await _read_local(ref.transcript, address, limits)
        origin = str(parse_web_url(address)) if address else None
        return await as_transcript(found, origin, ref.chapters, network)
    if is_web_address(ref.source):
        payload = await _fetch_remote(parse_web_url(ref.source), network)
    else:
        payload = await _read_local(ref.source, ref.url, limits)
    if ref.captured:  # browsers send UTF-8, even if the page states another charset
        payload = payload.model_copy(update={"charset": "utf-8", "steps": (FROM_BROWSER,)})
    is_sound = is_recording(payload.data)
    return await _transcribed(payload, ref.chapters, network) if is_sound else payload


async def fetch_item(ref: SourceRef, network: Network, workers: WorkerPool) -> Payload:
    """Return the bytes of a source, or of its item in a feed."""
    if ref.feed is None:
        return await fetch(ref, network)
    feed = await fetch_list(SourceRef(source=ref.feed), network)
    return await workers.compute(partial(feed_item, address=ref.source), feed)


async def read_rendered(
    payload: Payload, workers: WorkerPool, network: Network | None
) -> tuple[Extracted, Payload]:
    """Return the text of a payload, and the payload, rendered by ``network`` if it needs scripts.

    Raises ExtractionError if there is no usable text.
    """
    try:
        return await workers.extract(payload), payload
    except errors.NeedsJavaScript:
        if network is None or network.renderer is None:
            raise
    rendered = await network.renderer.render(payload)
    return await workers.extract(rendered), rendered


async def fetch_list(ref: SourceRef, network: Network) -> Payload:
    """Return the bytes of a feed, a page of links or another list; raise FetchError."""
    limits = network.client.limits
    limits = replace(limits, text_bytes=limits.file_bytes)
    if not is_web_address(ref.source):
        return await _read_local(ref.source, ref.url, limits)
    if sites.playlist_id(ref.source):
        from extractors.fetch.youtube import fetch_videos

        return await fetch_videos(ref.source, network, limits)
    return await network.client.get(ref.source, admit=network.robots.check, limits=limits)


def identify(ref: SourceRef, payload: Payload | None = None) -> SourceIdentity:
    """Return the identity of a source without network or disk access; never raises.

    A file without an address is identified by its bytes or those of its transcript, or by its path
    if it could not be read.
    """
    address = ref.source if is_web_address(ref.source) else ref.url
    try:
        canonical = sites.canonical_url(address) if address else None
    except errors.InvalidUrl:
        canonical = None
    kind = sites.kind_of_url(address) if canonical and address else None
    if payload and not kind:
        with suppress(errors.ExtractionError):
            kind = SourceKind(choose_format(payload)[0].kind)
    if canonical:
        return SourceIdentity(content_id("src", canonical), kind, canonical)
    path = ref.source.strip() if _SCHEME.match(ref.source) else str(_absolute_path(ref.source))
    body = unpack(payload).body if payload and payload.media_type == TRANSCRIPT else payload
    known = f"sha256:{sha256_hex(body.data)}" if body else f"path:{path}"
    return SourceIdentity(content_id("src", known), kind, None)


async def _fetch_remote(url: WebUrl, network: Network) -> Payload:
    original = sites.original_of(url)
    if payload := await _fetch_video_or_paper(original, network):
        return payload
    page = await _fetch_page(url, network)
    final = sites.original_of(page.final_url or "")
    if final != original and (payload := await _fetch_video_or_paper(final, network)):
        steps = (Step(method="redirect", outcome=f"leads to {final}"), *payload.steps)
        return payload.model_copy(update={"url": str(url), "steps": steps})
    return page


async def _fetch_video_or_paper(url: WebUrl, network: Network) -> Payload | None:
    """Return the bundle of a video or paper, None for other pages; refuse playlists."""
    if video := sites.video_id(url):
        from extractors.fetch.youtube import fetch_video

        return await fetch_video(video, network)
    if sites.playlist_id(url):
        advice = f"`casebook backfill '{url}'` processes all of them"
        message = f"{url} is a list of videos, not a single video: {advice}."
        raise errors.FetchError(message, "source_is_list")
    if sites.on_youtube(url):
        advice = "copy the address of the video, whose id has eleven characters"
        raise errors.InvalidUrl(f"{url} is not a video: {advice}.")
    return await fetch_paper(url, network)


async def _fetch_page(url: WebUrl, network: Network) -> Payload:
    """Return a repository's raw file, or the page; SourceGone if it leads to the front page."""
    client, admit = network.client, network.robots.check
    if raw := sites.raw_file(url):
        try:
            page = await client.get(str(raw), admit=admit)
            return page.model_copy(update={"url": str(url), "final_url": str(url)})
        except (errors.SourceGone, errors.AccessDenied):
            pass
    limits = client.limits
    if url.name.lower().endswith(RECORDINGS):
        limits = replace(limits, deadline_seconds=limits.audio_seconds)
    page = await client.get(str(url), admit=admit, limits=limits)
    final = parse_web_url(page.final_url or "")
    hosts = {one.host.removeprefix("www.") for one in (url, final)}
    is_front = _FRONT.fullmatch(final.path) and not (final.query or final.route)
    if is_front and len(hosts) == 1 and not _FRONT.fullmatch(url.path):
        message = f"{url} leads to {page.final_url} instead of the page, which is probably gone"
        advice = "check the address, or look for an archived copy"
        raise errors.SourceGone(f"{message}: {advice}.", "soft_not_found")
    return page


async def _read_local(name: str, address: str | None, limits: FetchLimits) -> Payload:
    if _SCHEME.match(name):
        advice = "give an http(s):// address, or a file's path"
        raise errors.InvalidUrl(f"{shown(name)} cannot be fetched: {advice}.")
    origin = str(parse_web_url(address)) if address else None
    path = _absolute_path(name)
    data = await asyncio.to_thread(read_file, path, limits)
    printable = path.name.encode("utf-8", "replace").decode()
    known = format_of(path.name)
    kind = known.media_types[0] if known else _UNKNOWN
    return Payload(data=data, media_type=kind, name=printable, url=origin, final_url=origin)


def _absolute_path(name: str) -> Path:
    return Path(os.path.expanduser(name)).absolute()  # noqa: PTH111 - Path's may raise


def read_file(path: Path, limits: FetchLimits) -> bytes:
    """Return the bytes of a regular file within the cap for its suffix.

    Raises SourceGone if it is missing, AccessDenied for a folder, an unreadable file or one outside
    `FILE_ROOT`, TooLarge above the cap.
    """
    name, suffix, root = shown(str(path)), path.suffix.lower(), FILE_ROOT.get()
    if root and not path.resolve().is_relative_to(root.resolve()):
        message = f"{name} is a file on this server, and the desk reads only addresses and uploads"
        advice = "upload it, or run `casebook submit`, `retry` or `backfill` in the terminal"
        raise errors.AccessDenied(f"{message}: {advice}.", "file_not_allowed")
    cap = limits.file_bytes if suffix in {".pdf", ".docx"} else limits.text_bytes
    cap = limits.audio_bytes if suffix in RECORDINGS else cap
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would block
            message = f"{name} is a folder or device: name a file."
            raise errors.AccessDenied(message, "file_unreadable")
        with path.open("rb") as file:
            data = b"" if status.st_size > cap else file.read(cap + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        message = f"There is no file {name}: check it, or start an address with https://."
        raise errors.SourceGone(message, "file_missing") from error
    except OSError as error:
        message = f"{name} cannot be read ({error.strerror}): check its permissions."
        raise errors.AccessDenied(message, "file_unreadable") from error
    if max(status.st_size, len(data)) > cap:
        most = f"{cap / MEGABYTE:g} MB, the limit for this kind of file"
        raise errors.TooLarge(f"{name} is larger than {most}: submit a smaller extract of it.")
    return data


async def _transcribed(payload: Payload, chapters: str | None, network: Network) -> Payload:
    """Return the bundle of a recording with its transcription."""
    name, transcriber = payload.name or "recording", network.transcriber
    if transcriber is None:
        advice = (
            "install casebook[speech], set CASEBOOK_TRANSCRIPTION_MODEL, or submit its transcript "
            "with --transcript FILE"
        )
        message = f"{payload.url or name} is a recording: {advice}."
        raise errors.FetchError(message, "transcription_not_configured")
    found = await transcriber.transcribe(payload.data, name, payload.media_type)
    title = name.rpartition(".")[0].replace("_", " ").replace("-", " ").strip()
    step = Step(method=f"transcription by {transcriber.model}", outcome=f"{len(found.cues)} cues")
    about, sound = About(title=title or None), sha256_hex(payload.data)
    steps = [step]
    if chapters:
        listed, fetched = await fetch_chapters(chapters, network)
        about, steps = about.model_copy(update={"chapters": listed}), [step, fetched]
    data = Bundle(about=about, sound=sound, **found._asdict()).pack()
    changes = {"data": data, "media_type": RECORDING, "steps": (*payload.steps, *steps)}
    return payload.model_copy(update=changes)
