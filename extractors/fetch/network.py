"""What fetching works with."""

from dataclasses import dataclass

from extractors.fetch.rendering import Renderer
from extractors.fetch.transcription import Transcriber
from extractors.network.client import GuardedClient
from extractors.network.robots import Robots


@dataclass(frozen=True, slots=True)
class Network:
    """The guarded client and robots.txt; None where there is no browser or transcription."""

    client: GuardedClient
    robots: Robots
    renderer: Renderer | None = None
    transcriber: Transcriber | None = None
