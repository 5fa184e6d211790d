"""What one running desk holds."""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Annotated, Any, TypeVar, cast

from fastapi import Depends, Request

from config.resources import Resources
from desk.accounts import Accounts, Person
from desk.batch_runs import BatchRuns
from desk.facets import QueueQuery
from desk.index import Index
from desk.jobs import Jobs
from desk.live import Live
from desk.publishing import Publishing
from desk.sessions import LoginThrottle, Sessions
from extractors.pdf.pages import Picture
from schemas.reviews import Role

Made = TypeVar("Made")
PERSON = "casebook.person"
"""Where the guard leaves who sends a request, in its scope."""

SECOND_CLICK = 2.0  # seconds after a decision in which the same form is a double click
_LONGEST_SECONDS = 1800.0  # after half an hour a case is open, but not looked at


class QueueCursor:
    """A person's way through the queue: the query, the cases that it listed and the ones shown.

    The order stays as listed: a case has fewer doubts once the curator has confirmed them.
    """

    def __init__(self, query: QueueQuery, ids: Sequence[str] = ()) -> None:
        self.query, self.ids, self.seen = query, list(ids), set[str]()

    def next(self, fitting: Sequence[str], here: str) -> str | None:
        """Return the next case that still fits and was not shown, None after the last one."""
        self.seen.add(here)
        self.ids = list(dict.fromkeys([*self.ids, *fitting]))
        at = self.ids.index(here) + 1 if here in self.ids else 0
        left = set(fitting) - self.seen
        return next((one for one in self.ids[at:] + self.ids[:at] if one in left), None)


class DeskState:
    """The resources, the accounts and sessions, and the work in progress."""

    def __init__(self, resources: Resources, key: str) -> None:
        self.resources, self.settings = resources, resources.settings
        self.warehouse = resources.warehouse
        self.accounts = Accounts(self.warehouse)
        self.sessions = Sessions(self.settings, self.accounts, key)
        self.attempts = LoginThrottle()
        self.token = self.sessions.token
        self.pictures: dict[str, Picture] = {}  # pages of PDFs, by hash and number
        index = Index(resources.settings.home / "index.sqlite", resources.warehouse)
        self.live = Live(index, resources.warehouse)
        self.bulks: dict[str, Any] = {}
        self.cursors: dict[str, QueueCursor] = {}
        self._acts: dict[tuple[str, str], asyncio.Task[Any]] = {}
        self._opened: dict[str, tuple[str, float]] = {}

    def next_case(self, who: str, case_id: str) -> str | None:
        """Return the next case on a person's way through the queue, by default all drafts."""
        cursor = self.cursor(who)
        return cursor.next(self.live.index.ids(cursor.query), case_id)

    async def once(self, who: str, act: str, do: Callable[[], Made]) -> Made:
        """Return what ``do`` returns; a second click on the same form gets that result, too."""
        key, loop = (who, act), asyncio.get_running_loop()
        if key not in self._acts:
            self._acts[key] = task = loop.create_task(asyncio.to_thread(do))
            task.add_done_callback(
                lambda done: loop.call_later(
                    0 if done.cancelled() or done.exception() else SECOND_CLICK, self._acts.pop, key
                )
            )
        # Shielded: the first request may be cancelled by its browser.
        return cast("Made", await asyncio.shield(self._acts[key]))

    def cursor(self, who: str) -> QueueCursor:
        """Return a person's way through the queue."""
        return self.cursors.setdefault(who, QueueCursor(QueueQuery()))

    def note_opened(self, who: str, case_id: str) -> None:
        """Note when a person opened a case."""
        self._opened[who] = case_id, time.monotonic()

    def seconds_open(self, who: str, case_id: str) -> float | None:
        """Return how long a person has had a case open, at most half an hour."""
        opened, at = self._opened.get(who, ("", 0.0))
        return min(time.monotonic() - at, _LONGEST_SECONDS) if opened == case_id else None

    @cached_property
    def jobs(self) -> Jobs:
        """The sources that this desk is processing."""
        return Jobs(self.resources)

    @cached_property
    def publishing(self) -> Publishing:
        """The publication of the site that this desk does, or did last."""
        return Publishing(self.resources)

    @cached_property
    def batches(self) -> BatchRuns:
        """The batches that this desk is processing."""
        return BatchRuns(self.settings)


def state_of(request: Request) -> DeskState:
    """Return the state of the application that got ``request``."""
    state: DeskState = request.app.state.desk
    return state


Desk = Annotated[DeskState, Depends(state_of)]
"""The state, as a parameter of a route."""


def person_of(request: Request) -> Person:
    """Return who sent ``request``; a stranger may read what is open to everyone."""
    return request.scope.get(PERSON) or Person("", Role.READER)


User = Annotated[Person, Depends(person_of)]
"""The person who sends a request, as a parameter of a route."""
