"""Has a model judge by a watch's rubric which of a list's new items are wanted."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TypeVar

from casebook.runtime.services import Services
from casebook.schemas.batches import BatchItem
from casebook.schemas.errors import BudgetReached, ConfigurationError, ModelError, concerns_setup
from casebook.schemas.frozen import Frozen
from casebook.schemas.ids import content_id
from casebook.schemas.sources import Candidate
from casebook.schemas.watches import Judged, Refusal, Undecided
from casebook.summarizer.models.grace import all_of
from casebook.summarizer.wanted import STAGE, can_judge, refusal

J = TypeVar("J", bound=Judged)

MOST_JUDGED = 200
"""Items of one look. A list may announce ten thousand, and nobody was told what they cost."""

MOST_TRIES = 3
"""Looks at which the model may take a question and leave it; each may pay for several requests."""

_OVERDUE = f"the model was asked at {MOST_TRIES} looks and did not answer in time at any"


class Sifted(Frozen):
    """What is wanted of some items, and what is not.

    ``undecided`` are those of the wanted about which there is no verdict, and none to be had.
    ``unjudged`` counts those about which no verdict could be had now, for ``trouble``, or that were
    more than were to be asked about: they are neither wanted nor refused yet. ``trouble_by`` names
    the cause, a spent budget only where there is no other.
    """

    wanted: Sequence[BatchItem] = ()
    refused: Sequence[Refusal] = ()
    undecided: Sequence[Undecided] = ()
    unjudged: int = 0
    trouble: str | None = None
    trouble_by: str | None = None

    def with_wanted(
        self, items: Sequence[BatchItem], undecided: Sequence[Undecided] = ()
    ) -> "Sifted":
        """Return this with further wanted items, some of them undecided."""
        further = {
            "wanted": [*self.wanted, *items],
            "undecided": [*self.undecided, *undecided],
        }
        return self.model_copy(update=further)


def check_rubric(services: Services) -> None:
    """Refuse a rubric that no configured model can judge by.

    Raises:
        ConfigurationError: if the model is a small one.
    """
    if not can_judge(services.profile):
        raise ConfigurationError(
            f"{services.model_name} is too small to judge by a rubric: filter by words instead, or "
            "configure a capable model (CASEBOOK_LLM_BASE_URL, CASEBOOK_LLM_MODEL)"
        )


async def sift(
    items: Sequence[BatchItem],
    told: Mapping[str, Candidate],
    rubric: str,
    services: Services,
    *,
    most: int = MOST_JUDGED,
) -> Sifted:
    """Judge ``items`` by ``rubric``, the first ``most`` of them; ``told`` is what their list says.

    A failure of the model is no refusal. One that may pass, or that a setting or a budget causes,
    leaves its item for the next look; an item about which the model has no usable answer, or has
    given none in time at so many looks by this rubric, is let through undecided, so that it is not
    asked, and paid, at every look.
    """
    try:
        check_rubric(services)
    except ConfigurationError as error:
        return Sifted(unjudged=len(items), trouble=str(error), trouble_by=error.kind())
    topic = content_id("rubric", rubric)
    asked, overdue = await _asked_in_vain(items, topic, services)
    asked, left = asked[:most], len(asked[most:])
    gate = asyncio.Semaphore(services.parallel)

    async def one(item: BatchItem) -> str | ModelError | None:
        async with gate:
            said = told.get(item.reference.source) or _bare(item)
            try:
                return await refusal(said, rubric, services.asker(item.source_id, topic))
            except ModelError as error:
                return error

    judged = _told_apart(asked, await all_of(map(one, asked)), left)
    return judged.with_wanted(overdue, [_judged(Undecided, item, _OVERDUE) for item in overdue])


async def _asked_in_vain(
    items: Sequence[BatchItem], topic: str, services: Services
) -> tuple[Sequence[BatchItem], Sequence[BatchItem]]:
    """Return what may be asked about, and what was asked about often enough by this rubric."""
    ids, model = [item.source_id for item in items], services.model_name
    taken = await asyncio.to_thread(services.warehouse.taken, ids, STAGE, model, topic)
    sides: tuple[list[BatchItem], list[BatchItem]] = ([], [])
    for item in items:
        sides[taken.get(item.source_id, 0) >= MOST_TRIES].append(item)
    return sides


def _bare(item: BatchItem) -> Candidate:
    return Candidate(url=item.reference.source, title=item.title, published=item.published)


def _told_apart(
    items: Sequence[BatchItem], verdicts: Sequence[str | ModelError | None], left: int
) -> Sifted:
    wanted, refused, troubles = list[BatchItem](), list[Refusal](), list[ModelError]()
    undecided = list[Undecided]()
    for item, verdict in zip(items, verdicts, strict=True):
        if isinstance(verdict, str):
            refused.append(_judged(Refusal, item, verdict))
        elif verdict is not None and (verdict.transient or concerns_setup(verdict.kind())):
            troubles.append(verdict)
        else:
            wanted.append(item)
            undecided += [] if verdict is None else [_judged(Undecided, item, str(verdict))]
    # A spent budget, which is no failure, hides none.
    trouble = min(troubles, key=lambda one: isinstance(one, BudgetReached), default=None)
    return Sifted(
        wanted=wanted,
        refused=refused,
        undecided=undecided,
        unjudged=len(troubles) + left,
        trouble=trouble and str(trouble),
        trouble_by=trouble and trouble.kind(),
    )


def _judged(kind: type[J], item: BatchItem, reason: str) -> J:
    return kind(
        source_id=item.source_id,
        address=item.reference.source,
        title=item.title,
        reason=reason,
    )
