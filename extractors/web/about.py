"""What a page says about itself: site, summary, language, title, authors and date. Pure.

Pages state a title for machines (og:title, ``<title>``) and show one as a heading. What both say is
the title; the name of the site stands behind it, sometimes before it. Authors and the day are what
is stated for machines, else what stands by the headline; a day of publication goes before one of a
change.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from urllib.parse import urljoin, urlsplit

from courlan import extract_domain
from htmldate import find_date
from htmldate.core import DATE_ATTRIBUTES

from extractors.text import day_in_address, language_of, one_line, words_in
from extractors.web.page import JsonLdNode, WebPage, names_of
from extractors.web.patterns import pattern, words

_LONGEST_SITE = 80
_LONGEST_DESCRIPTION = 1_000
# Nearly all English prose has more of these; many templates state English for any language.
_ENGLISH = frozenset("the and of to with that".split())
_FEWEST_ENGLISH = 0.02
_SAMPLE = 300


def site_of(page: WebPage) -> str | None:
    """Return the name of the site, or else its host."""
    stated = page.metas.get("og:site_name") or page.metas.get("application-name") or ""
    name = stated.lstrip("@")
    is_title = name in {page.metas.get("og:title"), *page.names}
    return name if name and len(name) <= _LONGEST_SITE and not is_title else page.host or None


def description_of(page: WebPage) -> str | None:
    """Return the page's own summary of itself."""
    names = ("description", "og:description", "twitter:description")
    found = next(filter(None, map(page.metas.get, names)), "")
    return found[:_LONGEST_DESCRIPTION] or None


def page_language(page: WebPage, text: str) -> str | None:
    """Return the ISO 639 code that a page states, or that of its text where it is not in English.

    A text in another language than the stated English is classified.
    """
    stated = page.tree.get("lang") or page.tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    words = words_in(text[: 10 * _SAMPLE].lower())[:_SAMPLE]
    common = sum(word in _ENGLISH for word in words)
    if (stated or "").lower().startswith("en") and common < _FEWEST_ENGLISH * len(words):
        return language_of(text) or "en"
    return language_of(text, stated)


def canonical_of(page: WebPage) -> str | None:
    """Return the address that the page gives as its own, if it lies on the same site.

    The root of a site given for a deeper page is a template's mistake.
    """
    links = (
        one.get("href") or ""
        for one in page.tree.iter("link")
        if "canonical" in (one.get("rel") or "").lower().split()
    )
    stated = next(links, "").strip() or page.metas.get("og:url", "")
    if not stated or not page.url:
        return None
    try:
        full = urljoin(page.url, stated)
        here, there = urlsplit(page.url), urlsplit(full)
    except ValueError:
        return None
    is_root = there.path in {"", "/"} and here.path not in {"", "/"}
    is_web = there.scheme in {"http", "https"}
    return full if is_web and not is_root and _same_site(page.url, full) else None


def _same_site(one: str, other: str) -> bool:
    hosts = [(urlsplit(address).hostname or "").removeprefix("www.") for address in (one, other)]
    domains = [extract_domain(address) for address in (one, other)]
    return hosts[0] == hosts[1] or (domains[0] is not None and domains[0] == domains[1])


_SEPARATOR = re.compile(
    r"\s+(?:[|·•»«:—–-]|::|//)\s+|\s*[|｜»]\s*|(?<=[\u3040-\u30ff\u3400-\u9fff])_"
)
_BLOG = re.compile(r"(?:the )?[\w&.' ]{0,40}\b(?:blog|newsroom|magazine)", re.IGNORECASE)
_PERMALINKS = " \u00b6\uf0c1#\U0001f517"
_HEADLINE_WORDS = 3
_SHORTEST_NAME = 4
_TELLING = 4  # letters of a word; shorter ones stand in any title
_ANY, _HALF = 0.0, 0.5
_LONGEST = 300


def title_of(page: WebPage, sites: Sequence[str]) -> str | None:
    """Return the title of a page, None where it has none; ``sites`` are names of its site."""
    named = [one_line("".join(title.itertext())) for title in page.tree.iterfind(".//head/title")]
    machine = [page.metas.get("og:title", ""), *named[:1], page.metas.get("twitter:title", "")]
    stated = [title for title in map(_bare, machine) if title]
    shown = [title for title in map(_bare, map(_heading, page.tree.iter("h1"))) if title]
    own = [heading for heading in dict.fromkeys(shown) if not _names_site(heading, stated, sites)]
    for heading in own:
        if any(_begins(heading, title) for title in stated):
            return heading
    if len(own) == 1 and _is_title(own[0], stated, share=_ANY if page.is_article else _HALF):
        return own[0]
    title = without_site(next(iter([*stated, *own, *shown]), ""), sites)
    return _before_bar(title)[:_LONGEST] or None


def without_site(title: str, sites: Sequence[str]) -> str:
    """Return ``title`` without a first or last part that names one of ``sites``, or a blog."""
    marks = list(_SEPARATOR.finditer(title))
    if not marks:
        return title
    first, rest = title[: marks[0].start()], title[marks[0].end() :]
    head, last = title[: marks[-1].start()], title[marks[-1].end() :]
    if _BLOG.fullmatch(last) or any(is_name_of(last, site) for site in sites):
        return head.strip()
    return rest.strip() if any(is_name_of(first, site) for site in sites) else title


