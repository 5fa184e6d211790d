"""Find the part of a page that is its text.

Two readings: trafilatura's, made for articles, and our own, which keeps everything except the
furniture and suits documentation and company pages. Their agreement shows how reliable the choice
is. Before both, lists of teasers and further articles are removed.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from itertools import islice, pairwise
from typing import Any, NamedTuple

import trafilatura
from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from extractors.blocks import Block
from extractors.text import count_words, words_in
from extractors.web.blocks import LEVELS, mark_code, tree_blocks
from extractors.web.page import WebPage
from extractors.web.patterns import pattern
from extractors.web.tree import body_of, length_of, text_of

# Our steps and errors report their failures; log lines would repeat them.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

MOST_ELEMENTS = 20_000  # trafilatura, whose time is quadratic, skips larger pages
_SLIVER, _LARGE, _MOST, _BULK = 0.3, 0.25, 0.4, 0.6
_STUB, _BRIEF = 20, 100
_FURNITURE = ("nav", "footer", "aside")
_BOXES = ("div", "section", "ul", "ol", "p", "span", "header", "form", "a")
_BESIDE, _ROLES = pattern("content", "beside"), pattern("content", "roles")
_APPEAL, _LONGEST_APPEAL = pattern("content", "appeal"), 15
_FEW_WORDS, _SUPPORT, _GAP = 4, 0.6, 5
_ENDING, _WHOLE = pattern("content", "ending"), pattern("content", "whole")
_SIGNED = etree.XPath(".//time | .//*[@rel='author' or contains(@class, 'byline')]")
_SHELVES, _AFTER = ("div", "section", "ul", "ol"), "ancestor-or-self::*/following-sibling::*"
_FEWEST_TEASERS, _LONGEST_TEASER, _SHORTEST_HEADLINE = 3, 500, 5
_SHORTEST_STORY, _SHORTEST_TEXT = 300, 40


class MainText(NamedTuple):
    """The blocks of the main text, their origin, and the agreement of both readings (0 to 1)."""

    blocks: list[Block]
    method: str
    agreement: float


def read_main(page: WebPage) -> MainText:
    """Return the main text of a page."""
    tree = copy(page.tree)
    body = body_of(tree)
    total = length_of(body)
    # Without a reference each pass would create the same Python objects again.
    elements = list(islice(tree.iter(), MOST_ELEMENTS + 1))
    _drop(body, _FURNITURE, lambda element: _is_small(element, total) or _is_linked(element))
    if len(elements) > MOST_ELEMENTS:
        return MainText(_all_but_furniture(body, total), "too large for trafilatura", 0.0)
    mark_code(tree)
    is_prose = page.is_article and not page.is_manual
    if not page.is_manual:
        _drop_shelves(body, page)
    if is_prose:
        _drop_further_articles(body, page)
    found = _by_trafilatura(tree, page.url, fast=not is_prose)
    everything = [] if any(block.level for block in found) else tree_blocks(body)
    ours = _all_but_furniture(body, total)
    found_words, our_words = _words(found), _words(ours)
    size, our_size = found_words.total(), our_words.total()
    agreement = 2 * (found_words & our_words).total() / max(1, size + our_size)
    # If one result is much shorter than the other, it has lost the article.
    is_lost = size < min(_SLIVER * our_size, _BRIEF)
    if (is_prose and not is_lost) or our_size < _STUB <= size:
        return MainText(_with_headings(everything, found), "trafilatura", agreement)
    if size >= _BULK * our_size:
        ours = _until_end_of(found, ours)
    return MainText(ours, "all but furniture", agreement)


def _by_trafilatura(tree: Any, url: str | None, *, fast: bool) -> list[Block]:
    try:
        found: Any = trafilatura.bare_extraction(tree, url=url, include_comments=False, fast=fast)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - any input may break it; our own reading remains
        return []
    return tree_blocks(found.body) if found is not None else []


def _with_headings(everything: Sequence[Block], found: list[Block]) -> list[Block]:
    """Return the blocks of the page that ``found`` includes, and short gaps between them.

    trafilatura's fallbacks return only paragraphs; the gaps are their headings.
    """
    kept = list(_supported(everything, found))
    places = [at for at, keep in enumerate(kept) if keep]
    for one, other in pairwise(places):
        if other - one <= _GAP + 1:
            kept[one:other] = [True] * (other - one)
    return [block for block, keep in zip(everything, kept, strict=True) if keep] or found


def _until_end_of(found: Sequence[Block], blocks: list[Block]) -> list[Block]:
    """Return ``blocks`` up to the first closing phrase after the last one in ``found``."""
    supported = list(_supported(blocks, found))
    end = max((at for at, is_found in enumerate(supported, 1) if is_found), default=len(blocks))
    ends = (at for at in range(end, len(blocks)) if _ENDING.match(blocks[at].text))
    return blocks[: next(ends, len(blocks))]


def _supported(blocks: Sequence[Block], found: Sequence[Block]) -> Iterator[bool]:
    """Yield for each block whether most of its word pairs occur in ``found``."""
    words = [word for block in found for word in words_in(block.text)]
    pairs = set(pairwise(words))
    lines = {" ".join(words_in(block.text)) for block in found}
    for block in blocks:
        own = words_in(block.text)
        if len(own) < _FEW_WORDS:
            yield " ".join(own) in lines
        else:
            count = sum(pair in pairs for pair in pairwise(own))
            yield count >= _SUPPORT * (len(own) - 1)


def _all_but_furniture(body: Any, total: int) -> list[Block]:
    """Return the blocks of ``body`` without menus, banners and other elements beside the text."""
    _drop(body, _BOXES, lambda element: _is_beside(element) and _is_small(element, total))
    marked = body.xpath(".//main | .//article | .//*[@role='main']")
    largest = max(marked, key=length_of, default=body)
    return tree_blocks(largest if length_of(largest) >= _MOST * length_of(body) else body)


def _drop_further_articles(body: Any, page: WebPage) -> None:
    """Remove the articles beside the titled one; turn its parts into sections."""
    names = " ".join(page.names)
    headings = ((text_of(one), one) for one in body.iter("h1", "h2"))
    title = next((one for text, one in headings if text and text in names), body)
    for box in title.iterancestors("article", "div", "section"):
        further = [one for one in box.itersiblings(box.tag) if _is_further(one, box, title, page)]
        for one in further if length_of(box) >= _SHORTEST_STORY else ():
            one.drop_tree()
        parts = [
            one for one in box.itersiblings("article") if one.find(f".//{title.tag}") is not None
        ]
        for one in (box, *parts) if parts else ():
            one.tag = "section"  # trafilatura reads only the first article


def _is_further(element: Any, box: Any, title: Any, page: WebPage) -> bool:
    """Return whether an element like ``box`` is another article: linked, or with a byline."""
    heading, name = next(element.iter(*LEVELS), None), element.get("class")
    if heading is None or (box.tag != "article" and (not name or name != box.get("class"))):
        return False
    is_linked, is_level = _leads_away(heading, page), heading.tag == title.tag
    is_whole = is_linked or (_SIGNED(box) and _SIGNED(element)) or _WHOLE.search(name or "")
    return bool((is_level and is_whole) or (is_linked and box.tag == "article"))


def _drop_shelves(body: Any, page: WebPage) -> None:
    """Remove the elements that contain only teasers, last one first, unless text follows."""
    for element in [one for one in body.iter(*_SHELVES) if len(one) >= _FEWEST_TEASERS][::-1]:
        others = [one for one in element if not _is_teaser(one, page)]
        if len(element) - len(others) >= _FEWEST_TEASERS and not any(map(length_of, others)):
            after = (one for one in element.xpath(_AFTER) if length_of(one) >= _SHORTEST_TEXT)
            if all(_is_beside(one) or _is_linked(one) for one in after):
                element.drop_tree()


def _is_teaser(element: Any, page: WebPage) -> bool:
    """Return whether an element is a headline linked to another page with few other words."""
    headings = list(element.iter(*LEVELS))
    if len(headings) != 1 or count_words(text_of(headings[0])) < _SHORTEST_HEADLINE:
        return False
    return _leads_away(headings[0], page) and length_of(element) <= _LONGEST_TEASER


def _leads_away(heading: Any, page: WebPage) -> bool:
    """Return whether a heading is a link to another page of this host."""
    links = (*heading.iter("a"), *heading.iterancestors("a"))
    wide = (link for link in links if 2 * length_of(link) > length_of(heading))
    ends = (link.get("href") or "#" for link in wide)
    return any("#" not in end and (end[0] == "/" or page.host in end) for end in ends)


def _drop(body: Any, tags: Sequence[str], unwanted: Callable[[Any], bool]) -> None:
    """Remove the elements of ``tags`` that are ``unwanted``, with their content."""
    found = []
    walk = etree.iterwalk(body, events=("start",), tag=tags)
    for _, element in walk:
        if unwanted(element):
            walk.skip_subtree()
            found.append(element)
    for element in found:
        element.drop_tree()


def _is_small(element: Any, total: int) -> bool:
    """Return whether an element is a minor part: classes of large elements describe the layout."""
    return length_of(element) < _LARGE * total


def _is_linked(element: Any) -> bool:
    """Return whether an element consists mostly of links."""
    return 2 * sum(length_of(link) for link in element.iter("a")) > length_of(element)


def _is_beside(element: Any) -> bool:
    """Return whether an element is beside the text by its tag, role or class."""
    is_outside = next(element.iterancestors("article", "main"), None) is None
    if element.tag == "form" or (element.tag == "header" and is_outside):
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if _BESIDE.search(names) or _ROLES.match(element.get("role") or ""):
        return True
    is_appeal = _APPEAL.search(names) is not None and _is_linked(element)
    return is_appeal and count_words(text_of(element)) <= _LONGEST_APPEAL


def _words(blocks: Sequence[Block]) -> Counter[str]:
    return Counter(words_in("\n".join(block.text for block in blocks).lower()))
