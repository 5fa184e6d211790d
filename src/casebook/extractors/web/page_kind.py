"""What kind of page it is, by what the page and its address say: each kind is read differently."""

import re
from collections import Counter
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

_TYPE = re.compile(r'"@type"\s*:\s*(?:"(\w+)"|\[([^\]]{0,200})\])')
_FORUM_TYPES = frozenset({"DiscussionForumPosting", "QAPage"})
_ARTICLE_TYPES = frozenset(
    {"Article", "NewsArticle", "BlogPosting", "ReportageNewsArticle", "TechArticle", "Recipe"}
)
_LIST_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "OfferCatalog"})
_FORUM_HOST = re.compile(r"(?:forums?|community|discuss)\.")
_FORUM_PATH = re.compile(
    r"/(?:threads?|topics?|questions|discussions?|t|forums?|comments)/"
    r"|/(?:viewtopic|showthread|topic|thread)\.(?:php|html?|aspx?)"
    r"|[?&;/](?:showtopic|topic)=\d|/post/\d+/?\?|/item\?id=\d|/(?:issues|pull)/\d+/?\?|/thread-\d"
)
_FORUM_MAKER = re.compile(
    r"discourse|phpbb|vbulletin|discuz|xenforo|flarum|nodebb|mybb|lemmy|simple machines|invision"
    r"|vanilla|woltlab|burning board|question2answer",
    re.IGNORECASE,
)
# What the makers of forums hang on the page of a thread.
_FORUM_MARKS = etree.XPath(
    "//html[@id='XF'] | //body[@id='phpbb' or starts-with(@id, 'smf') or contains(@class, 'ipsApp')"
    " or contains(@class, 'page-topic') or contains(@class, 'question-page')]"
)
# What WordPress calls its pages that are no posts, whatever their og:type says.
_NO_POST = re.compile(r"\b(?:page-id-\d+|page-template\w*|archive|category-\d+|home)\b(?!-)")
_MANUAL_HOST = re.compile(
    r"(?:docs?|developers?|devdocs|api|wiki|help|support|learn)\.|.*\.readthedocs\.io$"
)
_MANUAL_PATH = re.compile(
    r"/(?:docs?|documentation|reference|manual|api|wiki|guide|tutorials?)(?:/|$)"
)
_MANUAL_MAKER = re.compile(
    r"sphinx|docusaurus|mkdocs|gitbook|mdbook|javadoc|readthedocs", re.IGNORECASE
)
_LIST_PATH = re.compile(r"/(?:collections?|category|categories|c|shop|catalog|genre)/")
_PRODUCT_PATH = re.compile(r"/(?:products?|p|dp|itm|items?|app|pd)/")
_CARTS = etree.XPath(
    "(//button | //form | //input)[contains(@action, 'cart/add') or contains("
    "translate(concat(@class, ' ', @id, ' ', @name), 'ADTOCR-_', 'adtocr'), 'addtocart')]"
)
_FEW_CARTS = 5
# A page of what buyers say of a product is no offer.
_REVIEWS_PATH = re.compile(r"/reviews?/?$|/product-reviews/")
# What the makers of shops hang on the page of one product.
_OFFER_MARKS = etree.XPath(
    "//body[@id='product' or contains(concat(' ', @class, ' '), ' single-product ')"
    " or contains(concat(' ', @class, ' '), ' template-product ')"
    " or contains(@class, 'catalog-product-view') or contains(@class, 'product-product-')"
    " or contains(@class, 'is-ctl-product')]"
    " | //meta[@property='product:price:amount' or @property='og:price:amount']"
)
_ITEMS = etree.XPath(
    "//*[@itemtype][contains(@itemtype, 'schema.org/Product')]"
    "[not(ancestor::*[contains(@itemtype, 'schema.org/')])]"
)
_PRICED = etree.XPath("boolean(.//*[@itemprop='offers' or @itemprop='price'])")
_AVAILABILITY = re.compile(r'"availability"\s*:')
# The address that a publishing system makes of a title: five words or more.
_TITLE_PATH = re.compile(r"/(?:[^/]*[-_]){4}[^/]*/?$")
# What publishing systems write on an article that says nothing of itself in its head.
_ARTICLE_MARKS = etree.XPath(
    "//*[@itemprop or @itemtype]"
    "[@itemprop='articleBody' or contains(@itemtype, 'schema.org/BlogPosting')"
    " or contains(@itemtype, 'schema.org/NewsArticle')"
    " or contains(@itemtype, 'schema.org/Article')]"
    " | //body[contains(concat(' ', normalize-space(@class), ' '), ' single-post ')]"
)
_POST_PATH = re.compile(r"/(?:blog|news|articles?|posts?|stor(?:y|ies)|insights|20\d\d)/")


