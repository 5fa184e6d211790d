"""Who wrote a page, under which title, in which language: cleaned of what pages add to it."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from courlan import extract_domain
from lxml import etree  # type: ignore[import-untyped]  # it ships no types
from trafilatura import metadata as page
from trafilatura.json_metadata import normalize_authors
from trafilatura.settings import Document as Stated

from casebook.extractors.characters import one_line
from casebook.extractors.linked_data import ASKED, WRITTEN, names_of, of_types, things_of

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
_SIGNED = etree.XPath(
    "//author | //*[@rel='author' or contains(@itemprop, 'author') or contains(@id, 'uthor') "
    "or contains(@class, 'uthor') or contains(@class, 'yline') or contains(@class, 'posted-by') "
    "or contains(@class, 'writer')]"
)
_TELLING = (
    re.compile(r" (?:rel|itemprop|class|id)=author(?: name)? |[Aa]uthor_*-?[Nn]ame"),
    re.compile(r"=byline |author|posted-by"),
    re.compile(r"[Aa]uthor|writer|[Bb]yline"),
)
_APART = re.compile(
    r"\b[Cc]omment(?!ator)|sidebar|[Rr]elated|quote|testimonial|reviewer|\bcard", re.ASCII
)
_WORDS = ".//text()[not(ancestor::time or ancestor::figure or ancestor::script)]"
_BY = re.compile(r"(?:(?:written|posted|words|story)\s+)?by\b:?\s*(.*)", re.IGNORECASE)
# Names have capitals; one word alone is a login.
_SIGNATURE = re.compile(r"[^\W\d_a-z][\w.'’-]*(?:,? (?:[^\W\d_a-z]|and |& ).*)?$|\w[\w-]*$")
_INLINE = frozenset({"a", "b", "em", "i", "span", "strong", "cite"})
_UNSIGNED = re.compile(
    rf"\s*[|·•]\s*|\s+[-–—]\s+|\s+\d.*|,?\s+(?:on |at )?(?:{_MONTH}"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b).*",
    re.IGNORECASE,
)
_BY_HEADLINE = (
    "following::text()[normalize-space()][position() <= 30]",
    "preceding::text()[normalize-space()][position() <= 10]",
)
_LONGEST_BYLINE = 120
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


def stated_of(tree: Any, url: str | None, *, signed: bool) -> Stated:
    """Return title, author and site as the page states them, uncleaned.

    The steps of ``trafilatura.extract_metadata`` without date, categories, tags and licence. Where
    no meta tag names an author, a byline is looked for on a page that is likely ``signed``.
    """
    stated = page.extract_meta_json(tree, page.examine_meta(tree))
    # With the related articles of a page, trafilatura takes their authors too.
    stated.author = _written_by(tree) or stated.author
    # One word is a login name more often than a person: believed where no byline says better.
    login = stated.author if stated.author and " " not in stated.author else None
    if login:
        stated.author = None
    stated.title = stated.title or page.extract_title(tree)
    stated.url = stated.url or page.extract_url(tree, url)
    stated.hostname = extract_domain(stated.url, fast=True) if stated.url else None
    if not stated.author and signed:
        stated.author = linked_author(tree) or byline(tree)
    stated.author = stated.author or login
    stated.sitename = (stated.sitename or page.extract_sitename(tree) or "").lstrip("@") or None
    stated.clean_and_trim()
    return stated


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


def _written_by(tree: Any) -> str | None:
    """Return the authors of the first article that the page describes in JSON-LD."""
    described = (names_of(thing.get("author")) for thing in of_types(things_of(tree), WRITTEN))
    names = next(described, [])
    found: str | None = None
    for name in names:
        found = normalize_authors(found, name)
    return found


def byline(tree: Any) -> str | None:
    """Return who signs the page: the name in what is marked up as the author's, or "By …"."""
    marked = [element for element in _SIGNED(tree) if not _is_set_apart(element)]
    for telling in _TELLING:
        for element in marked:
            if telling.search(_marks(element)) and (names := _names_in(element.xpath(_WORDS))):
                return names
    for top in tree.xpath("//h1")[:1]:
        for side in _BY_HEADLINE:
            lines = top.xpath(side)
            for line, after in zip(lines, [*lines[1:], ""], strict=True):
                said = _BY.fullmatch(one_line(line))
                name = one_line(said[1] or after) if said else ""
                if _SIGNATURE.match(name) and _is_alone(line) and (names := _names_in([name])):
                    return names
    return None


def _is_alone(line: Any) -> bool:
    """Tell a line that is no part of a paragraph."""
    holder = line.getparent()
    block = holder.getparent() if line.is_tail or holder.tag in _INLINE else holder
    return block is None or len(one_line(" ".join(block.itertext()))) < _LONGEST_BYLINE


def _marks(element: Any) -> str:
    found = (f" {name}={element.get(name)} " for name in ("rel", "itemprop", "id", "class"))
    return "".join(found)


def _is_set_apart(element: Any) -> bool:
    """Tell what stands in a comment, a sidebar or a list of other pages."""
    marks = (f"{one.get('class')} {one.get('id')}" for one in (element, *element.iterancestors()))
    return any(_APART.search(each) for each in marks)


def _names_in(words: Sequence[str]) -> str | None:
    text = _UNSIGNED.split(one_line(" ".join(words)), maxsplit=1)[0]
    if not _LETTERS <= len(text) < _LONGEST_BYLINE:
        return None
    found = normalize_authors(None, text)
    return found if clean_authors(found) else None


def posted_by(tree: Any) -> str | None:
    """Return who opened a thread: as it states it, else the first name that links to a profile."""
    described = (names_of(thing.get("author")) for thing in of_types(things_of(tree), ASKED))
    if names := clean_authors(next(described, [])):
        return names[0]
    path = "//h1[1]/following::*[self::a[@href] or @itemprop='name'][position() <= 60]"
    found = [(link, one_line(" ".join(link.itertext()))) for link in tree.xpath(path)]
    for link, name in found:
        if link.xpath("self::*[@itemprop='name']/ancestor::*[@itemprop='author']"):
            return name
    for link, name in found:
        # A letter or two stand for a picture of the person.
        if _PROFILE.search(link.get("href") or "") and len(name) >= _LETTERS and _is_name(name):
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
