"""What a watched list names now, held against what the looks before saw of it. Pure."""

from collections.abc import Sequence

from casebook.extractors.gathering.fetch import former_ids
from casebook.extractors.links.listing import Walk
from casebook.pipeline.batches.planning import select
from casebook.schemas.batches import BatchItem
from casebook.schemas.errors import ContentMismatch
from casebook.schemas.watches import Look, Watch

_MADE_BY_PROGRAMS = {"feed", "sitemap", "OPML", "JSON"}


def chosen(found: Walk, words: Sequence[str]) -> tuple[Sequence[BatchItem], Sequence[str]]:
    """Return what a list names with one of the words, and the ids of all that it names."""
    named = [item.source_id for item in select(found.candidates).items]
    return select(found.candidates, words=words).items, named


def ids_of(item: BatchItem) -> Sequence[str]:
    """Return the ids under which an earlier look may know an item, today's first."""
    return [item.source_id, *former_ids(item.reference)]


def does_not_join(found: Walk, looks: Sequence[Look]) -> bool:
    """Tell whether a list that was read whole holds nothing of what it held first, or newest."""
    before = next((one.newest for one in reversed(looks) if one.newest), ())
    named = [one for item in select(found.candidates).items for one in ids_of(item)]
    return bool(before and named) and not found.unread and set(before).isdisjoint(named)


def check_form(watch: Watch, found: Walk, looks: Sequence[Look]) -> None:
    """Refuse a page where programs found a feed or the like: its links may lead anywhere.

    Raises:
        ContentMismatch: if it is one.
    """
    before = next((one.form for one in reversed(looks) if one.form is not None), None)
    if before in _MADE_BY_PROGRAMS and found.form not in _MADE_BY_PROGRAMS:
        raise ContentMismatch(
            f"{watch.address} was a list made by a program ({before}), and is a {found.form} now: "
            "see where the list has gone and watch that; if you mean the page, remove the watch "
            "and add it again."
        )


def still_unread(unread: Sequence[str], found: Walk) -> Sequence[str]:
    """Return which lists no look has read yet: also those that an unread one turned out to hold.

    A list that was read once, or is new, is not among them: what it holds next time is news.
    """
    within = {way[-1] for way in found.unread if not set(unread).isdisjoint(way)}
    return sorted(within.union(unread).difference(found.read))
