"""From what a person submitted to bytes, and to the identity of the source."""

import re
from dataclasses import replace
from html import unescape
from typing import NamedTuple

from extractors.bundles import RECORDING, TRANSCRIPT, About, Bundle, Part
from extractors.fetch import files
from extractors.fetch.network import Network
from extractors.fetch.papers import fetch_paper
from extractors.fetch.youtube import about_video, fetch_video
from extractors.formats import OUR_TYPES, RECORDINGS
from extractors.network.body import is_recording
from extractors.network.client import Fetched, next_hop
from extractors.sites import (
    canonical_url,
    kind_of_url,
    on_youtube,
    original_of,
    page_of,
    playlist_id,
    raw_file,
    video_id,
)
from extractors.urls import WebUrl, is_web_address, parse_web_url
from schemas.errors import AccessDenied, InvalidUrl, SourceGone, SourceIsList, TranscriptionFailed
from schemas.ids import content_id, sha256_hex
from schemas.sources import Payload, SourceKind, SourceRef, Step

_REFRESH = re.compile(
    rb"<meta\s(?=[^>]{0,300}?http-equiv\s*=\s*[\"']?refresh)[^>]{0,300}?"
    rb"content\s*=\s*[\"']?\s*[0-5]\s*[;,]\s*url\s*=\s*[\"']?([^\"'>]{1,2000})",
    re.IGNORECASE,
)
_LONGEST_REFRESH = 2_000  # bytes of a page that only sends its reader on
# Where sites send a reader whose page is lost.
_FRONT = re.compile(
    r"(?:/[a-z]{2}(?:[-_][a-z]{2})?)?(?:/(?:index|home|default)(?:\.\w{1,5})?)?/?", re.IGNORECASE
)
_MISSING = re.compile(r"(?:/\w+)?/(?:(?:error|page)-?)?404(?:\.\w+)?/?|.*/(?:page-?)?not-?found.*")
_OVERVIEW = re.compile(r"/(?:.+/)?(?:blogs?|articles|case-studies|customers|news|posts|stories)/?")


class SourceIdentity(NamedTuple):
    """The id of a source, the kind that its address decides, and its canonical address if any."""

    source_id: str
    kind: SourceKind | None
    canonical_url: str | None


async def fetch(ref: SourceRef, network: Network) -> Payload:
    """Return the bytes of a page or file; a transcript stands for its video or recording.

    Raises:
        FetchError: with the address or path and what to do.
        ModelError: if a recording cannot be transcribed now.
    """
    limits = network.client.limits
    if ref.transcript is not None:
        said = await files.local(ref.transcript, ref.url or ref.source, limits)
        return await _as_transcript(said, network)
    if is_web_address(ref.source):
        payload = await _remote(parse_web_url(ref.source), network)
    else:
        payload = await files.local(ref.source, ref.url, limits)
    return await _transcribed(payload, network) if is_recording(payload.data) else payload


async def fetch_list(ref: SourceRef, network: Network) -> Payload:
    """Return the bytes of a feed, a page of links or another list, as they are.

    Raises:
        FetchError: with the address or path and what to do.
    """
    limits = network.client.limits
    if not is_web_address(ref.source):
        return await files.local(ref.source, ref.url, replace(limits, text_bytes=limits.file_bytes))
    admit, most = network.robots.check, limits.file_bytes
    page = await network.client.get(ref.source, admit=admit, max_bytes=most)
    return _payload(page, parse_web_url(ref.source))


def identify(ref: SourceRef, payload: Payload | None = None) -> SourceIdentity:
    """Return which source ``ref`` is, without the network or the disk; it never fails.

    A file without an address is known by its bytes, and by its path where it could not be read.
    """
    address = ref.source if is_web_address(ref.source) else ref.url
    try:
        canonical = canonical_url(address) if address else None
    except InvalidUrl:
        canonical = None
    if canonical and address:
        return SourceIdentity(content_id("src", canonical), kind_of_url(address), canonical)
    if payload:
        known = f"sha256:{sha256_hex(payload.data)}"
    else:
        known = f"path:{files.path_of(ref.source).absolute()}"
    return SourceIdentity(content_id("src", known), None, None)


async def _remote(url: WebUrl, network: Network) -> Payload:
    meant = original_of(url)
    if payload := await _known(meant, network):
        return payload
    page = await _page(page_of(url), network)
    final = original_of(parse_web_url(page.final_url))
    if final != meant and (payload := await _known(final, network)):
        steps = (Step(method="redirect", outcome=f"leads to {final}"), *payload.steps)
        return payload.model_copy(update={"url": str(url), "steps": steps})
    return _payload(page, url)


