"""From the lines of a PDF to blocks: running heads out, hyphens undone, paragraphs joined. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from casebook.extractors.characters import one_line
from casebook.extractors.passages import Block
from casebook.extractors.pdf_lines import Line

_LIGATURES = {ord(c): unicodedata.normalize("NFKC", c) for c in "ﬀﬁﬂﬃﬄﬅﬆ"}
_PAGE_NUMBER = re.compile(
    r"[-–— ]*(?:page\s*|p\.\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/|\|)\s*\d{1,4})?[-–— ]*",
    re.IGNORECASE,
)
_EDGE = 2
_REPEATS = 0.4
_FEWEST_REPEATS = 2
_LINE_END_HYPHEN = re.compile(r"[\ufffe\u00ad\u2010]$|(?<=[^\W\d_])-$")
_SENTENCE_END = re.compile(r"[.!?:…]['\"”’)\]]*$")
_ITEM = re.compile(r"(?:[•●▪■◦‣·*–-]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+\S")
_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[A-Z]\.|[IVX]{1,5}\.)\s+[A-Z]")
_LONGEST_HEADING = 120
_LARGER = 1.12
_LOOSE = 1.35
_INDENT = 0.8
_SHORT_OF_COLUMN = 0.85


def to_blocks(pages: Sequence[Sequence[Line]], outline: Collection[str] = ()) -> list[Block]:
    """Return the paragraphs and headings of ``pages``; a paragraph keeps the page it begins on.

    ``outline`` holds the titles of the document's own table of contents, which are headings.
    """
    lines = [line for page in without_furniture(pages) for line in page]
    if not lines:
        return []
    body = _body_size(lines)
    titles = {_key(title) for title in outline}
    groups = _across_pages(_groups(lines, body, titles))
    return [_block(group, body, titles) for group in groups]


def without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return ``pages`` without page numbers and the heads and feet that pages share."""
    counts = Counter(key for page in pages for key in {_key(line.text) for line in _edges(page)})
    needed = max(_FEWEST_REPEATS, _REPEATS * len(pages))
    repeated = {key for key, count in counts.items() if key and count >= needed}
    return [list(_kept(page, repeated)) for page in pages]


def _kept(page: Sequence[Line], repeated: Collection[str]) -> Iterator[Line]:
    edges = {id(line) for line in _edges(page)}
    for line in page:
        text = line.text.strip()
        furniture = _key(text) in repeated or (len(page) > 1 and _PAGE_NUMBER.fullmatch(text))
        if text and not (id(line) in edges and furniture):
            yield line


def _edges(page: Sequence[Line]) -> list[Line]:
    """Return the two highest and the two lowest lines, wherever the content lists them."""
    ordered = sorted((line for line in page if line.text.strip()), key=lambda line: line.base)
    return [*ordered[:_EDGE], *ordered[_EDGE:][-_EDGE:]]


def _key(text: str) -> str:
    return re.sub(r"\d+", "#", re.sub(r"\W+", " ", text)).strip().casefold()


def _body_size(lines: Iterable[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0]


def _groups(lines: Sequence[Line], body: float, titles: Collection[str]) -> Iterator[list[Line]]:
    """Yield the lines of each paragraph or heading."""
    leading = _leading(lines)
    column = _column(lines)
    group: list[Line] = []
    for line in lines:
        if group and _breaks(
            group,
            line,
            leading,
            column,
            _heads(group[-1], body, titles) != _heads(line, body, titles),
        ):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _leading(lines: Sequence[Line]) -> float:
    steps = [a.base - b.base for a, b in pairwise(lines) if a.page == b.page]
    downward = [step for step in steps if 0 < step < 4 * lines[0].size + 40]
    return median(downward) if downward else 0.0


def _column(lines: Sequence[Line]) -> float:
    """Return the usual width of a full line."""
    widths = sorted(line.right - line.left for line in lines)
    return widths[int(len(widths) * 0.8)] if widths else 0.0


def _breaks(group: Sequence[Line], line: Line, leading: float, column: float, unlike: bool) -> bool:
    """Tell whether ``line`` begins a new paragraph after ``group``."""
    last = group[-1]
    if last.page != line.page or unlike or abs(last.size - line.size) > 1 or _ITEM.match(line.text):
        return True
    if _LINE_END_HYPHEN.search(last.text.rstrip()):
        return False
    step = last.base - line.base
    if step > _LOOSE * max(leading, last.size):
        return True
    ended = bool(_SENTENCE_END.search(last.text.rstrip()))
    short = last.right - last.left < _SHORT_OF_COLUMN * column
    indented = line.left - last.left > _INDENT * line.size
    # A jump upwards is the next column, where a paragraph may go on.
    return ended and (short or indented or step < -2 * line.size)


def _heads(line: Line, body: float, titles: Collection[str]) -> bool:
    """Tell a line that stands as a heading, by the table of contents or by its type."""
    text = line.text.strip()
    if len(text) > _LONGEST_HEADING or not any(c.isalpha() for c in text):
        return False
    if _key(text) in titles:
        return True
    if text.endswith((".", ",", ";")) or (_ITEM.match(text) and not _NUMBERED.match(text)):
        return False
    larger = line.size >= _LARGER * body
    return larger or (
        line.bold and line.size >= body and (text[:1].isupper() or text[:1].isdigit())
    )


def _across_pages(groups: Iterable[list[Line]]) -> Iterator[list[Line]]:
    """Join a paragraph that a page break cut: it has no end yet, and its rest begins small."""
    held: list[Line] = []
    for group in groups:
        if held and _reads_on(held[-1], group[0]):
            held = held + group
            continue
        if held:
            yield held
        held = group
    if held:
        yield held


def _reads_on(last: Line, first: Line) -> bool:
    if last.page == first.page or abs(last.size - first.size) > 1 or _ITEM.match(first.text):
        return False
    end, begin = last.text.rstrip(), first.text.lstrip()
    if _LINE_END_HYPHEN.search(end) or end.endswith(","):
        return True
    return not _SENTENCE_END.search(end) and begin[:1].islower()


def _block(group: Sequence[Line], body: float, titles: Collection[str]) -> Block:
    text = join_lines(line.text for line in group)
    heading = all(_heads(line, body, titles) for line in group) and len(text) <= _LONGEST_HEADING
    return replace(Block(text, page=group[0].page), heading=heading)


def join_lines(lines: Iterable[str]) -> str:
    """Return lines as one, words that a hyphen split at a line end made whole, ligatures spelled.

    A hyphen between capitals or before one stays: "GPT-" "4", "Anglo-" "American".
    """
    text = ""
    for raw in lines:
        line = raw.translate(_LIGATURES).strip()
        if not (text and _LINE_END_HYPHEN.search(text)):
            text = f"{text} {line}".strip()
        elif line[:1].islower():
            text = text[:-1] + line
        else:
            text = text[:-1] + "-" + line
    return one_line(text.replace("\ufffe", "-"))
