"""What can be told of each block of a page without reading it for meaning: numbers for a model.

Three sides of a block count: itself (length, links, punctuation, tag), where it stands (what its
ancestors are called and hold, how often their likes repeat), and whether trafilatura keeps it and
its neighbours. Nothing depends on the language of the text. Class names do: ``_NAMES``.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from operator import add, attrgetter
from typing import Any

import numpy as np

from casebook.extractors.text.characters import words_in
from casebook.extractors.web.markup.tree_blocks import Place, Placed
from casebook.extractors.web.page_kind import PageKind

_MARK = re.compile(r"[.!?,;:。，、！？]")
_DIGIT = re.compile(r"\d")
_ENDED = re.compile("[.!?。！？…:][\"'”’»)\\]]*\\s*$")
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
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
_KINDS_OF_TAG = {
    "p": 0, "li": 1, "td": 3, "tr": 3, "table": 3, "dd": 4, "dt": 4, "figcaption": 5, "figure": 5,
    "caption": 5, "blockquote": 6, "h1": 7, "h2": 7, "h3": 7, "h4": 7, "h5": 7, "h6": 7, "pre": 8,
    "label": 9, "summary": 9,
}  # fmt: skip
_OF_CONTAINERS = 2
_PROSE_WORDS = 10
_PROSE_LINKS = 0.34
_SHINGLE = 3
_KEPT = 0.5
_KEPT_WORDS = 5
_END_WORDS = 8
_FAR = 99
_NONE = 2.0
_ANCESTORS = 4
_SECTION = 0.15
_OUTER = 0.97
_OUTER_NAMES = ("nav", "foot", "content", "comment", "card", "related")
_PLAIN_REPEATS = frozenset({"p", "h2", "h3", "tr", "dt", "dd"})
_LISTS = frozenset({"ul", "ol"})
_LIKED = frozenset({"li", "article", "section"})
_INNER_AT = {name: number for number, name in enumerate(_NAMES)}
_OUTER_AT = {name: number for number, name in enumerate(_OUTER_NAMES)}
_ONCE = (1, 0, 0.0)
_WINDOWS = (2, 6, 15)
_number = attrgetter("number")

_OWN = (
    "log_words linked level ended marks upper digits bold row verbatim button tag copies copy kept"
).split()
_AROUND = (
    "before position log_from_start log_to_end from_h1 from_h1_share kept_before kept_after "
    "between from_first_kept from_last_kept kept_2 kept_6 kept_15 prose_2 prose_6 linked_2 "
    "linked_6 words_2 previous_words next_words previous_linked next_linked previous_heading "
    "next_heading previous_kept next_kept"
).split()
_PLACE = [
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
_PAGE = [
    *("page_words page_kept page_blocks page_linked page_prose page_h1 reading_words".split()),
    *(f"is_{kind}" for kind in PageKind),
]
NAMES: tuple[str, ...] = (*_OWN, *_AROUND, *_PLACE, *_PAGE)
"""The names of the columns, in order."""

Matrix = Any
"""A numpy array: one row for each block, one column for each name."""


def words_of(text: str) -> list[str]:
    """Return the words of ``text``, lower case."""
    return words_in(text.lower())


def features(
    placed: Sequence[Placed],
    tokens: Sequence[Sequence[str]],
    reading: Sequence[str],
    kind: PageKind,
) -> Matrix:
    """Return the features of ``placed``, the blocks of a page; ``tokens`` are their words.

    ``reading`` are the paragraphs that trafilatura keeps of the page.
    """
    return _Features(placed, tokens, reading, kind).matrix


class _Features:
    """The columns of one page, built side by side."""

    def __init__(
        self,
        placed: Sequence[Placed],
        tokens: Sequence[Sequence[str]],
        reading: Sequence[str],
        kind: PageKind,
    ) -> None:
        self.placed = placed
        self.tokens = tokens
        self.counts = np.array([len(tokens) for tokens in self.tokens], dtype=float)
        self.linked = np.array([block.linked for block in placed])
        prose = (self.counts >= _PROSE_WORDS) & (self.linked < _PROSE_LINKS)
        self.prose = np.where(prose, self.counts, 0.0)
        self.reading = [words_of(text) for text in reading]
        self.kept = np.array(_kept(self.tokens, self.reading))
        self.total = max(1.0, self.counts.sum())
        self.level = np.array([block.level for block in placed])
        of_page = np.tile(np.array(self._page(kind), dtype=float), (len(placed), 1))
        columns = np.column_stack([*self._own(), *self._around()])
        self.matrix = np.hstack([columns, self._places(), of_page])

    def _own(self) -> list[Matrix]:
        texts = [block.block.text for block in self.placed]
        keys = [" ".join(tokens) for tokens in self.tokens]
        copies, seen = Counter(keys), Counter[str]()
        copy = []
        for key in keys:
            seen[key] += 1
            copy.append(seen[key])
        words = np.maximum(1, self.counts)
        sizes = np.maximum(1, [len(text) for text in texts])
        return [
            np.log1p(self.counts),
            self.linked,
            np.where(self.level == 0, 7, self.level),
            np.array([bool(_ENDED.search(text)) for text in texts]),
            np.array([len(_MARK.findall(text)) for text in texts]) / words,
            np.array([text.lstrip()[:1].isupper() for text in texts]),
            np.array([len(_DIGIT.findall(text)) for text in texts]) / sizes,
            np.array([block.bold for block in self.placed]),
            np.array([block.row for block in self.placed]),
            np.array([block.block.verbatim for block in self.placed]),
            np.array([block.button for block in self.placed]),
            np.array([_KINDS_OF_TAG.get(b.place.tag, _OF_CONTAINERS) for b in self.placed]),
            np.array([copies[key] for key in keys]),
            np.array(copy),
            self.kept,
        ]

    def _around(self) -> list[Matrix]:
        count = len(self.placed)
        index = np.arange(count)
        sure = (self.kept > _KEPT) & (self.counts >= _KEPT_WORDS)
        ends = np.flatnonzero((self.kept > _KEPT) & (self.counts >= _END_WORDS))
        first, last = (ends[0], ends[-1]) if len(ends) else (count, -1)
        tops = np.flatnonzero(self.level == 1)
        top = tops[0] if len(tops) else 0
        heading = self.level > 0
        words = np.log1p(self.counts)
        return [
            (np.cumsum(self.counts) - self.counts) / self.total,
            (index + 1) / count,
            np.log1p(index),
            np.log1p(count - index),
            index - top,
            (index - top) / count,
            _since(sure),
            _since(sure[::-1])[::-1],
            (index >= first) & (index <= last),
            (index - first) / count,
            (index - last) / count,
            *(self._share(self.kept * self.counts, reach) for reach in _WINDOWS),
            *(self._share(self.prose, reach) for reach in _WINDOWS[:2]),
            *(self._share(self.linked * self.counts, reach) for reach in _WINDOWS[:2]),
            _window(self.counts, 2),
            *(_neighbours(words)),
            *(_neighbours(self.linked)),
            *(_neighbours(heading)),
            *(_neighbours(self.kept)),
        ]

    def _share(self, part: Matrix, reach: int) -> Matrix:
        return _window(part, reach) / np.maximum(1, _window(self.counts, reach))

    def _places(self) -> Matrix:
        amounts = np.column_stack(
            [
                self.counts,
                self.linked * self.counts,
                self.kept * self.counts,
                self.prose,
                np.ones(len(self.placed)),
            ]
        )
        rows = _place_rows([block.place for block in self.placed], amounts.tolist(), self.total)
        return np.array(rows, dtype=float).reshape(len(self.placed), len(_PLACE))

    def _page(self, kind: PageKind) -> list[float]:
        return [
            np.log(self.total),
            (self.kept * self.counts).sum() / self.total,
            np.log1p(len(self.placed)),
            (self.linked * self.counts).sum() / self.total,
            self.prose.sum() / self.total,
            (self.level == 1).sum(),
            np.log1p(sum(map(len, self.reading))),
            *(kind is other for other in PageKind),
        ]


def _kept(tokens: Sequence[Sequence[str]], reading: Sequence[Sequence[str]]) -> list[float]:
    """Return for each block the share of its runs of three words that ``reading`` has too."""
    joined = [word for words in reading for word in words]
    runs = set(_runs(joined))
    whole = {" ".join(words) for words in reading}
    shares = []
    for words in tokens:
        if len(words) < _SHINGLE:
            shares.append(float(" ".join(words) in whole))
        else:
            shared = sum(map(runs.__contains__, _runs(words)))
            shares.append(shared / (len(words) - _SHINGLE + 1))
    return shares


def _runs(words: Sequence[str]) -> Any:
    return zip(*(words[n:] for n in range(_SHINGLE)), strict=False)


def _since(marked: Matrix) -> Matrix:
    """Return how many blocks ago the last marked one before each stood, at most 99."""
    index = np.arange(len(marked))
    last = np.maximum.accumulate(np.where(marked, index, -_FAR - 1))
    before = np.concatenate([[-_FAR - 1], last[:-1]])
    return np.minimum(_FAR, index - before - 1)


def _window(values: Matrix, reach: int) -> Matrix:
    """Return the sum of ``values`` from ``reach`` places before each to ``reach`` after it."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    index = np.arange(len(values))
    return sums[np.minimum(len(values), index + reach + 1)] - sums[np.maximum(0, index - reach)]


def _neighbours(values: Matrix) -> tuple[Matrix, Matrix]:
    """Return the value before and the value after each, -1 outside."""
    padded = np.concatenate([[-1.0], values.astype(float), [-1.0]])
    return padded[:-2], padded[2:]


def _place_rows(
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
        named = not place.signature.endswith(" ") or place.tag in _LIKED
        if place.parent is None or not named or place.tag in _PLAIN_REPEATS:
            return
        likes = place.parent.children[place.signature]
        if likes > 1 and likes >= self.repeats[0]:
            self.repeats = (likes, 0, share)

    def row(self) -> list[float]:
        """Return the features, in the order of ``_PLACE``."""
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
    found = {name for token in _TOKEN.findall(names[:300]) for name in _meanings(token.lower())}
    found |= {meaning[key] for meaning, key in ((_BY_TAG, tag), (_BY_ROLE, role)) if key in meaning}
    return tuple(sorted(found))


@lru_cache(maxsize=4_000)
def _meanings(token: str) -> tuple[str, ...]:
    return tuple(name for name, stems in _NAMES.items() if stems.search(token))
