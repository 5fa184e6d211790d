"""A video's sound by yt-dlp (extra ``[media]``), every request of it made by the guarded client.

yt-dlp finds out where the sound lies; it gets one request handler, ours, so that no other way to
the network exists for it. The bytes are then fetched by the client itself, in ranges, as players
do.
"""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from casebook.extractors.gathering.sound import Sound, choose_format
from casebook.extractors.gathering.youtube_session import CONSENT, Cookies
from casebook.extractors.network.client import Admit, Fetched, GuardedClient, Request
from casebook.extractors.network.robots import Robots
from casebook.extractors.urls import parse_web_url
from casebook.schemas.errors import (
    FetchError,
    PageForbidden,
    PageMissing,
    ServerBusy,
    ServerFailed,
    SoundUnavailable,
    TooLarge,
)
from casebook.schemas.sources import ExtractionStep

MOST_SECONDS = 4 * 3600.0
"""A longer video is not listened to."""

PIECE = 8_000_000
"""Bytes asked for at once; YouTube slows down whoever asks for all."""

_HEADERS = frozenset({
    *("accept-language", "content-type", "origin"),
    *("x-youtube-client-name", "x-youtube-client-version", "x-goog-visitor-id"),
})  # fmt: skip
_OPTIONS: Mapping[str, object] = {
    "quiet": True,
    "no_warnings": True,
    "cachedir": False,
    "proxy": "",
    "noplaylist": True,
    "extractor_retries": 0,
    "js_runtimes": {},  # no program is run for it
    "remote_components": [],
    "ignore_no_formats_error": True,
}
Send = Callable[[Request], Fetched]

_STATUS = {PageMissing: 404, PageForbidden: 403, ServerBusy: 429, ServerFailed: 500}


def is_installed() -> bool:
    """Tell whether yt-dlp is there."""
    from importlib.util import find_spec

    return find_spec("yt_dlp") is not None


async def fetch_sound(page: str, client: GuardedClient, robots: Robots) -> Sound:
    """Return the sound of the video at ``page``, its title, channel, date and chapters.

    Raises:
        SoundUnavailable: if yt-dlp is missing, finds none, or the video is longer than four hours.
        TooLarge: if it is larger than a recording may be.
        FetchError: if it is found and cannot be fetched.
    """
    if not is_installed():
        raise SoundUnavailable("the extra [media] (yt-dlp) is not installed")
    await robots.check(parse_web_url(page))
    loop = asyncio.get_running_loop()
    try:
        admit = robots.check if robots.player_calls else None

        def send(request: Request) -> Fetched:
            client.policy.check_hop(parse_web_url(page), parse_web_url(request.url))
            return asyncio.run_coroutine_threadsafe(client.send(request, admit), loop).result()

        async with asyncio.timeout(client.limits.sound_seconds):
            info = await asyncio.to_thread(_look, page, send)
            chosen = choose_format(info.get("formats") or ())
            if chosen is None:
                raise SoundUnavailable("yt-dlp finds no sound that can be fetched")
            if float(info.get("duration") or 0.0) > MOST_SECONDS:
                raise SoundUnavailable(f"it is longer than {MOST_SECONDS / 3600:g} hours")
            client.policy.check_hop(parse_web_url(page), parse_web_url(str(chosen["url"])))
            data = b"".join([piece async for piece in _pieces(str(chosen["url"]), client, admit)])
    except TimeoutError as error:
        raise SoundUnavailable("it was not fetched within the time for recordings") from error
    kind = str(chosen.get("ext") or "m4a")
    megabytes = f"{len(data) / 1e6:.1f} MB of {kind}"
    return Sound(
        data=data,
        name=f"{info.get('id') or 'video'}.{kind}",
        media_type=f"audio/{kind}",
        url=page,
        about=_about(info),
        video=True,
        tried=(ExtractionStep(method="sound by yt-dlp", outcome=megabytes),),
    )