async def _known(url: WebUrl, network: Network) -> Payload | None:
    """Return the bundle of a video or paper, None for any other page.

    Raises:
        SourceIsList: for a playlist or channel.
        FetchError: as for any source.
    """
    if video := video_id(url):
        return await fetch_video(video, network)
    if playlist_id(url):
        raise SourceIsList(
            f"{url} is a list of videos, not one video: `casebook links '{url}'` shows their "
            "addresses; submit those."
        )
    if on_youtube(url):
        message = f"{url} names no video (an id has eleven characters): copy the video's address."
        raise InvalidUrl(message)
    return await fetch_paper(url, network)


async def _page(url: WebUrl, network: Network) -> Fetched:
    """Return the raw form of a file in a repository where there is one, else the page."""
    if raw := raw_file(url):
        try:
            return replace(await _followed(raw, network), final_url=str(url))
        except (SourceGone, AccessDenied):
            pass
    return await _followed(url, network)


async def _followed(url: WebUrl, network: Network) -> Fetched:
    """Fetch a page, and where it only sends its reader on, the page that it leads to.

    Raises:
        SourceGone: if the site shows its front page or an overview instead.
        FetchError: as the client does.
    """
    client, admit = network.client, network.robots.check
    seconds = client.limits.audio_seconds if url.name.lower().endswith(RECORDINGS) else None
    page = await client.get(str(url), admit=admit, deadline_seconds=seconds)
    if len(page.data) < _LONGEST_REFRESH and (match := _REFRESH.search(page.data)):
        here = parse_web_url(page.final_url)
        target = next_hop(here, unescape(match[1].decode("latin-1").strip()))
        client.policy.check_hop(here, target)
        page = await client.get(str(target), admit=admit)
    if _shows_other_page(url, parse_web_url(page.final_url)):
        raise SourceGone(
            f"{url} leads to {page.final_url} instead of the page, which is probably gone: check "
            "the address, or look for an archived copy.",
            "soft_not_found",
        )
    return page


def _shows_other_page(asked: WebUrl, final: WebUrl) -> bool:
    """Return whether a site sent us to its front page, an overview or "404", as for lost pages."""
    shorter, longer = sorted((asked.host, final.host), key=len)
    is_same_site = longer.endswith(shorter.removeprefix("www."))
    if not is_same_site or final.query or final.route or asked.path == final.path:
        return False
    for lost in (_MISSING, _FRONT):
        if lost.fullmatch(final.path):
            return not lost.fullmatch(asked.path)
    is_inside = asked.path.startswith(f"{final.path.rstrip('/')}/")
    return is_inside and bool(_OVERVIEW.fullmatch(final.path))


def _payload(page: Fetched, url: WebUrl) -> Payload:
    forged = page.media_type.startswith(OUR_TYPES)
    return Payload(
        data=page.data,
        media_type=files.UNKNOWN if forged else page.media_type,
        charset=page.charset,
        name=parse_web_url(page.final_url).name,
        url=str(url),
        final_url=page.final_url,
        headers=page.headers,
    )


async def _as_transcript(said: Payload, network: Network) -> Payload:
    """Return a transcript with the title and channel of its video, where they can be fetched."""
    video = video_id(original_of(said.url)) if said.url else None
    about = await about_video(video, network) if video else About()
    body = Part(data=said.data, media_type=said.media_type, name=said.name, url=said.url)
    data = Bundle(about=about, body=body).pack()
    return said.model_copy(update={"data": data, "media_type": TRANSCRIPT})


async def _transcribed(payload: Payload, network: Network) -> Payload:
    """Return the bundle of what is said in a recording.

    Raises:
        TranscriptionFailed: if no endpoint is configured, or nothing is said.
        ModelError: if the endpoint gives no answer that can be used.
    """
    name = payload.name or "recording"
    if network.transcriber is None:
        raise TranscriptionFailed(
            f"{payload.url or name} is a recording: set CASEBOOK_TRANSCRIPTION_MODEL to have it "
            "transcribed, or submit its words with --transcript FILE.",
            "transcription_not_configured",
        )
    cues = await network.transcriber.transcribe(payload.data, name, payload.media_type)
    title = name.rpartition(".")[0].replace("_", " ").replace("-", " ").strip()
    step = Step(method=f"transcription by {network.transcriber.model}", outcome=f"{len(cues)} cues")
    data = Bundle(about=About(title=title or None), cues=cues).pack()
    changes = {"data": data, "media_type": RECORDING, "steps": (*payload.steps, step)}
    return payload.model_copy(update=changes)
