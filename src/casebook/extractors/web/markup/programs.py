"""Programs as highlighters leave them in a page: each said once, line by line, unnumbered. Pure.

Highlighters lay a program out anew, beside what it was written in and with the numbers of its
lines; some for a light and a dark ground. Which of these is seen is told by style sheets, which may
lie elsewhere. So what says the same as the program beside it is noted, and once the page is without
what is hidden, brought into the same form, and left out behind it if both are seen.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

_LAID_OUT = frozenset("div ol ul table figure section".split())
_CELLS = ("td", "th")
_MOST_COPIES = 3
_AROUND = 3
_SEVERAL = 2
_FEW = 8
_NUMBER = re.compile(r"\d{1,5}")
# "blob-num", "lineno", "codeLine"; but not "headline", "inline" or "enumeration".
_NAMED = re.compile(r"(?<![a-z])(?:gutter|num|line)|Gutter|Num|Line")
_COPY = re.compile(r"\s*(?:copy|copied)(?: code| snippet| to clipboard)?!?\s*", re.IGNORECASE)
_NUMBERED = etree.XPath("descendant-or-self::*[*[1]/@data-line-number]")
_LEFT_OUT = "left-out"
_UNREAD = frozenset({"button", "script", "style", "template", "textarea"})


def laid_out(tree: Any) -> list[tuple[Any, str]]:
    """Return what stands beside a program under ``tree`` and says the same, and that program."""
    return [
        (beside, text)
        for pre in _programs(tree)
        if (text := _text(pre)).strip()
        for beside in _beside(pre)
        if beside.tag in _LAID_OUT and _says(beside, text)
    ]


def set_out(tree: Any, noted: Iterable[tuple[Any, str]]) -> None:
    """Make a ``pre`` of each program under ``tree`` that a highlighter laid out otherwise.

    And of what was ``noted`` of it, where all of that is seen. Each is left once.
    """
    for element, text in noted:
        if _says(element, text):
            _write(element, text)
    for table in list(tree.iter("table")):
        if lines := _lines_of_rows(table) or _lines_of_columns(table):
            _write(table, "\n".join(lines))
    for column in _NUMBERED(tree):
        count = len(_numbers_in(column))
        beside = column.getnext()
        lines = [] if beside is None or not count else _lines_in(beside)
        if len(lines) == count > 0:
            _write(beside, "\n".join(lines))
            _leave_out(column)
    for pre in list(_programs(tree)):
        _drop_numbers(pre)
    for button in list(_copying(tree)):
        if _COPY.fullmatch("".join(islice(button.itertext(), _FEW))):
            _leave_out(button)
    _drop_copies(tree)
    etree.strip_elements(tree, _LEFT_OUT, with_tail=False)


def _copying(tree: Any) -> Iterator[Any]:
    """Yield what is called a button that copies; an XPath takes three times as long."""
    for element in tree.iterdescendants("*"):
        named = element.get("class")
        if named and ("copy" in named or "Copy" in named or "lipboard" in named):
            yield element


def _drop_copies(tree: Any) -> None:
    """Leave out what follows right behind a program that says the same."""
    said = {pre: _squeezed(pre) for pre in _programs(tree)}
    if len(set(said.values())) == len(said):
        return
    before, copies, within = "", [], 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        is_start = event == "start"
        if found := said.get(element) if is_start and not within else None:
            copies += [element] if found == before else []
            before = found
        within += (element in said or element.tag in _UNREAD) * (1 if is_start else -1)
        text = element.text if is_start else element.tail
        if not within and text and not text.isspace():
            before = ""
    for copy in copies:
        _leave_out(copy)


def _programs(tree: Any) -> Iterator[Any]:
    """Yield what is set as a program, but for what a field holds to be copied from."""
    return (pre for pre in tree.iter("pre") if pre.find(".//textarea") is None)


def _drop_numbers(pre: Any) -> None:
    """Drop the numbers of lines that stand beside a program."""
    count = _text(pre).strip("\n").count("\n") + 1
    for beside in list(_beside(pre)) if count > 1 else ():
        if len(_numbers_in(beside)) == count:
            _leave_out(beside)


def _beside(pre: Any) -> Iterator[Any]:
    """Yield what stands right before and behind a program, or behind what holds nothing else."""
    one = pre
    for _ in range(_AROUND):
        beside = [each for each in (one.getprevious(), one.getnext()) if each is not None]
        yield from beside
        above = one.getparent()
        if beside or above is None or (above.text or "").strip() or (one.tail or "").strip():
            return
        one = above


def _says(element: Any, text: str) -> bool:
    """Tell an element that says nothing but ``text``, at most three times, spaces aside."""
    found, said = _squeezed(element), "".join(text.split())
    return found.startswith(said) and found in {said * n for n in range(1, _MOST_COPIES + 1)}


def _lines_of_rows(table: Any) -> Sequence[str]:
    """Return the lines of a table that has a row for each, its number in a cell before it."""
    lines, numbers = [], []
    for row in table.iter("tr"):
        *before, line = list(row.iterchildren(*_CELLS)) or [None]
        if not before or not all(map(_is_number_cell, before)):
            return []
        numbers.append(before[-1].get("data-line-number") or _text(before[-1]).strip())
        lines.append(_line(line))
    return lines if _are_counted(numbers) else []


def _is_number_cell(cell: Any) -> bool:
    named = cell.get("data-line-number") is not None or _NAMED.search(cell.get("class") or "")
    said = " ".join(cell.itertext()).strip()
    return bool(named) and (not said or bool(_NUMBER.fullmatch(said)))


def _lines_of_columns(table: Any) -> Sequence[str]:
    """Return the lines of a table of one row: a cell of numbers, and one of as many lines."""
    cells = list(islice(table.iter(*_CELLS), 3))
    if len(cells) != _SEVERAL or not _NAMED.search(cells[0].get("class") or ""):
        return []
    numbers, lines = _numbers_in(cells[0]), _lines_in(cells[1])
    return lines if len(numbers) == len(lines) else []


def _numbers_in(element: Any) -> Sequence[str]:
    """Return the numbers of lines that an element holds and nothing else, one after the other."""
    numbers = " ".join(element.itertext()).split() if len(element) else []
    return numbers if _are_counted(numbers) else []


def _are_counted(numbers: Sequence[str]) -> bool:
    if not numbers or not all(map(_NUMBER.fullmatch, numbers)):
        return False
    first = int(numbers[0])
    return [int(number) for number in numbers] == list(range(first, first + len(numbers)))


def _lines_in(element: Any) -> Sequence[str]:
    """Return the texts of the elements that an element is made of; one that has a ``pre`` none."""
    if next(element.iter("pre"), None) is not None:
        return []
    while len(element) == 1 and not (element.text or "").strip():
        element = element[0]
    is_made = not (element.text or "").strip() and not any((e.tail or "").strip() for e in element)
    return [_line(each) for each in element] if is_made else []


def _leave_out(element: Any) -> None:
    """Empty an element that goes in the end, with its likes: one by one it would be quadratic."""
    element.clear(keep_tail=True)
    element.tag = _LEFT_OUT


def _write(element: Any, text: str) -> None:
    """Make an element a program of this ``text``; it stays where it is."""
    above = next(element.iterancestors("pre"), None)
    children = list(element)
    for child in children:
        element.remove(child)
    element.tag = "span" if above is not None else "pre"
    element.text = text


def _line(element: Any) -> str:
    return _text(element).strip("\r\n").replace("\xa0", " ").rstrip()


def _text(element: Any) -> str:
    return "".join(element.itertext())


def _squeezed(element: Any) -> str:
    return "".join(_text(element).split())
