"""A page that is empty until its scripts run, run in a browser that never touches the network.

Chromium asks; every request is intercepted and answered by the guarded client, or refused. So the
rules for addresses, names, redirects, sizes and robots.txt are those of any fetch, and a page of
the public internet cannot ask for a host of the operator's own network. The page itself is not
fetched again: the browser is shown the bytes that were. See ADR 0008.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from casebook.extractors.gathering.browser import open_browser
from casebook.extractors.naming import where
from casebook.extractors.network.body import MEGABYTE
from casebook.extractors.network.client import Fetched, GuardedClient
from casebook.extractors.network.robots import Robots
from casebook.extractors.urls import WebUrl, parse_web_url
from casebook.schemas.errors import BrowserFailed, FetchError, PageMissing, TooLarge
from casebook.schemas.sources import ExtractionStep, Payload

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page, Request, Route

METHOD = "browser"
"""The name of the step that tells of a rendering."""

_POLL_SECONDS = 0.25
_STILL_POLLS = 3
_AT_ONCE = 4
_SAVE = "save the page from a browser where you see its text and submit the file."


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """What one rendering may take.

    ``seconds`` is for the whole of it; after ``settle_seconds`` the page is taken as it is, though
    it still moves. ``requests`` and ``bytes`` count what is fetched for it; ``dom_bytes`` bounds
    the HTML that comes out, in characters.
    """

    seconds: float = 30.0
    settle_seconds: float = 10.0
    requests: int = 150
    bytes: int = 30 * MEGABYTE
    dom_bytes: int = 10 * MEGABYTE


class Verdict(StrEnum):
    """What becomes of a request."""

    PAGE = "page"
    FETCH = "fetch"
    BLANK = "blank"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of the browser; ``kind`` is Playwright's resource type."""

    url: WebUrl
    method: str
    kind: str
    top: bool = False
    """Whether it would replace the page itself."""


def judge(asked: Asked, page: WebUrl, *, first: bool) -> Verdict:
    """Decide on a request of ``page``; ``first`` while the page itself was not yet asked for.

    Only what can bring text is fetched: scripts and what they read. Style sheets come empty, for
    there are pages whose scripts wait for them. Nothing is ever sent, and the page may move only
    within its own site.
    """
    if asked.kind == "document":
        if not asked.top or asked.method != "GET" or asked.url.origin != page.origin:
            return Verdict.REFUSE
        return Verdict.PAGE if first else Verdict.FETCH
    if asked.method != "GET":
        return Verdict.REFUSE
    if asked.kind == "stylesheet":
        return Verdict.BLANK
    return Verdict.FETCH if asked.kind in {"script", "xhr", "fetch"} else Verdict.REFUSE


class Renderer:
    """Renders one page at a time; each in a browser of its own, which ends with it."""

    def __init__(
        self, client: GuardedClient, robots: Robots, limits: RenderLimits | None = None
    ) -> None:
        self._client, self._robots = client, robots
        self._limits = limits or RenderLimits()
        self._one = asyncio.Lock()

    async def render(self, payload: Payload) -> Payload:
        """Return the page as it is after its scripts ran, as HTML in UTF-8.

        Raises:
            BrowserFailed: if no browser starts, or it dies, or is not done in time.
            TooLarge: if the page grows past the cap.
        """
        visit = _Visit(payload, self._client, self._robots, self._limits)
        try:
            async with self._one, asyncio.timeout(self._limits.seconds), open_browser() as browser:
                markup = await visit.run(browser)
        except TimeoutError as error:
            raise BrowserFailed(
                f"{where(payload)} needs its scripts to show a text, and they were not done within "
                f"{self._limits.seconds:g} seconds; {_SAVE}"
            ) from error
        except BrowserFailed as error:
            raise BrowserFailed(
                f"{where(payload)} needs its scripts to show a text, and the browser that was to "
                f"run them failed ({error}); {_SAVE}"
            ) from error
        finally:
            visit.close()
        step = ExtractionStep(method=METHOD, outcome=visit.told())
        return payload.model_copy(
            update={
                "data": markup.encode("utf-8", "replace"),
                "media_type": "text/html",
                "charset": "utf-8",
                "tried": (*payload.tried, step),
            }
        )


def was_rendered(payload: Payload) -> bool:
    """Tell whether these bytes came out of the browser."""
    return any(step.method == METHOD for step in payload.tried)


