"""One item of a feed as a page: for items whose feed carries their whole text. Pure, over bytes."""

from html import escape
from typing import Any

from casebook.extractors.feeds import entry_address, entry_day, parsed_feed
from casebook.extractors.naming import where
from casebook.extractors.sites import canonical_url
from casebook.extractors.talk_page import enclosed
from casebook.schemas.errors import DocumentEmpty, InvalidUrl
from casebook.schemas.sources import ExtractionStep, Payload

# Words below which an item's text is a teaser: a summary of one or two paragraphs.
FEWEST_WORDS = 200


def read_item(address: str, feed: Payload) -> Payload:
    """Return the item of ``feed`` that is at ``address`` as a web page of that address.

    One that has a recording may be no more than a teaser: the page names the recording.

    Raises:
        DocumentEmpty: if the feed has no such item, or only a teaser of it.
        Damaged: if the feed defines XML entities.
    """
    base = feed.final_url or feed.url or ""
    for entry in parsed_feed(feed.data, feed, base).entries:
        if _is_at(entry_address(entry, base), address):
            content = full_content(entry)
            sound = enclosed(entry, base)
            if content is None and sound is None:
                raise DocumentEmpty(
                    f"{where(feed)} carries only a teaser of {address}: submit the address itself."
                )
            return _page(entry, content or entry.get("summary") or "", address, feed, sound)
    raise DocumentEmpty(
        f"{where(feed)} has no item at {address} any more: submit the address itself."
    )


def full_content(entry: Any) -> str | None:
    """Return the markup of an item's whole text, or None where the feed has a teaser at most."""
    texts = [part.get("value") or "" for part in entry.get("content", ())]
    longest = max([*texts, entry.get("summary") or ""], key=len)
    return longest if len(longest.split()) >= FEWEST_WORDS else None


def _is_at(one: str, other: str) -> bool:
    try:
        return canonical_url(one) == canonical_url(other)
    except InvalidUrl:
        return False


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
        name="item.html",
        url=address,
        final_url=address,
        tried=(step,),
    )
