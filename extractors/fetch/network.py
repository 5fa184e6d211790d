"""The clients that fetch sources."""

from dataclasses import dataclass, field
from functools import cached_property

from extractors.fetch.access import YouTubeAccess
from extractors.fetch.rendering import Renderer, browser_installed
from extractors.fetch.transcription import Recognizer
from extractors.network.client import GuardedClient
from extractors.network.robots import Robots


@dataclass(frozen=True)
class Network:
    """The guarded client, robots.txt and the transcriber; ``renders`` allows a browser."""

    client: GuardedClient
    robots: Robots
    transcriber: Recognizer | None = None
    renders: bool = False
    youtube: YouTubeAccess = field(default_factory=YouTubeAccess)

    @cached_property
    def renderer(self) -> Renderer | None:
        """The browser that runs scripts, None if it is off or not installed."""
        is_there = self.renders and browser_installed()
        return Renderer(self.client, self.robots) if is_there else None
