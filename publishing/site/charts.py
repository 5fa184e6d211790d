"""Chart geometry: the position and text of each mark.

Horizontal positions are percentages of the width, so that charts fit any screen.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from publishing.wording import count, listing

_LONGEST_BAR = 88  # percent; the rest is for its number
_LONGEST_BESIDE_TEXT = 56  # percent; the rest is for a value in words
_ROOM_FOR_NUMBER = 9  # percent, before the mark of the expected value
_SHADES = 5  # in addition to 0, the shade of an empty cell
_PANEL_TOP, _PANEL_HEIGHT = 22, 66  # of a trend line in its panel, in pixels
_LOGARITHMIC_FROM = 200  # ratio of the highest to the lowest number
_ROUND_FROM = 1000
_MOST_DOTS = 100
_WHOLE = 100  # per cent, the end of an axis of shares


class Link(NamedTuple):
    """A label and the page it links to, relative to the site's root."""

    label: str
    href: str | None = None
    note: str = ""


class Mark(NamedTuple):
    """A bar's end, a cell, a point or a dot: ``x`` in percent, and its number as text.

    ``y`` is the position of a bar's number, a cell's shade from 0 (empty) to 5, or a point's
    distance from the top in pixels.
    """

    x: float
    text: str
    y: float = 0


class ChartSeries(NamedTuple):
    """The marks of a row or panel; ``box`` has minimum, quartiles and maximum in percent."""

    of: Link
    marks: tuple[Mark, ...]
    title: str
    box: tuple[float, ...] = ()


class Chart(NamedTuple):
    """Series on one axis; ``heads`` are the names of columns, or the ticks of the axis."""

    lines: tuple[ChartSeries, ...]
    heads: tuple[Link, ...] = ()
    unit: str = ""
    is_logarithmic: bool = False


class Distribution(NamedTuple):
    """The sorted numbers of a metric; ``box`` has minimum, quartiles and maximum."""

    metric: str
    numbers: Sequence[float]
    box: Sequence[float]


class Pair(NamedTuple):
    """A result with its number before and now."""

    of: Link
    before: float
    now: float
    title: str


class Figure(NamedTuple):
    """A figure with its SQL and the result."""

    name: str
    title: str
    lede: str
    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    kind: str  # the name of its macro in charts.html
    charts: tuple[Chart, ...]


SeriesData = Sequence[tuple[Link, Sequence[float]]]


def bars(lines: SeriesData) -> Chart:
    """Return a bar per line for its number of cases; a second number is the expected one."""
    longest = max(max(numbers) for _, numbers in lines) or 1
    drawn = []
    for of, numbers in lines:
        places = [round(_LONGEST_BAR * number / longest, 2) for number in numbers]
        clear = [x for x in places[1:] if 0 <= x - places[0] < _ROOM_FOR_NUMBER] or places
        ends = tuple(Mark(x, _whole(n), clear[0]) for x, n in zip(places, numbers, strict=True))
        title = f"{of.label}: {count(round(numbers[0]), 'case')}"
        title += f", {ends[1].text} by chance" if ends[1:] else ""
        drawn.append(ChartSeries(of, ends, title))
    return Chart(tuple(drawn))


def intervals(lines: Sequence[tuple[Link, Sequence[float], str]]) -> Chart:
    """Return a dot per share, from 0 to 1, between the ends of its interval; each with its text."""
    drawn = []
    for of, shares, text in lines:
        marks = tuple(Mark(round(_LONGEST_BESIDE_TEXT * share, 2), text) for share in shares)
        drawn.append(ChartSeries(of, marks, f"{of.label}: {text}"))
    return Chart(tuple(drawn), tuple(Link(f"{end} %") for end in (0, 50, 100)))


def comparison(metric: str, lines: Sequence[tuple[Link, float]]) -> Chart:
    """Return a bar per value of a metric, with its note as text."""
    longest = max(number for _, number in lines) or 1
    drawn = []
    for of, number in lines:
        x = round(_LONGEST_BESIDE_TEXT * number / longest, 2)
        drawn.append(ChartSeries(of, (Mark(x, of.note, x),), f"{metric}, {of.label}: {of.note}"))
    return Chart(tuple(drawn))


