"""Where sites send a reader whose page is lost: a front page, an overview, "/404". Pure."""

import re

from casebook.extractors.urls import WebUrl

OVERVIEW = "overview"
"""What ``sent_instead`` says of one."""

# Codes of languages, and of countries that stand for one; "/ai" and "/qa" are pages.
_LANGUAGE = (
    r"(?:/(?:ar|au|br|ca|cn|cs|da|de|el|en|es|fi|fr|gb|he|hi|hu|id|in|it|ja|jp|ko|kr|mx|nb|nl|no|pl"
    r"|pt|ro|ru|sv|th|tr|tw|uk|us|vi|zh)(?:[-_][a-z]{2,4})?)?"
)
# What sites call their front page: "/", its file, and an edition in a language.
_FRONT = re.compile(
    rf"{_LANGUAGE}(?:/(?:index|home|default|main)(?:\.\w{{1,5}})?)?/?", re.IGNORECASE
)
_EDITION = re.compile(rf"\A{_LANGUAGE}(?=/)", re.IGNORECASE)
# What they call a page that tells that there is none; "/posts/404" may be the 404th.
_MISSING = re.compile(
    rf"(?:{_LANGUAGE}(?:/errors?)?/(?:(?:error|page)-?)?404|.*/(?:page-?)?not-?found)"
    r"(?:-?(?:error|page))?(?:\.\w{1,5})?/?",
    re.IGNORECASE,
)
# What they call the overviews under which their articles lie.
_OVERVIEW = re.compile(
    r"articles|blogs?|case-?studies|customers|customer-stories|engineering|insights?|library"
    r"|news(?:room)?|posts|press|publications|resources|stories|success-stories|tech(?:nology)?"
    r"|updates|videos|webinars",
    re.IGNORECASE,
)


def sent_instead(asked: WebUrl, final: WebUrl) -> str:
    """Return what a site showed in place of the page that was asked for: nothing where it did not.

    An overview counts where the page lay below it: "/blog" for "/blog/our-post". With a query
    either may be a page ("/?p=7"), and so it may with a route of scripts ("/#/posts/7"). What got a
    host of its own is where it went: "/docs" is "docs.example.com".
    """
    if not _same_site(asked.host, final.host):
        return ""
    if _MISSING.fullmatch(final.path) and not _MISSING.fullmatch(asked.path):
        return "“not found” page"
    if final.query is not None or final.route:
        return ""
    name = asked.path.rstrip("/").rpartition("/")[2].lower()
    if name and asked.host != final.host and final.host.startswith(f"{name}."):
        return ""
    if _FRONT.fullmatch(final.path):
        return "" if _FRONT.fullmatch(asked.path) else "front page"
    above, below = (_EDITION.sub("", one.path).rstrip("/") for one in (final, asked))
    inside = below.startswith(f"{above}/") and not _FRONT.fullmatch(below.removeprefix(above))
    return OVERVIEW if inside and _OVERVIEW.fullmatch(above.rpartition("/")[2]) else ""


def _same_site(one: str, other: str) -> bool:
    shorter, longer = sorted((one.removeprefix("www."), other.removeprefix("www.")), key=len)
    return longer == shorter or longer.endswith(f".{shorter}")
