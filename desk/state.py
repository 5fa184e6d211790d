"""The state of a running desk, and its parts as parameters of routes."""

import asyncio
import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Annotated, Any, TypeVar, cast

from fastapi import Depends, Request

from config.resources import Resources
from desk.accounts import Accounts, Person
from desk.batch_runs import BatchRuns
from desk.facets import QueueQuery
from desk.index import Index, Ranks
from desk.jobs import Jobs
from desk.judging import Judging
from desk.kept import KeptCases
from desk.live import Live
from desk.publishing import Publishing
from desk.sessions import LoginThrottle, Sessions
from extractors.pdf.pages import Picture
from schemas.reviews import CaseView, Role

Made = TypeVar("Made")
PERSON = "casebook.person"
"""The key under which the guard stores the sender in the scope of a request."""

SECOND_CLICK = 2.0  # seconds in which the same form is a double click
_LONGEST_SECONDS = 1800.0  # longer times are not review time


class QueueCursor:
    """A person's position in the queue: the query, what it found, and the cases seen.

    The order stays as listed, although confirming doubts would move a case.
    """

    def __init__(
        self, query: QueueQuery, ids: Sequence[str] = (), ranks: Ranks | None = None
    ) -> None:
        self.query, self.ids, self.ranks, self.seen = query, list(ids), ranks, set[str]()
        self._fitting: tuple[Sequence[str], AbstractSet[str]] = ids, set(ids)

    def next(self, fitting: Sequence[str], here: str) -> str | None:
        """Return the next unseen case that still matches, None after the last one."""
        self.seen.add(here)
        if fitting is not self._fitting[0]:
            self._fitting = fitting, set(fitting)
            self.ids = list(dict.fromkeys([*self.ids, *fitting]))
        at = self.ids.index(here) + 1 if here in self.ids else 0
        found, order = self._fitting[1], chain(self.ids[at:], self.ids[:at])
        return next((one for one in order if one in found and one not in self.seen), None)


class DeskState:
    """The resources, accounts, sessions and background work."""

    def __init__(self, resources: Resources, key: str) -> None:
        self.resources, self.settings = resources, resources.settings
        self.warehouse = resources.warehouse
        self.accounts = Accounts(self.warehouse)
        self.sessions = Sessions(self.settings, self.accounts, key)
        self.attempts = LoginThrottle()
        # Requests to the page that is open to readers: forms shown, and reports sent.
        shown = LoginThrottle(pair=(60, 900.0), total=(600, 1.0))
        self.readers = {"form": shown, "report": LoginThrottle()}
        self.token = self.sessions.token
        self.pictures: dict[str, Picture] = {}  # pages of PDFs, by hash and number
        index = Index(resources.settings.home / "index.sqlite", resources.warehouse)
        resources.warehouse.use_copies(KeptCases(index))
        self.live = Live(index, resources.warehouse)
        self.jobs, self.publishing = Jobs(resources), Publishing(resources)
        self.judging = Judging(resources, self.live)
        self.batches = BatchRuns(resources.settings)
        self.bulks: dict[str, Any] = {}
        self.cursors: dict[str, QueueCursor] = {}
        self._acts: dict[tuple[str, str], asyncio.Task[Any]] = {}
        self._opened: dict[str, tuple[str, float]] = {}

    def next_case(self, who: str, case_id: str) -> str | None:
        """Return the case after another in a person's queue, by default all drafts."""
        cursor = self.cursor(who)
        return cursor.next(self.live.index.ids(cursor.query, ranks=cursor.ranks), case_id)

    async def once(self, who: str, act: str, do: Callable[[], Made]) -> Made:
        """Return the result of ``do``; a second click on the same form gets the same result."""
        key, loop = (who, act), asyncio.get_running_loop()
        if key not in self._acts:
            self._acts[key] = task = loop.create_task(asyncio.to_thread(do))
            task.add_done_callback(
                lambda done: loop.call_later(
                    0 if done.cancelled() or done.exception() else SECOND_CLICK, self._acts.pop, key
                )
            )
        # Shielded: the browser may cancel the first request.
        return cast("Made", await asyncio.shield(self._acts[key]))

    def cursor(self, who: str) -> QueueCursor:
        """Return a person's position in the queue."""
        return self.cursors.setdefault(who, QueueCursor(QueueQuery()))

    def note_opened(self, who: str, case_id: str) -> None:
        """Store the time when a person opened a case."""
        self._opened[who] = case_id, time.monotonic()

    def seconds_open(self, who: str, case_id: str) -> float | None:
        """Return the seconds since a person opened a case, at most half an hour."""
        opened, at = self._opened.get(who, ("", 0.0))
        return min(time.monotonic() - at, _LONGEST_SECONDS) if opened == case_id else None


def state_of(request: Request) -> DeskState:
    """Return the state of the application that got ``request``."""
    state: DeskState = request.app.state.desk
    return state


Desk = Annotated[DeskState, Depends(state_of)]
"""The state, as a parameter of a route."""


def person_of(request: Request) -> Person:
    """Return the sender of ``request``, a nameless reader if unknown."""
    return request.scope.get(PERSON) or Person("", Role.READER)


User = Annotated[Person, Depends(person_of)]
"""The sender of a request, as a parameter of a route."""


def case_of(case_id: str, desk: Desk) -> CaseView:
    """Return the case that an address names, or raise UnknownId."""
    return desk.warehouse.case_without_company(case_id)


def whole_case_of(case_id: str, desk: Desk) -> CaseView:
    """Return the case that an address names with its company, or raise UnknownId."""
    return desk.warehouse.case(case_id)


Case = Annotated[CaseView, Depends(case_of)]
"""The case in the address, without its company, as a parameter of a route."""

WholeCase = Annotated[CaseView, Depends(whole_case_of)]
"""The case in the address, as a parameter of a route."""
