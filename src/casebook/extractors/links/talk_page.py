"""Pages that are about a recording and hold next to nothing of what is said in it. Pure.

A podcast's page has show notes, a player, and at times a transcript; an article may have a player
that reads it aloud. So a page leads to its recording only where its own text is short and nobody
speaks in it.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from casebook.extractors.gathering.sound import named_as_recording, names_episode
from casebook.extractors.links.feeds import base_of, entry_at
from casebook.extractors.speech.speakers import is_spoken
from casebook.extractors.text.characters import count_words, one_line
from casebook.extractors.text.charset import decode
from casebook.extractors.text.linked_data import Thing, types_of
from casebook.extractors.urls import is_web_address, parse_web_url
from casebook.schemas.errors import DocumentEmpty, ExtractionError, InvalidUrl
from casebook.schemas.frozen import Frozen
from casebook.schemas.sources import Payload

MOST_WORDS = 250
"""Of a page with a player: more is a text of its own."""

MOST_NOTES = 600
"""Words of a page that says it is an episode: show notes, not what was said."""

_EPISODE = frozenset({"PodcastEpisode", "RadioEpisode"})
_SOUND_OBJECT = _EPISODE | {"AudioObject"}
_FEED = "//link[contains(@rel, 'alternate') and contains(@type, 'rss')]/@href"
# What a visitor wrote below a page is none of its own.
_OWN = (
    "[not(contains(@rel, 'ugc'))][not(ancestor::*"
    "[starts-with(@id, 'comment') or starts-with(normalize-space(@class), 'comment')])]"
)
_PLAYERS = (
    "//meta[starts-with(@property, 'og:audio')]/@content",
    "//audio/@src | //audio/source/@src",
    f"//a[contains(@href, '.mp3') or contains(@href, '.m4a')]{_OWN}/@href",
)
# What is said, written down: beside a player, or as a file to load.
_TRANSCRIPTS = (
    "//track[not(@kind) or @kind='captions' or @kind='subtitles']/@src",
    "//link[contains(@rel, 'alternate') and (@type='text/vtt' or contains(@type, '/srt'))]/@href",
    f"//a[contains(@href, '.vtt') or contains(@href, '.srt')]{_OWN}/@href",
)
_MOST_SOUNDS = 3
"""One player may name its recording in as many formats."""

_MOST_DEEP = 6


class Talk(Frozen):
    """What a page about a recording leads to: the ``sound``, or the ``feed`` that names it.

    ``transcript`` is the file in which the site itself has written down what is said.
    """

    sound: str | None
    feed: str | None = None
    transcript: str | None = None
    title: str | None = None
    published: str | None = None
    site: str | None = None


def talk_of(payload: Payload) -> Talk | None:
    """Return the recording that a page is about, None where it has a text of its own.

    Raises:
        MemoryError: if libxml2 runs out of memory.
    """
    from casebook.extractors.kinds.html import extract
    from casebook.extractors.web.markup.parsing import parse

    tree = parse(decode(payload.data, payload.charset, markup=True)[0])
    if tree is None:
        return None
    talk, is_episode = _named(tree, payload.final_url or payload.url or "")
    if talk is None:
        return None
    try:
        page = extract(payload)
    except DocumentEmpty:
        title = one_line(str(tree.findtext(".//title") or "")) or None
        return talk.model_copy(update={"title": title})
    except ExtractionError:
        return None  # a wall, or scripts to run first: the next stage tells
    if is_spoken(page.passages) or count_words(page.text) >= (
        MOST_NOTES if is_episode else MOST_WORDS
    ):
        return None
    day = page.published.isoformat() if page.published else None
    about = {"title": page.title, "published": day, "site": page.site}
    return talk.model_copy(update=about)


def _named(tree: Any, base: str) -> tuple[Talk | None, bool]:
    """Return the recording that a page names, if any, and whether it says that it is an episode."""
    told = list(_told(tree))
    is_episode = any(types_of(one) & _EPISODE for one in told) or names_episode(base)
    sounds = list(dict.fromkeys(_sounds(tree, told, base)))
    written = (urljoin(base, found) for path in _TRANSCRIPTS for found in tree.xpath(path))
    transcript = next(filter(is_web_address, written), None)
    if not is_episode:
        # More are a list, or samples of what is sold.
        is_one = 0 < len(sounds) <= _MOST_SOUNDS
        return (Talk(sound=sounds[0], transcript=transcript) if is_one else None), False
    feeds = (urljoin(base, href) for href in tree.xpath(_FEED))
    feed = next(filter(is_web_address, feeds), None)
    sound = next(iter(sounds), None)
    found = Talk(sound=sound, feed=feed, transcript=transcript)
    return (found if sound or feed or transcript else None), True


def talk_in_feed(address: str, feed: Payload) -> Talk:
    """Return the recording and the transcript that ``feed`` names for the page at ``address``.

    Raises:
        Damaged: if the feed defines XML entities.
    """
    entry = entry_at(address, feed)
    if entry is None:
        return Talk(sound=None)
    base = base_of(feed)
    return Talk(sound=enclosed(entry, base), transcript=written_down(entry, base))


def written_down(entry: Any, base: str) -> str | None:
    """Return the address of the transcript that an item of a podcast's feed names.

    ``<podcast:transcript>`` (https://podcasting2.org/podcast-namespace), whatever its prefix.
    """
    named = (value for key, value in entry.items() if key.endswith("_transcript"))
    files = (urljoin(base, str(one.get("url") or "")) for one in named if isinstance(one, dict))
    return next(filter(is_web_address, files), None)


def enclosed(entry: Any, base: str) -> str | None:
    """Return the address of the recording that an item of a feed encloses."""
    for part in entry.get("enclosures", ()):
        address = urljoin(base, str(part.get("href") or ""))
        kind = str(part.get("type") or "")
        if _is_sound(address) or (kind.startswith("audio/") and is_web_address(address)):
            return address
    return None


def _sounds(tree: Any, told: list[Thing], base: str) -> Iterator[str]:
    for one in told:
        address = urljoin(base, str(one.get("contentUrl") or ""))
        if types_of(one) & _SOUND_OBJECT and is_web_address(address) and one.get("contentUrl"):
            yield address
        media = one.get("associatedMedia") or one.get("audio")
        inner = media.get("contentUrl") if isinstance(media, dict) else media
        if isinstance(inner, str) and _is_sound(urljoin(base, inner)):
            yield urljoin(base, inner)
    for path in _PLAYERS:
        yield from filter(_is_sound, (urljoin(base, found) for found in tree.xpath(path)))


def _told(tree: Any) -> Iterator[Thing]:
    """Yield the objects of the page's JSON-LD."""
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            yield from _objects(json.loads(script), 0)
        except (ValueError, RecursionError):
            continue


def _objects(value: Any, depth: int) -> Iterator[Thing]:
    if depth > _MOST_DEEP:
        return
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _objects(inner, depth + 1)


def _is_sound(address: str) -> bool:
    try:
        return is_web_address(address) and named_as_recording(parse_web_url(address).name)
    except InvalidUrl:
        return False
