"""Lists of sources as they are read: fetched, handed over, or piped in."""

from collections.abc import Callable, Sequence

from casebook.extractors.links.entries import Listing
from casebook.extractors.links.listing import Walk, WalkLimits, walk
from casebook.pipeline.batches.handed import handed_over
from casebook.runtime.services import Services
from casebook.schemas.batches import BatchItem
from casebook.schemas.errors import DocumentEmpty
from casebook.schemas.sources import Payload, SourceRef

PIPED = "standard input"
"""What a list that was piped in is called."""

_MOST = 100_000
# Lines of standard input that are told one by one.
_MOST_REFUSALS = 100


async def read_list(
    ref: SourceRef,
    services: Services,
    *,
    given: bytes | None = None,
    most: int = _MOST,
    meanwhile: Callable[[], None] | None = None,
    tell: Callable[[int, int], None] = lambda _read, _known: None,
) -> Walk:
    """Return the addresses that a list names, ``most`` of them, and what of it could not be read.

    ``given`` is the list itself where it need not be fetched; ``ref`` then only names it.
    ``meanwhile`` is called when a list is there, before another process reads it. ``tell`` is
    ``walk``'s.

    Raises:
        CasebookError: if the list cannot be had or read.
    """
    client, robots = await services.network()

    async def read(payload: Payload) -> Listing:
        if meanwhile is not None:
            meanwhile()
        return await services.extractors.read_listing(payload)

    limits = WalkLimits(candidates=most)
    payload = None
    if given is not None:
        media_type = "application/octet-stream"
        payload = Payload(data=given, media_type=media_type, name=ref.source)
    return await walk(ref, client, robots, read, limits, given=payload, tell=tell)


async def read_piped(
    data: bytes, services: Services, meanwhile: Callable[[], None] | None = None
) -> tuple[Walk, Sequence[BatchItem]]:
    """Return what standard input names: addresses as a list names them, and files of this machine.

    A line that names neither is among what is missed; nothing else is lost by it.

    Raises:
        CasebookError: if it can be read as no list and names no file at all.
    """
    handed = await handed_over(data)
    found = Walk()
    told = bool(handed.files or handed.refused)
    if not (told and handed.is_spent):
        ref = SourceRef(source=PIPED)
        try:
            found = await read_list(ref, services, given=handed.rest, meanwhile=meanwhile)
        except DocumentEmpty as error:
            if not told:
                raise
            found.missed.append(str(error))
    found.missed = [*_told(handed.refused), *found.missed]
    return found, handed.files


def _told(refused: Sequence[str]) -> Sequence[str]:
    """Return the first refusals, and how many more there are."""
    more = len(refused) - _MOST_REFUSALS
    return [*refused[:_MOST_REFUSALS], *([f"{more:,} further lines"] if more > 0 else [])]
