"""Who opened a thread whose posts are known, and when: what stands over the first post. Pure.

Where the first words are a comment on a link, that is what stands last before them. No posts are
known (None) where prose stands before the first one: then they are comments on that.
"""

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum, auto
from itertools import takewhile
from operator import itemgetter
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.text.authors import asked_by, posted_by
from casebook.extractors.text.characters import one_line
from casebook.extractors.web.bodies import NO_BODIES, Bodies, is_comment, tells_of_joining
from casebook.extractors.web.dates import names_day
from casebook.extractors.web.threads.posters import is_signature, posters_of, told_names
from casebook.extractors.web.threads.posts import author_of, posts_of

# Pages are counted from 1, posts (phpBB's "start", Simple Machines' "topic=7.20") from 0.
_TWO_OR_MORE = r"(?:[2-9]|[1-9]\d{1,2})(?!\d)"
_LATER = re.compile(
    rf"(?:[?&/_]|-\d+-)page(?:no|number)?[=/-]?{_TWO_OR_MORE}|/p{_TWO_OR_MORE}(?![\w-])"
    rf"|/thread-\d+-{_TWO_OR_MORE}-|[?&](?:start|st)=[1-9]|[?&/]topic[=,]\d+\.[1-9]",
    re.IGNORECASE,
)
_LATER_TITLE = re.compile(
    rf"\b(?:page|seite|p[áa]gina|pagina|strona|sida|side|sivu|sayfa|страница)\s{_TWO_OR_MORE}"
    rf"|第\s*{_TWO_OR_MORE}\s*[页頁]",
    re.IGNORECASE,
)
_ADDRESSES = etree.XPath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")
_ISO = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d")
_LONGEST_LINE = 100
_UNDATED = frozenset("dl dt dd h1 h2 h3 h4 h5 h6 title".split())


class _By(IntEnum):
    """By what a day is told; for machines it is the surest, and a line with no hour the least."""

    MACHINE = auto()
    HOUR = auto()
    DAY = auto()


def opened_by(tree: Any, url: str, bodies: Bodies | None) -> tuple[str, ...] | None:
    """Return the one who opened the thread, None where its page tells it in no way of threads.

    On a later page the thread must state it for machines: who posts there first is another one.
    """
    name = asked_by(tree)
    if name or _is_later(tree, url):
        return (name,) if name else ()
    if bodies is None:
        return None
    name = posted_by(tree, _opener_of(tree, bodies))
    return (name,) if name else None


def _is_later(tree: Any, url: str) -> bool:
    """Tell a page of a thread behind its first one: one of a post may state which it is."""
    titles = (title.text or "" for title in tree.xpath("//head/title"))
    return any(map(_LATER.search, (url, *_ADDRESSES(tree)))) or any(
        map(_LATER_TITLE.search, titles)
    )


def _opener_of(tree: Any, bodies: Bodies) -> str | None:
    first, frame = _opening(bodies)
    if first is None:
        return None
    if not is_comment(first):
        return author_of(first, posts_of(tree)) or posters_of(bodies).get(frame)
    return next(reversed(told_names(_before(tree, frame))), None)


def days_of(tree: Any, url: str, bodies: Bodies | None) -> Iterator[str]:
    """Yield what may tell the day of the first post: for machines, then lines with an hour.

    Then those with a day alone, but for terms of a list, which tell of the poster, and headings.
    """
    bodies = bodies or NO_BODIES
    first, frame = _opening(bodies)
    if first is None or _is_later(tree, url):
        return
    if is_comment(first):
        yield from list(_for_machines(_before(tree, frame)))[-1:]
        return
    told = list(_told(_before(frame, first)))
    if bodies.is_lone:  # over it is the whole top of the page: what is next to it is its own
        told.reverse()
        told.sort(key=lambda one: one[0] is _By.DAY)
    else:
        told.sort(key=itemgetter(0))
    yield from (said for _, said in told)
    for signature in filter(is_signature, frame.iter("*")):
        yield from _for_machines(signature.iter("*"))


def _told(elements: Iterable[Any]) -> Iterator[tuple[_By, str]]:
    """Yield what tells a day or an hour, but for that at which the poster joined the forum."""
    label = ""
    for element in elements:
        yield from ((_By.MACHINE, said) for said in _for_machines([element]))
        for text in filter(str.strip, filter(None, (element.text, element.tail))):
            is_joining = tells_of_joining(f"{label} {text}" if label[-1:] == ":" else text)
            if len(text) <= _LONGEST_LINE and not is_joining:
                if _CLOCK.search(text):
                    yield _By.HOUR, text
                elif element.tag not in _UNDATED and names_day(text):
                    yield _By.DAY, text
            label = one_line(text)[-_LONGEST_LINE:]


def _opening(bodies: Bodies) -> tuple[Any, Any]:
    return next(iter(bodies.frames.items()), (None, None))


def _before(around: Any, end: Any) -> list[Any]:
    """Return the elements in ``around`` that begin before ``end``."""
    before = takewhile(lambda element: element is not end, around.iter())
    return [element for element in before if isinstance(element.tag, str)]


def _for_machines(elements: Iterable[Any]) -> Iterator[str]:
    for element in elements:
        for said in (element.get("datetime"), element.get("title")):
            if said and _ISO.match(said):
                yield said
