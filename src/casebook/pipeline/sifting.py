"""Has a model judge by a watch's rubric which of a list's new items are wanted."""

import asyncio
from collections.abc import Mapping, Sequence

from casebook.runtime.services import Services
from casebook.schemas.batches import BatchItem
from casebook.schemas.errors import ConfigurationError, ModelError, concerns_setup
from casebook.schemas.frozen import Frozen
from casebook.schemas.sources import Candidate
from casebook.schemas.watches import Refusal
from casebook.summarizer.wanted import can_judge, refusal

MOST_JUDGED = 200
"""Items of one look. A list may announce ten thousand, and nobody was quoted what they cost."""


class Sifted(Frozen):
    """What is wanted of some items, and what is not.

    ``unjudged`` counts those about which no verdict could be had now, for ``trouble``, or that were
    more than were to be asked about: they are neither wanted nor refused yet.
    """

    wanted: Sequence[BatchItem] = ()
    refused: Sequence[Refusal] = ()
    unjudged: int = 0
    trouble: str | None = None


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
    leaves its item for the next look; an item about which the model has no usable answer is let
    through, so that it is not asked, and paid, at every look.
    """
    asked = list(items)[:most]
    try:
        check_rubric(services)
    except ConfigurationError as error:
        return Sifted(unjudged=len(items), trouble=str(error))
    gate = asyncio.Semaphore(services.parallel)

    async def one(item: BatchItem) -> str | ModelError | None:
        async with gate:
            said = told.get(item.reference.source) or _bare(item)
            try:
                return await refusal(said, rubric, services.asker(item.source_id))
            except ModelError as error:
                return error

    return _told_apart(asked, await asyncio.gather(*map(one, asked)), len(items) - len(asked))


def _bare(item: BatchItem) -> Candidate:
    return Candidate(url=item.reference.source, title=item.title, published=item.published)


def _told_apart(
    items: Sequence[BatchItem], verdicts: Sequence[str | ModelError | None], left: int
) -> Sifted:
    wanted, refused, troubles = list[BatchItem](), list[Refusal](), list[ModelError]()
    for item, verdict in zip(items, verdicts, strict=True):
        if isinstance(verdict, str):
            refused.append(_refused(item, verdict))
        elif verdict is not None and (verdict.transient or concerns_setup(verdict.kind())):
            troubles.append(verdict)
        else:
            wanted.append(item)
    return Sifted(
        wanted=wanted,
        refused=refused,
        unjudged=len(troubles) + left,
        trouble=str(troubles[0]) if troubles else None,
    )


def _refused(item: BatchItem, reason: str) -> Refusal:
    return Refusal(
        source_id=item.source_id,
        address=item.reference.source,
        title=item.title,
        reason=reason,
    )
