"""What can be told of where a block of a page stands, as numbers for a model.

What the places around it are called and hold, and how often their likes repeat. Nothing depends on
the language of the text. Class names do: ``_NAMES``.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

import numpy as np

from casebook.extractors.web.markup.tree_blocks import Place

TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
"""A word within the names of classes, written together or apart."""
_NAMES: dict[str, re.Pattern[str]] = {
    name: re.compile(stems)
    for name, stems in {
        "comment": r"comment(?!ary)|disqus|^respon(?:d|ses?)$|^repl(?:y|ies)",
        "related": r"related|recommend|^also$|similar|upsell|^cross|trending|popular|latest|recent",
        "share": r"^shar(?:e|ing)|social|^follow",
        "nav": r"^(?:sub|top|side)?nav|menu|crumb|pagin|^pager|toolbar|^skip|^toc$|^tabs?$|^jump"
        r"|^prev(?:ious)?$|^next$",
        "foot": r"foot|copyright|colophon|^legal|disclaim",
        "head": r"^head|header$|masthead|^hero|banner|title",
        "side": r"sidebar|widget|^aside|^rail|secondary",
        "promo": r"advert|^ads?$|promo|sponsor|^cta$|newsletter|subscri|signup|donat|cookie|consent"
        r"|gdpr|modal|popup|overlay|dialog|login|optin|announc|notice|alert|^forms?$",
        "author": r"author|byline|^bio$|avatar|profile|^user|member|poster|contributor",
        "meta": r"^meta|(?<!vali)date|^time|^tags?$|categor|label|badge|^counts?$|counter|rating"
        r"|stats|views|publish|^info$|eyebrow|kicker",
        "content": r"content|article|^posts?$|entry|story|^body|^text|prose|markdown|^rte$|copy$"
        r"|wysiwyg|document|^main|message|answer|question",
        "card": r"card|tile|teaser|grid|^items?$|^list|carousel|slide|swiper|gallery|product"
        r"|collection|masonry|result",
        "ui": r"^btn|button|icon|dropdown|toggle|tooltip|control|filter|^sort|search|^cart|price"
        r"|quantity|select|action|^vote|swatch|variant|review|checkout",
        "description": r"descr|^spec|detail|feature|summary|overview|accordion|^faq|ingredient"
        r"|instruction|recipe|excerpt|collaps|panel|benefit|testimonial",
        "media": r"caption|credit|figure|image|photo|video|embed|thumb",
        "signature": r"^signature|^sig$",
    }.items()
}
_BY_TAG = {
    "nav": "nav", "aside": "side", "footer": "foot", "header": "head", "form": "promo",
    "main": "content", "article": "content", "figure": "media", "figcaption": "media",
    "address": "author", "label": "ui",
}  # fmt: skip
_BY_ROLE = {
    "navigation": "nav", "banner": "head", "contentinfo": "foot", "complementary": "side",
    "search": "ui", "dialog": "promo", "alertdialog": "promo", "menu": "nav", "menubar": "nav",
    "main": "content", "article": "content", "button": "ui",
}  # fmt: skip
_NONE = 2.0
_ANCESTORS = 4
_SECTION = 0.15
_OUTER = 0.97
_OUTER_NAMES = ("nav", "foot", "content", "comment", "card", "related")
_PLAIN_REPEATS = frozenset({"p", "h2", "h3", "tr", "dt", "dd"})
_LISTS = frozenset({"ul", "ol"})
LIKED = frozenset({"li", "article", "section"})
"""Tags whose likes stand side by side, whatever they are called."""
_INNER_AT = {name: number for number, name in enumerate(_NAMES)}
_OUTER_AT = {name: number for number, name in enumerate(_OUTER_NAMES, len(_NAMES))}
_UNNAMED = [_NONE] * (len(_NAMES) + len(_OUTER_NAMES))
_OUTSIDE = (0, 0, 1, 0, 0.0, 0, False, 0)
_number = attrgetter("number")
_Matrix = Any  # a numpy array

PLACE_NAMES = [
    *(
        f"{what}_{up}"
        for up in range(_ANCESTORS)
        for what in ("size", "linked_in", "kept_in", "prose_in", "block_size")
    ),
    *("section_size section_linked section_kept section_prose".split()),
    *(f"inner_{name}" for name in _NAMES),
    *(f"outer_{name}" for name in _OUTER_NAMES),
    *("repeats repeats_up repeats_size lists table depth".split()),
]
"""The names of the columns, in order."""


def place_rows(places: Sequence[Place], amounts: _Matrix, total: float) -> _Matrix:
    """Return what can be told of the place of each block: a row for each, columns as named.

    ``places`` are those of one page. ``amounts``: for each block a row of its words, those linked,
    kept and in prose, and 1.
    """
    known = _holding(places)
    at = {place: number for number, place in enumerate(known)}
    around = [at[place.parent] if place.parent else 0 for place in known]
    rows = np.array([at[place] for place in places])
    held = _held(amounts, rows, around)
    words = held[:, :1]
    parts = held[:, 1:4] / np.maximum(1.0, words)
    shares = np.hstack([words, parts, words / held[:, 4:]])
    sections = np.hstack([words / total, parts])
    named = [_UNNAMED]
    standings = _standings(known, around, sections[:, 0].tolist(), named)
    standing = np.array(standings, dtype=float)[rows]
    section, names = standing[:, :2].T.astype(int)
    chain, upwards = [rows], np.array(around)
    for _ in range(_ANCESTORS - 1):
        chain.append(upwards[chain[-1]])
    return np.hstack(
        [*(shares[up] for up in chain), sections[section], np.array(named)[names], standing[:, 2:]]
    )


def _holding(places: Iterable[Place]) -> list[Place]:
    """Return all places that hold a block, at any depth, each behind the one around it."""
    found: set[Place] = set()
    for start in places:
        place: Place | None = start
        while place is not None and place not in found:
            found.add(place)
            place = place.parent
    return sorted(found, key=_number)


def _held(amounts: _Matrix, rows: _Matrix, around: Sequence[int]) -> _Matrix:
    """Return the sums of ``amounts``, which stand at ``rows``, under each place, at any depth."""
    held = []
    for column in amounts.T:
        sums = np.bincount(rows, weights=column, minlength=len(around)).tolist()
        for number in range(len(around) - 1, 0, -1):
            sums[around[number]] += sums[number]
        held.append(sums)
    return np.array(held).T


def _standings(
    places: Sequence[Place],
    around: Sequence[int],
    shares: Sequence[float],
    named: list[list[float]],
) -> list[tuple[float, ...]]:
    """Return what each place has, or takes over from the one ``around`` it.

    Which is the innermost that is a large part of the page; which of the rows ``named``, to which
    new ones are added, has the share of the page under the innermost, and the outermost, place of
    each name; then the last columns.
    """
    found: list[tuple[Any, ...]] = []
    for number, (place, up, share) in enumerate(zip(places, around, shares, strict=True)):
        section, row, likes, likes_up, size, lists, table, depth = found[up] if found else _OUTSIDE
        if share >= _SECTION:
            section = number
        if names := _names_of(place.tag, place.role, place.names):
            named.append(_renamed(named[row], names, share))
            row = len(named) - 1
        several = _likes_of(place)
        if several > 1 and several >= likes:
            likes, likes_up, size = several, 0, share
        elif likes > 1:
            likes_up += 1
        lists += place.tag in _LISTS
        table = table or place.tag == "table"
        found.append((section, row, likes, likes_up, size, lists, table, depth + 1))
    return found


def _renamed(row: Sequence[float], names: Iterable[str], share: float) -> list[float]:
    """Return ``row`` for a place that has ``share`` of the page and these ``names``."""
    changed = list(row)
    for name in names:
        changed[_INNER_AT[name]] = share
        at = _OUTER_AT.get(name)
        if at is not None and share < _OUTER and changed[at] == _NONE:
            changed[at] = share
    return changed


def _likes_of(place: Place) -> int:
    """Return how often the likes of this place stand side by side; 1 where that tells nothing."""
    named = not place.signature.endswith(" ") or place.tag in LIKED
    if place.parent is None or not named or place.tag in _PLAIN_REPEATS:
        return 1
    return place.parent.children[place.signature]


@lru_cache(maxsize=1_000)
def _names_of(tag: str, role: str, names: str) -> tuple[str, ...]:
    found = {name for token in TOKEN.findall(names[:300]) for name in _meanings(token.lower())}
    found |= {meaning[key] for meaning, key in ((_BY_TAG, tag), (_BY_ROLE, role)) if key in meaning}
    return tuple(sorted(found))


@lru_cache(maxsize=4_000)
def _meanings(token: str) -> tuple[str, ...]:
    return tuple(name for name, stems in _NAMES.items() if stems.search(token))
