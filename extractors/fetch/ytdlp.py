"""Captions or sound of a video by yt-dlp (extra ``[media]``), through the guarded client."""

import asyncio
import io
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from extractors.bundles import GENERATED, About, Bundle, Cues, Recognized
from extractors.captions import parse_cues
from extractors.data import table
from extractors.fetch.access import on_hosts, stay_on_hosts
from extractors.fetch.descriptions import chapters_in
from extractors.fetch.network import Network
from extractors.network.client import GuardedClient
from extractors.network.limits import FetchLimits
from extractors.text import decode
from extractors.urls import parse_web_url, shown
from schemas.errors import FetchError, Unreachable
from schemas.sources import Payload, Step

CONSENT = ("SOCS", "CAI")  # the consent cookie of YouTube: necessary cookies only
_PAGES = parse_web_url("https://www.youtube.com/")
_TABLE = table("youtube")
_SILENT = logging.getLogger("yt-dlp")
_SILENT.disabled = True
_FEWEST_KILOBITS = 40.0  # enough to transcribe speech


class Bridge:
    """Sends the requests of a library's thread to YouTube, on the event loop of its creator."""

    def __init__(self, network: Network, client: GuardedClient) -> None:
        """``client`` reaches YouTube's hosts, the network's own client all others."""
        self._network, self._client = network, client
        self._loop = asyncio.get_running_loop()
        self.answers: list[Payload] = []
        self.closed = False

    def send(
        self, url: str, body: Any, headers: Mapping[str, Any], limits: FetchLimits | None = None
    ) -> Payload:
        """Return the response to a request with only the allowed headers; raise FetchError."""
        if self.closed:
            raise Unreachable(f"{shown(url)}: the fetch was cancelled.", "deadline_exceeded")
        target = parse_web_url(url)
        self._client.policy.check_hop(_PAGES, target)
        cookies, names = self._network.youtube.cookie_header(target), _TABLE["bridge"]["headers"]
        names = [*names, *_TABLE["bridge"]["signed_in"]] if cookies else names
        kept = {name: str(headers[name]) for name in headers if name.lower() in names}
        if f".{target.host}".endswith(".youtube.com"):
            given = str(headers.get("Cookie") or "=".join(CONSENT))
            is_answered = f"{CONSENT[0]}=" in cookies
            kept["Cookie"] = cookies if is_answered else "; ".join(filter(None, (cookies, given)))
        client = self._client if on_hosts(target) else self._network.client
        admit = None if client is self._network.client else stay_on_hosts
        data = body.encode() if isinstance(body, str) else body
        sending = client.get(url, admit=admit, polite=False, limits=limits, body=data, headers=kept)
        self.answers.append(asyncio.run_coroutine_threadsafe(sending, self._loop).result())
        return self.answers[-1]


async def fetch_words(
    page: str, network: Network, client: GuardedClient
) -> tuple[Bundle, tuple[Step, ...]] | None:
    """Return the words of the video at ``page`` by way of a client, None if yt-dlp finds none."""
    if find_spec("yt_dlp") is None:
        return None
    bridge, transcriber = Bridge(network, client), network.transcriber
    how, limits = "captions by yt-dlp", network.client.limits
    limits = replace(limits, deadline_seconds=limits.audio_seconds)
    try:
        info = await asyncio.to_thread(_look, page, bridge, network.youtube.cookies)
        cues, is_generated = await asyncio.to_thread(_captions, info, bridge)
        found = Recognized(cues)
        if not cues and transcriber and (sound := _sound(info)):
            heard = await asyncio.to_thread(bridge.send, sound["url"], None, {}, limits)
            found = await transcriber.transcribe(heard.data, f"video.{sound['ext']}", "audio/mp4")
            how = f"transcription by {transcriber.model}"
        elif cues and is_generated:
            how += GENERATED
    finally:
        bridge.closed = True
    about = About(
        title=info.get("title"),
        authors=(info["channel"],) if info.get("channel") else (),
        published=info.get("upload_date"),
        language=info.get("language"),
        site="YouTube",
        chapters=_chapters(info),
        description=info.get("description"),
    )
    step = Step(method=how, outcome=f"{len(found.cues)} cues")
    return (Bundle(about=about, **found._asdict()), (step,)) if found.cues else None


def _chapters(info: Mapping[str, Any]) -> Sequence[tuple[float, str]]:
    """Return the chapters that YouTube shows, or else those in the description."""
    stated = [(one["start_time"], one["title"]) for one in info.get("chapters") or ()]
    return stated or chapters_in(info.get("description") or "")


def _captions(info: Mapping[str, Any], bridge: Bridge) -> tuple[Cues, bool]:
    """Return cues in the spoken language, and whether a machine made them. Runs in a thread.

    Captions by a person are preferred.
    """
    spoken = str(info.get("language") or "en").partition("-")[0]
    for kind in ("subtitles", "automatic_captions"):
        for language, forms in (info.get(kind) or {}).items():
            address = next((one["url"] for one in forms if one.get("ext") == "vtt"), None)
            if address and language.partition("-")[0] == spoken:
                data = bridge.send(address, None, {}).data
                cues = tuple(cue[:3] for cue in parse_cues(decode(data)))
                return cues, kind == "automatic_captions"
    return (), False


def _sound(info: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the smallest audio-only format that is good enough for speech."""
    heard = [
        (float(one.get("tbr") or 0), one)
        for one in info.get("formats") or ()
        if one.get("vcodec") == "none" and one.get("protocol") in {None, "https"}
    ]
    good = (one for one in heard if one[0] >= _FEWEST_KILOBITS)
    return min(good, key=lambda one: one[0], default=(0, None))[1]


def _look(page: str, bridge: Bridge, cookies: Path | None) -> Mapping[str, Any]:
    """Return the metadata of yt-dlp for ``page``, empty if it fails. Runs in a thread."""
    from yt_dlp import YoutubeDL, networking, utils
    from yt_dlp.extractor.youtube import YoutubeIE

    class Guarded(YoutubeDL):  # type: ignore[misc]  # yt-dlp ships no types
        def urlopen(self, req: Any) -> Any:
            """Answer every request of the extractor; no other handler is created."""
            asked = networking.Request(req) if isinstance(req, str) else req
            try:
                answer = bridge.send(asked.url, asked.data, asked.headers)
            except FetchError as error:
                raise networking.exceptions.TransportError(cause=error) from error
            return networking.Response(io.BytesIO(answer.data), answer.final_url, {})

    options = {**_TABLE["yt_dlp"], "logger": _SILENT}
    if cookies:
        options["cookiefile"] = io.StringIO(cookies.read_text("utf-8"))  # it writes to its file
    try:
        with Guarded(options, auto_init=False) as tool:
            tool.add_info_extractor(YoutubeIE())
            return tool.extract_info(page, download=False, process=False) or {}
    except (utils.YoutubeDLError, LookupError, TypeError, ValueError, AttributeError):
        return {}  # the caller reports its error
