"""Captions and metadata of a video, fetched by youtube-transcript-api through our client.

robots.txt is checked only for the watch page: the further calls for captions are those of the
player on that page.
"""

import asyncio
import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import ParseError

import requests
from requests.adapters import BaseAdapter
from youtube_transcript_api import Transcript, YouTubeTranscriptApi
from youtube_transcript_api import _errors as theirs

from extractors.bundles import GENERATED, VIDEO, About, Bundle
from extractors.data import table
from extractors.fetch.descriptions import chapters_in, with_slides
from extractors.fetch.network import Network
from extractors.fetch.ytdlp import CONSENT, Bridge, fetch_words
from extractors.lists.pages import PAGE_DATA, videos_in
from extractors.network.client import GuardedClient
from extractors.network.limits import FetchLimits
from extractors.text import one_line
from extractors.urls import parse_web_url, shown
from schemas import errors
from schemas.sources import Payload, Step

_TABLE = table("youtube")
_REFUSED = {  # for which another proxy is tried
    *("video_blocked", "video_rate_limited"),
    *("host_unreachable", "deadline_exceeded", "body_truncated"),
}
_NONSENSE = (ParseError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
_BROWSE = "https://www.youtube.com/youtubei/v1/browse?prettyPrint=false"
_VERSION = re.compile(rb'"INNERTUBE_CLIENT_VERSION":\s*"([\w.]+)"')
_MOST_PARTS = 100  # of about a hundred videos each
_DATE = re.compile(rb'"(?:publishDate|uploadDate)":\s*"([0-9]{4}-[0-9]{2}-[0-9]{2})')


async def fetch_video(video: str, network: Network) -> Payload:
    """Return the bundle of a video: its words, title, channel, date and chapters.

    If youtube-transcript-api gets no captions, yt-dlp is tried, then a transcription of the sound.
    Each proxy in ``youtube.toml`` is tried in turn if YouTube refuses the one before. Raises
    FetchError with the reason from YouTube.
    """
    page = f"https://www.youtube.com/watch?v={video}"
    await network.robots.check(parse_web_url(page))
    *others, last = network.youtube.turns(network.client)
    for client in others:
        try:
            return await _fetch_by(client, video, page, network)
        except errors.FetchError as error:
            if error.kind not in _REFUSED:
                raise
    return await _fetch_by(last, video, page, network)


async def _fetch_by(client: GuardedClient, video: str, page: str, network: Network) -> Payload:
    """Return the bundle of a video; ``client`` reaches YouTube's hosts."""
    try:
        await client.politeness.wait("www.youtube.com")
    except errors.ServerBusy as error:
        raise _failure(page, "video_rate_limited") from error
    bridge = Bridge(network, client)
    try:
        bundle, steps = await asyncio.to_thread(_read, bridge, video, page)
    except (errors.CaptionsMissing, errors.Unreachable) as error:
        found = await fetch_words(page, network, client)
        if found is None:
            raise
        bundle, how = found
        steps = (Step(method="captions", outcome=f"failed: {error.kind}"), *how)
    finally:
        bridge.closed = True
    bundle, found_slides = await with_slides(bundle, network)
    steps = (*steps, *found_slides)
    name, data = f"{video}.json", bundle.pack()
    return Payload(data=data, media_type=VIDEO, name=name, url=page, final_url=page, steps=steps)


async def fetch_videos(address: str, network: Network, limits: FetchLimits) -> Payload:
    """Return the page of a playlist or channel, with the parts that it loads on scrolling.

    If YouTube stops early, the last part still has a continuation, which its reader reports.
    """
    client, cookie = network.client, {"Cookie": "=".join(CONSENT)}
    page = await client.get(address, admit=network.robots.check, limits=limits, headers=cookie)
    version = _VERSION.search(page.data)
    known = {"clientName": "WEB", "clientVersion": version[1].decode() if version else "2.2026"}
    parts, headers = [page.data], cookie | {"Content-Type": "application/json"}
    with suppress(errors.FetchError):
        while len(parts) < _MOST_PARTS and (token := await _continuation(parts[-1])):
            body = json.dumps({"context": {"client": known}, "continuation": token}).encode()
            more = await client.get(_BROWSE, body=body, headers=headers, limits=limits)
            if b"responseContext" not in more.data:
                break
            parts.append(PAGE_DATA.encode() + more.data)
    return page.model_copy(update={"data": b"".join(parts)})


async def _continuation(part: bytes) -> str | None:
    return (await asyncio.to_thread(videos_in, part.decode("utf-8", "replace")))[1]


async def about_video(video: str, network: Network) -> About:
    """Return the title and channel of a video from YouTube's oEmbed endpoint."""
    page = quote(f"https://www.youtube.com/watch?v={video}", safe="")
    address = f"https://www.youtube.com/oembed?format=json&url={page}"
    limits = replace(network.client.limits, deadline_seconds=10.0)
    try:
        answer = await network.client.get(address, admit=network.robots.check, limits=limits)
        stated = json.loads(answer.data)
        return About(title=stated["title"], authors=(stated["author_name"],), site="YouTube")
    except (errors.FetchError, *_NONSENSE):
        return About()  # the metadata is optional


class _Adapter(BaseAdapter):
    """Sends the library's requests through the bridge."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> Any:
        page = self._bridge.send(str(request.url), request.body, request.headers)
        response = requests.Response()
        response.status_code, response.url, response.request = 200, page.final_url or "", request
        response.encoding, response._content = "utf-8", page.data  # noqa: SLF001 - as adapters do
        return response


def _session(bridge: Bridge) -> requests.Session:
    """Return a session that reaches the network only through the bridge."""
    session = requests.Session()
    session.trust_env = False
    session.adapters.clear()
    session.mount("https://", _Adapter(bridge))
    session.cookies.set(*CONSENT, domain=".youtube.com")
    return session


def _read(bridge: Bridge, video: str, page: str) -> tuple[Bundle, tuple[Step, ...]]:
    """Return the best available captions. Runs in a thread."""
    try:
        tracks = list(YouTubeTranscriptApi(http_client=_session(bridge)).list(video))
        details = _details(bridge)
        if details.get("isLive") or details.get("isPostLiveDvr"):
            raise _failure(page, "video_live")
        return _first_words(tracks, bridge, page)
    except theirs.CouldNotRetrieveTranscript as error:
        raise _failure(page, *_cause_of(error, bridge)) from error
    except (errors.ServerBusy, errors.AccessDenied, errors.SourceGone) as error:
        missing = "captions_unreadable" if bridge.answers else "video_unavailable"
        causes = {errors.ServerBusy: "video_rate_limited", errors.AccessDenied: "video_blocked"}
        raise _failure(page, causes.get(type(error), missing)) from error
    except _NONSENSE as error:
        raise _failure(page, "captions_unreadable") from error


def _first_words(
    tracks: Sequence[Transcript], bridge: Bridge, page: str
) -> tuple[Bundle, tuple[Step, ...]]:
    steps: list[Step] = []
    cause = "captions_missing"
    for track in ranked(tracks)[:3]:
        method = f"captions {track.language_code}{GENERATED * track.is_generated}"
        try:
            cues = tuple((cue.start, cue.start + cue.duration, cue.text) for cue in track.fetch())
            cause = "captions_missing"
        except theirs.PoTokenRequired:
            cues, cause = (), "captions_locked"
        except (ParseError, LookupError, ValueError):
            cues, cause = (), "captions_unreadable"
        if any(text.strip() for _, _, text in cues):
            steps.append(Step(method=method, outcome=f"{len(cues)} cues"))
            return Bundle(about=_about(bridge, track), cues=cues), tuple(steps)
        steps.append(Step(method=method, outcome=f"failed: {cause}"))
    raise _failure(page, cause)


def ranked(tracks: Iterable[Transcript]) -> list[Transcript]:
    """Return the tracks, best first: spoken language, then written by a person, then as listed.

    The spoken language is that of generated captions, or else English.
    """
    listed = list(tracks)
    heard = [track.language_code for track in listed if track.is_generated]
    spoken = (heard or ["en"])[0].partition("-")[0]
    return sorted(
        listed, key=lambda one: (one.language_code.partition("-")[0] != spoken, one.is_generated)
    )


def _details(bridge: Bridge) -> dict[str, Any]:
    """Return the video details from YouTube's player."""
    answers = [one.data for one in bridge.answers if "/youtubei/" in (one.url or "")]
    return dict(json.loads(answers[-1])["videoDetails"])


def _about(bridge: Bridge, track: Transcript) -> About:
    details = _details(bridge)
    description = details.get("shortDescription") or ""
    date = next((found for one in bridge.answers if (found := _DATE.search(one.data))), None)
    return About(
        title=details["title"],
        authors=(details["author"],),
        published=date[1].decode() if date else None,
        language=track.language_code,
        site="YouTube",
        chapters=chapters_in(description),
        description=description,
    )


def _failure(page: str, cause: str, reason: str = "") -> errors.FetchError:
    known = _TABLE["failures"][cause]
    kind: type[errors.FetchError] = getattr(errors, known["error"])
    quoted = f" (YouTube says: {shown(reason)})" if reason else ""
    advice = f"run `casebook submit {page} --transcript FILE`"
    text = f"{page} {known['text']}{quoted}. If you have a transcript (.vtt, .srt, .txt), {advice}."
    return kind(text, cause)


def _cause_of(error: Exception, bridge: Bridge) -> tuple[str, str]:
    """Return the cause of a library error, and the reason from YouTube."""
    if isinstance(error, theirs.VideoUnplayable):
        reason = one_line(" ".join([error.reason or "", *error.sub_reasons]))
        known = _TABLE["words"].items()
        found = (cause for words, cause in known if re.search(words, reason, re.IGNORECASE))
        return next(found, "video_unplayable"), reason
    if bridge.answers and b'action="https://consent.' in bridge.answers[-1].data:
        return "video_consent", ""
    return _TABLE["errors"].get(type(error).__name__, "captions_unreadable"), ""
