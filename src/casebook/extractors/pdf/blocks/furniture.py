"""What pages of a PDF repeat around their text: running heads, feet, page numbers. Pure."""

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product, takewhile

from casebook.extractors.pdf.lines import Line
from casebook.extractors.text.characters import one_line

_PAGE_NUMBER = re.compile(
    r"[-–— |]*(?:page\s*|p\.\s*|seite\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/|\||von)\s*\d{1,4})?"
    r"[-–— |]*",
    re.IGNORECASE,
)
_LONGEST_NUMBER = 40
_FIRST_NUMBER, _LAST_NUMBER = re.compile(r"(\d{1,4}) "), re.compile(r" (\d{1,4})\Z")
_LABELLED = 1.25
"""Type sizes of the text, of a line with the number of its page at most: titles are larger."""

_AROUND_TITLES = "0123456789.:|·–— "
_EDGE = 2
_LARGER = 1.12
_REPEATS = 0.4
_FEWEST_REPEATS = 2
_BAND_SHARE = 0.5
_FEWEST_BAND_PAGES = 4
_NEARLY_ALL = 0.8
_MOST_SAMPLED = 10
_SPOT = 18.0
"""Points."""

_SMALL = 0.92
_APART = 1.8
"""Type sizes between a line and the next; within a text it is 1 to 1.6."""

ROMAN, NUMBER = "ivxlc", "#"
"""The letters of small Roman numerals, and what stands for any number where texts are compared."""

_MOST_HEAD = 4
"""Rows of the head of a table; more that come again are said again."""

_MOST_TOLD = 3
_LONGEST_TOLD = 60
_LONGEST_ROMAN = 6
_WORD = re.compile(r"\w+")
_NUMBERS = re.compile(r"[\d#]+(?: [\d#]+)*")


def without_furniture(
    pages: Sequence[Sequence[Line]], body: float
) -> tuple[list[list[Line]], list[Line]]:
    """Return ``pages`` without page numbers and the heads and feet that pages share; and those.

    A line at a page's edge goes if it stands, numbers aside, on two pages in five, and twice alike
    (a title stands alone that running heads or an agenda say again); or at a height
    at which half of the pages have their outermost line, where it is no larger than the text,
    whose size is ``body`` points (titles of slides are), and stands there twice (heads that change
    by chapter), or apart from the text as nearly all lines at that height do (by section); or if it
    has its page's number where most pages have theirs, beside what another line is, too (a section
    that begins on its page may have its number). So does what stands in small type at one place on
    nearly all pages, wherever that is: bars of slides.
    A row of a table goes where another page has it as a line of its own, and where a table goes on
    from the page before and its head is set again.
    """
    bars = _bars(pages, _SMALL * body)
    edges = [_edges(page) for page in pages]
    keys = Counter(key for page in edges for key in {key_of(x.text) for x in page if not x.row})
    spots = Counter(_spot(line) for page in edges for line in page)
    bands = _Bands.of(edges, keys)
    lines = (line for page in pages if bands.labels for line in page)
    titles = Counter(_title(line.text) for line in lines if _is_title(line))
    needed = max(_FEWEST_REPEATS, _REPEATS * len(pages))

    def goes(line: Line) -> bool:
        if _is_number(line.text):
            return bands.is_numbered(line)
        key = key_of(line.text)
        count = keys[key] if key else 0
        if count >= needed and _has_like(line, spots):
            return True
        known = titles[_title(line.text)] > _is_title(line)
        if line.size <= _LABELLED * body and bands.is_labelled(line, known=known):
            return True
        small = line.size <= _LARGER * body and any(c.isalpha() for c in key)
        return small and (
            (count >= _FEWEST_REPEATS and _height(line) in bands.shared) or bands.is_head(line)
        )

    gone = [line for page in edges for line in page if _is_bar(line, bars) or goes(line)]
    if bars:
        known = _ids(gone)
        found = (line for page in pages for line in page if id(line) not in known)
        gone += [line for line in found if _is_bar(line, bars)]
    apart = _ids(gone)
    return _with_heads_once(
        [[line for line in page if id(line) not in apart] for page in pages], gone
    )


