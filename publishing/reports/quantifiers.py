"""Compares "most", "several", "few" and "rarely" with cited statements and counts.

A sentence cites few of many cases, so one about most of them needs a count.
"""

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache

from schemas.reports import PLACEHOLDER, ReportNumber
from summarizer.data import expanded, table
from summarizer.quantities import counted_shares, kind_of, number_of, quantities

_RANKS = {"several": 1, "many": 2, "most": 3, "all": 4, "few": -1, "none": -2}
_LEAST = {"several": 3, "many": 5}  # companies
_HALF, _FEW = 0.5, 1 / 3  # shares
_SIDE = re.compile(r"q:(?:for|against)_(\w+)")


def unsupported_amount(
    text: str, statements: str, companies: int, numbers: Mapping[str, ReportNumber]
) -> str:
    """Return the first words about an amount that nothing supports, or an empty string.

    ``text`` has placeholders for ``numbers``; ``statements`` are the cited ones, of a number of
    ``companies``. An amount of companies needs a fitting count, enough cited companies, or a
    statement about such an amount. Other amounts also pass if a statement has a fitting share.
    """
    plain, counts = PLACEHOLDER.sub(" ", text), _counts(text, numbers)
    known, shares = _found("amounts", statements), _counted_share(counts, numbers)
    companies = max(companies, *(int(n) for name, n in counts.items() if "share" not in name), 0)
    for level, match in _found("amounts", plain):
        if level == "members":
            continue
        if level == "counted":
            is_internal = any(one == "members" for one, _ in known)
            is_right = is_internal or (number_of(match["number"]) or 0) <= companies
        elif shares:
            is_right = _fits(level, shares[0])
        else:
            is_right = any(_implies(one, level) for one, _ in known)
        if not is_right and companies < _LEAST.get(level, math.inf):
            return match[0]
    shares += _shares(f"{plain}\n{statements}")
    stated = [level for level, _ in _found("stated", statements)]
    for level, match in _found("alone", plain):
        is_stated = any(_implies(one, level) or _RANKS[one] < 0 for one in stated)
        if not is_stated and not any(_fits(level, one) for one in shares):
            return match[0]
    return ""


def kinds(text: str, *, is_general: bool) -> list[str]:
    """Return the kinds of a sentence; ``is_general`` if it is not about one named company."""
    found = list(dict.fromkeys(kind for kind, _ in _found("kinds", text)))
    if is_general or _found("alone", text):
        found.append("generalisation")
    return found or ["report"]


def amounts(text: str) -> dict[str, str]:
    """Return the first word of each kind for how many ("most") and for more or less ("fell")."""
    found = dict[str, str]()
    for kind, match in _found("compared", text):
        found.setdefault(kind, match[0])
    return found


def _found(name: str, text: str) -> list[tuple[str, re.Match[str]]]:
    """Return the matches of the patterns of a table, each with the name of its pattern."""
    return [(key, match) for key, form in _forms(name).items() for match in form.finditer(text)]


@cache
def _forms(name: str) -> Mapping[str, re.Pattern[str]]:
    forms = table("quantifiers")[name].items()
    return {
        key: re.compile(rf"\b(?:{expanded(form, 'quantifiers')})\b", re.IGNORECASE)
        for key, form in forms
    }


def _implies(level: str, other: str) -> bool:
    """Return whether a level is at least as strong as another one of the same direction."""
    first, second = _RANKS.get(level, 0), _RANKS.get(other, 0)
    return first * second > 0 and abs(first) >= abs(second)


def _fits(level: str, share: float) -> bool:
    if level in _LEAST:
        return share > 0
    return {"most": share > _HALF, "all": share == 1, "few": share <= _FEW}.get(level, not share)


def _counts(text: str, numbers: Mapping[str, ReportNumber]) -> dict[str, float]:
    names = [name for name in PLACEHOLDER.findall(text) if name.startswith("q:")]
    return {name: number_of(numbers[name].value) or 0.0 for name in names}


def _counted_share(counts: Mapping[str, float], numbers: Mapping[str, ReportNumber]) -> list[float]:
    """Return the share that the counts in a sentence make, if they make one."""
    for name, value in counts.items():
        if name.startswith("q:share"):
            return [value / 100]
        both = numbers.get(_SIDE.sub(r"q:both_\1", name))
        if both and both.name != name and (whole := number_of(both.value)):
            return [value / whole]
    values = sorted(counts.values())
    return [values[0] / values[-1]] if len(values) > 1 and values[-1] else []


def _shares(text: str) -> Iterator[float]:
    yield from counted_shares(text)
    for one in quantities(text):
        if kind_of(one.unit) == "share":
            yield one.values[0] / 100
        elif one.unit is None and len(one.values) > 1:  # "two thirds"
            yield one.values[-1]
