"""Calculates the changes and shares that a text states, and finds those that are wrong."""

import math
import re
from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

from schemas.cases import Measure
from summarizer.data import expanded, table
from summarizer.quantities import Quantity, converted, kind_of, number_of, quantities

_FORMS = {
    name: [re.compile(expanded(form, "measures"), re.IGNORECASE) for form in forms]
    for name, forms in table("measures")["sums"].items()
}
_FACTORS = {"halv": 2.0, "doub": 2.0, "trip": 3.0}
_SLACK = ((10, 3.0), (5, 2.0), (1, 1.0))  # of a claimed percentage: round ones are less exact
_LOOSE = 0.12  # of an approximate number
_NEAR = 0.02  # of numbers that are equal but for rounding
_NEARBY = 300  # characters before "the remaining 25 %"
_MOST = 40  # changes to compare with
_YEARS = range(1900, 2101)
_WORDS = {"factor": "a factor of {:.2g}", "points": "{:.3g} percentage points", "share": "{:.3g}%"}


class Amount(NamedTuple):
    """A number, and the range that it can mean as written: 39.5 to 40.5 for "40"."""

    value: float
    low: float
    high: float

    def is_near(self, other: "Amount") -> bool:
        """Return whether two numbers are equal but for rounding."""
        return math.isclose(self.value, other.value, rel_tol=_NEAR)


class Change(NamedTuple):
    """A change as written, with both amounts in one unit of a ``kind``."""

    written: str
    before: Amount
    after: Amount
    kind: str | None

    @property
    def direction(self) -> int:
        """1 for a rise, -1 for a fall, 0 if rounding leaves it open."""
        return (self.after.low > self.before.high) - (self.after.high < self.before.low)

    def is_like(self, other: "Change") -> bool:
        """Return whether two changes have the same amounts."""
        return self.before.is_near(other.before) and self.after.is_near(other.after)


def disagreements(text: str, measure: Measure | None = None) -> list[str]:
    """Return a sentence about each change or share that its own numbers contradict."""
    if measure and measure.value and measure.baseline and not changes_in(text):
        reached = re.compile(rf"\bto (?=(?:\w+ )?{re.escape(measure.value)}(?![\w.,]*\d))")
        text = reached.sub(f"from {measure.baseline} to ", text)
    found = (*_of_changes(text), *_of_shares(text))
    return list(dict.fromkeys(found))


def exchanges(changes: Iterable[Change], known: Iterable[Change]) -> Iterator[str]:
    """Yield a sentence about each change that takes the numbers of known ones in another order."""
    known = list(known)[:_MOST]
    for one in changes:
        if not one.direction or any(one.is_like(other) for other in known):
            continue
        for first, last in product([other for other in known if other.kind == one.kind], repeat=2):
            if first == last and one.is_like(first._replace(before=last.after, after=last.before)):
                yield f"“{one.written}” is the reverse of “{first.written}”."
            is_joined = one.before.is_near(first.before) and one.after.is_near(last.after)
            if is_joined and not first.after.is_near(last.before):  # else one after the other
                yield f"“{one.written}” joins “{first.written}” and “{last.written}”."


def reversals(text: str, statements: str) -> Iterator[str]:
    """Yield a sentence about each change to a value that statements only have as a baseline."""
    known = changes_in(statements)
    for match in _matches("moves", text):
        if reached := _single(match["value"]):
            amount = _amount(reached)
            after = any(amount.is_near(one.after) for one in known)
            if not after and any(amount.is_near(one.before) for one in known):
                yield f"“{match[0]}” is the reverse of its statements."


def changes_in(text: str, measure: Measure | None = None) -> list[Change]:
    """Return the changes in a text such as "from 40 to 30 minutes", and that of its result."""
    found = [_pair(match) for match in _matches("pairs", text)]
    if measure and measure.baseline and any(_matches("plain", measure.baseline)):
        value = measure.shown_value or ""
        found.append(_change(measure.baseline, value, f"from {measure.baseline} to {value}"))
    return [change for change in found if change]


def _matches(name: str, text: str) -> Iterator[re.Match[str]]:
    return (match for form in _FORMS[name] for match in form.finditer(text))


def _pair(match: re.Match[str]) -> Change | None:
    return _change(match["baseline"], match["value"], match["pair"])


