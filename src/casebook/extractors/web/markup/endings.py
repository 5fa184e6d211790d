"""Elements that libxml2 ends where browsers do not: a paragraph in ``<b>`` or ``<s>`` ends these.

What hides or strikes out what is in such an element would lose its hold of it. So those are read
under a name that libxml2 does not know, and named again in the tree.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import islice, pairwise
from typing import Any

_INLINE = frozenset("b big i s small strike tt u".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_ENDED_BY: Mapping[str, str] = {
    **dict.fromkeys(_INLINE, "p|center"),
    **dict.fromkeys(_HEADINGS, "p|table|form|li|fieldset"),
    **dict.fromkeys(
        ("ul", "ol", "menu", "dl", "address", "pre"), "ul|form|dl|li|table|fieldset|pre"
    ),
    "a": "table|fieldset",
}
_ENDING = {ended: re.compile(rf"<(?:{ended})\b", re.IGNORECASE) for ended in _ENDED_BY.values()}
_STARTS = {
    # Most are links, which only tables and the frames of forms end.
    with_links: re.compile(
        rf"<({'|'.join(tag for tag in _ENDED_BY if with_links or tag != 'a')})(?=[\s/>])"
        r"((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>",
        re.IGNORECASE,
    )
    for with_links in (True, False)
}
_HIDING = re.compile(r"(?:^|[\s/\"'])(?:hidden|style)\b", re.IGNORECASE)
_UNSEEN = re.compile(
    r"(?:^|[\s/\"'])(?:hidden\b|style\s*=.*(?:none|hidden|opacity|font|colou?r))",
    re.IGNORECASE | re.DOTALL,
)
_NAMED = re.compile(r"(?:^|[\s/\"'])(?:hidden|style|class|id)\b", re.IGNORECASE)
_STRIKING = frozenset({"s", "strike", "del"})
_HOLDING = (
    "div span p section article aside main header footer nav ul ol li dl dt dd table thead tbody "
    "tr td th b i u s strike del ins em strong small big font center blockquote pre figure "
    "figcaption h1 h2 h3 h4 h5 h6 details dialog form fieldset address label button nobr tt mark "
    "code"
)
_MAY_HOLD = frozenset(_HOLDING.split())
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_SLASHED = re.compile(
    rf"<({'|'.join(_HOLDING.split())})(?=[\s/])((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)(?<=/)>",
    re.IGNORECASE,
)
_END_OF_PAGE = re.compile(r"</(?:body|html)\b[^<>]*>", re.IGNORECASE)
_KEPT = "kept-"
_MOST, _FARTHEST = 500, 100_000
"""Elements that are looked at, and characters in which each ends."""


def keep_open(markup: str) -> str:
    """Return ``markup`` with elements that hide or strike out, and are ended too early, renamed."""
    places = {at for found in islice(_ended(markup), _MOST) for at in found}
    if not places:
        return markup
    edges = [0, *sorted(places), len(markup)]
    return _KEPT.join(markup[a:b] for a, b in pairwise(edges))


def as_opened(markup: str) -> str:
    """Return ``markup`` with what browsers read as the start of an element, or pass over.

    A slash at the end of a start tag ends nothing but in XML; what stands behind the end of a page
    is still in the elements that are open there.
    """
    if markup.lstrip("\ufeff \t\r\n")[:5] != "<?xml" and _may_be_slashed(markup):
        markup = _SLASHED.sub(_unslashed, markup)
    return _END_OF_PAGE.sub("", markup)


def _may_be_slashed(markup: str) -> bool:
    """Tell at a glance whether some start tag of what holds a text ends in a slash.

    Most that do are of pictures and breaks. A tag with a quotation that is open may be any.
    """
    at = markup.find("/>")
    while at >= 0:
        start = markup.rfind("<", 0, at)
        name = _TAG.match(markup, start + 1)
        if (name and name[0].lower() in _MAY_HOLD) or markup.count('"', start, at) % 2:
            return True
        if markup.count("'", start, at) % 2:
            return True
        at = markup.find("/>", at + 2)
    return False


def _unslashed(start: re.Match[str]) -> str:
    hides = start[1].lower() in _STRIKING or _UNSEEN.search(start[2])
    return f"<{start[1]}{start[2][:-1]} >" if hides else start[0]


def name_again(root: Any) -> None:
    """Give what was renamed in a tree its names again, in place."""
    for element in root.iter(*(f"{_KEPT}{tag}" for tag in _ENDED_BY)):
        element.tag = element.tag.removeprefix(_KEPT)


def _ended(markup: str) -> Iterator[tuple[int, int]]:
    """Yield where the names of start and end tags of such elements stand."""
    endings: dict[str, list[int]] = {}
    starts = _STARTS[_ENDING[_ENDED_BY["a"]].search(markup) is not None]
    for start in islice(filter(_may_hide, starts.finditer(markup)), 4 * _MOST):
        tag = start[1].lower()
        ended = _ENDED_BY[tag]
        if ended not in endings:
            endings[ended] = [found.start() for found in _ENDING[ended].finditer(markup)]
        first = bisect_left(endings[ended], start.end())
        end = _end(markup, tag, start.end()) if first < len(endings[ended]) else None
        if end is not None and endings[ended][first] < end:
            yield start.start(1), end


def _may_hide(start: re.Match[str]) -> bool:
    tag = start[1].lower()
    return tag in _STRIKING or bool((_NAMED if tag in _INLINE else _HIDING).search(start[2]))


def _end(markup: str, tag: str, at: int) -> int | None:
    """Return where the name of an end tag stands, of an element whose text begins ``at``."""
    level = 1
    for found in re.compile(rf"<(/?)({tag})(?=[\s/>])", re.IGNORECASE).finditer(
        markup, at, at + _FARTHEST
    ):
        level += -1 if found[1] else 1
        if level == 0:
            return found.start(2)
    return None