@dataclass
class _Visit:
    """One page in one browser, and what it asked for."""

    payload: Payload
    client: GuardedClient
    robots: Robots
    limits: RenderLimits
    fetched: int = 0
    refused: int = 0
    size: int = 0
    version: str = ""
    _shown: bool = False
    _waiting: int = 0
    _window: Any = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page = parse_web_url(self.payload.final_url or self.payload.url or "")
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def told(self) -> str:
        """Return what was done, for the curator."""
        return (
            f"rendered by Chromium {self.version.partition('.')[0]}: {self.fetched} files fetched "
            f"({self.size:,} bytes), {self.refused} requests refused"
        )

    def close(self) -> None:
        """Stop what is still being fetched."""
        for task in self._tasks:
            task.cancel()

    async def run(self, browser: "Browser") -> str:
        """Return the page's HTML once it stands still."""
        self.version = browser.version
        context = await browser.new_context(
            accept_downloads=False, service_workers="block", permissions=[]
        )
        context.set_default_timeout(self.limits.seconds * 1_000)
        await context.route("**/*", self._answer)
        self._window = page = await context.new_page()
        context.on("page", lambda other: asyncio.ensure_future(other.close()))
        await page.goto(str(self.page), wait_until="commit")
        await self._settle(context, page)
        return await self._markup(context, page)

    async def _settle(self, context: "BrowserContext", page: "Page") -> None:
        """Wait until nothing is asked for and the text no longer grows, or long enough."""
        still, before = 0, -1
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.limits.settle_seconds):
                while still < _STILL_POLLS:
                    await asyncio.sleep(_POLL_SECONDS)
                    length = await _evaluate(context, page, "document.body?.innerText.length ?? 0")
                    quiet = not self._waiting and length == before
                    still, before = (still + 1 if quiet else 0), length

    async def _markup(self, context: "BrowserContext", page: "Page") -> str:
        cap = self.limits.dom_bytes
        markup = await _evaluate(
            context, page, f"document.documentElement.outerHTML.slice(0, {cap + 1})"
        )
        if len(markup) > cap:
            raise TooLarge(
                f"{self.page} grows past {cap / MEGABYTE:g} MB when its scripts run; {_SAVE}"
            )
        return f"<!DOCTYPE html>\n{markup}"

    # --- Answering ---------------------------------------------------------------------------

    async def _answer(self, route: "Route") -> None:
        """Answer one request. An error of Playwright's here means that the page has gone."""
        from playwright.async_api import Error

        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - Playwright runs a handler as a task
        self._tasks.add(task)
        self._waiting += 1
        try:
            with contextlib.suppress(Error):
                await self._decide(route)
        finally:
            self._waiting -= 1
            self._tasks.discard(task)

    async def _decide(self, route: "Route") -> None:
        verdict, asked = self._verdict(route.request)
        if verdict is Verdict.PAGE:
            self._shown = True
            await route.fulfill(body=self.payload.data, headers=_page_headers(self.payload))
        elif verdict is Verdict.BLANK:
            await route.fulfill(body="", content_type="text/css")
        elif verdict is Verdict.FETCH and asked:
            await self._fetch(route, asked)
        else:
            await self._refuse(route)

    async def _refuse(self, route: "Route") -> None:
        """Refuse a request; where the page itself would go, "no content" makes it stay."""
        self.refused += 1
        if self._is_top(route.request):
            await route.fulfill(status=204)
        else:
            await route.abort("blockedbyclient")

    def _verdict(self, request: "Request") -> tuple[Verdict, WebUrl | None]:
        try:
            url = parse_web_url(request.url)
            self.client.policy.check_hop(self.page, url)
        except FetchError:
            return Verdict.REFUSE, None
        asked = Asked(url, request.method, request.resource_type, top=self._is_top(request))
        return judge(asked, self.page, first=not self._shown), url

    def _is_top(self, request: "Request") -> bool:
        """Tell whether a request is for the page itself; a window that it opens is not."""
        from playwright.async_api import Error

        try:
            return request.is_navigation_request() and request.frame == self._window.main_frame
        except Error:  # its window is not there yet
            return False

    async def _fetch(self, route: "Route", url: WebUrl) -> None:
        """Answer with what the guarded client gets, within the caps."""
        self.fetched += 1
        if self.fetched > self.limits.requests:
            self.fetched -= 1
            await self._refuse(route)
            return
        try:
            async with self._turns:
                if self.size > self.limits.bytes:
                    raise TooLarge("the page has had its share")
                answer = await self.client.get(str(url), admit=self.robots.check)
        except PageMissing:
            await route.fulfill(status=404, body="", headers=_open_to(route.request))
        except FetchError:
            await self._refuse(route)
        else:
            self.size += len(answer.data)
            headers = _content_headers(answer) | _open_to(route.request)
            await route.fulfill(body=answer.data, headers=headers)


def _page_headers(payload: Payload) -> dict[str, str]:
    kind = f"text/html; charset={payload.charset}" if payload.charset else "text/html"
    return {"content-type": kind}


def _content_headers(answer: Fetched) -> dict[str, str]:
    kind = answer.media_type
    return {"content-type": f"{kind}; charset={answer.charset}" if answer.charset else kind}


def _open_to(request: "Request") -> dict[str, str]:
    """Let the page read every answer: nobody is logged in, so there is nothing to protect."""
    origin = request.headers.get("origin", "*")
    allowed = {"access-control-allow-origin": origin}
    return allowed if origin == "*" else allowed | {"access-control-allow-credentials": "true"}


async def _evaluate(context: "BrowserContext", page: "Page", expression: str) -> Any:
    """Return the value of ``expression`` in a world of its own, which the page cannot tamper with.

    Raises:
        BrowserFailed: if the page is gone.
    """
    from playwright.async_api import Error

    try:
        session = await context.new_cdp_session(page)
        tree = await session.send("Page.getFrameTree")
        frame = tree["frameTree"]["frame"]
        if "unreachableUrl" in frame:
            raise BrowserFailed("it shows an error of its own instead of the page")
        world = await session.send("Page.createIsolatedWorld", {"frameId": frame["id"]})
        answer = await session.send(
            "Runtime.evaluate",
            {
                "expression": expression,
                "contextId": world["executionContextId"],
                "returnByValue": True,
            },
        )
        await session.detach()
    except Error as error:
        raise BrowserFailed("the page broke off") from error
    return answer["result"].get("value", "")