def is_name_of(part: str, site: str) -> bool:
    """Return whether ``part`` is the name of ``site``: "Acme Blog" for acmeblog.com."""
    one = re.sub(r"\W|\.\w{2,3}$", "", part.lower())
    other = re.sub(r"\W|^www\.|\.\w{2,3}$", "", site.lower())
    return one == other or (len(one) >= _SHORTEST_NAME and one in other)


def _heading(top: Any) -> str:
    return one_line(" ".join(top.xpath(".//text()[not(ancestor::button)]")))


def _bare(title: str) -> str:
    """Return a title without the permalink signs of documentation."""
    return one_line(title).rstrip(_PERMALINKS)


def _begins(heading: str, title: str) -> bool:
    """Return whether ``title`` is ``heading``, or has more behind a separator."""
    same = title.lower().startswith(heading.lower())
    return same and (len(title) == len(heading) or bool(_SEPARATOR.match(title, len(heading))))


def _names_site(heading: str, stated: Sequence[str], sites: Sequence[str]) -> bool:
    """Return whether a heading is the name of the site or of the book: it ends the stated title."""
    if any(is_name_of(heading, site) for site in sites):
        return True
    before = (title.removesuffix(heading) for title in stated if title.endswith(heading))
    return any(_SEPARATOR.search(part[-4:]) for part in before)


def _is_title(heading: str, stated: Sequence[str], share: float) -> bool:
    """Return whether the stated titles have a share of the words of the only heading."""
    if not stated:
        return True
    words = {word for word in words_in(heading.lower()) if len(word) >= _TELLING}
    common = max(len(words.intersection(words_in(title.lower()))) for title in stated)
    return len(words_in(heading)) >= _HEADLINE_WORDS and common > 0 and common >= share * len(words)


def _before_bar(title: str) -> str:
    first = title.split(" | ", maxsplit=1)[0].strip()
    return first if " " in first else title


_METAS = frozenset(words("authors", "metas"))
_NOT_A_NAME = pattern("authors", "not_a_name")
_BEFORE, _BEHIND = pattern("authors", "before"), pattern("authors", "behind")
_BY, _ELSEWHERE = pattern("authors", "by"), pattern("authors", "elsewhere")
_APART = re.compile(r"\s*;\s*|\s+(?:and|&|und|et|y)\s+|,\s+(?=[^\W\d_a-z][\w.'’-]*\s+[^\W\d_a-z])")
_NAME = re.compile(
    r"[^\W\d_a-z][\w.'’-]*(?:\s+(?:[^\W\d_a-z]|de|van|von|der|al|bin|la)[\w.'’-]*){0,4}$"
)
_NAMED = re.compile(r"author[-_]*name\b|byline-name", re.IGNORECASE)
_PAGES = frozenset({"body", "article", "main"})
_BY_HEADLINE = (
    "following::text()[normalize-space()][position() <= 20]",
    "preceding::text()[normalize-space()][position() <= 10]",
)
_LONGEST_NAME, _LONGEST_BYLINE, _LONGEST_LIST = 60, 120, 2_000
_NEAR, _MOST = 6, 20


def authors_of(page: WebPage, sites: Sequence[str]) -> tuple[str, ...]:
    """Return the persons who wrote ``page``; ``sites`` are names of its site."""
    doubtful: tuple[str, ...] = ()
    for stated in _author_candidates(page):
        names = clean_authors(stated, sites)
        if any(_is_person(name, sites) for name in names):
            return names
        doubtful = doubtful or names
    return doubtful


