"""Who opened a thread whose posts are known, and when: what stands over the first post. Pure.

Where the first words are a comment on a link, that is what stands last before them.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any

from casebook.extractors.text.authors import asked_by, posted_by
from casebook.extractors.web.bodies import Bodies, is_comment, tells_of_joining
from casebook.extractors.web.posters import is_signature, posters_of, told_names
from casebook.extractors.web.posts import author_of, posts_of

# Pages are counted from 1, posts (phpBB's "start", Simple Machines' "topic=7.20") from 0.
_LATER = re.compile(
    r"[?&/_-]page[=/-]?(?:[2-9]|[1-9]\d+)(?!\d)|[?&](?:start|st)=[1-9]|[?&]topic=\d+\.[1-9]",
    re.IGNORECASE,
)
_LATER_TITLE = re.compile(r"\bpage\s(?:[2-9]|[1-9]\d+)\b", re.IGNORECASE)
_ISO = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d")
_LONGEST_LINE = 100


def opened_by(tree: Any, url: str, bodies: Bodies) -> tuple[str, ...] | None:
    """Return the one who opened the thread, None where its page tells it in no way of threads.

    On a later page the thread must state it for machines: who posts there first is another one.
    """
    name = asked_by(tree)
    if name or _is_later(tree, url):
        return (name,) if name else ()
    name = posted_by(tree, _opener_of(tree, bodies))
    return (name,) if name else None


def _is_later(tree: Any, url: str) -> bool:
    """Tell a page of a thread behind its first one."""
    titles = (title.text or "" for title in tree.xpath("//head/title"))
    return bool(_LATER.search(url)) or any(map(_LATER_TITLE.search, titles))


def _opener_of(tree: Any, bodies: Bodies) -> str | None:
    first, frame = _opening(bodies)
    if first is None:
        return None
    if not is_comment(first):
        return author_of(first, posts_of(tree)) or posters_of(bodies).get(frame)
    return next(reversed(told_names(_before(tree, frame))), None)


def days_of(tree: Any, url: str, bodies: Bodies) -> Iterator[str]:
    """Yield what may tell the day of the first post: for machines, then lines with an hour."""
    first, frame = _opening(bodies)
    if first is None or _is_later(tree, url):
        return
    if is_comment(first):
        yield from list(_for_machines(_before(tree, frame)))[-1:]
        return
    over = _before(frame, first)
    yield from _for_machines(over)
    for element in over:
        for text in (element.text or "", element.tail or ""):
            if len(text) > _LONGEST_LINE or tells_of_joining(text):
                continue
            if _CLOCK.search(text):
                yield text
    for signature in filter(is_signature, frame.iter("*")):
        yield from _for_machines(signature.iter("*"))


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
