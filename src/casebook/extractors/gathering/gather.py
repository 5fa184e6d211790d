"""From an address to one payload, by as many fetches as its kind needs."""

import re
from html import unescape

from casebook.extractors.copies import original_of
from casebook.extractors.formats import OUR_TYPES
from casebook.extractors.gathering.elsewhere import OVERVIEW, sent_instead
from casebook.extractors.gathering.markup import words_shown
from casebook.extractors.gathering.routes import Way, ways_to
from casebook.extractors.gathering.sound import named_as_recording
from casebook.extractors.network.client import Fetched, GuardedClient, next_hop
from casebook.extractors.network.robots import Robots
from casebook.extractors.sites import (
    landing_of,
    names_no_video,
    paper_id,
    playlist_id,
    video_id,
)
from casebook.extractors.text.charset import decode
from casebook.extractors.urls import WebUrl, parse_web_url
from casebook.schemas.errors import (
    FetchError,
    HostUnreachable,
    InvalidUrl,
    PageForbidden,
    PageMissing,
    RobotsForbid,
    ServerFailed,
    SourceIsList,
    TlsFailed,
)
from casebook.schemas.sources import ExtractionStep, Payload

# A page that is forbidden or slow is not gone: no copy of it is sought behind its back.
_GONE = (PageMissing, HostUnreachable, TlsFailed, ServerFailed)
# The page around a file is no copy: it is what was asked for, and may be open where "raw" is not
# (GitLab's own robots.txt closes it).
_CLOSED = (RobotsForbid, PageForbidden)

_LONGEST_REFRESH = 20_000
_NO_SCRIPT = re.compile(r"<noscript\b.*?(?:</noscript\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_REFRESH = re.compile(
    r"<meta\s(?=[^>]{0,300}?http-equiv\s*=\s*[\"']?refresh)[^>]{0,300}?"
    r"content\s*=\s*[\"']?\s*[0-5](?:\.\d*)?\s*[;,]\s*url\s*=\s*[\"']?([^\"'>]{1,2000})",
    re.IGNORECASE,
)
_FEW_WORDS = 50


async def gather(address: str, client: GuardedClient, robots: Robots) -> Payload:
    """Return what is behind a web address: a page's bytes, or the bundle of a video or paper.

    An address that redirects to a video or a paper (a short link, a DOI) is that one. A page that
    shows the summary of a paper and names its PDF is the paper, too.

    Raises:
        SourceIsList: for a playlist or channel.
        FetchError: one subclass per cause; its text names the address and what to do.
    """
    url = parse_web_url(address)
    meant = original_of(url)
    if bundle := await _known(meant, client, robots):
        return bundle
    payload = await _by_ways(url, client, robots)
    final = original_of(parse_web_url(payload.final_url or address))
    bundle = await _known(final, client, robots) if final != meant else None
    if bundle is None:
        from casebook.extractors.gathering.papers import with_paper

        return await with_paper(payload, client, robots)
    step = ExtractionStep(method="redirect", outcome=f"leads to {final}")
    return bundle.model_copy(update={"url": str(url), "tried": (step, *bundle.tried)})


async def _known(url: WebUrl, client: GuardedClient, robots: Robots) -> Payload | None:
    """Return the bundle of a video or paper, None for any other page.

    Raises:
        SourceIsList: for a playlist or channel.
        FetchError: one subclass per cause.
    """
    if playlist_id(url):
        raise SourceIsList(
            f"{url} is a list of videos, not one video: `casebook links '{url}'` shows their "
            "addresses; submit those."
        )
    if video := video_id(url):
        from casebook.extractors.gathering.youtube import fetch_video

        return await fetch_video(video, client, robots)
    if names_no_video(url):
        raise InvalidUrl(
            f"{url} names no video (an id has eleven characters): copy the address of the video "
            "itself, which a clip or a search leads to."
        )
    if paper_id(url) or landing_of(url):
        from casebook.extractors.gathering.papers import fetch_paper

        return await fetch_paper(url, client, robots)
    return None


async def _by_ways(url: WebUrl, client: GuardedClient, robots: Robots) -> Payload:
    """Try each way to a page until one is not gone; tell the first failure if all are."""
    tried: list[ExtractionStep] = []
    failures: list[FetchError] = []
    for way in ways_to(url):
        try:
            payload = await fetched(url, way, client, robots)
        except FetchError as error:
            if not isinstance(error, (*_GONE, *(_CLOSED if way.is_raw else ()))):
                raise
            failures.append(error)
            tried.append(ExtractionStep(method=way.method, outcome=f"failed: {type(error).kind()}"))
        else:
            if not tried and way.shown is None and way.fetch == url:
                return payload
            tried.append(ExtractionStep(method=way.method, outcome=f"read from {way.fetch}"))
            return payload.model_copy(update={"tried": tuple(tried)})
    passing = [error for error in failures if error.transient]
    raise (passing or failures)[-1]


async def fetched(url: WebUrl, way: Way, client: GuardedClient, robots: Robots) -> Payload:
    """Return the bytes on one way to ``url``.

    Raises:
        FetchError: one subclass per cause.
    """
    client.policy.check_hop(url, way.fetch)
    patience = client.limits.sound_seconds if named_as_recording(way.fetch.name) else None
    page = await client.get(
        str(way.fetch), admit=robots.check, polite=True, deadline_seconds=patience
    )
    if target := refreshed(page):
        client.policy.check_hop(parse_web_url(page.final_url), target)
        page = await client.get(str(target), admit=robots.check, polite=True)
    _refuse_other_page(way, parse_web_url(page.final_url))
    forged = page.media_type.startswith(OUR_TYPES)
    return Payload(
        data=page.data,
        media_type="application/octet-stream" if forged else page.media_type,
        charset=page.charset,
        name=parse_web_url(page.final_url).name,
        url=str(url),
        final_url=str(way.shown or page.final_url),
        headers=page.headers,
    )


def refreshed(page: Fetched) -> WebUrl | None:
    """Return where a page that shows next to nothing sends its reader within five seconds, if so.

    Raises:
        RedirectForbidden: if that is no web address, or gives up https.
    """
    if "html" not in page.media_type or len(page.data) > _LONGEST_REFRESH:
        return None
    markup = _NO_SCRIPT.sub("", decode(page.data, page.charset, markup=True)[0])
    match = _REFRESH.search(markup)
    if match is None or words_shown(markup) >= _FEW_WORDS:
        return None
    here = parse_web_url(page.final_url)
    target = next_hop(here, unescape(match[1].strip()).encode().decode("latin-1"))
    return None if target == here else target


def _refuse_other_page(way: Way, final: WebUrl) -> None:
    """Let a page pass unless its site sent us to its front page or an overview, as for lost ones.

    Raises:
        PageMissing: if it did.
    """
    shown = sent_instead(way.fetch, final)
    if shown and not (way.is_list and shown == OVERVIEW):
        raise PageMissing(
            f"{way.fetch} leads to the {shown} of {final.host} ({final}) instead of the page, "
            "which is probably gone: check the address, or look for an archived copy."
        )
