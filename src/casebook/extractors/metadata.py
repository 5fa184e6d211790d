"""Who wrote a page, when, under which title, in which language: cleaned of what pages add to it."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from courlan import extract_domain
from htmldate import find_date
from trafilatura import metadata as page
from trafilatura.settings import Document as Stated

from casebook.extractors.characters import one_line

_SEPARATOR = re.compile(r"\s+(?:[|·•»«:—–-]|::|//)\s+|\s*[|»]\s*")
_MONTH = "january|february|march|april|may|june|july|august|september|october|november|december"
_ROLE = (
    "(?:(?:co-?)?founder|c[etof]o|(?:sr\\.?|senior|junior|managing|executive|associate|guest|staff|"
    "contributing) (?:editor|writer|director|reporter|author)|editor|writer|reporter|director|"
    "author|ph\\.? ?d|m\\.? ?d|mba|cpa|cfp|cfa|cepf|psp|cpp|r\\.? ?n|human)"
)
_NOT_A_NAME = re.compile(
    r"https?:|www\b|@|\.(com|org|net|io|dev)\b|\d{3}|[<>{}\[\]/\\]"
    r"|^(admin\w*|administrator|editor\w*|staff|team|guest|the author|by|user|root|webmaster|"
    r"contributor|anonymous|unknown|none|null|n/a|editorial|press|news|support|info|marketing|home)$"
    rf"|^{_ROLE}$|^(?:{_MONTH})$|^on (?:{_MONTH})\b"
    r"|\b(view all|posts|read more|follow|subscribe|share|minutes?|min read|"
    r"sign up|sign in|log ?in|register|published|updated|comments?)\b",
    re.IGNORECASE,
)
_AROUND_A_NAME = re.compile(
    rf"^(?:(?:written|posted|reviewed|recipe|articles) )?by:?\s+|^author:?\s+|\s+(?:{_MONTH})$",
    re.IGNORECASE,
)
_AFTER_A_NAME = re.compile(
    r"(?<=\w)\s+(?:(?:former|senior|junior|head|chief|lead|content|marketing|tech|staff|trial|co-?|"
    r"contributing|managing|guest|full|new|well-known|active)\s+)*(?:founder|co-founder|writer|editor|"
    r"reporter|consultant|coordinator|attorney|manager|director|ceo|cto|contributor|analyst|"
    r"journalist|engineer|member|reviewed by|joined)\b.*$",
    re.IGNORECASE,
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH_NAME = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_YEAR = r"(?:19|20)\d\d"
_DAY = re.compile(
    rf"\b(?:(?P<month>{_MONTH_NAME})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>{_YEAR})"
    rf"|(?P<day_first>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month_after>{_MONTH_NAME}),?\s+"
    rf"(?P<year_after>{_YEAR})"
    rf"|(?P<year_iso>{_YEAR})-(?P<number>\d\d)-(?P<day_iso>\d\d))\b",
    re.IGNORECASE,
)
_SHOWN = "[normalize-space()][not(ancestor::script or ancestor::style)]"
_AFTER_HEADLINE = f"following::text(){_SHOWN}[position() <= 30]"
_BEFORE_HEADLINE = f"preceding::text(){_SHOWN}[position() <= 10]"
_PROFILE = re.compile(r"/(?:u|users?|members?|profile)/[\w%.-]+")
_NAMES_APART = re.compile(r"\s*;\s*|\s+(?:and|&)\s+(?=[A-Z][\w.'’-]+\s+[A-Z])")
_LONGEST_NAME = 60
_SHORTEST_NAME = 4
_HEADLINE_WORDS = 3
_LETTERS = 3
_MOST_AUTHORS = 20
# The languages of most of the web (W3Techs); over all 97, short English reads as Pidgin.
_LANGUAGES = (
    "ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro "
    "ru sk sl sr sv ta th tr uk ur vi zh"
).split()
_LANGUAGE = re.compile(r"[a-z]{2,3}(?=$|[-_])")
_SAMPLE = 20_000
_FEWEST_CHARACTERS = 40


def stated_of(tree: Any, url: str | None, *, signed: bool, article: bool) -> Stated:
    """Return title, author, date and site as the page states them, uncleaned.

    The steps of ``trafilatura.extract_metadata`` without categories, tags and licence, which cost
    a quarter of its time. Where no meta tag names an author, a byline is looked for on a page that
    is likely ``signed`` or has a date: that is the costliest step.
    """
    stated = page.extract_meta_json(tree, page.examine_meta(tree))
    # One word is a login name more often than a person: believed where no byline says better.
    login = stated.author if stated.author and " " not in stated.author else None
    if login:
        stated.author = None
    stated.title = stated.title or page.extract_title(tree)
    stated.url = stated.url or page.extract_url(tree, url)
    stated.hostname = extract_domain(stated.url, fast=True) if stated.url else None
    stated.date = _date_of(tree, stated.url, signed=signed, article=article)
    if not stated.author and (signed or stated.date):
        stated.author = linked_author(tree) or page.extract_author(tree)
    stated.author = stated.author or login
    stated.sitename = (stated.sitename or page.extract_sitename(tree) or "").lstrip("@") or None
    stated.clean_and_trim()
    return stated


def _date_of(tree: Any, url: str | None, *, signed: bool, article: bool) -> str | None:
    """Return the day of publication: from the markup, else as written beside the headline."""
    found = find_date(tree, url=url, original_date=True, extensive_search=False)
    if found or not signed:
        return found or None
    for top in tree.xpath("//h1")[:1]:
        for side in (_AFTER_HEADLINE, _BEFORE_HEADLINE):
            if day := _written_day(" ".join(top.xpath(side))):
                return day
    # Last, since it takes as long as all else together.
    return find_date(tree, url=url, original_date=True, extensive_search=True) if article else None


def _written_day(text: str) -> str | None:
    """Return the first day that ``text`` writes out, in English or as ISO, as ISO."""
    for match in _DAY.finditer(text):
        found = match.groupdict()
        name = found["month"] or found["month_after"]
        month = _MONTHS.index(name[:3].lower()) + 1 if name else int(found["number"])
        day, year = found["day"] or found["day_first"] or found["day_iso"], found["year"]
        year = year or found["year_after"] or found["year_iso"]
        try:
            return date(int(year), month, int(day)).isoformat()
        except ValueError:
            continue
    return None


def clean_title(
    title: str | None, headings: Sequence[str], sites: Sequence[str] = ()
) -> str | None:
    """Return ``title`` without the site's name.

    ``headings`` are shorter forms that the page itself shows (og:title, h1): one that is a part of
    the title, set apart by a separator, is the title. Else a first or last part that names one of
    ``sites`` (a site's name, its host) goes.
    """
    shown = [heading for heading in map(_bare, headings) if heading]
    title = _bare(title or "") or next(iter(shown), "")
    for heading in shown:
        if heading != title and _is_part(heading, title):
            title = heading
            break
    return _without_site(title, sites) or None


def headline(headings: Sequence[str], sites: Sequence[str]) -> str | None:
    """Return the only first-level heading of an article, which is its own title; else None.

    Not one of under three words, which is a section's, nor the name of the site.
    """
    shown = [heading for heading in map(_bare, headings) if heading]
    if len(shown) != 1 or len(shown[0].split()) < _HEADLINE_WORDS:
        return None
    return None if any(_names(shown[0], site) for site in sites) else shown[0]


def _bare(title: str) -> str:
    """Return a title without the permalink signs that documentation sites put behind it."""
    return one_line(title).rstrip(" \u00b6\uf0c1#\U0001f517")


def _is_part(heading: str, title: str) -> bool:
    """Tell whether ``heading`` is ``title`` up to, or from, a separator."""
    if title.startswith(heading):
        return bool(_SEPARATOR.match(title, len(heading)))
    if title.endswith(heading):
        before = title[: -len(heading)]
        return any(mark.end() == len(before) for mark in _SEPARATOR.finditer(before))
    return False


def _without_site(title: str, sites: Sequence[str]) -> str:
    marks = list(_SEPARATOR.finditer(title))
    if not marks:
        return title
    first, rest = title[: marks[0].start()], title[marks[0].end() :]
    head, last = title[: marks[-1].start()], title[marks[-1].end() :]
    if any(_names(last, site) for site in sites):
        return head.strip()
    return rest.strip() if any(_names(first, site) for site in sites) else title


def _names(part: str, site: str) -> bool:
    """Tell whether ``part`` is the name of ``site``: "Acme Blog" for acmeblog.com."""
    one = re.sub(r"\W|\.\w{2,3}$", "", part.lower())
    other = re.sub(r"\W|^www\.|\.\w{2,3}$", "", site.lower())
    return one == other or (len(one) >= _SHORTEST_NAME and one in other)


def clean_authors(stated: str | Sequence[str] | None, sites: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the persons named, in order, each once; what is no name (a URL, "admin") goes.

    Beside a full name, a name of one word (a login) and that of one of ``sites`` go too.
    """
    parts = _NAMES_APART.split(stated) if isinstance(stated, str) else list(stated or ())
    names = (_AROUND_A_NAME.sub("", one_line(part)).strip(" ,.-|") for part in parts)
    found = dict.fromkeys(_without_role(name) for name in names if _is_name(name))
    full = [name for name in found if " " in name and not any(_names(name, s) for s in sites)]
    return tuple(full or found)[:_MOST_AUTHORS]


def _without_role(name: str) -> str:
    """Return ``name`` without the office that a byline puts behind it."""
    bare = _AFTER_A_NAME.sub("", name)
    return bare if " " in bare else name


def _is_name(name: str) -> bool:
    return (
        bool(name)
        and len(name) <= _LONGEST_NAME
        and not _NOT_A_NAME.search(name)
        and any(character.isalpha() for character in name)
    )


def linked_author(tree: Any) -> str | None:
    """Return the one name that the page's links to author pages carry; None for none or several."""
    links = tree.xpath(
        "//a[@rel='author' or contains(@href, '/author/') or contains(@href, '/authors/')]"
    )
    names = {name for link in links for name in clean_authors(" ".join(link.itertext()))}
    return names.pop() if len(names) == 1 else None


def posted_by(tree: Any) -> str | None:
    """Return who opened a thread: the first name below its title that links to a profile."""
    path = "//h1[1]/following::*[self::a[@href] or @itemprop='name'][position() <= 60]"
    for link in tree.xpath(path):
        name = one_line(" ".join(link.itertext()))
        profile = _PROFILE.search(link.get("href") or "")
        stated = link.get("itemprop") == "name" and link.xpath("ancestor::*[@itemprop='author']")
        # A letter or two stand for a picture of the person.
        if (profile or stated) and len(name) >= _LETTERS and _is_name(name):
            return name
    return None


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

    py3langid.set_languages(_LANGUAGES)
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