def _change(baseline: str, value: str, written: str) -> Change | None:
    before, after = _single(baseline), _single(value)
    if before is None or after is None or not (before.values[0] and after.values[0]):
        return None
    kinds = {kind_of(one.unit) for one in (before, after) if one.unit}
    if len(kinds) > 1 or (not kinds and before.values[0] in _YEARS and after.values[0] in _YEARS):
        return None
    units = before.unit or after.unit, after.unit or before.unit  # "from 47 minutes to 16"
    sizes = converted(1.0, 1.0, *units)[0]
    first, last = (_amount(one, size) for one, size in zip((before, after), sizes, strict=True))
    return Change(written, first, last, next(iter(kinds), None))


def _single(written: str) -> Quantity | None:
    found = quantities(written)
    return found[0] if len(found) == 1 and len(found[0].values) == 1 else None


def _amount(number: Quantity, size: float = 1.0, slack: float = 0.0) -> Amount:
    value, digits = number.values[0], re.sub(r"\D", "", number.written).lstrip("0")
    exact = digits if "." in number.written else digits.rstrip("0")
    # Zeros at the end count up to the second digit: 40 is exact, 4,000 is not.
    place = math.floor(math.log10(value or 1.0)) - max(len(exact), min(2, len(digits))) + 1
    half = max(0.5 * 10.0**place, slack, _LOOSE * value if number.is_hedged else 0.0)
    return Amount(value * size, (value - half) * size, (value + half) * size)


def _of_changes(text: str) -> Iterator[str]:
    for match in _matches("directions", text):
        verb, change = match["falls"] or match["rises"], _pair(match)
        if change and change.direction == (1 if match["falls"] else -1):
            yield f"“{verb}” contradicts “{change.written}”."
    for match in _matches("changes", text):
        claim, change = match["claim"], _pair(match)
        found, factor = _single(claim), _FACTORS.get(claim[:4].lower())
        kind = "factor" if factor else found and kind_of(found.unit)
        if not (change and change.direction and kind in _WORDS):
            continue
        stated = Amount(factor, factor * 0.8, factor * 1.25) if factor else _stated(found)
        ends = product(change.before[1:], change.after[1:])
        several = (_readings(kind, *end, change.kind, match[0]) for end in ends)
        readings = zip(*several, strict=False)
        if stated and not any(min(r) <= stated.high and stated.low <= max(r) for r in readings):
            by = _readings(kind, change.before.value, change.after.value, change.kind, match[0])[0]
            yield f"“{claim}” does not fit “{change.written}”, which is {_WORDS[kind].format(by)}."


def _stated(claim: Quantity | None) -> Amount | None:
    """Return the amount of a claim, None if it is approximate."""
    if claim is None or claim.is_hedged:
        return None
    is_share, value = kind_of(claim.unit) == "share", claim.values[0]
    slack = next((slack for step, slack in _SLACK if value % step == 0), 0.2)
    return _amount(claim, slack=slack if is_share else 0.0)


def _readings(kind: str, before: float, after: float, unit: str | None, words: str) -> list[float]:
    """Return the amounts of a change that a claim of this kind can mean, the likeliest first."""
    change, ratio = abs(after - before), max(before, after) / min(before, after)
    if kind == "factor":
        return [ratio, ratio - 1]
    if kind == "points":
        return [change, 100 * change]
    found = [100 * change / before]
    signs = [bool(form.search(words)) for form in _FORMS["signs"]]
    if signs[before > after]:  # less time is more speed
        found.append(100 * change / after)
    if not any(signs):  # "from 40 to 30, or 75 %"
        found.append(100 * after / before)
    if unit == "share":
        found += [change, 100 * change / abs(100 - before or 1)]
    return [*found, 100 * change] if max(before, after) <= 1 else found


def _of_shares(text: str) -> Iterator[str]:
    for match in _matches("shares", text):
        part, whole = (number_of(match[name]) or 0.0 for name in ("part", "whole"))
        stated = _stated(_single(match["claim"]))
        share = 100 * part / (whole or 1.0)
        if stated and 0 < part <= whole and not stated.low <= share <= stated.high:
            yield f"“{match['claim']}” does not fit {part:g} of {whole:g}, which is {share:.3g}%."
