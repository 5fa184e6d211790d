"""Filters typed into the search box: ``company:ramp doubt:>3 since:thursday kind:video``."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from rapidfuzz import process

from desk.facets import AGES, FLAGS, MOST_DOUBTS, WEEKDAYS, matching_values
from publishing.wording import listing
from schemas.reviews import CaseStatus

Values = Mapping[str, Mapping[str, str]]
"""The values of each facet, each with its label; frequent values come first."""

_FILTER = re.compile(r'(?<!\S)([A-Za-z]+):(?:"([^"]*)"|([^\s"/]\S*))')  # not the scheme of a URL
_MORE = re.compile(r">(=?)(\d{1,4})")
_NAMES = {
    "assigned": "person", "batch": "batch", "company": "company", "doubt": "doubt",
    "industry": "industry", "is": "flag", "kind": "kind", "since": "age", "tag": "tag",
}  # fmt: skip
_ALIKE = 70


class TypedFilters(NamedTuple):
    """The words of a search without its filters, the chosen facets, and what was not understood."""

    words: str
    chosen: Mapping[str, str]
    problems: list[str]


def has_filter(text: str) -> bool:
    """Return whether a search contains a filter, known or not."""
    return bool(_FILTER.search(text))


def typed_filters(text: str, values: Values, who: str) -> TypedFilters:
    """Return the filters in a search typed by ``who``; an unknown name remains a word."""
    chosen: dict[str, str] = {}
    problems: list[str] = []

    def taken(found: re.Match[str]) -> str:
        name, value = found[1].casefold(), found[2] or found[3] or ""
        if name not in _NAMES:
            known = listing([f"{one}:" for one in _NAMES])
            problems.append(f"“{name}:” is not a filter but searched as text. Filters are {known}.")
            return found[0]
        try:
            chosen.update(_chosen(name, value, values, who))
        except ValueError as error:
            problems.append(f"“{found[0]}” was ignored: {error}.")
        return ""

    words = " ".join(_FILTER.sub(taken, text).split())
    return TypedFilters(words, chosen, problems)


def _chosen(name: str, value: str, values: Values, who: str) -> Mapping[str, str]:
    """Return the facet of a filter with its value; raise ValueError if none fits."""
    facet = _NAMES[name]
    match name:
        case "doubt":
            return {facet: _doubts(value)}
        case "since":
            return {facet: _day(value)}
        case "assigned" if value.casefold() == "me":
            return {facet: who}
        case "is":
            statuses = {one.value: one.value for one in CaseStatus}
            best = _best(value, {**statuses, **dict.fromkeys(FLAGS), **values.get(facet, {})})
            return {"status" if best in statuses else facet: best}
    return {facet: _best(value, values.get(facet, {}))}


def _best(typed: str, labels: Mapping[str, str | None]) -> str:
    named = {value: label or value for value, label in labels.items()}
    if found := matching_values(typed, named):
        return found[0]
    raise ValueError(f"no case has it{_suggestion(typed, named.values())}")


def _suggestion(typed: str, labels: Iterable[str]) -> str:
    known = list(labels)
    close = process.extract(typed, known, score_cutoff=_ALIKE, limit=3, processor=str.casefold)
    if shown := [f"“{label}”" for label, _, _ in close] or [f"“{one}”" for one in known[:3]]:
        return f"; {'similar' if close else 'there'} are {listing(shown)}"
    return ""


def _doubts(value: str) -> str:
    if value in {"0", "no", "none"}:
        return "nothing doubtful"
    if value in {"any", "yes"}:
        return "doubtful"
    more = _MORE.fullmatch(value)
    if not more:
        raise ValueError("use >3, >=3, 0 or any")
    least = int(more[2]) + (not more[1])
    return "doubtful" if least <= 1 else f"more than {min(least - 1, MOST_DOUBTS)}"


def _day(value: str) -> str:
    day = value.casefold()
    known = [one for one in WEEKDAYS if day in {one, one[:3]}]
    if known := known or [one for one in AGES if day in {one, one.removeprefix("this ")}]:
        return known[0]
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        raise ValueError(
            "use today, week, month, year, a weekday, or a date such as 2026-11-26"
        ) from None
