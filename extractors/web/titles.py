"""The title of a page. Pure.

Pages have a title in their metadata (og:title, ``<title>``) and show one as a heading. The part
that both have is the title; the name of the site follows it, or sometimes precedes it.
"""

import re
from collections.abc import Sequence

from extractors.text import one_line, words_in
from extractors.web.page import WebPage
from extractors.web.patterns import pattern

_SEPARATOR, _BLOG = pattern("titles", "separator"), pattern("titles", "blog")
_PERMALINKS = " \u00b6\uf0c1#\U0001f517"
_HEADLINE_WORDS = 3
_SHORTEST_NAME = 4
_SHORTEST_WORD = 4  # letters; shorter words occur in any title
_ANY, _HALF = 0.0, 0.5
_LONGEST = 300


def title_of(page: WebPage, sites: Sequence[str]) -> str | None:
    """Return the title of a page, or None; ``sites`` are names of its site."""
    named = [one_line("".join(title.itertext())) for title in page.tree.iterfind(".//head/title")]
    machine = [page.metas.get("og:title", ""), *named[:1], page.metas.get("twitter:title", "")]
    stated = [title for title in map(_bare, machine) if title]
    headings = (top.xpath(".//text()[not(ancestor::button)]") for top in page.tree.iter("h1"))
    shown = [title for title in map(_bare, map(" ".join, headings)) if title]
    own = [heading for heading in dict.fromkeys(shown) if not _names_site(heading, stated, sites)]
    for heading in own:
        if any(_begins(heading, title) for title in stated):
            return heading
    if len(own) == 1 and _is_title(own[0], stated, share=_ANY if page.is_article else _HALF):
        return own[0]
    title = without_site(next(iter([*stated, *own, *shown]), ""), sites)
    first = title.split(" | ", maxsplit=1)[0].strip()
    return (first if " " in first else title)[:_LONGEST] or None


def without_site(title: str, sites: Sequence[str]) -> str:
    """Return ``title`` without a first or last part that names one of ``sites`` or a blog."""
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


def _bare(title: str) -> str:
    """Return a title without the permalink marks of documentation."""
    return one_line(title).rstrip(_PERMALINKS)


def _begins(heading: str, title: str) -> bool:
    """Return whether ``title`` is ``heading``, or continues it after a separator."""
    same = title.lower().startswith(heading.lower())
    return same and (len(title) == len(heading) or bool(_SEPARATOR.match(title, len(heading))))


def _names_site(heading: str, stated: Sequence[str], sites: Sequence[str]) -> bool:
    """Return whether a heading names the site or book: it is the last part of the stated title."""
    if any(is_name_of(heading, site) for site in sites):
        return True
    before = (title.removesuffix(heading) for title in stated if title.endswith(heading))
    return any(_SEPARATOR.search(part[-4:]) for part in before)


def _is_title(heading: str, stated: Sequence[str], share: float) -> bool:
    """Return whether a stated title has at least ``share`` of the words of the only heading."""
    if not stated:
        return True
    words = {word for word in words_in(heading.lower()) if len(word) >= _SHORTEST_WORD}
    common = max(len(words.intersection(words_in(title.lower()))) for title in stated)
    return len(words_in(heading)) >= _HEADLINE_WORDS and common > 0 and common >= share * len(words)
