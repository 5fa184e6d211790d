"""Groups of cases by tag, industry, company, year and system."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from slugify import slugify

from publishing.entries import CaseEntry
from publishing.slugs import system_folder
from publishing.wording import fact_text
from schemas.cases import TermGroup
from schemas.companies import FormerName, company_key, earlier_keys
from schemas.frozen import sha256_hex
from schemas.taxonomy import load_taxonomy

GroupKind = Literal["tag", "industry", "company", "year", "system"]

KINDS: Mapping[GroupKind, tuple[str, str]] = {
    "tag": ("tags", "Tags"),
    "industry": ("industries", "Industries"),
    "company": ("companies", "Companies"),
    "year": ("years", "Years"),
    "system": ("systems", "Systems"),
}
"""The folder and heading of each kind of group."""

_MOST_TAGS = 12
_WITH_FEED = {"tag", "industry", "company"}
_SLUG_CHARACTERS = 60


class Group(NamedTuple):
    """The cases, newest first, with the same tag, industry, company, year or system.

    ``key`` is the shared value, also used by search filters; ``slug`` is its form in addresses.
    """

    kind: GroupKind
    key: str
    slug: str
    label: str
    definition: str | None
    term_group: TermGroup | None
    entries: Sequence[CaseEntry]

    @property
    def folder(self) -> str:
        """The folder of the group's pages."""
        return f"{KINDS[self.kind][0]}/{self.slug}"

    @property
    def has_feed(self) -> bool:
        """Whether the group has a feed, if the site's address is known."""
        return self.kind in _WITH_FEED

    @property
    def address(self) -> str:
        """The page's path, relative to the site's root."""
        return f"{self.folder}/index.html"


class CoOccurrence(NamedTuple):
    """Another tag of cases in a group, and the number of these cases."""

    slug: str
    label: str
    cases: int


def groups(entries: Sequence[CaseEntry]) -> Mapping[GroupKind, tuple[Group, ...]]:
    """Return the groups by kind, largest first; years in descending order.

    Systems with a single case are left out.
    """
    members: dict[tuple[GroupKind, str], list[CaseEntry]] = defaultdict(list)
    for entry in entries:
        for place in _places(entry):
            members[place].append(entry)
    made = [_group(kind, value, found) for (kind, value), found in members.items()]
    made.sort(key=lambda one: (-len(one.entries), one.label.casefold(), one.key))
    found = {kind: tuple(one for one in made if one.kind == kind) for kind in KINDS}
    years = sorted(found["year"], key=lambda one: one.key, reverse=True)
    systems = tuple(one for one in found["system"] if len(one.entries) > 1)
    return found | {"year": tuple(years), "system": systems}


def group_address(kind: GroupKind, key: str) -> str:
    """Return the path of a group's page; ``key`` is a tag, industry, company key or year."""
    return f"{KINDS[kind][0]}/{readable_slug(key)}/index.html"


def company_names(entries: Iterable[CaseEntry]) -> Mapping[str, str]:
    """Return the names of companies by id: by a curator, or the most frequent spelling."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        if entry.company and entry.company_key:
            spellings[entry.company_key][entry.company_name or entry.company] += 1
    return {
        key: min(found, key=lambda name: (-found[name], name)) for key, found in spellings.items()
    }


def earlier_addresses(entries: Iterable[CaseEntry], former: Iterable[FormerName]) -> dict[str, str]:
    """Return the current address by each former address of a company's page.

    Companies had pages by other keys when fewer spellings were recognized, and before a curator
    merged them. Addresses of current pages are left out.
    """
    current = {entry.company_key for entry in entries if entry.company_key}
    keys = {
        key: one.company_id
        for one in former
        if one.company_id in current
        for key in (company_key(one.name), *sorted(earlier_keys(one.name)))
        if key and key not in current
    }
    return {group_address("company", key): group_address("company", i) for key, i in keys.items()}


def co_occurring(group: Group, term_group: TermGroup) -> list[CoOccurrence]:
    """Return the most frequent tags of ``term_group`` in a group, without the group's tag."""
    found = [tag for one in group.entries for tag in one.tags if tag.group == term_group]
    labels, counts = {tag.slug: tag.label for tag in found}, Counter(tag.slug for tag in found)
    own = group.key if group.kind == "tag" else None
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [CoOccurrence(slug, labels[slug], n) for slug, n in ranked if slug != own][:_MOST_TAGS]


def _places(entry: CaseEntry) -> Iterator[tuple[GroupKind, str]]:
    yield from (("tag", tag.slug) for tag in entry.tags)
    single: Sequence[tuple[GroupKind, str | None]] = (
        ("industry", entry.industry),
        ("company", entry.company_key),
        ("year", entry.year),
        ("system", entry.system.system_id if entry.system else None),
    )
    yield from ((kind, value) for kind, value in single if value)


def _group(kind: GroupKind, value: str, found: Sequence[CaseEntry]) -> Group:
    term = load_taxonomy().term(value) if kind == "tag" else None
    tag = next((t for t in found[0].tags if t.slug == value), None) if kind == "tag" else None
    system = found[0].system if kind == "system" else None
    label = {
        "system": system.name if system else value,
        "tag": tag.label if tag else value,
        "company": company_names(found).get(value, value),
    }.get(kind) or fact_text(kind, value)
    return Group(
        kind=kind,
        key=value,
        slug=system_folder(system).partition("/")[2] if system else readable_slug(value),
        label=label,
        definition=term.definition if term else None,
        term_group=tag.group if tag else None,
        entries=tuple(found),
    )


def readable_slug(key: str) -> str:
    """Return a key for addresses: unchanged, or as readable text with a part of its hash."""
    made = slugify(key, max_length=_SLUG_CHARACTERS)
    return key if made == key else f"{made or 'group'}-{sha256_hex(key.encode())[:8]}"
