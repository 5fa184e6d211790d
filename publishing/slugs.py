"""Names of cases in addresses: readable, unique, and the same at every publication."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from slugify import slugify

from publishing.records import PublishedCase
from schemas.errors import PublishError

_TITLE_CHARACTERS = 60
_ID_CHARACTERS = 8
_ADDRESS = re.compile(r"cases/([a-z0-9-]+)/")


def slugs(cases: Sequence[PublishedCase], earlier: Mapping[str, str]) -> dict[str, str]:
    """Return the slug of each case by case id.

    A case keeps the slug of its address in ``earlier`` (by case id), even when its title changed.
    Any other gets its title and the start of its id, or the whole id where that is not unique.

    Raises:
        PublishError: if a case is given twice.
    """
    _refuse_repeated(cases)
    chosen = {case.case_id: _kept(case, earlier) or _made(case, _ID_CHARACTERS) for case in cases}
    uses = Counter(chosen.values())
    return {
        case.case_id: slug if uses[slug := chosen[case.case_id]] == 1 else _made(case)
        for case in cases
    }


def _made(case: PublishedCase, id_characters: int | None = None) -> str:
    title = slugify(case.title, max_length=_TITLE_CHARACTERS, word_boundary=True)
    return f"{title or 'case'}-{_own_part(case)[:id_characters]}"


def _kept(case: PublishedCase, earlier: Mapping[str, str]) -> str | None:
    found = _ADDRESS.search(earlier.get(case.case_id, ""))
    return found[1] if found and _own_part(case)[:_ID_CHARACTERS] in found[1] else None


def _own_part(case: PublishedCase) -> str:
    """Return the case's id without its kind."""
    return slugify(case.case_id.partition("_")[2] or case.case_id)


def _refuse_repeated(cases: Sequence[PublishedCase]) -> None:
    counts = Counter(case.case_id for case in cases)
    repeated = sorted(case_id for case_id, number in counts.items() if number > 1)
    if repeated:
        raise PublishError(f"Cases given twice to publish: {', '.join(repeated)}; give each once.")
