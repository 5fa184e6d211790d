"""By what cases are counted and narrowed down: industry, year, kind of source and tag."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

from publishing.records import PublishedCase, PublishedStatement
from publishing.wording import fact_text

FacetName = Literal["industry", "year", "kind", "tag"]
FACETS: Mapping[FacetName, str] = MappingProxyType(
    {"industry": "Industry", "year": "Year", "kind": "Source", "tag": "Tag"}
)


class Choice(NamedTuple):
    """A value of a facet, its label for readers, and how many cases or results have it."""

    value: str
    label: str
    cases: int


class Result(NamedTuple):
    """A measured result and its case."""

    case: PublishedCase
    statement: PublishedStatement


def choices(cases: Sequence[PublishedCase], facet: FacetName) -> list[Choice]:
    """Return the values of ``facet`` among ``cases``: years newest first, others by label."""
    found = [dict(_values(case, facet)) for case in cases]
    labels = {value: label for one in found for value, label in one.items()}
    counts = Counter(value for one in found for value in one)
    listed = [Choice(value, label, counts[value]) for value, label in labels.items()]
    return sorted(listed, key=lambda one: one.label.casefold(), reverse=facet == "year")


def having(cases: Sequence[PublishedCase], facet: FacetName) -> int:
    """Return how many of ``cases`` have a value of ``facet``."""
    return sum(any(_values(case, facet)) for case in cases)


def measured(cases: Sequence[PublishedCase]) -> list[Result]:
    """Return the measured results of all cases."""
    return [Result(case, s) for case in cases for s in case.statements if s.is_measured]


def units(results: Sequence[Result]) -> list[Choice]:
    """Return the units of measured results, the most frequent first."""
    measures = (result.statement.measure for result in results)
    found = Counter(measure.unit for measure in measures if measure and measure.unit)
    return [Choice(unit, unit, number) for unit, number in found.most_common()]


def _values(case: PublishedCase, facet: FacetName) -> Iterator[tuple[str, str]]:
    """Yield the value and label of each tag of a case, of its kind, or of its one fact."""
    if facet == "tag":
        yield from ((tag.slug, tag.label) for tag in case.tags)
    elif facet == "kind":
        yield case.source.kind.value, case.source.kind.label
    elif value := case.industry if facet == "industry" else case.year:
        yield value, fact_text(facet, value)
