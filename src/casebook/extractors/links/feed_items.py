"""One item of a feed as a page: for items whose feed carries their whole text. Pure, over bytes."""

import re
from html import escape, unescape
from typing import Any

from casebook.extractors.links.feeds import base_of, entry_at, entry_day, has_items
from casebook.extractors.links.talk_page import enclosed, written_down
from casebook.extractors.naming import where
from casebook.extractors.text.characters import count_words
from casebook.schemas.errors import DocumentEmpty
from casebook.schemas.sources import ExtractionStep, Payload

# Words below which an item's text is a teaser: a summary of one or two paragraphs.
FEWEST_WORDS = 200
_ESCAPED_TWICE = re.compile(r"&lt;/(?:p|div|li|h\d)&gt;", re.IGNORECASE)


def read_item(address: str, feed: Payload) -> Payload:
    """Return the item of ``feed`` that is at ``address`` as a web page of that address.

    One that has a recording may be no more than a teaser: the page names the recording, and the
    transcript of it where there is one.

    Raises:
        DocumentEmpty: if the feed has no such item, or only a teaser of it.
        Damaged: if the feed defines XML entities.
    """
    entry = entry_at(address, feed)
    if entry is None:
        lacks = f"has no item at {address} any more" if has_items(feed) else "is no feed with items"
        raise DocumentEmpty(f"{where(feed)} {lacks}: submit the address itself.")
    content, sound = full_content(entry), enclosed(entry, base_of(feed))
    written = written_down(entry, base_of(feed))
    if content is None and sound is None and written is None:
        raise DocumentEmpty(
            f"{where(feed)} carries only a teaser of {address}: submit the address itself."
        )
    content = content or entry.get("summary") or ""
    if written:
        content += f'<track kind="captions" src="{escape(written)}">'
    return _page(entry, content, address, feed, sound)


def full_content(entry: Any) -> str | None:
    """Return the markup of an item's whole text, or None where the feed has a teaser at most."""
    texts = [part.get("value") or "" for part in entry.get("content", ())]
    longest = max([*texts, entry.get("summary") or ""], key=len)
    if "<" not in longest and _ESCAPED_TWICE.search(longest):
        longest = unescape(longest)
    return longest if count_words(longest) >= FEWEST_WORDS else None


def _page(entry: Any, content: str, address: str, feed: Payload, sound: str | None) -> Payload:
    day = entry_day(entry)
    title = escape(entry.get("title") or "")
    head = [f"<title>{title}</title>"]
    if author := entry.get("author"):
        head.append(f'<meta name="author" content="{escape(author)}">')
    if sound:
        head.append(f'<meta property="og:audio" content="{escape(sound)}">')
    if day:
        head.append(f'<meta property="article:published_time" content="{day.isoformat()}">')
    page = (
        f'<!doctype html><html><head><meta charset="utf-8">{"".join(head)}</head>'
        f"<body><article><h1>{title}</h1>{content}</article></body></html>"
    )
    step = ExtractionStep(method="feed item", outcome=f"read from {where(feed)}")
    return Payload(
        data=page.encode("utf-8", "replace"),
        media_type="text/html",
        charset="utf-8",
        name="",
        url=address,
        final_url=address,
        tried=(step,),
    )
