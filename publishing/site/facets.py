"""The facets by which readers filter cases and statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from publishing import wording
from publishing.entries import CaseEntry
from publishing.site.groups import company_names
from schemas.sources import SourceKind

LABELS = {
    "company": "Company",
    "system": "System",
    "model": "Model",
    "tag": "Tag",
    "industry": "Industry",
    "year": "Year",
    "kind": "Source",
    "stage": "Deployment",
    "narrator": "Account by",
    "evidence": "Evidence",
}
"""The label of each facet, which is also a parameter of the search page's address."""
_EVIDENCE = {
    "quotes": "with quotes",
    "structured": "with quotes of an imported text",
    "imported": "imported, without quotes",
}


class FacetValue(NamedTuple):
    """A value of cases, and the number of cases or statements that have it."""

    value: str
    label: str
    number: int


class Facet(NamedTuple):
    """A facet with its values, most frequent first; years in descending order."""

    name: str
    label: str
    values: Sequence[FacetValue]


def facet_values(entry: CaseEntry) -> dict[str, list[str]]:
    """Return the values of a case, by facet; models are a facet of their own beside tags."""
    single = {
        "company": entry.company_key,
        "system": entry.system.system_id if entry.system else None,
        "industry": entry.industry,
        "year": entry.year,
        "kind": entry.kind.value,
        "stage": entry.stage,
        "narrator": entry.narrator,
        "evidence": entry.evidence,
    }
    values = {name: [value] for name, value in single.items() if value}
    for tag in entry.tags:
        values.setdefault("model" if tag.group == "model" else "tag", []).append(tag.slug)
    return values


def facets(entries: Sequence[CaseEntry], counts: Mapping[str, int]) -> list[Facet]:
    """Return the facets that have values; ``counts`` has the number of items by case id."""
    found: dict[str, dict[str, int]] = {name: defaultdict(int) for name in LABELS}
    for entry in entries:
        for name, values in facet_values(entry).items():
            for value in values:
                found[name][value] += counts.get(entry.case_id, 0)
    labels = _value_labels(entries)
    return [
        Facet(name, label, _ranked(name, found[name], labels.get(name, {})))
        for name, label in LABELS.items()
        if any(found[name].values())
    ]


def _ranked(name: str, found: Mapping[str, int], labels: Mapping[str, str]) -> list[FacetValue]:
    made = [
        FacetValue(value, labels.get(value) or wording.fact_text(name, value), count)
        for value, count in found.items()
        if count
    ]
    if name == "year":
        return sorted(made, reverse=True)
    return sorted(made, key=lambda one: (-one.number, one.label.casefold(), one.value))


def _value_labels(entries: Sequence[CaseEntry]) -> Mapping[str, Mapping[str, str]]:
    """Return the labels of values that need one, by facet."""
    tags = {tag.slug: tag.label for entry in entries for tag in entry.tags}
    return {
        "company": company_names(entries),
        "system": {one.system.system_id: one.system.name for one in entries if one.system},
        "model": tags,
        "tag": tags,
        "kind": {kind.value: kind.label for kind in SourceKind},
        "evidence": _EVIDENCE,
    }
