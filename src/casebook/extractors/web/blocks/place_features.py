"""What can be told of where a block of a page stands, as numbers for a model.

What the places around it are called and hold, and how often their likes repeat. Nothing depends on
the language of the text. Class names do: ``_NAMES``.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import add, attrgetter

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
_OUTER_AT = {name: number for number, name in enumerate(_OUTER_NAMES)}
_ONCE = (1, 0, 0.0)
_number = attrgetter("number")

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


def place_rows(
    places: Sequence[Place], amounts: Sequence[Sequence[float]], total: float
) -> list[list[float]]:
    """Return what can be told of the place of each block.

    ``amounts`` are, for each block, its words, those linked, kept and in prose, and 1.
    """
    held = _held(places, amounts)
    known: dict[Place, _Standing] = {}
    for place in sorted(held, key=_number):
        above = known.get(place.parent) if place.parent is not None else None
        known[place] = _Standing(place, held[place], above, total)
    rows = {place: known[place].row() for place in set(places)}
    return [rows[place] for place in places]


def _held(places: Sequence[Place], amounts: Sequence[Sequence[float]]) -> dict[Place, list[float]]:
    """Return the sums of ``amounts`` under each place that holds a block, at any depth."""
    held: dict[Place, list[float]] = {}
    for start, amount in zip(places, amounts, strict=True):
        place: Place | None = start
        while place is not None and place not in held:
            held[place] = [0.0] * len(amount)
            place = place.parent
        held[start] = list(map(add, held[start], amount))
    for place in sorted(held, key=_number, reverse=True):
        if place.parent is not None:
            held[place.parent] = list(map(add, held[place.parent], held[place]))
    return held


class _Standing:
    """One place: what it holds, and what it takes over from the place around it."""

    __slots__ = (
        "above",
        "depth",
        "inner",
        "lists",
        "outer",
        "repeats",
        "section",
        "shares",
        "table",
    )

    above: "_Standing | None"
    shares: list[float]
    section: list[float]
    inner: list[float]
    outer: list[float]
    repeats: tuple[int, int, float]
    lists: int
    table: bool
    depth: int

    def __init__(
        self, place: Place, held: Sequence[float], above: "_Standing | None", total: float
    ) -> None:
        words, linked, kept, prose, blocks = held
        many = max(1.0, words)
        share = words / total
        shares = [linked / many, kept / many, prose / many]
        self.above = above
        self.shares = [words, *shares, words / blocks]
        large = words >= _SECTION * total or above is None
        self.section = [share, *shares] if large or above is None else above.section
        self.depth = above.depth + 1 if above else 1
        self.lists = (above.lists if above else 0) + (place.tag in _LISTS)
        self.table = (above is not None and above.table) or place.tag == "table"
        self.inner = above.inner if above else [_NONE] * len(_NAMES)
        self.outer = above.outer if above else [_NONE] * len(_OUTER_NAMES)
        self.repeats = (
            (above.repeats[0], above.repeats[1] + 1, above.repeats[2]) if above else _ONCE
        )
        self._take_names(place, share)
        self._take_likes(place, share)

    def _take_names(self, place: Place, share: float) -> None:
        """Note the share of the page under the innermost, and the outermost, place so named."""
        names = _names_of(place.tag, place.role, place.names)
        if not names:
            return
        self.inner, self.outer = list(self.inner), list(self.outer)
        for name in names:
            self.inner[_INNER_AT[name]] = share
            at = _OUTER_AT.get(name)
            if at is not None and share < _OUTER and self.outer[at] == _NONE:
                self.outer[at] = share

    def _take_likes(self, place: Place, share: float) -> None:
        """Note how often the likes of this place, or of one around it, stand side by side."""
        named = not place.signature.endswith(" ") or place.tag in LIKED
        if place.parent is None or not named or place.tag in _PLAIN_REPEATS:
            return
        likes = place.parent.children[place.signature]
        if likes > 1 and likes >= self.repeats[0]:
            self.repeats = (likes, 0, share)

    def row(self) -> list[float]:
        """Return the features, in the order of ``PLACE_NAMES``."""
        chain, standing = [], self
        for _ in range(_ANCESTORS):
            chain += standing.shares
            standing = standing.above or standing
        most, up, size = self.repeats
        up = up if most > 1 else 0
        return [
            *chain, *self.section, *self.inner, *self.outer,
            most, up, size, self.lists, self.table, self.depth,
        ]  # fmt: skip


@lru_cache(maxsize=1_000)
def _names_of(tag: str, role: str, names: str) -> tuple[str, ...]:
    found = {name for token in TOKEN.findall(names[:300]) for name in _meanings(token.lower())}
    found |= {meaning[key] for meaning, key in ((_BY_TAG, tag), (_BY_ROLE, role)) if key in meaning}
    return tuple(sorted(found))


@lru_cache(maxsize=4_000)
def _meanings(token: str) -> tuple[str, ...]:
    return tuple(name for name, stems in _NAMES.items() if stems.search(token))
