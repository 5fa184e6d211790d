"""Following a list to its end: feeds of an outline, sitemaps of an index, within caps."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from casebook.extractors.gathering.fetch import fetch_list
from casebook.extractors.links.entries import Listing, nothing_in
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
    """How far a list of lists is followed: lists read, lists within lists, addresses named.

    ``pages`` tells whether those of a feed that comes in several are followed, ``empty`` whether
    the first list may name nothing, as long as it is whole.
    """

    lists: int = 500
    depth: int = 3
    candidates: int = 10_000
    pages: bool = True
    empty: bool = False


_AT_ONCE = 8
"""Lists asked for at a time; the client keeps the pauses that each host is owed."""

# Of the entries of a list that name no address, so many are shown, each so far.
_SHOWN, _SHOWN_CHARACTERS = 3, 60

Way = tuple[str, ...]
"""The addresses of the lists that lead somewhere, from the first one on, or from the page of a feed
before."""


@dataclass
class Walk:
    """What was found, each source once; ``missed`` tells what was not read, and why.

    ``read`` are the addresses of the lists that were. ``ways`` holds, by their addresses, how the
    sources were come to, and ``unread`` how the lists that were not read would be, they themselves
    the last. ``repeated`` counts where a source was named again. ``form`` is what kind of list the
    first one is.
    """

    candidates: list[Candidate] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    repeated: int = 0
    read: set[str] = field(default_factory=set)
    ways: dict[str, Way] = field(default_factory=dict)
    unread: list[Way] = field(default_factory=list)
    form: str | None = None


async def walk(
    ref: SourceRef,
    client: GuardedClient,
    robots: Robots,
    read: Read,
    limits: WalkLimits = WalkLimits(),
    *,
    given: Payload | None = None,
    tell: Callable[[int, int], None] = lambda _read, _known: None,
) -> Walk:
    """Return the sources that a list and the lists in it name, in the order of the lists.

    ``given`` is the first list where it need not be fetched; ``ref`` then only names it. A list
    inside that cannot be had is noted; the first one is not forgiven. ``tell`` hears now and then
    how many lists were asked for, of how many.

    Raises:
        CasebookError: if the first list cannot be fetched or read.
    """
    walker = _Walker(client, robots, read, limits, given)
    walker.wait_for([ref.source], ())
    first = True
    while round_ := walker.next_round():
        listings = await asyncio.gather(*map(walker.listing, round_))
        if first:
            _check_first(listings[0], ref, limits)
        first = False
        for way, listing in zip(round_, listings, strict=True):
            walker.take(way, listing)
        tell(walker.asked, walker.asked + len(walker.waiting))
    walker.found.unread += walker.waiting
    return walker.found


def _check_first(listing: Listing | CasebookError, ref: SourceRef, limits: WalkLimits) -> None:
    if isinstance(listing, CasebookError):
        raise listing
    if listing.is_empty and not limits.empty:
        raise nothing_in(ref.source)


class _Walker:
    """Knows what was found and what waits; several lists are asked for at once."""

    def __init__(
        self,
        client: GuardedClient,
        robots: Robots,
        read: Read,
        limits: WalkLimits,
        given: Payload | None,
    ) -> None:
        self.found = Walk()
        self.waiting: deque[Way] = deque()
        self._client, self._robots, self._read, self._limits = client, robots, read, limits
        self._given = given
        self._visited: set[str] = set()
        self._pages: set[str] = set()
        self._seen = _Seen()
        self.asked = 0
        self._full = False

    def wait_for(self, addresses: Sequence[str], way: Way) -> None:
        """Put lists that ``way`` leads to in line, those that are new."""
        fresh = [address for address in addresses if address not in self._visited]
        if len(way) > self._limits.depth and fresh:
            self.found.missed.append(f"{len(fresh)} lists in {way[-1]}: nested too deep")
            self.found.unread += [(*way, address) for address in fresh]
            return
        self._visited.update(fresh)
        self.waiting.extend((*way, address) for address in fresh)

    def next_round(self) -> list[Way]:
        """Return the lists to ask for next; nothing once all was read, or enough."""
        if self._full:
            return []
        left = self._limits.lists - self.asked
        if not left and self.waiting:
            further = f"{len(self.waiting)} further lists: {self._limits.lists} were read"
            self.found.missed.append(further)
        ways = [self.waiting.popleft() for _ in range(min(left, _AT_ONCE, len(self.waiting)))]
        self.asked += len(ways)
        return ways

    async def listing(self, way: Way) -> Listing | CasebookError:
        """Return the list at the end of ``way``, or why it cannot be had."""
        try:
            if self._given is not None and len(way) == 1:
                return await self._read(self._given)
            _check_hop(way, self._client)
            ref = SourceRef(source=way[-1])
            return await self._read(await fetch_list(ref, self._client, self._robots))
        except CasebookError as error:
            return error

    def take(self, way: Way, listing: Listing | CasebookError) -> None:
        """Add what a list names, as far as the limits allow; a list that failed is noted."""
        found, source = self.found, way[-1]
        if self._full or isinstance(listing, CasebookError):
            found.unread.append(way)
            found.missed += [] if self._full else [str(listing)]
            return
        if source in self._pages and listing.form != "feed":
            found.unread.append(way)
            found.missed.append(_no_page(listing, source))
            return
        found.read.add(source)
        found.form = listing.form if len(way) == 1 else found.form
        found.missed += [_no_addresses(listing.unread, source)] if listing.unread else []
        found.missed += [_beyond(listing, source)] if listing.beyond else []
        found.missed += [_broken(source)] if listing.broken else []
        outside, inside = _told_apart(listing.candidates, source, self._client)
        found.missed += [_own_network(inside, source)] if inside else []
        outside = [one for one in outside if one.url not in self._visited]  # a list is no source
        fresh = [candidate for candidate in outside if self._seen.is_new(candidate.url)]
        found.repeated += listing.repeated + len(outside) - len(fresh)
        kept = fresh[: self._limits.candidates - len(found.candidates)]
        found.candidates += kept
        found.ways.update((candidate.url, way) for candidate in kept)
        self.wait_for(listing.lists, way)
        if listing.further and self._limits.pages and fresh:
            self._pages.add(listing.further)
            self.wait_for([listing.further], way[-1:])  # beside the page before, not within it
        self._stop_if_full(len(fresh) > len(kept))

    def _stop_if_full(self, left_out: bool) -> None:
        """End the walk where no more may be named; that there was more is told."""
        if len(self.found.candidates) < self._limits.candidates:
            return
        if self.waiting or left_out:
            self.found.missed.append(f"more than the first {self._limits.candidates:,} addresses")
        self._full = True


def _no_page(listing: Listing, source: str) -> str:
    return (
        f"{source}, the next page of a feed, is a {listing.form} and was left out: its links may "
        "lead anywhere; see where the feed goes on"
    )


def _beyond(listing: Listing, source: str) -> str:
    return (
        f"{listing.beyond:,} of {source} beyond its first {len(listing.candidates):,} addresses: "
        "split the list"
    )


def _broken(source: str) -> str:
    return f"what follows the last entry of {source}, which is cut off or damaged: get it again"


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
    candidates: Sequence[Candidate], source: str, client: GuardedClient
) -> tuple[Sequence[Candidate], Sequence[Candidate]]:
    """Return what a list may name, and what it names of the operator's own network.

    A file may name all: a person wrote it.
    """
    if not client.policy.allowed_hosts or not is_web_address(source):
        return candidates, ()
    here = parse_web_url(source)
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
