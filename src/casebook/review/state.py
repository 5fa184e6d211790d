"""What one running desk holds."""

import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request

from casebook.review.batch_runs import BatchRuns
from casebook.review.jobs import Jobs
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings


@dataclass
class State:
    """The services, the running jobs, and the token that the desk's own forms carry."""

    services: Services
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @cached_property
    def jobs(self) -> Jobs:
        """The sources that this desk is working on."""
        return Jobs(self.services)

    @cached_property
    def batches(self) -> BatchRuns:
        """The batches that this desk is working on."""
        return BatchRuns(self.settings)

    @property
    def settings(self) -> Settings:
        """What the services were built from."""
        return self.services.settings


def state_of(request: Request) -> State:
    """Return the state of the application that got ``request``."""
    state: State = request.app.state.desk
    return state


Desk = Annotated[State, Depends(state_of)]
"""The state, given to what answers a request."""
