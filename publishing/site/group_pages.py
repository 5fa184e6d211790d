"""Pages of cases that share a tag, an industry, a company or a year."""

from collections.abc import Sequence
from typing import Any

from publishing.entries import CaseEntry
from publishing.files import key_of
from publishing.site.groups import KINDS, Group, co_occurring
from publishing.site.statement_pages import NOUNS, by_section
from publishing.site.writer import PageWriter, digests
from publishing.wording import TAG_GROUPS

PAGE = 24
"""Cases per search page; other pages have approximately as many."""


def write_group(
    pages: PageWriter, group: Group, rows: Sequence[dict[str, Any]], systems: Sequence[Group] = ()
) -> None:
    """Write the pages of a group; the first has ``rows`` of its statements, and its systems."""
    chunks, values = chunks_of(group.entries), section_values(rows)
    parts = values["parts"]
    values |= {
        "group": group,
        "systems": systems,
        "heading": KINDS[group.kind][1],
        "beside": ((label, co_occurring(group, name)) for name, label in TAG_GROUPS.items()),
        "pages": len(chunks),
        "alternate": f"{group.folder}/index",
    }
    whole: list[Any] = [group.label, group.definition, key_of(digests(group.entries)), rows]
    whole += [(one.label, one.address, len(one.entries)) for one in systems]
    for n, shown in enumerate(chunks):
        key = [whole if n == 0 else group.label, digests(shown), n, len(chunks)]
        names = [
            f"{len(chunks) - other}.html" if other else "index.html"  # the oldest is always 1.html
            for other in (n - 1, n, n + 1)
        ]
        more = {"shown": shown, "number": n + 1, "newer": names[0], "older": names[2]}
        pages.put(f"{group.folder}/{names[1]}", "group.html", key, **more, **values)
    pages.put_alternates(
        f"{group.folder}/index",
        group.label,
        whole,
        lede=group.definition or "",
        parts=parts,
        entries=group.entries,
    )


def section_values(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the statements of a page by section, and their numbers for its beginning."""
    parts = by_section(rows)
    return {"parts": parts, "parts_in": [(one.name, NOUNS[one.name], one.total) for one in parts]}


def chunks_of(entries: Sequence[CaseEntry]) -> list[Sequence[CaseEntry]]:
    """Return the entries of each page, newest first.

    Older pages have `PAGE` entries, counted from the oldest, so a new case changes only the first
    page. The first page has between half of `PAGE` and one and a half times `PAGE` entries.
    """
    rest = len(entries) % PAGE
    first = len(entries) if len(entries) <= PAGE else rest if rest >= PAGE // 2 else rest + PAGE
    older = [entries[start : start + PAGE] for start in range(first, len(entries), PAGE)]
    return [entries[:first], *older]
