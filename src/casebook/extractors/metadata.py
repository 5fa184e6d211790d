"""Who wrote a page, when, under which title, in which language: cleaned of what pages add to it."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from courlan import extract_domain

from casebook.extractors.characters import one_line

_SEPARATOR = re.compile(r"\s+(?:[|·•»«:—–-]|::|//)\s+|\s*[|»]\s*")
_NOT_A_NAME = re.compile(
    r"https?:|www\.|@|\.(com|org|net|io|dev)\b|\d{3}|[<>{}\[\]/\\]"
    r"|^(admin\w*|administrator|editor\w*|staff|team|guest|author|by|user|root|webmaster|contributor|"
    r"anonymous|unknown|none|null|n/a|editorial|press|news|support|info|marketing|home)$"
    r"|\b(view all|posts|read more|follow|subscribe|share|minutes?|min read|published|updated|comments?)\b",
    re.IGNORECASE,
)
_BY = re.compile(r"^(?:(?:written|posted|reviewed) )?by:?\s+", re.IGNORECASE)
_NAMES_APART = re.compile(r"\s*;\s*|\s+(?:and|&)\s+(?=[A-Z][\w.'’-]+\s+[A-Z])")
_LONGEST_NAME = 60
_MOST_AUTHORS = 20
_LANGUAGE = re.compile(r"[a-z]{2,3}(?=$|[-_])")
_SAMPLE = 20_000
_FEWEST_CHARACTERS = 40


def clean_title(title: str | None, headings: Sequence[str], site: str | None) -> str | None:
    """Return ``title`` without the site's name.

    ``headings`` are shorter forms that the page itself shows (og:title, h1): one that is a part of
    the title, set apart by a separator, is the title. Else a first or last part that equals
    ``site`` goes.
    """
    title = one_line(title or "")
    if not title:
        return next((one_line(heading) for heading in headings if heading.strip()), None)
    for heading in map(one_line, headings):
        if heading and heading != title and _is_part(heading, title):
            return heading
    return _without_site(title, site)


def _is_part(heading: str, title: str) -> bool:
    """Tell whether ``heading`` is ``title`` up to, or from, a separator."""
    if title.startswith(heading):
        return bool(_SEPARATOR.match(title, len(heading)))
    if title.endswith(heading):
        before = title[: -len(heading)]
        return bool(re.search(_SEPARATOR.pattern + r"$", before))
    return False


def _without_site(title: str, site: str | None) -> str:
    marks = list(_SEPARATOR.finditer(title))
    if not marks or not site:
        return title
    head, tail = title[: marks[-1].start()], title[marks[-1].end() :]
    if _same_name(tail, site):
        return head.strip()
    first, rest = title[: marks[0].start()], title[marks[0].end() :]
    return rest.strip() if _same_name(first, site) else title


def _same_name(part: str, site: str) -> bool:
    one, other = (re.sub(r"\W|^www\.|\.\w{2,3}$", "", name.lower()) for name in (part, site))
    return bool(one) and one == other


def clean_authors(stated: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the persons named, in order, each once; what is no name (a URL, "admin") goes."""
    parts = _NAMES_APART.split(stated) if isinstance(stated, str) else list(stated or ())
    names = (_BY.sub("", one_line(part)).strip(" ,.-|") for part in parts)
    found = dict.fromkeys(name for name in names if _is_name(name))
    return tuple(found)[:_MOST_AUTHORS]


def _is_name(name: str) -> bool:
    return (
        bool(name)
        and len(name) <= _LONGEST_NAME
        and not _NOT_A_NAME.search(name)
        and any(character.isalpha() for character in name)
    )


def clean_date(stated: str | None) -> date | None:
    """Return the day of an ISO date or time, or None where it states no day that can be."""
    try:
        day = date.fromisoformat((stated or "").strip()[:10])
    except ValueError:
        return None
    # The first web page went up in 1991; a later tomorrow covers every time zone.
    return day if day.year > 1990 else None  # noqa: PLR2004


def language_of(stated: str | None, text: str) -> str | None:
    """Return the ISO 639 code that the document states, else the one its text is in."""
    if match := _LANGUAGE.match((stated or "").strip().lower()):
        return match.group()
    return _detected(text[:_SAMPLE])


@lru_cache(maxsize=8)
def _detected(sample: str) -> str | None:
    if len(sample.strip()) < _FEWEST_CHARACTERS:
        return None
    import py3langid  # half a second to load; most pages state their language

    return str(py3langid.classify(sample)[0])


def canonical_url(tree: Any, url: str | None) -> str | None:
    """Return the address that the page gives as its own, if it lies on the same site as ``url``.

    A site's root given for a deeper page is a template's mistake, not the page's address.
    """
    link = next(iter(tree.xpath("//link[contains(@rel, 'canonical')]/@href")), "").strip()
    if not link or not url:
        return None
    try:
        full = urljoin(url, link)
        here, there = urlsplit(url), urlsplit(full)
    except ValueError:
        return None
    rooted = there.path in {"", "/"} and here.path not in {"", "/"}
    web = there.scheme in {"http", "https"} and not rooted
    return full if web and _same_site(url, full) else None


def _same_site(one: str, other: str) -> bool:
    hosts = [(urlsplit(address).hostname or "").removeprefix("www.") for address in (one, other)]
    if hosts[0] == hosts[1]:
        return True
    domains = [extract_domain(address) for address in (one, other)]
    return domains[0] is not None and domains[0] == domains[1]