def _about(info: Mapping[str, Any]) -> dict[str, Any]:
    day = str(info.get("upload_date") or "")
    return {
        "title": info.get("title"),
        "channel": info.get("channel") or info.get("uploader"),
        "published": datetime.strptime(day, "%Y%m%d").date().isoformat()  # noqa: DTZ007 - a day
        if len(day) == 8 and day.isdecimal()  # noqa: PLR2004 - YYYYMMDD
        else None,
        "chapters": [
            {"start": chapter.get("start_time"), "title": chapter.get("title")}
            for chapter in info.get("chapters") or ()
        ],
    }


async def _pieces(url: str, client: GuardedClient, admit: Admit | None) -> AsyncIterator[bytes]:
    """Yield the bytes at ``url``, range by range, until one is short.

    Raises:
        TooLarge: as soon as there are more than a recording may have.
    """
    had = 0
    while True:
        asked = Request(
            url,
            headers={"Range": f"bytes={had}-{had + PIECE - 1}"},
            deadline_seconds=client.limits.sound_seconds,
        )
        page = await client.send(asked, admit)
        had += len(page.data)
        if had > client.limits.sound_bytes:
            raise TooLarge(f"its sound is larger than {client.limits.sound_bytes / 1e6:g} MB")
        yield page.data
        if len(page.data) < PIECE or "content-range" not in page.headers:
            return


def _look(page: str, send: Send) -> Mapping[str, Any]:
    """Ask yt-dlp what there is at ``page``. Runs in a thread."""
    from yt_dlp.utils import YoutubeDLError

    try:
        with _guarded(send) as tool:
            found = tool.extract_info(page, download=False, process=False)
    except YoutubeDLError as error:
        said = " ".join(str(error).split()).removeprefix("ERROR: ")[:200]
        raise SoundUnavailable(f"yt-dlp says: {said}") from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise SoundUnavailable(f"yt-dlp failed ({type(error).__name__})") from error
    return cast("Mapping[str, Any]", found or {})


@contextlib.contextmanager
def _guarded(send: Send) -> Iterator[Any]:
    """Give yt-dlp with YouTube's extractor alone, and our request handler alone."""
    from yt_dlp import YoutubeDL
    from yt_dlp.extractor.youtube import YoutubeIE
    from yt_dlp.networking.common import RequestDirector, RequestHandler, Response
    from yt_dlp.networking.exceptions import HTTPError, TransportError

    class GuardedRH(RequestHandler):  # type: ignore[misc]  # it ships no types
        """Sends by the guarded client on the event loop."""

        _SUPPORTED_URL_SCHEMES = ("http", "https")

        def _check_extensions(self, extensions: dict[str, Any]) -> None:
            extensions.clear()  # cookies are kept below, the rest is for the client to decide

        def _send(self, request: Any) -> Any:
            try:
                page = send(_as_ours(request, self._get_headers(request)))
            except (PageMissing, PageForbidden, ServerBusy, ServerFailed) as error:
                status = _STATUS[type(error)]
                raise HTTPError(Response(io.BytesIO(), request.url, {}, status)) from error
            except FetchError as error:
                raise TransportError(cause=error) from error
            headers = {n: v for n, v in page.headers.items() if n != "content-encoding"}
            return Response(io.BytesIO(page.data), page.final_url, headers)

    class GuardedDL(YoutubeDL):  # type: ignore[misc]  # likewise
        """Has no way to the network but ours."""

        def build_request_director(self, handlers: Any, preferences: Any = None) -> Any:
            del handlers, preferences
            director = RequestDirector(logger=_Silent())
            director.add_handler(GuardedRH(logger=_Silent(), headers={}))
            return director

    with GuardedDL({**_OPTIONS, "logger": _Silent()}, auto_init=False) as tool:
        tool.add_info_extractor(YoutubeIE())
        yield tool


def _as_ours(request: Any, headers: Mapping[str, str]) -> Request:
    kept = {name: value for name, value in headers.items() if name.lower() in _HEADERS}
    cookies = Cookies()
    cookies.set(*CONSENT)
    kept |= cookies.header(parse_web_url(request.url).host)
    body = request.data if isinstance(request.data, bytes | None) else b"".join(request.data)
    return Request(request.url, body, kept)


class _Silent:
    """A logger that says nothing: what went wrong is raised."""

    def debug(self, *_: object, **__: object) -> None:
        """Say nothing."""

    stdout = stderr = info = warning = error = report_warning = report_error = debug
