"""The pages of the cases that share a tag, an industry, a company or a year."""

from collections.abc import Sequence
from typing import Any

from publishing.across import NOUNS, parts_of
from publishing.files import key_of
from publishing.groups import KINDS, Group, together
from publishing.wording import TAG_GROUPS
from publishing.writer import PageWriter, digests

PAGE = 24
"""Cases on a page."""


def write_group(pages: PageWriter, group: Group, rows: Sequence[dict[str, Any]]) -> None:
    """Write the pages of a group: on the first, ``rows`` of what its cases say."""
    parts, last = parts_of(rows), -(-len(group.entries) // PAGE)
    values = {
        "group": group,
        "heading": KINDS[group.kind][1],
        "parts": parts,
        "parts_in": [(one.name, NOUNS[one.name], one.total) for one in parts],
        "beside": ((label, together(group, name)) for name, label in TAG_GROUPS.items()),
        "pages": last,
        "twins": f"{group.folder}/index",
    }
    about = [group.label, group.definition, len(group.entries)]
    whole = [about, key_of(digests(group.entries)), rows]
    for number in range(1, last + 1):
        first = (number - 1) * PAGE
        shown = group.entries[first : first + PAGE]
        key = whole if number == 1 else [about, digests(shown)]
        name = f"{group.folder}/{'index' if number == 1 else number}.html"
        more = {"shown": shown, "number": number, "first": first + 1}
        pages.put(name, "group.html", key, **more, **values)
    pages.put_twins(
        f"{group.folder}/index",
        group.label,
        whole,
        lede=group.definition or "",
        parts=parts,
        entries=group.entries,
    )
