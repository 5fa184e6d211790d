"""Elements that libxml2 ends where browsers do not: a paragraph in ``<b>`` or ``<s>`` ends these.

What hides or strikes out what is in such an element would lose its hold of it. So those are read
under a name that libxml2 does not know, and named again in the tree.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import islice, pairwise
from typing import Any

_INLINE = frozenset("b big i s small strike tt u".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_ENDED_BY: Mapping[str, str] = {
    **dict.fromkeys(_INLINE, "p|center"),
    **dict.fromkeys(_HEADINGS, "p|table|form|li|fieldset"),
    **dict.fromkeys(("menu", "dir"), "ul|form|dl|dt|dd"),
    "ul": "address|form|menu|pre",
    "ol": "form",
    "dl": "form|li",
    "dt": "dl",
    "address": "ul|form|dl|dt|dd|li",
    "pre": "ul|form|dl|dt|dd|li|table|fieldset",
    "font": "center",
    "legend": "fieldset",
    "a": "table|fieldset",
}
"""What elements end there by which others, as libxml2 2.14 was seen to do."""

_ENDING_ITSELF = {
    "a": re.compile(r"</?a(?=[\s/>])", re.IGNORECASE),
    "dt": re.compile(r"<(?:/dt|d[dt])(?=[\s/>])", re.IGNORECASE),
}
"""What ends those of which one does not stand in another, in browsers too."""

_ENDING = {ended: re.compile(rf"<(?:{ended})\b", re.IGNORECASE) for ended in _ENDED_BY.values()}
_STARTS = {
    # Most are links, which only tables and the frames of forms end.
    with_links: re.compile(
        rf"<(?=[{firsts}])({'|'.join(sorted(tags))})(?=[\s/>])"
        r"((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>",
        re.IGNORECASE,
    )
    for with_links in (True, False)
    if (tags := [tag for tag in _ENDED_BY if with_links or tag != "a"])
    and (firsts := "".join(sorted({tag[0] for tag in tags})))
}
_ENDING_PARAGRAPHS = re.compile(
    r"(?:h[1-6]|[uo]l|menu|dir|d[lt]|address|pre)(?=[\s/>])", re.IGNORECASE
)
_OF_BLOCKS = re.compile(
    r"</?(?!(?:a|abbr|b|big|br|cite|code|del|em|font|i|img|ins|kbd|mark|q|s|small|span|strike"
    r"|strong|su[bp]|tt|u|wbr)\b)[a-z]+",
    re.IGNORECASE,
)
_OF_LINES = re.compile(r"<(/?)(?!(?:br|img|wbr)\b)[a-z]", re.IGNORECASE)
_LONGEST_PARAGRAPH = 2_000
_HIDDEN = re.compile(r"(?:^|[\s/\"'])hidden\b", re.IGNORECASE)
_STYLED = re.compile(r"(?:^|[\s/\"'])style\s*=", re.IGNORECASE)
_UNSEEN = re.compile(r"none|hidden|opacity|font|colou?r", re.IGNORECASE)
_HIDING = re.compile(r"(?:^|[\s/\"'])(?:hidden|style)\b", re.IGNORECASE)
_NAMED = re.compile(r"(?:^|[\s/\"'])(?:class|id)\b", re.IGNORECASE)
_SHEET = re.compile(r"<style\b[^<>]*>(.*?)(?:</style|\Z)", re.IGNORECASE | re.DOTALL)
_RULED = re.compile(r"[.#]([\w-]+)")
_WORD = re.compile(r"[\w-]+")
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
_AS_WRITTEN = ("textarea", "xmp", "title", "script", "style", "noscript")
_RENAMED = re.compile(rf"(</?){_KEPT}")
_MOST = 500
"""Elements that are renamed."""


def keep_open(markup: str) -> str:
    """Return ``markup`` with elements that hide or strike out, and are ended too early, renamed."""
    added: dict[int, str] = {}
    for start, end in islice(_ended(markup), _MOST):
        added[start] = added[end] = _KEPT
        if _ends_paragraph(markup, start):
            added[start - 1] = "</p>"
    if not added:
        return markup
    edges = sorted(added)
    parts = (added[at] + markup[at:then] for at, then in pairwise([*edges, len(markup)]))
    return markup[: edges[0]] + "".join(parts)


def _ends_paragraph(markup: str, at: int) -> bool:
    """Tell a start tag, whose name stands ``at`` a place, that ends a paragraph open before it.

    It did so by its name, which it is to lose. Not where an element is open in the paragraph: in
    browsers that one goes on.
    """
    if not _ENDING_PARAGRAPHS.match(markup, at):
        return False
    before = markup[max(at - 1 - _LONGEST_PARAGRAPH, 0) : at - 1]
    last = deque(_OF_BLOCKS.finditer(before), maxlen=1)
    if not last or last[0][0].lower() != "<p":
        return False
    inside = _OF_LINES.findall(before, last[0].end())
    return 2 * inside.count("/") == len(inside)


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
    before, at = 0, markup.find("/>")
    while at >= 0:
        start = markup.rfind("<", before, at)
        name = _TAG.match(markup, start + 1) if start >= 0 else None
        holds = name is not None and name[0].lower() in _MAY_HOLD
        if holds or _is_open(markup, max(before, start), at):
            return True
        before, at = at + 2, markup.find("/>", at + 2)
    return False


def _is_open(markup: str, start: int, end: int) -> bool:
    """Tell a stretch in which a quotation begins that does not end."""
    return (markup.count('"', start, end) | markup.count("'", start, end)) % 2 == 1


def _unslashed(start: re.Match[str]) -> str:
    hides = start[1].lower() in _STRIKING or _is_unseen(start[2])
    return f"<{start[1]}{start[2][:-1]} >" if hides else start[0]


def _is_unseen(attributes: str) -> bool:
    styled = _STYLED.search(attributes)
    hides = styled is not None and _UNSEEN.search(attributes, styled.end()) is not None
    return hides or _HIDDEN.search(attributes) is not None


def name_again(root: Any) -> None:
    """Give what was renamed in a tree its names again, in place, and in markup that is shown."""
    for element in root.iter(*(f"{_KEPT}{tag}" for tag in _ENDED_BY), *_AS_WRITTEN):
        element.tag = element.tag.removeprefix(_KEPT)
        if element.tag in _AS_WRITTEN and _KEPT in (element.text or ""):
            element.text = _RENAMED.sub(r"\1", element.text)


class _Next:
    """Where a pattern stands next, asked for ever later places: one pass over all of ``markup``."""

    def __init__(self, pattern: re.Pattern[str], markup: str) -> None:
        self._pattern, self._markup = pattern, markup
        self._at = -1

    def behind(self, at: int) -> int:
        """Return where it begins, the end of ``markup`` where there is none."""
        if self._at < at:
            found = self._pattern.search(self._markup, at)
            self._at = found.start() if found else len(self._markup)
        return self._at


def _ended(markup: str) -> Iterator[tuple[int, int]]:
    """Yield where the names of start and end tags of such elements stand."""
    endings = {ended: _Next(pattern, markup) for ended, pattern in _ENDING.items()}
    nearest = cache(lambda tag: _Next(_ENDING_ITSELF.get(tag) or _tags_of(tag), markup))
    ends = cache(lambda tag: _ends(markup, tag))
    starts = _STARTS[_ENDING[_ENDED_BY["a"]].search(markup) is not None]
    named = cache(lambda: _named_in(markup))
    for start in starts.finditer(markup):
        tag = start[1].lower()
        if not start[2] and tag not in _STRIKING:
            continue
        ending = endings[_ENDED_BY[tag]].behind(start.end())
        if ending == len(markup):
            continue
        first = nearest(tag).behind(start.end())
        is_ended = tag in _ENDING_ITSELF or markup.startswith("</", first)
        if first < ending and is_ended:  # as of most
            continue
        end = ends(tag).get(start.start(1))
        if end is not None and ending < end and _may_hide(start, named):
            yield start.start(1), end


def _may_hide(start: re.Match[str], named: Callable[[], AbstractSet[str]]) -> bool:
    """Tell an element that hides what is in it, or that a rule among those ``named`` may hide."""
    tag, attributes = start[1].lower(), start[2]
    if tag in _STRIKING or _HIDING.search(attributes):
        return True
    if not _NAMED.search(attributes):
        return False
    return tag in _INLINE or not named().isdisjoint(_WORD.findall(attributes))


def _named_in(markup: str) -> AbstractSet[str]:
    """Return the classes and ids for which the page itself has rules that may hide."""
    rules = (rule.rpartition("{") for sheet in _SHEET.findall(markup) for rule in sheet.split("}"))
    return {
        name
        for selectors, _, body in rules
        if _UNSEEN.search(body)
        for name in _RULED.findall(selectors)
    }


def _ends(markup: str, tag: str) -> Mapping[int, int]:
    """Return where the names of end tags of a ``tag`` stand, by where those of their starts do."""
    opened: list[int] = []
    found: dict[int, int] = {}
    for one in _tags_of(tag).finditer(markup):
        if not one[1]:
            opened.append(one.start(2))
        elif opened:
            found[opened.pop()] = one.start(2)
    return found


@cache
def _tags_of(tag: str) -> re.Pattern[str]:
    return re.compile(rf"<(/?)({tag})(?=[\s/>])", re.IGNORECASE)
