"""Who wrote a page, as it states it for machines; cleaned to names."""

import re
from collections.abc import Sequence
from typing import Any

from trafilatura.json_metadata import normalize_authors

from casebook.extractors.text.characters import one_line
from casebook.extractors.text.linked_data import (
    ASKED,
    names_of,
    of_types,
    things_of,
    written_things,
)
from casebook.extractors.text.months import WHOLE_MONTH

_ROLE = (
    "(?:(?:co-?)?founder|c[etof]o|(?:sr\\.?|senior|junior|managing|executive|associate|guest|staff|"
    "contributing) (?:editor|writer|director|reporter|author)|editor|writer|reporter|director|"
    "author|ph\\.? ?d|m\\.? ?d|mba|cpa|cfp|cfa|cepf|psp|cpp|r\\.? ?n|human)"
)
_NOT_A_NAME = re.compile(
    r"https?:|www\b|@|\.(com|org|net|io|dev)\b|\d{3}|[<>{}\[\]/\\]"
    r"|^(admin\w*|administrator|editor\w*|staff|team|guest|the author|by|user|root|webmaster|"
    r"contributor|anonymous|unknown|undefined|none|null|n/a|editorial|press|news|support|info|marketing|home)$"
    rf"|^{_ROLE}$|^{WHOLE_MONTH}$|^on {WHOLE_MONTH}\b"
    r"|\b(get in touch|view all|posts|read more|follow|subscribe|share|minutes?|min read|"
    r"sign up|sign in|log ?in|register|published|updated|comments?)\b",
    re.IGNORECASE,
)
AROUND_A_NAME = re.compile(
    rf"^(?:(?:written|posted|reviewed|recipe|articles) )?by:?\s+|^author:?\s+|\s+{WHOLE_MONTH}$",
    re.IGNORECASE,
)
OFFICE = (
    "founder|co-founder|writer|editor|reporter|consultant|coordinator|attorney|manager|director|ceo|"
    "cto|contributor|analyst|journalist|engineer|member|scientist|architect|developer|designer|"
    "researcher|president|professor|strategist"
)
_KIND_OF_OFFICE = (
    r"(?:(?:former|senior|junior|head|chief|lead|content|marketing|tech|staff|trial|co-?|"
    r"contributing|managing|guest|full|new|well-known|active|super|forum|site|principal|vice|data|"
    r"software|machine|learning|ml|ai|applied|research|product|platform|engineering|solutions)\s+)*"
)
_AFTER_A_NAME = re.compile(
    rf"(?<=\w)\s+{_KIND_OF_OFFICE}(?:{OFFICE}|reviewed by|joined)\b.*$", re.IGNORECASE
)
_RANK = rf"{_KIND_OF_OFFICE}(?:{OFFICE}|moderator|admin|administrator)\b"
_SET_BEHIND_A_NAME = re.compile(rf"(?<=\w)(?:\s*[,(]|\s+[-–—|])\s*{_RANK}.*$", re.IGNORECASE)
_RANK_ALONE = re.compile(_RANK, re.IGNORECASE)
LONGEST_BYLINE = 120
_PROFILE = re.compile(r"/(?:u|users?|members?|profile)/[\w%.-]+")
_NAMES_APART = re.compile(r"\s*;\s*|\s+(?:and|&)\s+(?=[A-Z][\w.'’-]+\s+[A-Z])")
_LONGEST_NAME = 60
_SHORTEST_NAME = 4
_LETTERS = 3
MOST_AUTHORS = 20


def clean_authors(stated: str | Sequence[str] | None, sites: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the persons named, in order, each once; what is no name (a URL, "admin") goes.

    Beside a full name, a name of one word (a login) and that of one of ``sites`` go too.
    """
    parts = _NAMES_APART.split(stated) if isinstance(stated, str) else list(stated or ())
    names = (AROUND_A_NAME.sub("", one_line(part)).strip(" ,.-|") for part in parts)
    found = dict.fromkeys(_without_role(name) for name in names if _is_name(name))
    found = {name: None for name in found if not (len(found) > 1 and _RANK_ALONE.fullmatch(name))}
    full = [name for name in found if " " in name and not any(names_site(name, s) for s in sites)]
    return tuple(full or found)[:MOST_AUTHORS]


def _without_role(name: str) -> str:
    """Return ``name`` without the office that a byline puts behind it."""
    name = without_rank(name)
    bare = _AFTER_A_NAME.sub("", name)
    return bare if " " in bare else name


def without_rank(name: str) -> str:
    """Return ``name`` without the rank or office that is set behind it: "Ada, Senior Member"."""
    return _SET_BEHIND_A_NAME.sub("", name)


def _is_name(name: str) -> bool:
    return (
        bool(name)
        and len(name) <= _LONGEST_NAME
        and not _NOT_A_NAME.search(name)
        and any(character.isalpha() for character in name)
    )


def linked_author(tree: Any) -> str | None:
    """Return the one name that the page's links to author pages carry; None for none or several."""
    links = filter(_leads_to_author, tree.iter("a"))
    names = {name for link in links for name in clean_authors(" ".join(link.itertext()))}
    return names.pop() if len(names) == 1 else None


def _leads_to_author(link: Any) -> bool:
    address = link.get("href", "")
    return "/author/" in address or "/authors/" in address or link.get("rel") == "author"


def written_by(tree: Any) -> str | None:
    """Return the authors of the first article that the page describes in JSON-LD."""
    described = (names_of(thing.get("author")) for thing in written_things(tree))
    names = next(described, [])
    found: str | None = None
    for name in names[:MOST_AUTHORS]:
        found = normalize_authors(found, name[:LONGEST_BYLINE])
    return found


def asked_by(tree: Any) -> str | None:
    """Return who opened a thread, as it states for machines."""
    described = (names_of(thing.get("author")) for thing in of_types(things_of(tree), ASKED))
    stated = next(described, []) or tree.xpath("//shreddit-post/@author")[:1]
    return next(iter(clean_authors(stated)), None)


def posted_by(tree: Any, opener: str | None = None) -> str | None:
    """Return who opened the thread that begins on this page, if it does not state that itself.

    By microdata, else ``opener``, who is named over it, else the first name that links to a
    profile.
    """
    path = "//h1[1]/following::*[self::a[@href] or @itemprop='name'][position() <= 60]"
    found = [(link, one_line(" ".join(link.itertext()))) for link in tree.xpath(path)]
    for link, name in found:
        if link.xpath("self::*[@itemprop='name']/ancestor::*[@itemprop='author']"):
            return name
    if opener:
        return opener
    for link, name in found:
        # A letter or two stand for a picture of the person.
        if _PROFILE.search(link.get("href") or "") and len(name) >= _LETTERS and _is_name(name):
            return name
    return None


def names_site(part: str, site: str) -> bool:
    """Tell whether ``part`` is the name of ``site``: "Acme Blog" for acmeblog.com."""
    one = re.sub(r"\W|\.\w{2,3}$", "", part.lower())
    other = re.sub(r"\W|^www\.|\.\w{2,3}$", "", site.lower())
    return one == other or (len(one) >= _SHORTEST_NAME and one in other)
