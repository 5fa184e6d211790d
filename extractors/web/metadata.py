"""A page's statements about itself: site, summary, language and canonical address. Pure."""

from urllib.parse import urljoin, urlsplit

from courlan import extract_domain

from extractors.languages import language_of
from extractors.text import words_in
from extractors.web.page import WebPage

_LONGEST_SITE = 80
_LONGEST_DESCRIPTION = 1_000
# Nearly all English prose exceeds this share; many templates state English for any language.
_ENGLISH = frozenset("the and of to with that".split())
_FEWEST_ENGLISH = 0.02
_SAMPLE = 300


def site_of(page: WebPage) -> str | None:
    """Return the name of the site, or its host if no name is stated."""
    stated = page.metas.get("og:site_name") or page.metas.get("application-name") or ""
    name = stated.lstrip("@")
    is_title = name in {page.metas.get("og:title"), *page.names}
    return name if name and len(name) <= _LONGEST_SITE and not is_title else page.host or None


def description_of(page: WebPage) -> str | None:
    """Return the summary in the page's metadata."""
    names = ("description", "og:description", "twitter:description")
    found = next(filter(None, map(page.metas.get, names)), "")
    return found[:_LONGEST_DESCRIPTION] or None


def page_language(page: WebPage, text: str) -> str | None:
    """Return the language that a page states, or that of its text if it wrongly states English."""
    stated = page.tree.get("lang") or page.tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    words = words_in(text[: 10 * _SAMPLE].lower())[:_SAMPLE]
    common = sum(word in _ENGLISH for word in words)
    if (stated or "").lower().startswith("en") and common < _FEWEST_ENGLISH * len(words):
        return language_of(text) or "en"
    return language_of(text, stated)


def canonical_of(page: WebPage) -> str | None:
    """Return the canonical address that the page states, if it is on the same site."""
    links = ((one.get("rel") or "", one.get("href") or "") for one in page.tree.iter("link"))
    canonical = (href for rel, href in links if "canonical" in rel.lower().split())
    stated = next(canonical, "").strip() or page.metas.get("og:url", "")
    if not stated or not page.url:
        return None
    try:
        full = urljoin(page.url, stated)
        here, there = urlsplit(page.url), urlsplit(full)
    except ValueError:
        return None
    # The root of the site as the address of another page is a mistake in the template.
    is_root = there.path in {"", "/"} and here.path not in {"", "/"}
    domain, host = extract_domain(page.url), (there.hostname or "").removeprefix("www.")
    is_ours = host == page.host or (domain is not None and domain == extract_domain(full))
    return full if there.scheme in {"http", "https"} and is_ours and not is_root else None
