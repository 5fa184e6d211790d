"""The title of a page: the heading or the title that names it, without what sites add to it.

Pages state a title for machines (og:title, ``<title>``) and show one as a heading. What both say is
the title; the name of the site, of a book or of a section stands behind it, sometimes before it.
"""

import re
from collections.abc import Sequence

from casebook.extractors.text.authors import names_site
from casebook.extractors.text.characters import one_line

_SEPARATOR = re.compile(
    r"\s+(?:[|·•»«:—–-]|::|//)\s+|\s*[|｜»]\s*|(?<=[\u3040-\u30ff\u3400-\u9fff])_"
)
_BAR = "|"
_BLOG = re.compile(r"^(?:the )?[\w&.' ]{0,40}\b(?:blog|newsroom|magazine)$", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_HEADLINE_WORDS, _STORY = 3, 5
_TITLE_WORDS = 2
_SHARED = 0.5
_MOST_HEADINGS = 3
_TELLING = 4
"""Letters; shorter words stand in any title."""

_LONGEST_HEADLINE = 200


def title_of(
    stated: Sequence[str],
    headings: Sequence[str],
    sites: Sequence[str],
    *,
    is_article: bool,
    has_parts: bool = True,
) -> str | None:
    """Return the title of a page, None where it has none.

    ``stated`` are its titles for machines, the best first, ``headings`` those of the first level,
    ``sites`` what its site is called. Where ``has_parts``, the last resort is what stands before
    the first bar of a title: behind it is what it offers, or where.
    """
    stated = [title for title in map(_bare, stated) if title]
    shown = list(dict.fromkeys(heading for heading in map(_bare, headings) if heading))
    own = [each for each in shown if not _names_whole(each, stated, sites)]
    for heading in own:
        if any(_begins(heading, title) for title in stated):
            return heading
    only = headline(shown, sites) if is_article else _shared(own, stated)
    if only and stated and not _is_told_of(only, stated, sites):
        only = None
    if only in own:
        return only
    known = [*sites, *(heading for heading in shown if heading not in own)]
    title = clean_title(next(iter(stated), None), [*stated[:1], *own[:_MOST_HEADINGS]], known)
    return _before_bar(title) if title and has_parts else title


def _names_whole(heading: str, stated: Sequence[str], sites: Sequence[str]) -> bool:
    """Tell a heading that is the name of the site, or of the book or section that it is a part of.

    That stands last in the page's title, unless the site's name stands first.
    """
    if any(names_site(heading, site) for site in sites):
        return True
    # "The blog: The post", of which the post is stated alone too.
    post = next(iter(stated), "")
    if post != heading and f"{heading}: {post}" in stated:
        return True
    for title in stated:
        first = _SEPARATOR.split(title, maxsplit=1)[0]
        if heading != title and title.endswith(heading) and _is_part(heading, title):
            return not any(names_site(first, site) for site in sites)
    return False


def _begins(heading: str, title: str) -> bool:
    """Tell whether ``title`` is ``heading``, or that and more behind a separator."""
    return title == heading or (
        title.startswith(heading) and bool(_SEPARATOR.match(title, len(heading)))
    )


def _shared(own: Sequence[str], stated: Sequence[str]) -> str | None:
    """Return the only heading, where half of its words stand in a title for machines too."""
    words = set(_WORD.findall(own[0].lower())) if len(own) == 1 else set()
    if len(words) < _HEADLINE_WORDS:
        return None
    # A story is called by its customer for machines, and by what was reached in its heading.
    named, said = _WORD.findall(next(iter(stated), "")), _WORD.findall(own[0])
    if 0 < len(named) <= _TITLE_WORDS and len(said) >= _STORY and said[: len(named)] == named:
        return own[0]
    common = (len(words & set(_WORD.findall(title.lower()))) for title in stated)
    return own[0] if max(common, default=0) >= _SHARED * len(words) else None


def _is_told_of(heading: str, stated: Sequence[str], sites: Sequence[str]) -> bool:
    """Tell whether a title for machines has a word of ``heading`` that does not name the site."""
    told = {word for title in stated for word in _WORD.findall(title.lower())}
    shared = (word for word in _WORD.findall(heading.lower()) if word in told)
    return any(
        len(word) >= _TELLING and not any(word in site.lower() for site in sites) for word in shared
    )


def _before_bar(title: str) -> str:
    first = title.split(_BAR, maxsplit=1)[0].strip()
    return first if len(first.split()) >= _TITLE_WORDS else title


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

    Not one of under three words, which is a section's, nor a paragraph, nor the name of the site.
    """
    shown = [heading for heading in map(_bare, headings) if heading]
    if len(shown) != 1 or len(shown[0].split()) < _HEADLINE_WORDS:
        return None
    if len(shown[0]) > _LONGEST_HEADLINE:
        return None
    return None if any(names_site(shown[0], site) for site in sites) else shown[0]


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
    is_blog = _BLOG.search(last) and len(head.split()) >= _TITLE_WORDS
    if is_blog or any(names_site(last, site) for site in sites):
        return head.strip()
    return rest.strip() if any(names_site(first, site) for site in sites) else title
