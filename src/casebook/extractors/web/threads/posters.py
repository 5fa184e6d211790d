"""Who wrote the posts of a thread whose bodies are known: the name that stands over each. Pure.

For threads that tell it neither by microdata nor by the names of ``posts``. A name is what links to
a profile, or has a class that many makers of forums give to a poster's name; of such elements only
those that have their likes in other posts, so that no moderator of the forum is taken for one. Over
whose post several persons are named, nobody is told; nor if one of them is "[deleted]", or is whom
somebody answers ("in reply to Ada") or who changed the post ("edited by Ada"). A lone post has no
likes: who wrote it has a class that says so, and is named last before it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from casebook.extractors.text.authors import without_rank
from casebook.extractors.text.characters import one_line
from casebook.extractors.web.bodies import Bodies

_PROFILE = re.compile(
    r"/(?:u|users?|members?|profile|people)/(?:id/)?[\w%.-]+|(?:^|/)user\?id=\w"
    r"|\b(?:member|profile|space)\.php\?\w*(?:u|uid|id|\d)|mode=viewprofile|action=profile"
    r"|mod=space(?!cp)|space-u(?:id|sername)-",
    re.IGNORECASE,
)
_NAMED = frozenset(
    "author username username-coloured bigusername postauthor poster hnuser user-name "
    "comment-user comment_author".split()
)
_AUTHOR_LINK = re.compile(r"(?<![a-z])author|Author(?![a-z])")
_PANELS = frozenset({"postleft", "postprofile"})
_BELOW = frozenset({"comment-user"})
_SIGNED = {"post-signature", "owner"}  # by who asked, on Stack Exchange; others may be an editor's
_NO_ROUTE = re.compile(r"^\w+://[^/]*|[;&?](?:sid|s|PHPSESSID)=\w*|#.*")
_LETTER = re.compile(r"[^\W\d_]")
_DIGITS = re.compile(r"\d+")
# What may stand right before the name of a poster. All else, in whatever language, leads to others.
_LEADING = re.compile(
    r"(?:(?:asked|answered|commented|created|opened|points?|post(?:ed)?|replied|started|submitted"
    r"|written|geschrieben|verfasst|publi\w+|escrito|scritto)\W+)?"
    r"(?:by|from|author|poster|user|von|autor|benutzer|par|auteur|por|da|door|av|af|от|автор|作者|楼主"
    r"|投稿者)?",
    re.IGNORECASE,
)
_LEADS_ON = re.compile(r"^to$|\w\s(?:to|by|auf|an|von|à|par|a|por|для|от)$", re.IGNORECASE)
_INLINE = frozenset("a b em font i label small span strong".split())
_MARKS = " .:：;,|·•–—-/()[]#0123456789"
_NO_NAME = re.compile(r"\bby\b|^(?:von|par|por|door|от)\s|»|\d:\d\d", re.IGNORECASE)
_LONGEST_NAME = 60
_INITIALS = 2
_FEWEST = 2
_USER = re.compile(r"^/?u/(?=\w)")


class _Named(NamedTuple):
    """An element that may name a poster: its likes, where it leads, whether its marks say so.

    ``name`` is empty where somebody is meant who is not the poster, or is not told.
    """

    key: tuple[str, str, bool]
    route: str
    name: str
    is_told: bool


def posters_of(bodies: Bodies) -> Mapping[Any, str]:
    """Return the frames of posts, each with the name of who wrote it, where that is told."""
    found = {frame: list(_named(body, frame)) for body, frame in bodies.frames.items()}
    often = Counter(key for named in found.values() for key in {one.key for one in named})
    labels = _labels(chain.from_iterable(found.values()))
    told = {}
    for frame, named in found.items():
        alike = [one for one in named if one.is_told or often[one.key] >= _FEWEST]
        if bodies.is_lone:
            alike = [one for one in named if one.is_told][-1:]
        if name := _one([one for one in alike if one.name not in labels]):
            told[frame] = name
    return told


def told_names(elements: Iterable[Any]) -> list[str]:
    """Return the names of those ``elements`` whose class says that they name a poster."""
    told = (each for each in elements if _is_told(each, is_before=True))
    return [one.name for each in told for one in _read(each, each.get("href") or "", is_told=True)]


def can_be_name(words: str) -> bool:
    """Tell what can be a name; "[deleted]" and "posted by Ada on Monday" are none."""
    return 0 < len(words) <= _LONGEST_NAME and words[0] != "[" and not _NO_NAME.search(words)


def _labels(named: Iterable[_Named]) -> set[str]:
    """Return the words of links that lead to several places: no name, but "Profile", "Permalink".

    Two persons of one name have two profiles; which of them a class names, it need not tell.
    """
    routes = defaultdict(set)
    for one in named:
        if one.name and one.route and not (one.is_told and _PROFILE.search(one.route)):
            routes[one.name].add(one.route)
    return {name for name, leads in routes.items() if len(leads) > 1}


def _one(named: Sequence[_Named]) -> str | None:
    """Return the only name of ``named``, or the only one whose class tells that it is."""
    names = _each(named)
    if len(names) > 1:
        names = _each([one for one in named if one.is_told])
    return names.pop() if len(names) == 1 else None


def _each(named: Sequence[_Named]) -> set[str]:
    """Return one name for each place that ``named`` lead to: letters stand for a picture."""
    names: dict[str, str] = {}
    for one in named:
        if len(names.get(one.route or one.name, "")) <= _INITIALS:
            names[one.route or one.name] = one.name
    return set(names.values())


def _named(body: Any, frame: Any) -> Iterator[_Named]:
    """Yield what may name a poster in ``frame``: before ``body``, or below it if it says so."""
    is_before, inside = True, None
    for element in frame.iter():
        if element is body:
            is_before, inside = False, set(body.iter())
        if not isinstance(element.tag, str) or (inside and element in inside):
            continue
        is_told = _is_told(element, is_before=is_before)
        href = element.get("href") or ""
        if is_told or (is_before and element.tag == "a" and _leads_to_profile(element)):
            yield from _read(element, href, is_told=is_told)


def is_signature(element: Any) -> bool:
    """Tell what whoever asked a question signs it with, below its words."""
    return set((element.get("class") or "").split()) >= _SIGNED


def _leads_to_profile(link: Any) -> bool:
    return bool(_PROFILE.search(link.get("href") or ""))


def _is_told(element: Any, *, is_before: bool) -> bool:
    """Tell whether a class says that ``element`` names a poster."""
    named = element.get("class") or ""
    classes = set(named.split())
    if not is_before:
        return not _BELOW.isdisjoint(classes) or is_signature(element)
    if element.tag == "dt" and _is_first_told(element):
        return True
    above = element.getparent()
    if element.tag == "a" and above is not None:
        named = f"{named} {above.get('class') or ''} {element.get('data-testid') or ''}"
        return not _NAMED.isdisjoint(classes) or bool(_AUTHOR_LINK.search(named))
    return not _NAMED.isdisjoint(classes)


def _is_first_told(term: Any) -> bool:
    """Tell the first of what a panel beside a post tells of its poster."""
    if term.getprevious() is not None:
        return False
    around = islice(term.iterancestors(), 2)
    return any(not _PANELS.isdisjoint((each.get("class") or "").split()) for each in around)


def _read(element: Any, href: str, *, is_told: bool) -> Iterator[_Named]:
    link = next(filter(_leads_away, element.iter("a")), None)
    if link is None and element.tag == "a":
        return
    holder = element if link is None else link
    name = without_rank(_USER.sub("", one_line(holder.text_content())))
    if not name or len(name) > _LONGEST_NAME:
        return
    if not href and link is not None:
        href = link.get("href") or ""
    is_poster = can_be_name(name) and bool(_LETTER.search(name)) and not _is_of_others(holder)
    if is_told or is_poster or _LETTER.search(name):
        kind = _DIGITS.sub("", element.get("class") or "")
        key = (element.tag, kind, is_told)
        yield _Named(key, _NO_ROUTE.sub("", href), name if is_poster else "", is_told)


def _leads_away(link: Any) -> bool:
    """Tell a link that shows words and leads to more than a place on its own page."""
    return not re.match("#.", link.get("href") or "") and bool(one_line(link.text_content()))


def _is_of_others(name: Any) -> bool:
    """Tell whom a post answers, or who changed it, by what stands right before the ``name``."""
    each = name
    while not _before(each) and each.getprevious() is None and _is_inline(each.getparent()):
        each = each.getparent()
    if said := _before(each):
        return not _LEADING.fullmatch(said)
    label = each.getprevious()
    said = _bare(label.text_content()) if _is_inline(label) else ""
    return bool(_LEADS_ON.search(said)) and not _LEADING.fullmatch(said)


def _before(element: Any) -> str:
    """Return the words right before ``element``, in no element of their own."""
    before, above = element.getprevious(), element.getparent()
    if before is not None:
        return _bare(before.tail)
    return _bare(above.text) if above is not None else ""


def _bare(said: str | None) -> str:
    return one_line(said or "").strip(_MARKS)


def _is_inline(element: Any) -> bool:
    return element is not None and element.tag in _INLINE
