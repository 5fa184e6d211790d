"""Join lines into paragraphs, and the words that hyphens split over two lines."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate, pairwise
from statistics import median
from typing import Any

from extractors.pdf.furniture import body_size
from extractors.pdf.lines import MARKER, TextLine
from extractors.text import visible
from schemas.sources import LineBox, Passage

LineGroup = list[TextLine]  # the lines of one paragraph, heading, row or code block

_ITEM = re.compile(rf"(?P<mark>{MARKER.pattern})\s+\S")
_BULLET = re.compile(r"[^\w(*–—-]|\[")
SENTENCE_END = re.compile(r"[.!?:…。！？：؟۔]['\"”’)\]」』）]*$")
_HYPHENS = ("-", "\ufffe", "\u00ad", "\u2010")
_WORD = re.compile(r"\w[\w'’]*(?:-\w+)*")
_LAST_WORD = re.compile(r"(\w[\w'’-]*)[-\ufffe\u00ad\u2010]$")
# Characters that stay in order when lines are joined; only those in between change.
_SIGN = re.compile("[^\\s|\u00ad\u2010\ufffe-]")
_UNSPACED = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60]")

_LOOSE = 1.35  # times the usual line step; larger steps separate paragraphs
_INDENT, _MARGIN = 0.8, 4.0  # minimum indent in type sizes; points between two margins
_DIFFERS = 0.08  # minimum difference of type sizes, relative to the text
_SPARE = 0.3  # minimum empty share of a last line if the next paragraph starts in lower case
_REACH, _BACK = 0.9, 8  # quantile of full line ends; groups that a page break can interrupt


class Metrics:
    """The usual type size, line steps and line ends of a document."""

    def __init__(self, lines: Sequence[TextLine]) -> None:
        self.body = body_size([line for line in lines if not line.fixed] or lines)
        steps, rights = defaultdict[float, list[float]](list), defaultdict[Any, list[float]](list)
        for last, line in pairwise(lines):
            step = line.base - last.base
            if (line.page, line.size) == (last.page, last.size) and 0 < step < 3 * line.size:
                steps[line.size].append(step)
        for line in lines:
            rights[_margin(line)].append(line.right)
        self.steps = {size: min(median(some), 1.8 * size) for size, some in steps.items()}
        self._edges = {m: sorted(some)[int(len(some) * _REACH)] for m, some in rights.items()}

    def is_over(self, last: TextLine, line: TextLine) -> bool:
        """Return whether the first word of ``line`` would have fitted on the line before."""
        edge = self._edges[_margin(last)]
        spare = _SPARE * (edge - last.left) if line.text[:1].islower() else line.size
        return edge - last.right - line.first > spare

    def differs(self, line: TextLine, size: float) -> bool:
        """Return whether a line has another type size."""
        return abs(line.size - size) > _DIFFERS * self.body


def _margin(line: TextLine) -> tuple[int, float]:
    return round(line.left / _MARGIN), line.size


def groups_of(lines: Sequence[TextLine], metrics: Metrics) -> list[LineGroup]:
    """Return the lines of each paragraph, heading, row and code block, in order."""
    groups: list[LineGroup] = []
    for line in lines:
        continues = groups and not _breaks(groups[-1], line, metrics)
        group = groups[-1] if continues else _interrupted(groups, line, metrics)
        if group is None:
            groups.append(group := [])
        group.append(line)
    return groups


def _jumps(last: TextLine, line: TextLine) -> bool:  # to another page or column
    return line.page != last.page or line.base < last.base - last.size / 2


def _breaks(group: LineGroup, line: TextLine, metrics: Metrics) -> bool:
    """Return whether ``line`` begins a new group."""
    last, moved, indent = group[-1], line.left - group[-1].left, _INDENT * line.size
    if _jumps(last, line) or any(one.is_row or one.is_entry for one in (last, line)):
        return True
    is_other = metrics.differs(line, last.size) or (line.fixed != last.fixed and abs(moved) > 1)
    step = metrics.steps.get(line.size, 1.25 * line.size)
    if is_other or line.base - last.base > _LOOSE * step:
        return True
    if (line.fixed and last.fixed) or last.text.endswith(_HYPHENS[1:]):
        return False
    if _begins_item(group, line, metrics) or (group[1:] and abs(moved) > indent):
        return True
    is_hanging = moved > indent and bool(MARKER.match(last.text))
    return metrics.is_over(last, line) and not is_hanging


def _begins_item(group: LineGroup, line: TextLine, metrics: Metrics) -> bool:
    item = _ITEM.match(line.text)
    if item is None:
        return False
    is_sure = _BULLET.match(item["mark"]) or _ITEM.match(group[0].text)
    return bool(is_sure or SENTENCE_END.search(group[-1].text)) or metrics.is_over(group[-1], line)


def _interrupted(groups: Sequence[LineGroup], line: TextLine, metrics: Metrics) -> LineGroup | None:
    """Return the paragraph on an earlier page or column that ``line`` continues."""
    is_text = not (line.is_row or line.is_entry or line.fixed or _ITEM.match(line.text))
    is_text = is_text and not metrics.differs(line, metrics.body)
    may_continue = is_text and groups and _jumps(groups[-1][-1], line)
    for group in reversed(groups[-_BACK:] if may_continue else ()):
        last = group[-1]
        if last.is_row or last.fixed or metrics.differs(last, line.size):
            continue
        is_whole = SENTENCE_END.search(last.text) or last.is_entry or (last.bold and not line.bold)
        continues = line.text[:1].islower() or last.text.endswith(_HYPHENS)
        return group if not is_whole and (continues or not metrics.is_over(last, line)) else None
    return None


def vocabulary(lines: Iterable[TextLine]) -> frozenset[str]:
    """Return the words that no line break splits, in lower case."""
    known: set[str] = set()
    broken = False
    for line in lines:
        words, ends = _WORD.findall(line.text.lower()), line.text.endswith(_HYPHENS)
        known.update(words[broken : len(words) - ends])
        broken = ends
    return frozenset(known)


def text_of(group: Sequence[TextLine], known: Collection[str]) -> str:
    """Return the text of lines as one paragraph; code keeps its lines and indentation."""
    if not all(line.fixed for line in group):
        cells = "\n".join(line.text for line in group).split(" | ")
        return " | ".join(joined_text(cell.split("\n"), known) for cell in cells)
    left = min(line.left for line in group)
    letter = median((line.right - line.left) / len(line.text) for line in group) or 1.0
    return "\n".join(" " * round((line.left - left) / letter) + line.text for line in group)


def joined_text(lines: Iterable[str], known: Collection[str] = ()) -> str:
    """Return lines as one text, without hyphens that only split a word at a line end.

    A hyphen stays if the word has one elsewhere in the document (``known``), before a capital or
    digit, and after a part with a hyphen. Chinese and Japanese join without a space.
    """
    text = ""
    for line in lines:
        if not text or (_UNSPACED.match(text[-1]) and _UNSPACED.match(line)):
            text += line
        elif not text.endswith(_HYPHENS) or (text[-1] == "-" and not text[-2:-1].isalpha()):
            text += f" {line}"
        else:
            text = text[:-1] + "-" * _keeps_hyphen(text, line, known) + line
    return text.replace("\ufffe", "-")


def _keeps_hyphen(text: str, line: str, known: Collection[str]) -> bool:
    before, after = _LAST_WORD.search(text[-80:]), _WORD.match(line)
    if before is None or after is None:
        return not line[:1].islower()
    first, second = before[1].lower(), after[0].lower()
    if first + second in known and (line[:1].islower() or before[1].isupper()):
        return False
    return f"{first}-{second}" in known or "-" in first or not line[:1].islower()


def with_boxes(text: str, passages: Sequence[Passage], lines: Iterable[TextLine]) -> list[Passage]:
    """Return ``passages`` with the boxes of their lines; ``text`` consists of all ``lines``."""
    pieces = [part for line in lines for part in line.parts or (line,)]
    counts = [len(_SIGN.findall(visible(piece.text))) for piece in pieces]
    places = [found.start() for found in _SIGN.finditer(text)]
    if sum(counts) != len(places):
        return list(passages)  # a line ends between a letter and its accent: offsets are uncertain
    boxes = [
        LineBox(start=places[n - count], end=places[n - 1] + 1, page=piece.page, box=piece.box)
        for piece, count, n in zip(pieces, counts, accumulate(counts), strict=True)
        if count
    ]
    starts, ends = [one.start for one in boxes], [one.end for one in boxes]
    spans = [(bisect_right(ends, one.start), bisect_left(starts, one.end)) for one in passages]
    return [
        one.model_copy(update={"lines": tuple(boxes[first:last])})
        for one, (first, last) in zip(passages, spans, strict=True)
    ]
