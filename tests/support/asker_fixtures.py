"""Shared parts of the summarizer's tests: clients, askers and a ledger that never really sleep."""

from collections.abc import Callable, Iterator

import pytest
from scripted_endpoint import ScriptedEndpoint
from scripted_model import PROFILE, MemoryLedger

from summarizer.asker import Asker
from summarizer.client import Limiter, ModelClient
from summarizer.profiles import Profile


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    server = ScriptedEndpoint()
    yield server
    server.close()


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


class Waits(list[float]):
    """Records waits and moves a clock in place of sleeping."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    async def sleep(self, seconds: float) -> None:
        """Move the clock."""
        self.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def client_of(endpoint: ScriptedEndpoint, waits: Waits) -> Callable[..., ModelClient]:
    """Return a factory of clients for the scripted endpoint that never really sleep."""

    def make(profile: Profile = PROFILE, concurrent: int = 4, **options: object) -> ModelClient:
        limiter = Limiter(concurrent, clock=waits.clock, sleep=waits.sleep)
        return ModelClient(endpoint.base_url, "key", profile, limiter=limiter, **options)

    return make


@pytest.fixture
def asker_of(client_of: Callable[..., ModelClient], ledger: MemoryLedger) -> Callable[..., Asker]:
    """Return a factory of askers for the scripted endpoint."""

    def make(profile: Profile = PROFILE, **options: object) -> Asker:
        return Asker(lambda: client_of(profile), profile, ledger, "doc1_x", **options)

    return make
