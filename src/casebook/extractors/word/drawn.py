"""What diagrams (SmartArt) and charts of a Word document say, set in their places. Pure.

Their words stand in parts of their own (ISO/IEC 29500-1, 21.4 and 21.2). Of a chart the figures
are read where it shows them as labels; a bar that has none tells how high it is, and no figure.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from casebook.extractors.word.xml import all_in, child, is_on, made, number, run_of, value

Drawn = Mapping[str, Any]
"""The roots of such parts, by the relation that a document names them with."""

_REFERENCES = ("relIds", "chart")
_LITERAL = re.compile(r"\[[^\]]*\]|\"[^\"]*\"|\\.")
_DAYS = re.compile(r"[dy]", re.IGNORECASE)
_DAY_NONE, _DAY_NONE_OF_MACS = date(1899, 12, 30), date(1904, 1, 1)


def set_in_text(part: Any, drawn: Drawn) -> None:
    """Say in each drawing of ``part``, as a box with text in it, what its diagram or chart says.

    One that stands in several places is said in the first of them.
    """
    left = dict(drawn)
    for place in all_in(part, *_REFERENCES):
        root = next((left.pop(one) for one in _named(place) if one in left), None)
        drawing = next(place.iterancestors("{*}drawing"), None)
        if root is None or drawing is None:
            continue
        lines = _of_chart(root) if all_in(root, "plotArea") else _of_diagram(root)
        box = made(drawing, "txbxContent")
        for line in filter(None, lines):
            box.append(made(drawing, "p"))
            box[-1].append(run_of(drawing, line))
        if len(box):
            place.append(box)


def _named(place: Any) -> list[str]:
    """Return the names of relations that a reference states; they are in a namespace of theirs."""
    return [told for key, told in place.items() if key.rpartition("}")[2] in {"dm", "id"}]


def _of_diagram(root: Any) -> Iterator[str]:
    """Yield the texts of a diagram, each before those below it."""
    points = {value(point, "modelId"): point for point in all_in(root, "pt")}
    below: dict[str, list[tuple[int, str]]] = {}
    for link in all_in(root, "cxn"):
        if value(link, "type") in {"", "parOf"}:
            order = number(link, "srcOrd") or 0
            below.setdefault(value(link, "srcId"), []).append((order, value(link, "destId")))
    waiting = [name for name, point in points.items() if value(point, "type") == "doc"]
    while waiting:
        name = waiting.pop()
        point = points.pop(name, None)  # once, whatever leads to it
        if point is not None:
            yield _words(point)
            waiting += [one for _, one in sorted(below.get(name, ()), reverse=True)]


def _of_chart(root: Any) -> Iterator[str]:
    """Yield the titles of a chart and of its axes, and its rows with what labels show of them."""
    for title in all_in(root, "title"):
        yield _words(title) or " ".join(_cached(title))
    categories: list[str] = []
    for row in all_in(root, "ser"):
        name = " ".join(_cached(child(row, "tx")))
        known = _figures(child(row, "cat"))
        if known and known != categories and not _is_labelled(row):
            categories = known
            yield " | ".join(known)
        yield f"{name}: {_labels(row, known)}" if _is_labelled(row) else name


def _is_labelled(row: Any) -> bool:
    labels = child(row, "dLbls")
    labels = child(row.getparent(), "dLbls") if labels is None else labels
    return is_on(child(labels, "showVal"))


def _labels(row: Any, categories: list[str]) -> str:
    figures = _figures(child(row, "val"))
    if len(figures) != len(categories):
        return ", ".join(figures)
    return ", ".join(f"{name} {figure}" for name, figure in zip(categories, figures, strict=True))


def _figures(values: Any | None) -> list[str]:
    """Return figures as their format shows them: a share in percent, a day as one."""
    code = "" if values is None else "".join(one.text or "" for one in all_in(values, "formatCode"))
    day = partial(_day, first=_first_day(values))
    shown = day if _DAYS.search(_LITERAL.sub("", code)) else _percent if "%" in code else str
    return [shown(told) for told in _cached(values)]


def _percent(told: str) -> str:
    try:
        return f"{100 * float(told):.4g}%"
    except ValueError:
        return told


def _first_day(values: Any | None) -> date:
    """Return the day that a chart counts from: of workbooks that began on a Mac it is another."""
    root = None if values is None else values.getroottree().getroot()
    return _DAY_NONE_OF_MACS if is_on(child(root, "date1904")) else _DAY_NONE


def _day(told: str, first: date) -> str:
    """Return the day of a number of days, as spreadsheets count them."""
    try:
        return (first + timedelta(days=int(float(told)))).isoformat()
    except (ValueError, OverflowError):
        return told


def _cached(element: Any | None) -> list[str]:
    found = () if element is None else all_in(element, "v")
    return [text for one in found if (text := (one.text or "").strip())]


def _words(element: Any) -> str:
    lines = ("".join(one.itertext("{*}t")) for one in all_in(element, "p"))
    return " ".join(" ".join(lines).split())
