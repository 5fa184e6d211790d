"""Live updates: the index follows the warehouse, and open pages receive events."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, NamedTuple

import structlog
from fastapi.sse import ServerSentEvent

from desk.index import Index
from schemas.batches import WatchLine
from schemas.companies import Company
from schemas.errors import CasebookError
from schemas.inbox import Message
from schemas.reviews import SavedView
from warehouse import Warehouse

_LOOK_SECONDS = 1.5
_SLOW_LOOK_SECONDS = 15.0  # the interval of slow counts
_TEXTS_AT_ONCE = 50

log = structlog.get_logger()


class Listener(NamedTuple):
    """An open page: its viewer, its case (if any) and the pending events."""

    who: str
    case_id: str | None
    events: asyncio.Queue[ServerSentEvent]


class Live:
    """Keeps the index up to date and sends events to the open pages."""

    always = False  # whether each page waits for changes of other processes

    def __init__(self, index: Index, warehouse: Warehouse) -> None:
        self.index, self._warehouse = index, warehouse
        self.waiting: dict[str, int] = {}
        self._reports: int | None = None
        self.failing: list[WatchLine] = []
        self.companies: dict[str, Company] = {}  # by each of their names
        self._listeners: list[Listener] = []
        self._views: dict[str, list[SavedView]] = {}
        self._inboxes: dict[str, list[Message]] = {}
        self._state: object = None
        self._slow_at = -_SLOW_LOOK_SECONDS
        self._changes, self._indexed = 1, 0
        self._refreshing = asyncio.Lock()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Follow the warehouse until the desk stops."""
        while not self._stopping.is_set():
            try:
                await self.refresh()
                more = await asyncio.to_thread(self.index.refresh_texts, _TEXTS_AT_ONCE)
            except CasebookError as error:
                more = 0
                log.warning("index", message=str(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05 if more else _LOOK_SECONDS):
                    await self._stopping.wait()

    def stop(self) -> None:
        """Stop the loop and the event streams."""
        self._stopping.set()
        for listener in self._listeners:
            listener.events.put_nowait(ServerSentEvent(event="end", data=""))

    async def fresh(self) -> Index:
        """Return the index with all changes of this desk; others follow within seconds."""
        if self._indexed < self._changes or self.always:
            await self.refresh()
        return self.index

    def note_change(self) -> None:
        """Make the next page wait until the index has the desk's latest change."""
        self._changes += 1
        self._reports = None
        self._views.clear()
        self._inboxes.clear()

    async def refresh(self) -> None:
        """Update the index if the warehouse changed, and send the changes to the pages."""
        async with self._refreshing:
            changes = self._changes
            state = self._warehouse.state()
            if state == self._state:
                self._indexed = changes
                return
            changed = await asyncio.to_thread(self.index.refresh)
            self._reports = None
            is_slow_due = time.monotonic() - self._slow_at > _SLOW_LOOK_SECONDS
            if is_slow_due:
                await asyncio.to_thread(self._refresh_slowly)
            self._indexed = changes
            # None: run again later for the slow counts.
            self._state = state if is_slow_due else None
            if changed:
                self._send("queue", self.counts())
                for case_id in changed:
                    self._send("case", case_id, case_id)
                if any(line["changes"] for line in self.index.lines(changed)):
                    self._inboxes.clear()
                    for who, number in (await asyncio.to_thread(self._unread)).items():
                        self._send("inbox", number, who=who)

    def counts(self) -> dict[str, int]:
        """Return the number of cases by status, and of sources that need a person."""
        return {**self.index.statuses(), **self.waiting}

    def views(self, who: str) -> list[SavedView]:
        """Return a person's saved searches, cached until the desk stores a change."""
        if who not in self._views:
            self._views[who] = self._warehouse.saved_views(who)
        return self._views[who]

    def inbox(self, who: str) -> list[Message]:
        """Return a person's newest messages, cached until a decision is stored."""
        if who not in self._inboxes:
            self._inboxes[who] = self._warehouse.inbox(who)
        return self._inboxes[who]

    def unread(self, who: str) -> int:
        """Return the number of a person's unread messages."""
        return sum(not one.is_read for one in self.inbox(who))

    def reports(self) -> int:
        """Return the number of reported mistakes that nobody decided on, cached likewise."""
        if self._reports is None:
            self._reports = self._warehouse.undecided_mistakes()
        return self._reports

    def look(self, who: str, case_id: str | None) -> AsyncIterator[ServerSentEvent]:
        """Yield the events for an open page until it is closed."""
        listener = Listener(who, case_id, asyncio.Queue())
        self._listeners.append(listener)
        self._announce(case_id)
        return self._events(listener)

    async def _events(self, listener: Listener) -> AsyncIterator[ServerSentEvent]:
        try:
            while not self._stopping.is_set():
                yield await listener.events.get()
        finally:
            self._listeners.remove(listener)
            self._announce(listener.case_id)

    def _announce(self, case_id: str | None) -> None:
        """Send the names of its viewers to each page of a case."""
        if case_id:
            names = {one.who for one in self._listeners if one.case_id == case_id}
            self._send("people", sorted(names), case_id)

    def _send(
        self, event: str, data: Any, case_id: str | None = None, who: str | None = None
    ) -> None:
        for listener in self._listeners:
            if case_id in {None, listener.case_id} and who in {None, listener.who}:
                listener.events.put_nowait(ServerSentEvent(event=event, data=data))

    def _unread(self) -> dict[str, int]:
        return {who: self.unread(who) for who in {one.who for one in self._listeners}}

    def _refresh_slowly(self) -> None:
        attention = self._warehouse.attention()
        self.waiting = {name: attention[name] for name in ("refused", "failed", "open_terms")}
        looks = self._warehouse.watches()
        self.failing = [line for line in looks if line.look and line.look.failure]
        known = self._warehouse.companies()
        self.companies = {name: one for one in known for name in (one.name, *one.aliases)}
        self.index.refresh_copies()
        self._slow_at = time.monotonic()
