"""A video's captions or sound by yt-dlp (extra ``[media]``), through the guarded client only."""

import asyncio
import io
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from extractors.bundles import About, Bundle, Cues
from extractors.captions import parse_cues
from extractors.fetch.bridge import Bridge
from extractors.fetch.network import Network
from extractors.text import decode
from extractors.urls import parse_web_url
from schemas.errors import FetchError
from schemas.sources import Step

_OPTIONS = {
    "quiet": True,
    "no_warnings": True,
    "cachedir": False,
    "extractor_retries": 0,
    "ignore_no_formats_error": True,
    "js_runtimes": {},  # no program is run for it
    "remote_components": [],
}
_FEWEST_KILOBITS = 40.0  # speech at this rate loses nothing that matters to a transcription
_MOST_SECONDS = 4 * 3600.0


async def fetch_words(page: str, network: Network) -> tuple[Bundle, tuple[Step, ...]] | None:
    """Return what is said in the video at ``page``, None where yt-dlp finds nothing.

    Raises:
        FetchError, ModelError: if its sound was found and could not be fetched or transcribed.
    """
    if find_spec("yt_dlp") is None:
        return None
    bridge = Bridge(network.client)
    try:
        info = await asyncio.to_thread(_look, page, bridge)
        cues, how = await asyncio.to_thread(_captions, info, bridge), "captions by yt-dlp"
    finally:
        bridge.closed = True
    sound = _sound(info)
    if not cues and sound and network.transcriber:
        cues = await _heard(page, sound, network)
        how = f"transcription by {network.transcriber.model}"
    about = About(
        title=info.get("title"),
        authors=(info["channel"],) if info.get("channel") else (),
        published=info.get("upload_date"),
        language=info.get("language"),
        site="YouTube",
        chapters=[(one["start_time"], one["title"]) for one in info.get("chapters") or ()],
    )
    step = Step(method=how, outcome=f"{len(cues)} cues")
    return (Bundle(about=about, cues=cues), (step,)) if cues else None


def _captions(info: Mapping[str, Any], bridge: Bridge) -> Cues:
    """Return the cues in the spoken language, by a person if there are any. Runs in a thread."""
    spoken = str(info.get("language") or "en").partition("-")[0]
    for kind in ("subtitles", "automatic_captions"):
        for language, forms in (info.get(kind) or {}).items():
            address = next((one["url"] for one in forms if one.get("ext") == "vtt"), None)
            if address and language.partition("-")[0] == spoken:
                data = bridge.send(address, None, {}).data
                return tuple(cue[:3] for cue in parse_cues(decode(data)))
    return ()


def _sound(info: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the smallest format of sound alone, in one file, that carries speech well."""
    heard = [
        one
        for one in info.get("formats") or ()
        if one.get("vcodec") == "none"
        and one.get("protocol") in {None, "https"}
        and float(one.get("tbr") or 0) >= _FEWEST_KILOBITS
    ]
    is_short = float(info.get("duration") or 0) <= _MOST_SECONDS
    return min(heard, key=lambda one: float(one["tbr"]), default=None) if is_short else None


async def _heard(page: str, sound: Mapping[str, Any], network: Network) -> Cues:
    client, seconds = network.client, network.client.limits.audio_seconds
    client.policy.check_hop(parse_web_url(page), parse_web_url(sound["url"]))
    answer = await client.get(sound["url"], polite=False, deadline_seconds=seconds)
    assert network.transcriber  # noqa: S101 - the caller asked
    return await network.transcriber.transcribe(answer.data, f"video.{sound['ext']}", "audio/mp4")


def _look(page: str, bridge: Bridge) -> Mapping[str, Any]:
    """Return what yt-dlp finds at ``page``, nothing where it fails. Runs in a thread."""
    from yt_dlp import YoutubeDL
    from yt_dlp.extractor.youtube import YoutubeIE
    from yt_dlp.networking import Request, Response
    from yt_dlp.networking.exceptions import TransportError
    from yt_dlp.utils import YoutubeDLError

    class Guarded(YoutubeDL):  # type: ignore[misc]  # yt-dlp ships no types
        def urlopen(self, req: Any) -> Any:
            """Answer every request of the extractor; no other handler is ever made."""
            asked = Request(req) if isinstance(req, str) else req
            try:
                answer = bridge.send(asked.url, asked.data, asked.headers)
            except FetchError as error:
                raise TransportError(cause=error) from error
            return Response(io.BytesIO(answer.data), answer.final_url, {})

    try:
        with Guarded({**_OPTIONS, "logger": _Silent()}, auto_init=False) as tool:
            tool.add_info_extractor(YoutubeIE())
            return tool.extract_info(page, download=False, process=False) or {}
    except (YoutubeDLError, LookupError, TypeError, ValueError, AttributeError):
        return {}  # the caller has an error of its own to report


class _Silent:
    def debug(self, *_: object, **__: object) -> None:
        pass

    stdout = stderr = info = warning = error = report_warning = report_error = debug
