"""Who wrote the posts of a thread whose bodies are known: the name that stands over each. Pure.

For threads that tell it neither by microdata nor by the names of ``posts``. A name is what links to
a profile, or has a class that many makers of forums give to a poster's name; of such elements only
those that have their likes in other posts, so that no moderator of the forum is taken for one. Over
whose post several persons are named, nobody is told.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

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
_LONGEST_NAME = 60
_INITIALS = 2
_FEWEST = 2
_USER = re.compile(r"^/?u/(?=\w)")


class _Named(NamedTuple):
    """An element that may name a poster: its likes, where it leads, whether its marks say so."""

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
        if name := _one([one for one in alike if one.name not in labels]):
            told[frame] = name
    return told


def told_names(elements: Iterable[Any]) -> list[str]:
    """Return the names of those ``elements`` whose class says that they name a poster."""
    told = (each for each in elements if _is_told(each, is_before=True))
    return [one.name for each in told for one in _read(each, each.get("href") or "", is_told=True)]


def _labels(named: Iterable[_Named]) -> set[str]:
    """Return the words of links that lead to several profiles: no name, but "Profile"."""
    routes = defaultdict(set)
    for one in named:
        if one.route and not one.is_told:
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
    links = [each for each in element.iter("a") if one_line(each.text_content())]
    name = _USER.sub("", one_line((links[0] if links else element).text_content()))
    if not href and links:
        href = links[0].get("href") or ""
    if len(name) <= _LONGEST_NAME and _LETTER.search(name) and name[0] != "[":
        kind = _DIGITS.sub("", element.get("class") or "")
        yield _Named((element.tag, kind, is_told), _NO_ROUTE.sub("", href), name, is_told)
