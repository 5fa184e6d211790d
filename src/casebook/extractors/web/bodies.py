"""Where the words of each post of a thread stand, by what the makers of forums call that place.

What stands beside them in a post is who wrote it, when, a signature, votes and buttons. Pure.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.web.page_kind import PageKind

_NAMES = frozenset(
    {
        "postbody",  # phpBB, Something Awful
        "postcontent",  # vBulletin
        "js-post__content-text",
        "messageText",  # XenForo 1, WoltLab
        "message-body",  # XenForo 2
        "post_body",  # MyBB
        "postmsg",  # PunBB, FluxBB
        "t_f",  # Discuz
        "t_msgfont",
        "userContent",  # Vanilla
        "cooked",  # Discourse
        "js-post-body",  # Stack Exchange
        "post-text",
        "comment-copy",
        "markdown-body",  # GitHub
        "commtext",  # Hacker News
        "toptext",
        "usertext-body",  # Reddit
        "RichTextJSON-root",
        "comment_text",  # Lobsters
        "lia-message-body-content",  # Khoros
        "bbp-reply-content",  # bbPress
        "Post-body",  # Flarum
        "qa-q-view-content",  # Question2Answer
        "qa-a-item-content",
        "qa-c-item-content",
    }
)
# vBulletin, Discuz, Simple Machines, MyBB
_IDS = re.compile(r"(?:post_message_|postmessage_|msg_|pid_)\d+")
# NodeBB, Invision, Reddit, microdata
_MARKS = {
    "component": {"post/content"},
    "data-role": {"commentContent"},
    "data-testid": {"comment"},
    "slot": {"comment", "text-body"},
    "itemprop": {"text", "articleBody", "commentText"},
}
# Comments on a link, an image or a text of another kind.
_COMMENTS = frozenset({"commtext", "comment_text"})
_COMMENT_THING = {"thing", "comment"}  # Reddit's old pages
# What is said of a post below it, in a line or two.
_REMARKS = frozenset({"comment-copy"})
_PHPBB_POST = re.compile(r"p\d+")
_NEAR = 8
"""Elements around the words of a phpBB post in which its own is found."""

_INNER = frozenset({"content", "postmsg"})
_SIDES = frozenset({"side", "titlebox", "sidebar"})
_RULE = "_____"
_JOINED = re.compile(
    r"\b(?:joined|registered|join date|(?:member|active) since|last (?:visit|seen|active|edited)"
    r"|registriert|(?:dabei|mitglied) seit|inscri\w+|registrad[oa]|iscritto|membro d\w+|lid sinds"
    r"|geregistreerd|зарегистрирован\w*|регистрация|dołączył\w*)\b|注册|註冊|登録日",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"signature", re.IGNORECASE)
_MOST = 3_000
"""Posts that are looked at; a page with more is no thread that a person reads."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """The posts of a page: for each element that holds the words of one, its frame.

    The frame is all that belongs to the post and to no other: of a lone post the whole page, for
    how far it goes is not told. ``around`` are the elements around bodies.
    """

    frames: Mapping[Any, Any] = field(default_factory=dict)
    around: frozenset[Any] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.frames)

    @property
    def is_lone(self) -> bool:
        """Tell a thread of one post, which nobody has answered."""
        return len(self.frames) == 1


NO_BODIES = Bodies()
"""What a page without a thread has."""


def bodies_of(tree: Any, kind: PageKind) -> Bodies:
    """Return the bodies of the posts of the page of ``kind`` under ``tree``.

    None where that is no thread, or tells none.
    """
    if kind is not PageKind.FORUM:
        return NO_BODIES
    found: dict[Any, None] = {}
    walk = etree.iterwalk(tree, events=("start",), tag="*")
    for _, element in walk:
        if is_body(element) and _says_more(element.text_content().strip()):
            found[_within(element)] = None
            walk.skip_subtree()
        if len(found) > _MOST:
            return NO_BODIES
    holds = Counter(each for body in found for each in body.iterancestors())
    return Bodies({body: _frame(body, holds) for body in found}, frozenset(holds))


def _says_more(text: str) -> bool:
    """Tell words from nothing, and from a signature under a line of its own."""
    return bool(text) and not text.startswith(_RULE)


def is_body(element: Any) -> bool:
    """Tell an element that the maker of a forum names as the place of a post's words."""
    named = element.get("class")
    if named and not _NAMES.isdisjoint(named.split()):
        return not _SIGNATURE.search(named) and not _is_beside(element)
    if named and "content" in named.split() and _is_in_phpbb_post(element):
        return True
    name = element.get("id")
    if name and _IDS.fullmatch(name):
        return True
    return any(element.get(attribute) in values for attribute, values in _MARKS.items())


def _is_beside(element: Any) -> bool:
    """Tell a place beside the thread: Reddit wrote what a forum is about like a post of it."""
    around = islice(element.iterancestors(), _NEAR)
    return any(not _SIDES.isdisjoint((each.get("class") or "").split()) for each in around)


def _is_in_phpbb_post(element: Any) -> bool:
    around = islice(element.iterancestors(), _NEAR)
    return any(_PHPBB_POST.fullmatch(each.get("id") or "") for each in around)


def _within(element: Any) -> Any:
    """Return what holds the words within ``element``: some set names and signatures in it, too."""
    if "postbody" not in (element.get("class") or ""):
        return element
    return next(filter(_is_inner, element.iterdescendants("*")), element)


def _is_inner(element: Any) -> bool:
    return not _INNER.isdisjoint((element.get("class") or "").split())


def _frame(body: Any, holds: Counter[Any]) -> Any:
    """Return the outermost element around ``body`` that is around no other body."""
    frame = body
    for each in body.iterancestors():
        if holds[each] > 1:
            break
        frame = each
    return frame


def is_remark(body: Any) -> bool:
    """Tell what is said of a post below it, which belongs to no post of its own."""
    return not _REMARKS.isdisjoint((body.get("class") or "").split())


def is_comment(body: Any) -> bool:
    """Tell a comment on what a thread is about, where that may have no words of its own."""
    if "comment" in {body.get("data-testid"), body.get("slot")} or _classes(body) & _COMMENTS:
        return True
    return any(_classes(each) >= _COMMENT_THING for each in body.iterancestors())


def _classes(element: Any) -> set[str]:
    return set((element.get("class") or "").split())


def tells_of_joining(line: str) -> bool:
    """Tell a line with the day on which a poster came to the forum, was there last or edited."""
    return bool(_JOINED.search(line))
