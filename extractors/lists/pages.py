"""Pages of links: an index of articles, and a playlist or channel of YouTube."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from extractors.data import table
from extractors.lists.listing import Entry, Place, candidate
from extractors.text import one_line
from extractors.urls import is_web_address, playlist_id, video_id
from extractors.web.page import parse
from schemas.sources import Candidate

_LINKS = table("lists")["links"]
_VIDEO_ITEMS = ("playlistVideoRenderer", "videoRenderer", "gridVideoRenderer", "lockupViewModel")


def read_page(text: str, place: Place) -> Iterator[Entry]:
    """Yield the links of a page's main part, or the videos of a playlist or channel.

    Links to the same site count, and those to other sites where there are more of them.
    """
    if playlist_id(place.base):
        yield from _videos(text)
        return
    tree = parse(text)
    found: dict[str, Candidate] = {}
    here = place.base.partition("#")[0].rstrip("/")
    for link in [] if tree is None else tree.xpath(_LINKS["links"]):
        address = place.join(link.get("href")).partition("#")[0]
        known = found.get(address)
        if re.match(_LINKS["no_article"], address) or address.rstrip("/") == here:
            continue
        if is_web_address(address) and not (known and known.title):
            found[address] = _linked(link, address)
    site = urlsplit(place.base).hostname
    own = [one for one in found.values() if urlsplit(one.url).hostname == site]
    yield from own if 2 * len(own) >= len(found) else found.values()


def _linked(link: Any, address: str) -> Candidate:
    """Return the candidate at a link, called by its own words or by the heading of its entry."""
    entry = next(iter(link.xpath(_LINKS["entry"])), link)
    days = set(entry.xpath(".//time/@datetime"))
    for around in (link, entry):
        headings = around.xpath(_LINKS["headings"])
        named = headings[0] if len(headings) == 1 else link
        words = one_line(" ".join(named.itertext()))
        if words and not re.fullmatch(_LINKS["no_title"], words):
            return candidate(address, words, days.pop() if len(days) == 1 else None)
    return candidate(address)


def _videos(markup: str) -> list[Candidate]:
    """Return the videos of a YouTube page, which holds the first hundred as JSON."""
    found: list[Candidate] = []

    def noted(part: dict[str, Any]) -> dict[str, Any]:
        found.extend(map(_video, filter(None, map(part.get, _VIDEO_ITEMS))))
        return part

    with suppress(ValueError, LookupError, TypeError, AttributeError, RecursionError):
        data = markup.partition("ytInitialData = ")[2]
        json.JSONDecoder(object_hook=noted).raw_decode(data)
    return [one for one in found if video_id(one.url)]


def _video(item: Any) -> Candidate:
    about = (item.get("metadata") or {}).get("lockupMetadataViewModel") or item
    title = about.get("title") or {}
    runs = title.get("runs") or [{"text": title.get("content") or title.get("simpleText")}]
    video = item.get("videoId") or item.get("contentId")
    return candidate(f"https://www.youtube.com/watch?v={video}", runs[0].get("text"))
