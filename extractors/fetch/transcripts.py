"""Transcripts that replace a video, a recording or an episode of a podcast, with its chapters.

Podcasts name both in their feed: https://podcasting2.org/docs/podcast-namespace.
"""

import json
from typing import Any

from extractors import sites
from extractors.bundles import TRANSCRIPT, About, Bundle, BundlePart
from extractors.captions import JSON_CUES
from extractors.fetch.network import Network
from extractors.signatures import text_form
from schemas.errors import FetchError
from schemas.sources import Payload, Step

_NONSENSE = (ValueError, LookupError, TypeError)


async def fetch_transcript(url: str, network: Network) -> Payload:
    """Return the transcript at an address, as the site serves it; raise FetchError."""
    found = await network.client.get(url, admit=network.robots.check)
    step = Step(method="transcript", outcome=f"fetched from {found.final_url or url}")
    return found.model_copy(update={"steps": (*found.steps, step)})


async def as_transcript(
    found: Payload, address: str | None, chapters: str | None, network: Network
) -> Payload:
    """Return a transcript as that of the source at ``address``, with chapters and title.

    Chapters and title are left out if they cannot be fetched.
    """
    from extractors.fetch.youtube import about_video

    video = sites.video_id(sites.original_of(address)) if address else None
    about = await about_video(video, network) if video else About()
    body = BundlePart(**dict(found))
    if text_form(found.data) == "json":  # readers of other formats refuse it
        body = body.model_copy(update={"media_type": JSON_CUES})
    steps = found.steps
    if chapters:
        listed, step = await fetch_chapters(chapters, network)
        about, steps = about.model_copy(update={"chapters": listed}), (*steps, step)
    return found.model_copy(
        update={
            "data": Bundle(about=about, body=body).pack(),
            "media_type": TRANSCRIPT,
            "url": address,
            "final_url": address,
            "steps": steps,
        }
    )


async def fetch_chapters(url: str, network: Network) -> tuple[list[tuple[float, str]], Step]:
    """Return the start and title of each chapter in the table of contents."""
    try:
        page = await network.client.get(url, admit=network.robots.check)
        stated: Any = json.loads(page.data)["chapters"]
        shown = (one for one in stated if one.get("toc", True) and one.get("title"))
        listed = sorted((max(0.0, float(one["startTime"])), str(one["title"])) for one in shown)
    except FetchError as error:
        return [], Step(method="chapters", outcome=str(error), doubtful=True)
    except _NONSENSE:
        return [], Step(method="chapters", outcome=f"{url} cannot be read", doubtful=True)
    return listed, Step(method="chapters", outcome=f"{len(listed)} from {url}")