class PageKind(StrEnum):
    """How a page is built: prose with furniture, posts, an offer, or a page that is all content."""

    ARTICLE = "article"
    FORUM = "forum"
    PRODUCT = "product"
    OTHER = "other"


def kind_of(tree: Any, url: str) -> PageKind:
    """Return the kind of the page at ``url``: manuals, lists and landing pages are ``OTHER``."""
    types, og = _schema_types(tree), _meta(tree, "property", "og:type")
    host, path, query = _address(url)
    maker = _meta(tree, "name", "generator")
    asked = types.keys() & _FORUM_TYPES or _FORUM_MAKER.search(maker) or _FORUM_MARKS(tree)
    posted = _FORUM_PATH.search(f"{path}?{query}") and not _is_offered(types, og, tree)
    if asked or _FORUM_HOST.match(host) or posted:
        return PageKind.FORUM
    if _MANUAL_HOST.match(host) or _MANUAL_PATH.search(path) or _MANUAL_MAKER.search(maker):
        return PageKind.OTHER
    if _is_stated(types, tree):
        return PageKind.ARTICLE
    if _REVIEWS_PATH.search(path):
        return PageKind.OTHER
    if path not in {"", "/"} and _is_offered(types, og, tree):
        return PageKind.PRODUCT
    if og == "article" and _is_no_post(tree):
        og = "website"
    return _sold_or_told(types, og, path, tree)


def is_article(tree: Any) -> bool:
    """Tell whether the page under ``tree`` says by machine that it is an article."""
    return _is_stated(_schema_types(tree), tree)


def _is_stated(types: Counter[str], tree: Any) -> bool:
    return bool(types.keys() & _ARTICLE_TYPES or _meta(tree, "property", "article:published_time"))


def _is_offered(types: Counter[str], og: str, tree: Any) -> bool:
    """Tell whether the page under ``tree`` says by machine that one thing is sold on it.

    A rating of a whole company is written as a product too, but it has no price and no stock.
    """
    if types.keys() & _LIST_TYPES or og.startswith("product.group"):
        return False
    if og.startswith("product") or _OFFER_MARKS(tree):
        return True
    stocked = any(_AVAILABILITY.search(script) for script in _scripts(tree))
    if stocked and 1 in {types["Product"], types["ProductGroup"]}:
        return True
    items = _ITEMS(tree)
    return len(items) == 1 and bool(_PRICED(items[0]))


def _is_no_post(tree: Any) -> bool:
    named = " ".join(tree.xpath("//body/@class"))
    return bool(_NO_POST.search(named)) and "single" not in named


def _sold_or_told(types: Counter[str], og: str, path: str, tree: Any) -> PageKind:
    product = bool(_PRODUCT_PATH.search(path))
    listing = types.keys() & _LIST_TYPES or og.startswith("product.group")
    if listing or (_LIST_PATH.search(path) and not product):
        return PageKind.OTHER
    carts = len(_CARTS(tree))
    if product and (carts or "Product" in types):
        return PageKind.PRODUCT
    deep = path not in {"", "/"}
    if deep and (og == "article" or _POST_PATH.search(path)):
        return PageKind.ARTICLE
    if deep and 0 < carts <= _FEW_CARTS:  # a list has a button for each of what it offers
        return PageKind.PRODUCT
    titled = deep and not carts and (_TITLE_PATH.search(path) or _ARTICLE_MARKS(tree))
    return PageKind.ARTICLE if titled else PageKind.OTHER


def _schema_types(tree: Any) -> Counter[str]:
    """Return how often each schema.org type is in the page's JSON-LD, read without parsing it."""
    found = (match.groups() for script in _scripts(tree) for match in _TYPE.finditer(script))
    return Counter(name for one, many in found for name in re.findall(r"\w+", one or many))


def _scripts(tree: Any) -> list[str]:
    scripts = tree.iter("script")
    return [
        each.text for each in scripts if each.get("type") == "application/ld+json" and each.text
    ]


def _meta(tree: Any, attribute: str, name: str) -> str:
    told = (each.get("content") for each in tree.iter("meta") if each.get(attribute) == name)
    return next((content for content in told if content is not None), "")


def _address(url: str) -> tuple[str, str, str]:
    """Return the host, the path and the query of ``url``."""
    try:
        parts = urlsplit(url.lower())
    except ValueError:
        return "", "", ""
    return parts.netloc, parts.path, parts.query