def trends(heads: Sequence[Link], lines: SeriesData) -> Chart:
    """Return a panel per line of percentages, all on one scale."""
    top = max(max(shares) for _, shares in lines) or 1
    places = [round(100 * (n + 0.5) / len(heads), 2) for n in range(len(heads))]
    drawn = []
    for of, shares in lines:
        heights = [round(_PANEL_TOP + _PANEL_HEIGHT * (1 - share / top), 1) for share in shares]
        marks = tuple(map(Mark, places, map(_whole, shares), heights))
        points = [f"{m.text} % in {h.label}" for h, m in zip(heads, marks, strict=True)]
        drawn.append(ChartSeries(of, marks, f"{of.label}: {listing(points)}"))
    return Chart(tuple(drawn), tuple(heads))


def heat(heads: Sequence[Link], lines: SeriesData, unit: str) -> Chart:
    """Return a heat map, the darkest cell for the largest number."""
    top = max(max(numbers) for _, numbers in lines) or 1
    places = [round(100 * n / len(heads), 2) for n in range(len(heads))]
    drawn = []
    for of, numbers in lines:
        shades = [math.ceil(_SHADES * number / top) for number in numbers]
        marks = tuple(map(Mark, places, map(_whole, numbers), shades))
        cells = [f"{h.label} {m.text}{unit}" for h, m in zip(heads, marks, strict=True)]
        drawn.append(ChartSeries(of, marks, f"{of.label}: {listing(cells)}"))
    return Chart(tuple(drawn), tuple(heads))


def axis(unit: str, spreads: Sequence[Distribution]) -> Chart:
    """Return the distributions of metrics on one axis, which starts at 0 unless logarithmic."""
    scale = _scale(min(one.box[0] for one in spreads), max(one.box[-1] for one in spreads))
    drawn = []
    for metric, numbers, box in spreads:
        least, _, median, _, most = map(_short, box)
        note = f"n = {len(numbers)}, median {median}, {least} to {most}"
        shown = numbers[:: 1 + len(numbers) // _MOST_DOTS]
        title = f"{metric}{unit and f' in {unit}'}: {note}"
        marks = tuple(Mark(scale.at(n), _short(n)) for n in shown)
        drawn.append(ChartSeries(Link(metric, note=note), marks, title, tuple(map(scale.at, box))))
    return Chart(tuple(drawn), scale.ticks, unit, scale.is_logarithmic)


def dumbbells(unit: str, pairs: Sequence[Pair]) -> Chart:
    """Return a line per result from its number before to that of now, all on one axis."""
    numbers = [number for one in pairs for number in (one.before, one.now)]
    most = max(numbers)
    scale = _scale(min(numbers), max(most, _WHOLE) if unit == "%" else most)
    lines = tuple(
        ChartSeries(
            one.of, tuple(Mark(scale.at(n), _short(n)) for n in (one.before, one.now)), one.title
        )
        for one in pairs
    )
    return Chart(lines, scale.ticks, unit, scale.is_logarithmic)


class _Scale(NamedTuple):
    at: Callable[[float], float]
    ticks: tuple[Link, ...]
    is_logarithmic: bool


def _scale(low: float, high: float) -> _Scale:
    is_logarithmic = low > 0 and high / low >= _LOGARITHMIC_FROM
    start = low if is_logarithmic else min(0, low)
    high = max(high, start)
    scale: Callable[[float], float] = math.log if is_logarithmic else float
    span = scale(high) - scale(start) or 1
    middle = math.sqrt(start * high) if is_logarithmic else (start + high) / 2
    ticks = tuple(Link(_short(number)) for number in (start, middle, high))
    return _Scale(
        lambda number: round(100 * (scale(number) - scale(start)) / span, 2), ticks, is_logarithmic
    )


def _whole(number: float) -> str:
    return f"{number:,.0f}"


def _short(number: float) -> str:
    """Return ``12,000``, ``12.5``, ``0.061``: three significant digits, more for large numbers."""
    return f"{number:,.0f}" if abs(number) >= _ROUND_FROM else f"{number:.3g}"
