"""Who wrote each post of a thread, where the page's markup tells it plainly.

By microdata (schema.org), by microformats, or by the names that the makers of forums give to a post
and to its author. A post whose author is not told that way has no speaker; nor has what it quotes,
unless the page names whom. A name that no reader sees counts for nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, takewhile
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.text.authors import without_rank
from casebook.extractors.text.characters import one_line
from casebook.extractors.web.bodies import NO_BODIES, Bodies, is_body
from casebook.extractors.web.markup.tree_blocks import Placed
from casebook.extractors.web.threads.nearest import of_nearest
from casebook.extractors.web.threads.posters import can_be_name, posters_of

_SCHEMA = frozenset({"Comment", "Answer", "Question", "DiscussionForumPosting"})
_SCOPES = etree.XPath("//*[@itemscope]")
# The class of a post, and those of its author within it.
_MAKERS: Mapping[str, frozenset[str]] = {
    post: frozenset(authors.split())
    for post, authors in {
        "post_wrapper": "poster",  # Simple Machines
        "post": "username username-coloured",  # phpBB
        "postcontainer": "username",  # vBulletin
        "MessageCard": "MessageCard__user-info__name",  # XenForo, as VerticalScope sets it
        "ipsComment": "cAuthorPane_author",  # Invision
        "ipsEntry": "ipsEntry__username",
        "ItemDiscussion": "Username",  # Vanilla
        "ItemComment": "Username",
        "comtr": "hnuser",  # Hacker News
        "thing": "author",  # Reddit
        "comment": "person-listing fn by",  # Lemmy, WordPress, Slashdot
        "timeline-comment": "author",  # GitHub
        "topic-post": "username",  # Discourse
        "h-entry": "p-author",  # microformats
        "h-cite": "p-author",
    }.items()
}
_AUTHORS = frozenset().union(*_MAKERS.values())
_TELLING = _AUTHORS | _MAKERS.keys()
_MARKED = etree.XPath("//@itemprop[. = 'author'] | //@data-author")
_NAME = (".//*[@itemprop='name']", ".//*[contains(@class, 'p-name')]", ".//h3 | .//h4", ".//a")
_QUOTED = frozenset({"blockquote", "q"})
_FOREIGN = _QUOTED | {"aside"}
# What the makers of forums call a quotation that is no blockquote.
_QUOTATIONS = frozenset(
    "quote quoted quotebox quoteBox quotecontent quote_container bbcode_quote bbCodeQuote "
    "blockquote gmail_quote".split()
)
# How a line that quotes begins where nothing else marks it: in mails, and in vBulletin's tables.
_QUOTING = re.compile(r"\s*(?:>|(?:quote:\s*)?originally posted by\b)", re.IGNORECASE)
_QUOTED_NAMES = ("data-quote", "data-username")  # XenForo, Discourse
_FEWEST = 2
"""Posts whose authors are told; with less it is no thread."""

_MOST = 3_000
"""Authors that are looked at; a page with more is no thread that a person reads."""
_NEAR = 200

Posts = Mapping[Any, str | None]
"""The elements that are posts, each with its author, None where that is not told."""


def with_posters(placed: Sequence[Placed], bodies: Bodies = NO_BODIES) -> list[Placed]:
    """Return blocks of a page, those of a post with its author as their speaker."""
    if not placed or not (bodies or any(map(_may_be_post, _all_around(placed)))):
        return list(placed)
    posts = _with_named(posts_of(placed[0].place.element.getroottree()), bodies)
    if sum(name is not None for name in posts.values()) < _FEWEST:
        return list(placed)
    known: dict[Any, str | None] = dict(posts)
    return [_said(one, _speaker(one.place.element, known)) for one in placed]


def with_own_sections(placed: Sequence[Placed], bodies: Bodies) -> list[Placed]:
    """Return blocks of a thread, each with a section of its own post, or that of none.

    A heading in a post heads nothing of the next one; one in a quotation names whom it quotes.
    """
    known: dict[Any, Any] = {frame: frame for frame in bodies.frames.values()}
    quoting = dict.fromkeys(bodies.frames, False)
    found, heads = [], {None: ""}
    for one in placed:
        block, post = one.block, of_nearest(one.place.element, known, None)
        if block.heading and _heads_quotation(one.place.element, quoting):
            block = block._replace(heading=False)
        if block.heading:
            heads[post] = block.text
        else:
            block = block._replace(section=heads.get(post, heads[None]))
        found.append(replace(one, block=block))
    return found


def _heads_quotation(heading: Any, known: dict[Any, bool]) -> bool:
    """Tell a heading in a quotation, or right over one: "Ada wrote:"."""
    below = heading.getnext()
    if below is not None and _is_foreign(below):
        return True
    return of_nearest(heading, known, False, lambda each: (True,) if _is_foreign(each) else None)


def _with_named(posts: Posts, bodies: Bodies) -> Posts:
    """Return ``posts`` and the ``bodies`` whose posters are named, where no other post tells it."""
    told = {post for post, name in posts.items() if name is not None}
    known = told | {each for post in told for each in post.iterancestors()}
    named = {
        frame: name
        for frame, name in posters_of(bodies).items()
        if frame not in known and told.isdisjoint(frame.iterancestors())
    }
    free = {body: named[frame] for body, frame in bodies.frames.items() if frame in named}
    return {**posts, **free}


def _all_around(placed: Sequence[Placed]) -> Iterator[Any]:
    """Yield each element around a block once."""
    seen = set()
    for one in placed:
        element = one.place.element
        while element is not None and element not in seen:
            seen.add(element)
            yield element
            element = element.getparent()


def _may_be_post(element: Any) -> bool:
    names = element.get("class")
    if names and not _MAKERS.keys().isdisjoint(names.split()):
        return True
    stated = element.get("itemtype")
    is_one = bool(stated) and not _SCHEMA.isdisjoint(_types(element))
    return is_one or element.get("data-author") is not None


def _said(one: Placed, speaker: str | None) -> Placed:
    if not speaker or _QUOTING.match(one.block.text):
        return one
    return replace(one, block=one.block._replace(speaker=speaker))


def posts_of(tree: Any) -> Posts:
    """Return the posts of the page under ``tree``."""
    marked = [each.getparent() for each in _MARKED(tree)]
    classed = _classed(tree)
    scopes = _SCOPES(tree) if marked else []
    if len(marked) + len(classed) + len(scopes) > _MOST:
        return {}
    posts: dict[Any, str | None] = {each: None for each in scopes if _types(each) & _SCHEMA}
    for each in marked:
        post, name = _told(each)
        if name and (post in posts or each is post):
            posts[post] = posts.get(post) or name
    around = {each: next((e for e in _around(each) if _authors_in(e)), None) for each in classed}
    named = set()
    for each, post in around.items():
        if post is not None and post not in named and _authors_in(post) & _classes(each):
            posts[post] = posts.get(post) or _name(each)
            if one_line(each.text_content()):
                named.add(post)  # "[deleted]", too: who is named after it changed the post
    for each, post in around.items():
        if post in posts and _authors_in(post) & _authors_in(each):
            posts.setdefault(each, None)  # an answer within a post: not its author's
    return posts


def author_of(body: Any, posts: Posts) -> str | None:
    """Return the author of the innermost of ``posts`` around ``body``."""
    around = (each for each in (body, *body.iterancestors()) if each in posts)
    post = next(around, None)
    return posts[post] if post is not None else None


def _told(element: Any) -> tuple[Any, str | None]:
    """Return the post of which ``element`` tells the author by its attributes, and the name."""
    if element.get("itemprop") == "author":
        around = element.iterancestors()
        return next((e for e in around if "itemscope" in e.attrib), None), _name(element)
    kind = element.get("class") or ""
    is_post = "message" in kind or "js-post" in kind  # XenForo
    return element, _shown(element, element.get("data-author")) if is_post else None


def _classed(tree: Any) -> list[Any]:
    """Return what a maker of forums may have named a post or its author, nothing without posts.

    One pass in Python: it takes a tenth of the time of an XPath that asks for each name.
    """
    found = [
        each
        for each in tree.iter("*")
        if (names := each.get("class")) and not _TELLING.isdisjoint(names.split())
    ]
    return found if any(map(_authors_in, found)) else []


def _authors_in(post: Any) -> set[str]:
    """Return the classes that the author of ``post`` may have."""
    return {name for kind in _classes(post) & _MAKERS.keys() for name in _MAKERS[kind]}


def _around(author: Any) -> Iterator[Any]:
    """Yield what is around the name of somebody, up to the words of somebody else."""
    return takewhile(lambda each: each.tag not in _QUOTED, author.iterancestors())


def _speaker(element: Any, known: dict[Any, str | None]) -> str | None:
    """Return who wrote what stands in ``element``; note it for all that is around it."""
    return of_nearest(element, known, None, _said_by_another)


def _said_by_another(element: Any) -> tuple[str | None] | None:
    """Return whom a quotation names, if it names one; None of what is no quotation."""
    return (_quoted(element) or _quoted(element.getparent()),) if _is_foreign(element) else None


def _is_foreign(element: Any) -> bool:
    """Tell an element with the words of somebody else than the poster."""
    is_foreign = element.tag in _FOREIGN or not _QUOTATIONS.isdisjoint(_classes(element))
    return is_foreign and not is_body(element)


def _quoted(element: Any) -> str | None:
    """Return whom a quotation names as the one whose words it holds."""
    if element is None or "quote" not in (element.get("class") or "").lower():
        return None
    names = (element.get(name) for name in _QUOTED_NAMES)
    return next((_shown(element, name) for name in names if name), None)


def _types(scope: Any) -> set[str]:
    return {kind.rsplit("/", 1)[-1] for kind in (scope.get("itemtype") or "").split()}


def _classes(element: Any) -> set[str]:
    return set((element.get("class") or "").split())


def _name(author: Any) -> str | None:
    """Return the name that stands in the element of an author, and that a reader sees there."""
    seen = one_line(author.text_content())
    for path in _NAME:
        for part in author.xpath(path):
            name = one_line(part.get("content") or part.text_content())
            if name and name in seen:
                return without_rank(name) if can_be_name(name) else None
    return without_rank(seen) if can_be_name(seen) else None


def _shown(element: Any, name: str) -> str | None:
    """Return ``name`` if what ``element`` shows near its beginning begins with it."""
    name = one_line(name)
    near = islice(element.iter(), _NEAR)
    is_seen = any((e.text or "").strip().startswith(name) for e in near)
    return name if is_seen and can_be_name(name) else None
