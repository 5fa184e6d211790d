"""Names of cases in addresses: readable, unique, and the same at every publication."""

import re
from collections.abc import Collection

from slugify import slugify

_TITLE_CHARACTERS = 60
_ID_CHARACTERS = 8
_ADDRESS = re.compile(r"cases/([a-z0-9-]+)/")


def slug_of(case_id: str, title: str, earlier: str | None, taken: Collection[str]) -> str:
    """Return the slug of a case.

    It keeps the one of the ``earlier`` address, even when its title changed; a new one has the
    title and the start of the id, or the whole id where that is ``taken``.
    """
    own = slugify(case_id.partition("_")[2] or case_id)
    found = _ADDRESS.search(earlier or "")
    if found and own[:_ID_CHARACTERS] in found[1] and found[1] not in taken:
        return found[1]
    name = name_of(title, "case")
    short = f"{name}-{own[:_ID_CHARACTERS]}"
    return f"{name}-{own}" if short in taken else short


def name_of(title: str, otherwise: str) -> str:
    """Return a title as addresses have it, ``otherwise`` for one without letters."""
    return slugify(title, max_length=_TITLE_CHARACTERS, word_boundary=True) or otherwise
