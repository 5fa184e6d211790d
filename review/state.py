"""What one running desk holds."""

from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request

from config.services import Services
from review.accounts import Accounts, Person
from review.batch_runs import BatchRuns
from review.jobs import Jobs
from review.sessions import Attempts, Sessions
from schemas.reviews import Role

PERSON = "casebook.person"
"""Where the guard leaves who sends a request, in its scope."""


class State:
    """The services, the accounts and sessions, and the work in progress."""

    def __init__(self, services: Services, key: str) -> None:
        self.services, self.settings = services, services.settings
        self.warehouse = services.warehouse
        self.accounts = Accounts(self.warehouse)
        self.sessions = Sessions(self.settings, self.accounts, key)
        self.attempts = Attempts()
        self.token = self.sessions.token

    @cached_property
    def jobs(self) -> Jobs:
        """The sources that this desk is processing."""
        return Jobs(self.services)

    @cached_property
    def batches(self) -> BatchRuns:
        """The batches that this desk is processing."""
        return BatchRuns(self.settings)


def state_of(request: Request) -> State:
    """Return the state of the application that got ``request``."""
    state: State = request.app.state.desk
    return state


Desk = Annotated[State, Depends(state_of)]
"""The state, as a parameter of a route."""


def person_of(request: Request) -> Person:
    """Return who sent ``request``; a stranger may read what is open to everyone."""
    return request.scope.get(PERSON) or Person("", Role.READER)


Who = Annotated[Person, Depends(person_of)]
"""The person who sends a request, as a parameter of a route."""
