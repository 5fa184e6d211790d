"""Slugs of cases and systems in addresses: readable, unique and permanent."""

import re
from collections.abc import Collection

from slugify import slugify

from schemas.frozen import sha256_hex
from schemas.systems import FormerSystem, System

_TITLE_CHARACTERS = 60
_ID_CHARACTERS = 8
_ADDRESS = re.compile(r"cases/([a-z0-9-]+)/")


def slug_of(case_id: str, title: str, earlier: str | None, taken: Collection[str]) -> str:
    """Return the slug of a case.

    The slug in the ``earlier`` address is kept even if the title changed. New slugs consist of the
    title and the start of the id, or the whole id if that is ``taken``.
    """
    own = slugify(case_id.partition("_")[2] or case_id)
    found = _ADDRESS.search(earlier or "")
    if found and own[:_ID_CHARACTERS] in found[1] and found[1] not in taken:
        return found[1]
    name = name_of(title, "case")
    short = f"{name}-{own[:_ID_CHARACTERS]}"
    return f"{name}-{own}" if short in taken else short


def name_of(title: str, otherwise: str) -> str:
    """Return the slug of a title, ``otherwise`` if it has no letters."""
    return slugify(title, max_length=_TITLE_CHARACTERS, word_boundary=True) or otherwise


def system_folder(system: FormerSystem | System) -> str:
    """Return the folder of a system's page; it stays when the system is renamed."""
    digest = sha256_hex(system.system_id.encode())[:_ID_CHARACTERS]
    return f"systems/{name_of(system.first_name, 'system')}-{digest}"