def _with_heads_once(
    pages: list[list[Line]], gone: list[Line]
) -> tuple[list[list[Line]], list[Line]]:
    """Return ``pages`` with the head of a table that goes on over pages on its first page alone."""
    kept, again = list(pages), list(gone)
    head: list[str] = []
    for n, (last, page) in enumerate(pairwise(pages), 1):
        if not (last and page and last[-1].row and page[0].row):
            head = []
            continue
        head = head or [line.text for line in _last_table(last)]
        count = len(list(takewhile(bool, (a.text == b for a, b in zip(page, head, strict=False)))))
        count = count if count <= _MOST_HEAD else 0
        again += page[:count]
        kept[n] = page[count:]
    return kept, again


def _last_table(page: Sequence[Line]) -> list[Line]:
    """Return the rows with which a page ends."""
    return list(takewhile(lambda line: line.row, reversed(page)))[::-1]


def _bars(pages: Sequence[Sequence[Line]], size: float) -> set[tuple[str, int]]:
    """Return what stands at one place on nearly all pages, no larger than ``size``, and where."""
    if len(pages) < _FEWEST_BAND_PAGES:
        return set()
    some = pages[:: -(-len(pages) // _MOST_SAMPLED)]
    small = [{_place(line) for line in page if line.size <= size and not line.row} for page in some]
    often = Counter(place for page in small for place in page)
    found = {place for place, count in often.items() if count >= _BAND_SHARE * len(some)}
    if not found:
        return found
    times = Counter(place for page in pages for place in found.intersection(map(_place, page)))
    return {place for place, count in times.items() if count >= _NEARLY_ALL * len(pages)}


def _is_bar(line: Line, bars: Collection[tuple[str, int]]) -> bool:
    return not line.row and _place(line) in bars


def _place(line: Line) -> tuple[str, int]:
    return line.text, _height(line)


def tell(furniture: Sequence[str]) -> str:
    """Say for the curator what was taken out around the text, with the most frequent of it."""
    if not furniture:
        return "none found"
    said = {key_of(text): text for text in reversed(furniture)}
    times = Counter(map(key_of, furniture))
    named = [(key, n) for key, n in times.most_common() if key.strip("# ")][:_MOST_TOLD]
    told = "".join(f", “{one_line(said[key])[:_LONGEST_TOLD]}” ({n})" for key, n in named)
    return f"{len(furniture)} lines left out{told}"


@lru_cache(maxsize=2_000)
def key_of(text: str) -> str:
    """Return ``text`` as it is compared: words alone, numbers alike."""
    words = _WORD.findall(text)
    for end in (0, -1) if words else ():
        if len(words[end]) <= _LONGEST_ROMAN and not words[end].casefold().strip(ROMAN):
            words[end] = NUMBER
    return _NUMBERS.sub(NUMBER, " ".join(words).casefold())


def _is_title(line: Line) -> bool:
    """Tell a line from the entry of a table of contents, which ends in a number."""
    return not line.text[-1:].isdigit()


def _title(text: str) -> str:
    """Return ``text`` without the numbers around it."""
    return text.strip(_AROUND_TITLES).casefold()


def _has_like(line: Line, spots: Mapping[tuple[str, int, int], int]) -> bool:
    """Tell a line that says what another one does, about as high up and in such type."""
    key, spot, size = _spot(line)
    near = product((-1, 0, 1), repeat=2)
    return sum(spots.get((key, spot + up, size + more), 0) for up, more in near) > 1


def _spot(line: Line) -> tuple[str, int, int]:
    return key_of(line.text), round(line.base / _SPOT), round(line.size)


@dataclass(frozen=True, slots=True)
class _Bands:
    """The heights of the outermost lines that half of the pages share.

    ``heads`` are those at which lines, bold ones or others, stand apart from the text and repeat,
    and ``numbers`` the heights at which several pages have a number; ``apart`` are the ids of lines
    that stand apart; ``labels`` are at which height most pages have a number, and how far that is
    from the page's own; ``ended`` are those of them with which several lines end.
    """

    shared: Collection[int]
    heads: Collection[tuple[int, bool]]
    numbers: Collection[int]
    apart: Collection[int]
    labels: frozenset[tuple[int, int]]
    ended: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, pages: Sequence[Sequence[Line]], keys: Mapping[str, int]) -> "_Bands":
        """Measure the lines at the edges of ``pages``, from below; ``keys`` says how often."""
        apart = {id(line) for page in pages for line in _apart(page)}
        pages = [[line for line in page if not line.row] for page in pages]
        outermost = [{_height(line) for line in (*page[:1], *page[-1:])} for page in pages]
        heights = Counter(height for page in outermost for height in page)
        wanted = max(_FEWEST_BAND_PAGES, _BAND_SHARE * len(pages))
        shared = {height for height, count in heights.items() if count >= wanted}
        lines = [line for page in pages for line in page]
        usual = [line for line in lines if _height(line) in shared]
        at = Counter((_height(line), line.bold) for line in usual)
        alone = Counter((_height(line), line.bold) for line in usual if id(line) in apart)
        again = Counter(
            (_height(line), line.bold)
            for line in usual
            if keys[key_of(line.text)] >= _FEWEST_REPEATS
        )
        numbers = Counter(_height(x) for x in lines if _is_number(x.text))
        return cls(
            shared,
            {k for k in at if alone[k] >= _NEARLY_ALL * at[k] and again[k] >= _FEWEST_BAND_PAGES},
            {height for height, count in numbers.items() if count >= _FEWEST_REPEATS},
            apart,
            _labels(lines, _ends, wanted),
            _labels(lines, _last_number, _FEWEST_REPEATS),
        )

    def is_head(self, line: Line) -> bool:
        """Tell a line that stands where the heads of other pages do, as they do."""
        return id(line) in self.apart and (_height(line), line.bold) in self.heads

    def is_labelled(self, line: Line, *, known: bool) -> bool:
        """Tell a line with the number of its page, at the height where most pages have theirs.

        Unless it is ``known`` to be a title of the text, others must end with theirs: the number of
        a section stands before it.
        """
        told = self.labels & _labels([line], _ends)
        return bool(told if known else told & self.ended)

    def is_numbered(self, line: Line) -> bool:
        """Tell a number that is the page's: others stand at its height, or it stands apart."""
        return _height(line) in self.numbers or id(line) in self.apart


def _labels(
    lines: Sequence[Line], numbers: Callable[[Line], Iterable[int]], fewest: float = 1
) -> frozenset[tuple[int, int]]:
    """Return how far some ``numbers`` of ``fewest`` lines are from their pages, by height."""
    found = Counter((_height(x), number - x.page) for x in lines for number in set(numbers(x)))
    return frozenset(label for label, count in found.items() if count >= fewest)


def _ends(line: Line) -> Iterator[int]:
    """Yield the numbers with which a line begins and ends."""
    if begin := _FIRST_NUMBER.match(line.text):
        yield int(begin[1])
    yield from _last_number(line)


def _last_number(line: Line) -> Iterator[int]:
    if end := _LAST_NUMBER.search(line.text):
        yield int(end[1])


def _is_number(text: str) -> bool:
    """Tell the number of a page; most lines are longer than any."""
    return len(text) <= _LONGEST_NUMBER and _PAGE_NUMBER.fullmatch(text.strip()) is not None


def _apart(page: Sequence[Line]) -> Iterator[Line]:
    """Yield the outermost lines with room between them and the rest of the page."""
    for line, others in ((page[:1], page[1:]), (page[-1:], page[:-1])):
        if line:
            near = min((abs(o.base - line[0].base) for o in others), default=math.inf)
            if near > _APART * line[0].size:
                yield line[0]


def _ids(lines: Sequence[Line]) -> set[int]:
    return {id(line) for line in lines}


def _edges(page: Sequence[Line]) -> list[Line]:
    """Return the two lowest and the two highest lines, from below, wherever the content has them.

    What stands at the height of such a line stands at the edge as well.
    """
    ordered = sorted(page, key=lambda line: line.base)
    if len(ordered) <= 2 * _EDGE:
        return ordered
    return [*ordered[:_EDGE], *ordered[-_EDGE:]]


def _height(line: Line) -> int:
    return round(line.base / 3)
