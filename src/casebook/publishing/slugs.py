"""Names of cases in addresses: readable, unique, and the same at every republication. Pure."""

import re
from collections import Counter
from collections.abc import Sequence

from slugify import slugify

from casebook.publishing.records import title_of
from casebook.schemas.errors import PublishError
from casebook.schemas.listings import CaseView

_TITLE_CHARACTERS = 60
_ID_CHARACTERS = 8
_ADDRESS = re.compile(r"cases/([a-z0-9-]+)/")


def slugs(cases: Sequence[CaseView]) -> dict[str, str]:
    """Return the slug of each case by case id.

    A published case keeps the slug of its address, whatever became of its title since. Any other
    gets its title and the start of its id; the whole id where that is not enough.

    Raises:
        PublishError: if a case comes twice.
    """
    _refuse_twins(cases)
    chosen = {view.case.case_id: _kept(view) or _made(view, _ID_CHARACTERS) for view in cases}
    taken = Counter(chosen.values())
    return {
        view.case.case_id: chosen[view.case.case_id]
        if taken[chosen[view.case.case_id]] == 1
        else _made(view, None)
        for view in cases
    }


def _made(view: CaseView, id_characters: int | None) -> str:
    title = slugify(title_of(view), max_length=_TITLE_CHARACTERS, word_boundary=True)
    return f"{title or 'case'}-{_own_part(view)[:id_characters]}"


def _kept(view: CaseView) -> str | None:
    found = _ADDRESS.search(view.published.address) if view.published else None
    return found.group(1) if found and _own_part(view)[:_ID_CHARACTERS] in found.group(1) else None


def _own_part(view: CaseView) -> str:
    """Return the id without its kind: what tells one case from another."""
    return slugify(view.case.case_id.partition("_")[2] or view.case.case_id)


def _refuse_twins(cases: Sequence[CaseView]) -> None:
    counts = Counter(view.case.case_id for view in cases)
    twins = sorted(case_id for case_id, count in counts.items() if count > 1)
    if twins:
        raise PublishError(f"Cases given twice to publish: {', '.join(twins)}; give each once.")