def clean_authors(stated: Iterable[str], sites: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the persons named, each once; addresses, roles and "admin" are dropped.

    Names of one word, and of ``sites``, count only where there is no full name of a person.
    """
    parts = (part for text in stated for part in _APART.split(one_line(text)[:_LONGEST_LIST]))
    names = (_BEHIND.sub("", _BEFORE.sub("", part)).strip(" ,.-|") for part in parts)
    found = [name for name in dict.fromkeys(names) if _is_name(name)]
    persons = [name for name in found if _is_person(name, sites)]
    return tuple(persons or found)[:_MOST]


def _author_candidates(page: WebPage) -> Iterator[list[str]]:
    for article in page.articles[:1]:
        yield names_of(article.get("author"))
    yield [
        meta.get("content") or ""
        for meta in page.tree.iter("meta")
        if (meta.get("name") or meta.get("property") or "").lower() in _METAS
    ]
    if page.is_article:
        yield from _marked_authors(page.tree)
        yield from _authors_by_headline(page.tree)


def _marked_authors(tree: Any) -> Iterator[list[str]]:
    """Yield for each kind of markup, the plainest first, the first name outside of cards."""
    marked = [(kind, one) for one in tree.iter("*") if (kind := _kind_of(one)) is not None]
    for kind in sorted({kind for kind, _ in marked}):
        own = (one for its_kind, one in marked if its_kind == kind and not _is_elsewhere(one))
        lines = (one_line(" ".join(one.itertext())) for one in islice(own, _MOST))
        yield [next((line for line in lines if len(line) <= _LONGEST_BYLINE), "")]


def _kind_of(element: Any) -> int | None:
    """Return how plainly an element is marked as the author's: 0 is the plainest, None not."""
    classes = element.get("class") or ""
    if element.get("itemprop") == "author" or element.get("rel") == "author":
        return 0
    if ("uthor" in classes or "yline" in classes) and element.tag not in _PAGES:
        return 1 if _NAMED.search(classes) else 2
    return 3 if element.tag == "a" and "/author" in (element.get("href") or "") else None


def _authors_by_headline(tree: Any) -> Iterator[list[str]]:
    """Yield the names in lines such as "By Ada Example" around the first heading."""
    for top in islice(tree.iter("h1"), 1):
        for side in _BY_HEADLINE:
            lines = [*map(one_line, top.xpath(side)), ""]
            for line, below in pairwise(lines):
                by = _BY.fullmatch(line) if len(line) <= _LONGEST_BYLINE else None
                if by and _NAME.match(_BEHIND.sub("", by[1] or below)):
                    yield [by[1] or below]


def _is_elsewhere(element: Any) -> bool:
    around = islice(element.iterancestors(), _NEAR)
    return any(_ELSEWHERE.search(f"{one.get('class')} {one.get('id')}") for one in around)


def _is_person(name: str, sites: Sequence[str]) -> bool:
    return " " in name and not any(is_name_of(name, site) for site in sites)


def _is_name(name: str) -> bool:
    has_letter = any(character.isalpha() for character in name)
    return has_letter and 1 < len(name) <= _LONGEST_NAME and not _NOT_A_NAME.search(name)


_MONTHS = [re.compile(names) for names in words("dates", "months")]
_WRITTEN = [pattern("dates", f"written_{order}") for order in words("dates", "orders")]
_CHANGED = pattern("dates", "changed")
_SHOWN = "[normalize-space()][not(ancestor::script or ancestor::style)]"
_BELOW = f"following::text(){_SHOWN}[position() <= 30]"
_ABOVE = f"preceding::text(){_SHOWN}[position() <= 10]"
_LONGEST_LINE = 100
_CREATED = ("datePublished", "dateCreated", "uploadDate")
_WEB_BEGINS = 1991


def published_on(page: WebPage) -> date | None:
    """Return the day on which ``page`` was published, None where it does not say."""
    return next(filter(None, map(day_of, _date_candidates(page))), None)


def day_of(stated: str | None) -> date | None:
    """Return the day in ``stated``: ISO 8601, in figures (3/4/2025 is in March), or written out."""
    text = (stated or "")[:_LONGEST_LINE]
    found = (_day(match) for written in _WRITTEN for match in written.finditer(text))
    return next(filter(None, found), None)


def _date_candidates(page: WebPage) -> Iterator[str | None]:
    yield from _stated_in(page.articles)
    yield from (page.metas[name] for name in page.metas if name in DATE_ATTRIBUTES)
    yield from _marked_dates(page.tree)
    yield str(day_in_address(page.url or ""))
    yield from _stated_in(page.json_ld)
    yield from _dates_by_headline(page.tree)
    if page.is_article:
        yield find_date(page.tree, url=page.url, original_date=True, extensive_search=False)


def _stated_in(things: list[JsonLdNode]) -> Iterator[str]:
    yield from (str(thing[name]) for thing in things for name in _CREATED if thing.get(name))


def _marked_dates(tree: Any) -> Iterator[str]:
    for one in tree.iter("*"):
        if one.get("itemprop") in _CREATED or one.get("pubdate") is not None:
            yield one.get("content") or one.get("datetime") or one_line(one.text_content())


def _dates_by_headline(tree: Any) -> Iterator[str]:
    """Yield the short lines around the first heading, those of a change last."""
    for top in islice(tree.iter("h1"), 1):
        for side in (_BELOW, _ABOVE):
            lines = [line for line in top.xpath(side) if len(line.strip()) <= _LONGEST_LINE]
            stated = [_stated(line) for line in lines]
            for label, line in pairwise(["", *stated]):
                said = line if day_of(label) else f"{label} {line}"
                yield "" if _CHANGED.search(said) else line
            yield from stated


def _stated(line: Any) -> str:
    """Return a line of text, or the day that its ``<time>`` states."""
    holder = line.getparent()
    return (holder.get("datetime") if holder.tag == "time" else None) or one_line(line)


def _day(found: re.Match[str]) -> date | None:
    try:
        day = date(int(found["year"]), _month(found["month"]), int(found["day"]))
    except ValueError:
        return None
    # A later tomorrow covers every time zone.
    latest = datetime.now(UTC).date() + timedelta(days=1)
    return day if day.year >= _WEB_BEGINS and day <= latest else None


def _month(name: str) -> int:
    if name.isdigit():
        return int(name)
    found = (at for at, names in enumerate(_MONTHS, start=1) if names.match(name.lower()))
    return next(found, 0)
