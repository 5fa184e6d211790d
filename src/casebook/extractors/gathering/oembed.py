"""What YouTube tells of a video to any page that embeds it (oEmbed 1.0): its title and channel."""

import json
from urllib.parse import urlencode

from casebook.extractors.copies import original_of
from casebook.extractors.gathering.bundles import TRANSCRIPT, pack_transcript
from casebook.extractors.network.client import GuardedClient
from casebook.extractors.network.robots import Robots
from casebook.extractors.sites import video_id
from casebook.extractors.urls import parse_web_url
from casebook.schemas.errors import FetchError
from casebook.schemas.sources import ExtractionStep, Payload

SECONDS = 10.0
"""How long a title is waited for: it is no more than welcome."""

_ENDPOINT = "https://www.youtube.com/oembed"


async def with_title(payload: Payload, client: GuardedClient, robots: Robots) -> Payload:
    """Return a video's transcript together with its title and channel, where they can be had.

    Never fails: the transcript is what matters.
    """
    video = video_id(original_of(parse_web_url(payload.url))) if payload.url else None
    if video is None:
        return payload
    page = f"https://www.youtube.com/watch?v={video}"
    address = f"{_ENDPOINT}?{urlencode({'url': page, 'format': 'json'})}"
    try:
        answer = await client.get(address, robots.check, deadline_seconds=SECONDS)
        told = json.loads(answer.data)
        about = {"title": told["title"], "channel": told["author_name"]}
    except (FetchError, ValueError, LookupError, TypeError, RecursionError) as error:
        kind = error.kind() if isinstance(error, FetchError) else "unreadable"
        return payload.model_copy(update={"tried": (_step(f"failed: {kind}"),)})
    changes = {
        "data": pack_transcript(payload, about, address),
        "media_type": TRANSCRIPT,
        "tried": (_step("title and channel"),),
    }
    return payload.model_copy(update=changes)


def _step(outcome: str) -> ExtractionStep:
    return ExtractionStep(method="oEmbed", outcome=outcome)
