"""Pages of links: indexes of articles, and YouTube playlists and channels."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from extractors.data import table
from extractors.lists.entries import ListEntry, Location, candidate
from extractors.sites import playlist_id, video_id
from extractors.text import one_line
from extractors.urls import is_web_address
from extractors.web.tree import parse
from schemas.sources import Candidate

_LINKS = table("lists")["links"]
_STATED = re.compile(table("lists")["videos"]["stated"])
PAGE_DATA = "ytInitialData = "  # precedes the JSON data of a YouTube page
_CONTINUES = {"continuationItemRenderer", "continuationItemViewModel"}
_TOKEN = re.compile(r'"continuationCommand": \{[^{}]*?"token": "([^"]+)"')
_VIDEO_ITEMS = ("playlistVideoRenderer", "videoRenderer", "gridVideoRenderer", "lockupViewModel")


def read_page(text: str, location: Location) -> Iterator[ListEntry]:
    """Yield the links in the main part of a page, or the videos of a playlist or channel.

    Links to other sites are included only if they are the majority.
    """
    if playlist_id(location.base):
        videos, more = videos_in(text)
        yield from videos
        yield from _unlisted(text, len({one.url for one in videos})) if more else ()
        return
    tree = parse(text)
    found: dict[str, Candidate] = {}
    here = location.base.partition("#")[0].rstrip("/")
    for link in [] if tree is None else tree.xpath(_LINKS["links"]):
        address = location.join(link.get("href")).partition("#")[0]
        known = found.get(address)
        if re.match(_LINKS["no_article"], address) or address.rstrip("/") == here:
            continue
        if is_web_address(address) and not (known and known.title):
            found[address] = _linked(link, address)
    site = urlsplit(location.base).hostname
    own = [one for one in found.values() if urlsplit(one.url).hostname == site]
    yield from own if 2 * len(own) >= len(found) else found.values()


def _linked(link: Any, address: str) -> Candidate:
    """Return the candidate at a link, with its text or the heading of its entry as the title."""
    entry = next(iter(link.xpath(_LINKS["entry"])), link)
    days = set(entry.xpath(".//time/@datetime"))
    for around in (link, entry):
        headings = around.xpath(_LINKS["headings"])
        named = headings[0] if len(headings) == 1 else link
        words = one_line(" ".join(named.itertext()))
        if words and not re.fullmatch(_LINKS["no_title"], words):
            return candidate(address, words, days.pop() if len(days) == 1 else None)
    return candidate(address)


def videos_in(markup: str) -> tuple[list[Candidate], str | None]:
    """Return the videos of a YouTube page with continuations, and the next continuation token."""
    found: list[Candidate] = []
    more: list[str] = []
    for part in markup.split(PAGE_DATA)[1:]:
        with suppress(ValueError, LookupError, TypeError, AttributeError, RecursionError):
            data, _ = json.JSONDecoder().raw_decode(part)
            more.clear()
            _collect(data, found, more)
    return [one for one in found if video_id(one.url)], more[-1] if more else None


def _collect(node: Any, found: list[Candidate], more: list[str]) -> None:
    """Add the videos below a node, and the continuation tokens of its lists of videos."""
    known = len(found)
    for part in node if isinstance(node, list) else []:
        _collect(part, found, more)
        if len(found) > known and isinstance(part, dict) and not _CONTINUES.isdisjoint(part):
            more += _TOKEN.findall(json.dumps(part))
    if isinstance(node, dict):
        found += [_video(node[name]) for name in _VIDEO_ITEMS if node.get(name)]
        for part in node.values():
            _collect(part, found, more)


def _unlisted(markup: str, listed: int) -> Iterator[str]:
    """Yield a sentence if the page states more videos than YouTube listed."""
    stated = _STATED.findall(markup)  # the last one is in the header of the page
    total = int(re.sub(r"\D", "", stated[-1])) if stated else 0
    if total != listed:
        missing = f"{total - listed:,} of {total:,}" if total > listed else "an unknown number of"
        yield f"{missing} videos are missing: YouTube listed only {listed:,}; retry later"


def _video(item: Any) -> Candidate:
    about = (item.get("metadata") or {}).get("lockupMetadataViewModel") or item
    title = about.get("title") or {}
    runs = title.get("runs") or [{"text": title.get("content") or title.get("simpleText")}]
    video = item.get("videoId") or item.get("contentId")
    return candidate(f"https://www.youtube.com/watch?v={video}", runs[0].get("text"))
