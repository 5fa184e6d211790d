"""What one running desk holds."""

from functools import cached_property
from typing import Annotated, NamedTuple

from fastapi import Depends, Request

from config.services import Services
from extractors.pdf.pages import Picture
from review.batch_runs import BatchRuns
from review.jobs import Jobs
from review.security import token_of
from schemas.reviews import Role


class State:
    """The services, the work in progress, and the token that the desk's own forms carry."""

    def __init__(self, services: Services, key: str) -> None:
        self.services, self.settings = services, services.settings
        self.warehouse = services.warehouse
        self.token = token_of(key)
        self.pictures: dict[str, Picture] = {}  # pages of PDFs, by hash and number

    @cached_property
    def jobs(self) -> Jobs:
        """The sources that this desk is processing."""
        return Jobs(self.services)

    @cached_property
    def batches(self) -> BatchRuns:
        """The batches that this desk is processing."""
        return BatchRuns(self.settings)


class Person(NamedTuple):
    """Who sends a request, and what they may do."""

    name: str
    role: Role


def state_of(request: Request) -> State:
    """Return the state of the application that got ``request``."""
    state: State = request.app.state.desk
    return state


Desk = Annotated[State, Depends(state_of)]
"""The state, as a parameter of a route."""


def person_of(request: Request) -> Person:
    """Return who sent ``request``: on this machine alone, the curator of the settings."""
    return Person(state_of(request).settings.curator, Role.ADMIN)


Who = Annotated[Person, Depends(person_of)]
"""The person who sends a request, as a parameter of a route."""
