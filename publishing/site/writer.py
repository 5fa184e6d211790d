"""Writes pages from templates, each with a key of its content."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from publishing.entries import CaseEntry
from publishing.files import SiteFiles, key_of
from publishing.plan import PublicationPlan
from publishing.site.groups import Group
from publishing.site.pages import environment

Row = dict[str, Any]


class PageWriter:
    """Writes pages to ``files``; ``values`` are passed to all templates."""

    def __init__(self, files: SiteFiles, plan: PublicationPlan, **values: object) -> None:
        self.files, self.settings = files, plan.settings
        self._version = key_of(plan.version, plan.menu)
        self._environment, self._values = environment(plan.settings), {"menu": plan.menu, **values}

    def put(self, name: str, template: str, key: object, /, **values: object) -> None:
        """Write a file by rendering a template with the values.

        ``key`` identifies the page's content; the earlier file is reused if the key is unchanged.
        """
        self.put_text(name, key, lambda: self.render(template, path=name, **values))

    def render(self, template: str, /, **values: object) -> str:
        """Return a template rendered with the values."""
        return self._environment.get_template(template).render(self._values | values)

    def put_text(self, name: str, key: object, make: Callable[[], str | bytes]) -> None:
        """Write a file with the result of ``make``, unless its key is the same."""
        self.files.put(name, key_of(self._version, key), make)

    def put_alternates(
        self,
        name: str,
        heading: str,
        key: object,
        *,
        lede: str = "",
        entries: Sequence[CaseEntry] = (),
        parts: Sequence[Any] = (),
        listings: Sequence[tuple[str, Sequence[Group]]] = (),
        more: Row | None = None,
    ) -> None:
        """Write ``name.md`` and ``name.json``, the alternates of a page."""
        values = {"lede": lede, "entries": entries, "parts": parts, "listings": listings}
        self.put(f"{name}.md", "overview.md", key, heading=heading, **values)

        def make() -> str:
            listed = [entry_json(one) for one in entries]
            said = {part.name: [_statement_json(row) for row in part.rows] for part in parts}
            groups = {label: [_group_json(one) for one in members] for label, members in listings}
            page: Row = {"title": heading, "about": lede, **(more or {}), "cases": listed}
            page |= {"statements": said} if parts else {}
            page |= {"groups": groups} if listings else {}
            return json.dumps(page, ensure_ascii=False) + "\n"

        self.put_text(f"{name}.json", key, make)


def entry_json(entry: CaseEntry) -> Row:
    """Return a case for lists in JSON."""
    return entry.unmarked() | {"tags": [tag.slug for tag in entry.tags], "page": entry.address}


def digests(entries: Iterable[CaseEntry]) -> list[tuple[str, str]]:
    """Return the values that a list of cases depends on."""
    return [(one.slug, one.digest) for one in entries]


def _statement_json(row: Row) -> Row:
    names = ("case_id", "title", "company", "year", "section", "text", "support", "mark", "answers")
    page = f"cases/{row['slug']}/index.html#{row['anchor']}"
    return {name: row[name] for name in names} | {"page": page}


def _group_json(group: Group) -> Row:
    return {"label": group.label, "cases": len(group.entries), "page": group.address}
