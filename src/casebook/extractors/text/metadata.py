"""What a page states of itself, and its language and address without what pages add."""

import re
from datetime import date
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from courlan import extract_domain
from trafilatura import metadata as page
from trafilatura.settings import Document as Stated

from casebook.extractors.text.authors import linked_author, names_site, written_by
from casebook.extractors.text.bylines import byline
from casebook.extractors.text.characters import one_line
from casebook.extractors.text.declarations import declarations_of

# The languages of most of the web (W3Techs); over all 97, short English reads as Pidgin.
_LANGUAGES = (
    "ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro "
    "ru sk sl sr sv ta th tr uk ur vi zh"
).split()
_LANGUAGE = re.compile(r"[a-z]{2,3}(?=$|[-_])")
_BETWEEN = " |·•»«:-–—"
_SAMPLE = 20_000
_FEWEST_CHARACTERS = 40
# Of 468 English pages all but two have more of these, which are lists of names and figures.
_ENGLISH = frozenset("the and of to with that".split())
_FEWEST_COMMON = 0.02
_LONG = 1_500
"""Characters in which a language is told with certainty."""


def stated_of(tree: Any, url: str | None, *, signed: bool) -> Stated:
    """Return title, author and site as the page states them, uncleaned.

    The steps of ``trafilatura.extract_metadata`` without date, categories, tags and licence. Where
    no meta tag names an author, a byline is looked for on a page that is likely ``signed``.
    """
    declared = declarations_of(tree)
    stated = page.extract_meta_json(declared, page.examine_meta(declared))
    shared = declared.xpath("string(//meta[@property='og:site_name']/@content)")
    if shared and stated.sitename and stated.sitename == stated.author:  # a blog of one's own
        stated.sitename = one_line(shared)
    # With the related articles of a page, trafilatura takes their authors too.
    stated.author = written_by(tree) or stated.author
    stated.sitename = (stated.sitename or _site_in_title(tree, url) or "").lstrip("@") or None
    # Not a person, or a login name: believed where no byline says better.
    last = stated.author if _is_doubtful(stated.author, stated.sitename) else None
    if last:
        stated.author = None
    stated.url = stated.url or page.extract_url(tree, url)
    stated.hostname = extract_domain(stated.url, fast=True) if stated.url else None
    if not stated.author and signed:
        stated.author = linked_author(tree) or byline(tree)
    stated.author = stated.author or last
    stated.clean_and_trim()
    return stated


def _site_in_title(tree: Any, url: str | None) -> str | None:
    """Return the site's name that trafilatura tells in the page's title by its dot.

    "Release 2.0 — Acme documentation" begins with what the page is called, unless that is the host.
    """
    name = page.extract_sitename(tree)
    title = one_line(tree.findtext(".//head/title") or "")
    host = extract_domain(url, fast=True) if url else None
    if not name or not title.startswith(name) or (host and names_site(name, host)):
        return name
    return title.removeprefix(name).strip(_BETWEEN) or None


def _is_doubtful(author: str | None, site: str | None) -> bool:
    """Tell one word, and the name of the site."""
    if not author:
        return False
    return " " not in author or (site is not None and names_site(author, site))


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


def language_written(stated: str | None, text: str) -> str | None:
    """Return the language that a long text is plainly in, else the stated one, as ISO 639 code.

    Word processors state the language of their menus. A text is plainly in the one that its two
    halves are in; of languages that are not told apart here, what is stated stands.
    """
    known = language_of(stated, "")
    sample = text[:_SAMPLE]
    half = len(sample) // 2
    if (known and known not in _LANGUAGES) or half < _LONG:
        return language_of(stated, text)
    first, second = _detected(sample[:half]), _detected(sample[half:])
    return first if first == second else language_of(stated, text)


def language_of_page(stated: str | None, text: str) -> str | None:
    """Return the ISO 639 code that a page states, English only where it has words of it.

    Many templates state English, whatever is written in them.
    """
    known = language_of(stated, "")
    if known != "en":
        return known
    words = re.findall(r"\w+", text[:_LONG].lower())
    common = sum(word in _ENGLISH for word in words)
    return language_written(stated, text) if common < _FEWEST_COMMON * len(words) else known


@lru_cache(maxsize=8)
def _detected(sample: str) -> str | None:
    if len(sample.strip()) < _FEWEST_CHARACTERS:
        return None
    return str(_classifier().classify(sample)[0])


def load_languages() -> None:
    """Load what tells languages apart, for this process and those that are forked from it."""
    _classifier()


@cache
def _classifier() -> Any:
    """Return what tells languages apart, restricted to ours."""
    import py3langid  # half a second to load; most pages state their language

    py3langid.set_languages(_LANGUAGES)
    return py3langid


def canonical_url(tree: Any, url: str | None) -> str | None:
    """Return the address that the page gives as its own, if it lies on the same site as ``url``.

    A site's root given for a deeper page is a template's mistake, not the page's address.
    """
    rels = ((one.get("rel") or "", one.get("href") or "") for one in tree.iter("link"))
    link = next((href for rel, href in rels if "canonical" in rel.lower().split()), "").strip()
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
