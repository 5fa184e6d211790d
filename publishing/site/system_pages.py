"""Pages of systems: a deployment as described by several cases over the years."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from publishing.entries import CaseEntry, EntryTag
from publishing.files import key_of
from publishing.site.group_pages import section_values
from publishing.site.groups import Group, group_address
from publishing.site.writer import PageWriter, Row, digests
from publishing.slugs import system_folder
from publishing.wording import FACT_WORDS, fact_text, result_source, shown_value
from schemas.cases import FactName
from schemas.systems import System
from warehouse import Dataset

_FACTS: Sequence[FactName] = ("stage", "scale", "builder", "seller")


class DatedValue(NamedTuple):
    """A value as one account gives it, with the account's date and the address of the place."""

    value: str
    mark: str
    on: str
    case: CaseEntry
    address: str
    baseline: str = ""
    whose: str = ""


class Development(NamedTuple):
    """The newest value of a fact or metric, and different older ones, newest first."""

    label: str
    newest: DatedValue
    older: Sequence[DatedValue]


class DatedAccount(NamedTuple):
    """An account in the timeline, with the tags that no earlier account has."""

    case: CaseEntry
    on: str
    new_tags: Sequence[EntryTag]


class SystemTables(NamedTuple):
    """The facts and measured results in the accounts of systems, by case id."""

    facts: Mapping[str, Sequence[Row]]
    results: Mapping[str, Sequence[Row]]


def system_tables(tables: Dataset) -> SystemTables:
    """Return the facts and measured results of all cases that were placed in a system."""
    found: list[dict[str, list[Row]]] = []
    for query in ("dataset_system_facts", "dataset_system_results"):
        of_case: dict[str, list[Row]] = defaultdict(list)
        for row in tables.named(query):
            of_case[row["case_id"]].append(row)
        found.append(of_case)
    return SystemTables(*found)


def write_system(
    pages: PageWriter, group: Group, rows: Sequence[Row], tables: SystemTables
) -> None:
    """Write the page of a system; ``rows`` are statements of its cases."""
    accounts = in_time(group.entries)
    facts, results = [*_facts(accounts, tables)], [*_results(accounts, tables)]
    newest = accounts[-1]
    company = None if "company" in newest.doubtful else newest.company_key
    names = [group.label, company, newest.company_name]
    key = [names, key_of(digests(group.entries)), rows, facts, results]
    values = {
        "group": group,
        "newest": newest,
        "company": group_address("company", company) if company else None,
        "span": _span(accounts),
        "timeline": _timeline(accounts),
        "facts": facts,
        "results": results,
        "alternate": f"{group.folder}/index",
        **section_values(rows),
    }
    pages.put(group.address, "system.html", key, **values)
    about = f"{len(accounts)} accounts, {values['span']}. {newest.lead}"
    now = defaultdict[str, list[Row]](list)
    for one in (*facts, *results):
        now[one.label] += _json(one)
    pages.put_alternates(
        f"{group.folder}/index",
        group.label,
        key,
        lede=about,
        parts=values["parts"],
        entries=accounts,
        more={"system_id": group.key, "now": now} if now else {"system_id": group.key},
    )


def in_time(entries: Sequence[CaseEntry]) -> list[CaseEntry]:
    """Return accounts of a system in the order of time."""
    return sorted(entries, key=lambda one: (one.account_date or date.min, one.case_id))


def system_redirects(
    systems: Sequence[System], groups: Sequence[Group], entries: Mapping[str, CaseEntry]
) -> dict[str, str]:
    """Return where the pages of systems lead that have fewer than two published cases.

    They lead to the system that holds their cases now, to their only case, to its company or to
    the list of all cases.
    """
    current = {group.key: group.address for group in groups}
    known = {one.system_id: one for one in systems}

    def target(place: str, before: frozenset[str] = frozenset()) -> str:
        if place in current:
            return current[place]
        if place in entries:
            return entries[place].address
        system = known.get(place)
        if system is None or place in before:
            return "browse.html"
        if shown := [entries[one].address for one in system.case_ids if one in entries]:
            return shown[0]
        companies = {one.company_key for one in entries.values()}
        if system.company_id in companies:
            return group_address("company", system.company_id or "")
        return target(system.moved_to, before | {place}) if system.moved_to else "browse.html"

    return {
        f"{system_folder(one)}/index.html": target(one.system_id)
        for one in systems
        if one.system_id not in current
    }


def _facts(accounts: Sequence[CaseEntry], tables: SystemTables) -> Iterator[Development]:
    for name in _FACTS:
        found = [
            DatedValue(
                fact_text(name, row["value"]), row["mark"] or "", one.dated, one, one.address
            )
            for one in reversed(accounts)
            for row in tables.facts.get(one.case_id, ())
            if row["name"] == name
        ]
        if found:
            yield Development(FACT_WORDS[name], found[0], _differing(found))


def _results(accounts: Sequence[CaseEntry], tables: SystemTables) -> Iterator[Development]:
    """Yield the measured results; those of one metric in several accounts belong together."""
    by_metric: dict[str, list[DatedValue]] = defaultdict(list)
    for one in reversed(accounts):
        for row in tables.results.get(one.case_id, ()):
            label = row["metric"] or row["text"]
            place = f"{one.address}#{row['anchor']}"
            shown, baseline = shown_value(row), row["baseline"] or ""
            whose = result_source(row)
            dated = DatedValue(shown, row["mark"] or "", one.dated, one, place, baseline, whose)
            by_metric[label[:1].upper() + label[1:]].append(dated)
    for label, found in by_metric.items():
        newest = [value for value in found if value.case == found[0].case]
        older = [value for value in found if value.case != found[0].case]
        for value in newest[:-1]:
            yield Development(label, value, ())
        yield Development(label, newest[-1], _differing([newest[-1], *older]))


def _differing(values: Sequence[DatedValue]) -> list[DatedValue]:
    """Return the values that differ from the next newer one."""
    return [
        older
        for newer, older in pairwise(values)
        if older.value.casefold() != newer.value.casefold()
    ]


def _timeline(accounts: Sequence[CaseEntry]) -> list[DatedAccount]:
    found, seen = list[DatedAccount](), set[str]()
    for one in accounts:
        new = [tag for tag in one.tags if tag.slug not in seen]
        seen |= {tag.slug for tag in one.tags}
        found.append(DatedAccount(one, one.dated, new if found else ()))
    return found


def _span(accounts: Sequence[CaseEntry]) -> str:
    """Return the years of the accounts: ``2023 to 2025``."""
    years = [str(one.account_date.year) for one in accounts if one.account_date]
    return " to ".join(dict.fromkeys([years[0], years[-1]])) if years else "undated"


def _json(one: Development) -> list[Row]:
    return [
        {"value": value.value, "mark": value.mark, "date": value.on, "page": value.address}
        | ({"whose": value.whose} if value.whose else {})
        for value in (one.newest, *one.older)
    ]
