"""What the description of a video names: its chapters, and a PDF of its slides."""

import re
from itertools import zip_longest

from extractors.bundles import Bundle, BundlePart
from extractors.data import pattern
from extractors.fetch.network import Network
from extractors.signatures import PDF, binary_kind
from extractors.speakers import CLOCK, seconds_of
from extractors.urls import parse_web_url
from schemas.errors import FetchError
from schemas.sources import Step

_FEWEST_CHAPTERS = 3  # YouTube's rule: three times in a description, the first at 0:00
_CHAPTER = re.compile(rf"(?m)^[^\w\n]{{0,6}}({CLOCK})[)\]]?[ \t]*[-–—:|]?[ \t]*(\S.{{0,119}})$")
_SLIDES = pattern("youtube", "description", "slides")
_ADDRESS = re.compile(r"https?://[^\s<>\"()]+")
_YOUTUBE = parse_web_url("https://www.youtube.com/")


def chapters_in(description: str) -> tuple[tuple[float, str], ...]:
    """Return the seconds and titles of the chapters in a description, if any."""
    found = sorted((seconds_of(at), title) for at, title in _CHAPTER.findall(description))
    return tuple(found) if len(found) >= _FEWEST_CHAPTERS and found[0][0] == 0 else ()


def slides_in(description: str) -> str | None:
    """Return the first address on a line about slides, or on the line below, None if none."""
    lines = description.splitlines()
    for line, below in zip_longest(lines, lines[1:], fillvalue=""):
        if word := _SLIDES.search(line):
            near = " ".join((line[word.end() :], line, below))
            if found := _ADDRESS.search(near):
                return found[0].rstrip(".,;:!?")
    return None


async def with_slides(bundle: Bundle, network: Network) -> tuple[Bundle, tuple[Step, ...]]:
    """Return a video's bundle with the PDF of its slides, if its description links one.

    The talk is complete without them: a step says why they are missing.
    """
    address = slides_in(bundle.about.description or "")
    if address is None:
        return bundle, ()
    try:
        network.client.policy.check_hop(_YOUTUBE, parse_web_url(address))
        page = await network.client.get(address, admit=network.robots.check)
    except FetchError as error:
        return bundle, (Step(method="slides", outcome=f"{address}: {error.kind}"),)
    if binary_kind(page.data) != PDF:
        return bundle, (Step(method="slides", outcome=f"{address} is not a PDF"),)
    part = BundlePart(**dict(page) | {"headers": {}})
    step = Step(method="slides", outcome=f"read from {page.final_url}")
    return bundle.model_copy(update={"slides": part}), (step,)
