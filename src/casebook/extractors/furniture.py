"""Which elements of a page are furniture: menus, share bars, related posts, consent banners.

One walk for the sizes, one pass over the elements: linear in the size of the page.
"""

import re
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

_NAMES = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|related|share|sharing|social|newsletter|subscribe|"
    r"subscription|signup|breadcrumbs?|sidebar|comments?|disqus|footer|nav|navbar|navigation|menu|"
    r"submenu|topbar|modal|popup|overlay|adverts?|advertisement|promo|sponsored|widget-area|toc|"
    r"pagination|pager|skip-?link|recommend(?:ed|ations?)|more-posts|toolbar|login|masthead|"
    r"author-?bio|prev-next)(?=$|[\s_-])",
    re.IGNORECASE,
)
_ROLES = frozenset(
    "navigation banner contentinfo complementary search dialog alertdialog menu menubar".split()
)
_NEVER = frozenset({"body", "main", "html", "article", "h1", "p", "pre", "code"})
_LINK_LISTS = frozenset({"ul", "ol", "div", "section", "table"})
_NOT_TEXT = frozenset({"script", "style", "noscript"})
# A page can be built inside an element named "modal"; what is much of the page is no furniture.
_MOST_BY_ROLE = 0.4
_MOST_BY_NAME = 0.3
_MOST_LINKS = 0.2
_LINKED = 0.8


def furniture(root: Any, *, link_lists: bool) -> frozenset[Any]:
    """Return the elements under ``root`` that are furniture by their role or name.

    ``link_lists`` adds small elements whose text is nearly all links.
    """
    sizes = _sizes(root)
    total = sizes[root][0]
    return frozenset(
        element
        for element, (size, linked) in sizes.items()
        if size and element is not root and element.tag not in _NEVER
        if _is_named(element, size / total)
        or (link_lists and _is_link_list(element, size / total, linked / size))
    )


def _is_named(element: Any, share: float) -> bool:
    if share < _MOST_BY_ROLE and element.get("role") in _ROLES:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return share < _MOST_BY_NAME and bool(_NAMES.search(names))


def _is_link_list(element: Any, share: float, linked: float) -> bool:
    return element.tag in _LINK_LISTS and share < _MOST_LINKS and linked > _LINKED


def _sizes(root: Any) -> dict[Any, tuple[int, int]]:
    """Return for each element its characters of text, and how many of them are links."""
    sizes: dict[Any, tuple[int, int]] = {}
    stack: list[list[int]] = [[0, 0]]
    links = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            links += element.tag == "a"
            text = element.text if element.tag not in _NOT_TEXT else None
            stack.append([0, 0])
        else:
            links -= element.tag == "a"
            size, linked = stack.pop()
            if isinstance(element.tag, str):
                sizes[element] = size, linked
            stack[-1][0] += size
            stack[-1][1] += linked
            text = element.tail
        length = len(text.strip()) if text else 0
        stack[-1][0] += length
        stack[-1][1] += length if links else 0
    return sizes
