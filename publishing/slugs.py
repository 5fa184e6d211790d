"""Names of cases in addresses: readable, unique, and the same at every publication."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from slugify import slugify

from publishing.conversion import title_of
from schemas.errors import PublishError
from schemas.reviews import CaseView

_TITLE_CHARACTERS = 60
_ID_CHARACTERS = 8
_ADDRESS = re.compile(r"cases/([a-z0-9-]+)/")


def slugs(views: Sequence[CaseView], earlier: Mapping[str, str]) -> dict[str, str]:
    """Return the slug of each case by case id.

    A case keeps the slug of its address in ``earlier`` (by case id), even when its title changed.
    Any other gets its title and the start of its id, or the whole id where that is not unique.

    Raises:
        PublishError: if a case is given twice.
    """
    _refuse_repeated(views)
    chosen = {
        view.case.case_id: _kept(view, earlier) or _made(view, _ID_CHARACTERS) for view in views
    }
    uses = Counter(chosen.values())
    return {
        view.case.case_id: slug if uses[slug := chosen[view.case.case_id]] == 1 else _made(view)
        for view in views
    }


def _made(view: CaseView, id_characters: int | None = None) -> str:
    title = slugify(title_of(view), max_length=_TITLE_CHARACTERS, word_boundary=True)
    return f"{title or 'case'}-{_own_part(view)[:id_characters]}"


def _kept(view: CaseView, earlier: Mapping[str, str]) -> str | None:
    found = _ADDRESS.search(earlier.get(view.case.case_id, ""))
    return found[1] if found and _own_part(view)[:_ID_CHARACTERS] in found[1] else None


def _own_part(view: CaseView) -> str:
    """Return the case's id without its kind."""
    return slugify(view.case.case_id.partition("_")[2] or view.case.case_id)


def _refuse_repeated(views: Sequence[CaseView]) -> None:
    counts = Counter(view.case.case_id for view in views)
    repeated = sorted(case_id for case_id, number in counts.items() if number > 1)
    if repeated:
        raise PublishError(f"Cases given twice to publish: {', '.join(repeated)}; give each once.")
