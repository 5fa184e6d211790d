"""Render pages that are empty until their scripts run, in a browser without network access.

Every request of Chromium is intercepted and answered by the guarded client, or refused. Anything
else (websockets, WebRTC, preconnects) is sent to a proxy on a closed port and a resolver that
resolves no name. The page itself is not fetched again.
"""

import asyncio
import contextlib
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from extractors.data import table
from extractors.network.client import GuardedClient
from extractors.network.robots import Robots
from extractors.text import name_of
from extractors.urls import parse_web_url
from schemas.errors import FetchError, TemporarilyUnavailable, TooLarge
from schemas.sources import Payload, Step

if TYPE_CHECKING:
    from playwright.async_api import Browser, Route

_DATA_BYTES = 1_500 * 2**20  # V8's limit excludes buffers and WebAssembly


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """The limits of one rendering; after ``settle_seconds`` a page that still loads is read."""

    seconds: float = 30.0
    settle_seconds: float = 10.0
    requests: int = 150
    characters: int = 10_000_000


def browser_installed() -> bool:
    """Return whether the extra ``[browser]`` is installed."""
    return bool(find_spec("playwright") and find_spec("psutil"))


class Renderer:
    """Renders one page at a time, each in a new browser."""

    def __init__(
        self, client: GuardedClient, robots: Robots, limits: RenderLimits | None = None
    ) -> None:
        self._client, self._robots = client, robots
        self._limits = limits or RenderLimits()
        self._one = asyncio.Lock()

    async def render(self, payload: Payload) -> Payload:
        """Return the page after its scripts ran, as HTML in UTF-8.

        Raises TemporarilyUnavailable if the browser fails or takes too long, TooLarge if the page
        grows too large.
        """
        from playwright.async_api import Error

        visit = _Visit(payload, self._client, self._robots, self._limits)
        try:
            async with self._one, asyncio.timeout(self._limits.seconds), _browser() as browser:
                markup = await visit.run(browser)
        except (TimeoutError, Error) as error:
            reason = str(error).strip().partition("\n")[0] or "not done in time"
            message = f"{name_of(payload)} needs its scripts, and the browser failed ({reason})"
            advice = "save the page from a browser and submit the file"
            raise TemporarilyUnavailable(f"{message}: {advice}.", "browser_failed") from error
        if len(markup) > self._limits.characters:
            raise TooLarge(f"{name_of(payload)} grows too large in a browser: submit it as a file.")
        outcome = f"{visit.fetched} files fetched, {visit.refused} requests refused"
        steps = (*payload.steps, Step(method="browser", outcome=outcome))
        data = b"<!DOCTYPE html>\n" + markup.encode("utf-8", "replace")
        changes = {"data": data, "media_type": "text/html", "charset": "utf-8", "steps": steps}
        return payload.model_copy(update=changes)


@dataclass
class _Visit:
    """One page in one browser, and the number of its requests."""

    payload: Payload
    client: GuardedClient
    robots: Robots
    limits: RenderLimits
    page: Any = None
    is_shown: bool = False
    fetched: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        self.url = parse_web_url(self.payload.final_url or self.payload.url or "")

    async def run(self, browser: "Browser") -> str:
        """Return the HTML of the page once it is idle."""
        from playwright.async_api import TimeoutError as StillLoading

        context = await browser.new_context(accept_downloads=False, service_workers="block")
        await context.route("**/*", self.answer)
        self.page = page = await context.new_page()
        context.on("page", lambda other: asyncio.ensure_future(other.close()))
        await page.goto(str(self.url), wait_until="commit")
        with contextlib.suppress(StillLoading):
            settled = self.limits.settle_seconds * 1_000
            await page.wait_for_load_state("networkidle", timeout=settled)
        # In an isolated world, where the page cannot replace functions.
        session = await context.new_cdp_session(page)
        tree = await session.send("Page.getFrameTree")
        frame = {"frameId": tree["frameTree"]["frame"]["id"]}
        world = await session.send("Page.createIsolatedWorld", frame)
        whole = f"document.documentElement.outerHTML.slice(0, {self.limits.characters + 1})"
        asked = {"expression": whole, "contextId": world["executionContextId"]}
        answer = await session.send("Runtime.evaluate", asked | {"returnByValue": True})
        return str(answer["result"].get("value", ""))

    async def answer(self, route: "Route") -> None:
        """Serve the page, fetch whatever can contain text, refuse the rest; never send data."""
        from playwright.async_api import Error

        request = route.request
        with contextlib.suppress(Error):  # the page may be closed already
            is_top = request.is_navigation_request() and request.frame == self.page.main_frame
            if is_top and not self.is_shown:
                self.is_shown = True
                kind = _content_type("text/html", self.payload.charset)
                await route.fulfill(body=self.payload.data, content_type=kind)
            elif request.resource_type == "stylesheet":  # scripts may wait for them
                await route.fulfill(body="", content_type="text/css")
            elif not await self._fetch(route, is_top=is_top):
                self.refused += 1
                # After "No content" the page stays where it is.
                await (route.fulfill(status=204) if is_top else route.abort("blockedbyclient"))

    async def _fetch(self, route: "Route", *, is_top: bool) -> bool:
        """Fulfil a request through the guarded client; return False if it is not allowed."""
        request, admit = route.request, self.robots.check
        try:
            url = parse_web_url(request.url)
            self.client.policy.check_hop(self.url, url)
            stays = is_top and url.origin == self.url.origin
            useful = stays or request.resource_type in {"script", "xhr", "fetch"}
            if request.method != "GET" or not useful or self.fetched >= self.limits.requests:
                return False
            self.fetched += 1
            answer = await self.client.get(request.url, admit=admit, polite=False)
        except FetchError:
            return False
        headers = {
            "content-type": _content_type(answer.media_type, answer.charset),
            # The page may read every response: the browser has no logins.
            "access-control-allow-origin": request.headers.get("origin", "*"),
            "access-control-allow-credentials": "true",
        }
        await route.fulfill(body=answer.data, headers=headers)
        return True


def _content_type(media_type: str, charset: str | None) -> str:
    return f"{media_type}; charset={charset}" if charset else media_type


@contextlib.asynccontextmanager
async def _browser() -> AsyncIterator["Browser"]:
    """Start Chromium without our environment, which may contain keys; kill all its processes."""
    import psutil
    from playwright.async_api import async_playwright

    driver, us = async_playwright(), psutil.Process()
    with tempfile.TemporaryDirectory(prefix="casebook-browser-") as home, socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # a proxy that refuses connections: nothing listens
        address = f"http://127.0.0.1:{held.getsockname()[1]}"
        before = us.children()
        playwright = await driver.__aenter__()
        started = (one for one in us.children() if one not in before)
        family = [one for one in started if "run-driver" in one.cmdline()]
        try:
            for process in family:  # the browser inherits the limit
                with contextlib.suppress(AttributeError):  # only Linux has it
                    process.rlimit(psutil.RLIMIT_DATA, (_DATA_BYTES, _DATA_BYTES))
            yield await playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=table("browser")["switches"],
                chromium_sandbox=os.geteuid() != 0,
                proxy={"server": address, "bypass": "<-loopback>"},
                env={"HOME": home, "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
            )
        finally:
            for driven in tuple(family):
                with contextlib.suppress(psutil.Error):
                    family += driven.children(recursive=True)
            with contextlib.suppress(Exception):
                await asyncio.wait_for(driver.__aexit__(), 5.0)
            for process in family:
                with contextlib.suppress(psutil.Error):
                    process.kill()
