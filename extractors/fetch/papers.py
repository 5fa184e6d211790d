"""Papers on arXiv, in the ACL Anthology or on OpenReview, with their landing pages."""

import asyncio
import re

from extractors import sites
from extractors.bundles import PAPER, Bundle, BundlePart
from extractors.fetch.network import Network
from extractors.retractions import Standing, standing_of
from extractors.urls import WebUrl
from schemas import errors
from schemas.sources import Payload, Step

# LaTeXML writes the first where it gave up in a paper, arXiv the others for a missing paper.
_CUT_OFF = re.compile(
    rb"This document may be truncated or damaged|<title>\s*No HTML for\b|No content available"
)


async def fetch_paper(url: WebUrl, network: Network) -> Payload | None:
    """Return the bundle of a paper on arXiv, in the ACL Anthology or on OpenReview, else None.

    From arXiv, the HTML of the requested version is preferred to the PDF. Raises FetchError if
    neither can be fetched, ``paper_withdrawn`` if that is why; the landing page is optional.
    """
    steps: list[Step] = []

    async def part(name: str, address: str) -> BundlePart:
        page = await network.client.get(address, admit=network.robots.check)
        steps.append(Step(method=f"{name} of the paper", outcome=f"read from {page.final_url}"))
        return BundlePart(**dict(page) | {"name": name, "url": page.final_url, "headers": {}})

    async def optional(name: str, address: str) -> BundlePart | None:
        try:
            found = await part(name, address)
        except errors.FetchError as error:
            steps.append(Step(method=f"{name} of the paper", outcome=f"failed: {error.kind}"))
            return None
        return found if "html" in found.media_type and not _CUT_OFF.search(found.data) else None

    body = None
    if paper := sites.paper_id(url, version=True):
        landing = await optional("page", f"https://arxiv.org/abs/{paper}")
        body = await optional("html", f"https://arxiv.org/html/{paper}")
        pdf = f"https://arxiv.org/pdf/{paper}"
    elif addresses := sites.landing_of(url):
        landing, pdf = await optional("page", addresses[0]), addresses[1]
    else:
        return None
    try:
        body = body or await part("pdf", pdf)
    except errors.SourceGone as error:
        found = await asyncio.to_thread(standing_of, landing) if landing else Standing()
        if not found.retraction:
            raise
        message = f"{url} has no text any more ({found.retraction})"
        advice = "look for another version of the paper"
        raise errors.SourceGone(f"{message}: {advice}.", "paper_withdrawn") from error
    data, ends = Bundle(landing=landing, body=body).pack(), {"url": str(url), "final_url": body.url}
    return Payload(data=data, media_type=PAPER, name="paper.json", steps=tuple(steps), **ends)
