"""Following a list to its end: feeds of an outline, sitemaps of an index, within caps."""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from casebook.extractors.gathering.fetch import fetch_list
from casebook.extractors.links.entries import Listing
from casebook.extractors.network.client import GuardedClient
from casebook.extractors.network.robots import Robots
from casebook.extractors.sites import canonical_url
from casebook.extractors.urls import is_web_address, parse_web_url
from casebook.schemas.errors import CasebookError
from casebook.schemas.sources import Candidate, Payload, SourceRef

Read = Callable[[Payload], Awaitable[Listing]]
"""Reads one list, in a process that can be killed."""


@dataclass(frozen=True, slots=True)
class WalkLimits:
    """How far a list of lists is followed: lists read, lists within lists, addresses named."""

    lists: int = 50
    depth: int = 3
    candidates: int = 10_000


# Of the entries of a list that name no address, so many are shown, each so far.
_SHOWN, _SHOWN_CHARACTERS = 3, 60

Way = tuple[str, ...]
"""The addresses of the lists that lead somewhere, from the first one on."""


@dataclass
class Walk:
    """What was found, each source once; ``missed`` tells what was not read, and why.

    ``read`` are the addresses of the lists that were. ``ways`` holds, by their addresses, how the
    sources were come to, and ``unread`` how the lists that were not read would be, they themselves
    the last. ``repeated`` counts where a source was named again.
    """

    candidates: list[Candidate] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    repeated: int = 0
    read: set[str] = field(default_factory=set)
    ways: dict[str, Way] = field(default_factory=dict)
    unread: list[Way] = field(default_factory=list)


async def walk(
    ref: SourceRef,
    client: GuardedClient,
    robots: Robots,
    read: Read,
    limits: WalkLimits = WalkLimits(),
) -> Walk:
    """Return the sources that a list and the lists in it name.

    A list inside that cannot be had is noted; the first one is not forgiven.

    Raises:
        CasebookError: if the first list cannot be fetched or read.
    """
    found, seen = Walk(), _Seen()
    waiting = deque[tuple[SourceRef, Way]]([(ref, (ref.source,))])
    visited, fetched = {ref.source}, 0
    while waiting:
        if fetched >= limits.lists:
            found.missed.append(f"{len(waiting)} further lists: {limits.lists} were read")
            break
        current, way = waiting.popleft()
        fetched += 1
        try:
            _check_hop(way, client)
            listing = await read(await fetch_list(current, client, robots))
        except CasebookError as error:
            if current is ref:
                raise
            found.missed.append(str(error))
            found.unread.append(way)
            continue
        found.read.add(current.source)
        if listing.unread:
            found.missed.append(_no_addresses(listing.unread, current.source))
        outside, inside = _told_apart(listing.candidates, current, client)
        if inside:
            found.missed.append(_own_network(inside, current.source))
        fresh = [candidate for candidate in outside if seen.is_new(candidate.url)]
        found.repeated += listing.repeated + len(outside) - len(fresh)
        kept = fresh[: limits.candidates - len(found.candidates)]
        found.candidates += kept
        found.ways.update((candidate.url, way) for candidate in kept)
        if len(found.candidates) >= limits.candidates:
            found.missed.append(f"more than the first {limits.candidates:,} addresses")
            break
        inner = [address for address in listing.lists if address not in visited]
        if len(way) > limits.depth and inner:
            found.missed.append(f"{len(inner)} lists in {current.source}: nested too deep")
            found.unread += [(*way, address) for address in inner]
            continue
        visited.update(inner)
        waiting.extend((SourceRef(source=address), (*way, address)) for address in inner)
    found.unread += [way for _, way in waiting]
    return found


def _no_addresses(entries: Sequence[str], source: str) -> str:
    """Say how many entries of a list name no web address, and the first of them."""
    shown = ", ".join(f"“{entry[:_SHOWN_CHARACTERS]}”" for entry in entries[:_SHOWN])
    more = ", …" if len(entries) > _SHOWN else ""
    entry = "entry" if len(entries) == 1 else "entries"
    return f"{len(entries):,} {entry} of {source} without a web address: {shown}{more}"


class _Seen:
    """Remembers sources by their canonical address."""

    def __init__(self) -> None:
        self._identities: set[str] = set()

    def is_new(self, address: str) -> bool:
        identity = canonical_url(address)
        known = identity in self._identities
        self._identities.add(identity)
        return not known


def _check_hop(way: Way, client: GuardedClient) -> None:
    """Let no public list lead to a list on a host of the operator's own network.

    Raises:
        RedirectForbidden: if it would.
    """
    before, last = way[-2:] if len(way) > 1 else (way[-1], way[-1])
    if is_web_address(before):
        client.policy.check_hop(parse_web_url(before), parse_web_url(last))


def _told_apart(
    candidates: Sequence[Candidate], current: SourceRef, client: GuardedClient
) -> tuple[Sequence[Candidate], Sequence[Candidate]]:
    """Return what a list may name, and what it names of the operator's own network.

    A file may name all: a person wrote it.
    """
    if not client.policy.allowed_hosts or not is_web_address(current.source):
        return candidates, ()
    here = parse_web_url(current.source)
    sides: tuple[list[Candidate], list[Candidate]] = ([], [])
    for one in candidates:
        sides[client.policy.leads_inside(here, parse_web_url(one.url))].append(one)
    return sides


def _own_network(inside: Sequence[Candidate], source: str) -> str:
    named = ", ".join(one.url[:_SHOWN_CHARACTERS] for one in inside[:_SHOWN])
    return (
        f"{len(inside):,} of {source} on a host of your own network ({named}): submit the address "
        "itself if you mean it"
    )
