"""A network over the web of ``public_web``."""

import pytest

from extractors.fetch.fetch import fetch
from extractors.fetch.network import Network
from extractors.network.client import GuardedClient
from extractors.network.robots import Robots
from schemas.sources import Payload, SourceRef


@pytest.fixture
def network(client: GuardedClient) -> Network:
    return Network(client, Robots(client))


@pytest.fixture
def fetched(network: Network):
    """Fetch a source, over a web whose sites have no robots.txt."""

    async def run(source: object, **more: str) -> Payload:
        return await fetch(SourceRef(source=str(source), **more), network)

    return run
