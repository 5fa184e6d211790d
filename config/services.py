"""The one place that builds services from settings, each when it is first used.

Heavy packages are imported by the part that needs them, so that reading commands start at once.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Self

from config.settings import LAKE, OPENAI_ENDPOINT, Settings
from schemas.errors import InputError
from schemas.reviews import Recipe
from schemas.sources import Document
from warehouse import BlobStore, Lake, Warehouse

if TYPE_CHECKING:
    from extractors.fetch.network import Network
    from extractors.fetch.transcription import Transcriber
    from extractors.workers import WorkerPool
    from summarizer import service
    from summarizer.asking import Asker
    from summarizer.budget import Budget, Purse
    from summarizer.client import ModelClient
    from summarizer.ledger import Ledger
    from summarizer.limiter import Limiter
    from summarizer.profiles import Profile, Strategy

EMBEDDED_AT_ONCE = 2


class Services:
    """Everything that a stage needs. Close it, or use it as an async context manager.

    ``patience`` is how many seconds to wait for an endpoint that is down or limits its rate; 0
    where a person waits for the answer.
    """

    def __init__(self, settings: Settings, *, patience: float = 0.0) -> None:
        self.settings = settings
        self._patience = patience
        self._prompts: dict[str, int] = {}
        self._stack = AsyncExitStack()
        self._network: Network | None = None
        self._network_lock = asyncio.Lock()

    @cached_property
    def warehouse(self) -> Warehouse:
        """The rows: one DuckDB file, or the lake that machines share."""
        settings = self.settings
        if settings.warehouse:
            dsn = settings.warehouse.get_secret_value().removeprefix(LAKE)
            warehouse = Warehouse(Lake(dsn, f"{settings.data_root}/lake"))
        else:
            warehouse = Warehouse(settings.warehouse_path)
        self._at_end(warehouse.close)
        return warehouse

    @cached_property
    def blobs(self) -> BlobStore:
        """The bytes as fetched."""
        return BlobStore(f"{self.settings.data_root}/snapshots")

    @cached_property
    def workers(self) -> "WorkerPool":
        """Processes that parse documents."""
        from extractors.workers import WorkerPool

        pool = WorkerPool(self.settings.workers)
        self._at_end(pool.close)
        return pool

    async def network(self) -> "Network":
        """Return what fetches: the guarded client, robots.txt, browser and transcription."""
        async with self._network_lock:
            if self._network is None:
                self._network = await self._stack.enter_async_context(_network(self.settings))
        return self._network

    @property
    def model_name(self) -> str:
        """The model that drafts."""
        from summarizer import embedded

        return embedded.NAME if self.settings.embedded else self.settings.llm_model or ""

    @cached_property
    def profile(self) -> "Profile":
        """The limits and prices of the model that drafts."""
        return self._profile_of(self.model_name)

    @cached_property
    def judge_profile(self) -> "Profile | None":
        """Those of the judge, None where it is off."""
        name = self.settings.judge_model
        return self._profile_of(name) if name else None

    @property
    def parallel(self) -> int:
        """How many sources ask the model at once."""
        settings = self.settings
        wanted = settings.concurrency or settings.llm_concurrency
        return EMBEDDED_AT_ONCE if settings.embedded else wanted

    @property
    def drafting(self) -> int:
        """How many sources are drafted at once: while some are stored, others ask the model."""
        is_bounded = self.settings.embedded or self.settings.concurrency
        return self.parallel if is_bounded else 2 * self.parallel

    @cached_property
    def turns(self) -> asyncio.Semaphore:
        """Bounds how many sources are drafted at once; others are fetched meanwhile."""
        return asyncio.Semaphore(self.drafting)

    @cached_property
    def budget(self) -> "Budget":
        """The caps on what calls may cost."""
        from summarizer.budget import Budget

        settings = self.settings
        return Budget(
            settings.budget_run, settings.budget_day, self._spent_today, settings.budget_source
        )

    def plan(self, document: Document) -> "service.Plan":
        """Return how a document becomes a draft."""
        from summarizer import service

        return service.plan(document, self.profile, self._strategy)

    def forecast(self, characters: int) -> "service.Forecast":
        """Return what a source of so many characters takes."""
        from summarizer import service

        plan = service.usual_plan(characters, self.profile, self._strategy)
        return service.forecast(characters, self.profile, plan, self.judge_profile)

    def recipe(self, plan: "service.Plan") -> Recipe:
        """Return what drafts by a plan are made with now."""
        from summarizer import service

        return service.recipe(plan, self.profile, self.settings.judge_model, self._prompts)

    def pin_prompt(self, name: str, version: str) -> None:
        """Use a version of a prompt instead of the newest.

        Raises:
            InputError: if the version is not a number.
            ConfigurationError: if there is no such prompt.
        """
        from prompts.loader import load

        if not version.isdigit():
            raise InputError(f"{version!r} is not a version of {name}; give a number")
        load(name, int(version))
        self._prompts[name] = int(version)

    def asker(self, document_id: str, purse: "Purse | None" = None) -> "Asker":
        """Return what asks the model about one document, paid from ``purse``."""
        return self._asker(self.profile, document_id, purse)

    def judge(self, document_id: str, purse: "Purse | None" = None) -> "Asker | None":
        """Return what asks the judge about one document, None where it is off."""
        profile = self.judge_profile
        return self._asker(profile, document_id, purse) if profile else None

    async def test_model(self) -> None:
        """Ask the model for a sign of life; nothing is stored.

        Raises:
            ModelError: if it does not answer.
        """
        from summarizer import service

        await service.check_model(self._client(self.profile))

    def _asker(self, profile: "Profile", document_id: str, purse: "Purse | None") -> "Asker":
        from summarizer.asking import Asker

        return Asker(
            lambda: self._client(profile),
            profile,
            self._ledger,
            document_id,
            budget=purse or self.budget,
            pinned=self._prompts,
        )

    def _profile_of(self, model: str) -> "Profile":
        from summarizer.profiles import profile_of

        endpoint = "" if self.settings.embedded else self.settings.endpoint
        return profile_of(model, endpoint, self.settings.models)

    @property
    def _strategy(self) -> "Strategy | None":
        from summarizer.profiles import Strategy

        wanted = self.settings.llm_strategy
        return None if wanted == "auto" else Strategy(wanted)

    @cached_property
    def _ledger(self) -> "Ledger":
        from config.ledger import WarehouseLedger

        return WarehouseLedger(self.warehouse)

    @cached_property
    def _limiter(self) -> "Limiter":
        from summarizer.limiter import Limiter

        settings = self.settings
        return Limiter(EMBEDDED_AT_ONCE if settings.embedded else settings.llm_concurrency)

    @cached_property
    def _clients(self) -> "dict[str, ModelClient]":
        return {}

    def _client(self, profile: "Profile") -> "ModelClient":
        """Return the client of a model, made when it is first asked."""
        if profile.model not in self._clients:
            self._clients[profile.model] = self._new_client(profile)
        return self._clients[profile.model]

    def _new_client(self, profile: "Profile") -> "ModelClient":
        from summarizer.client import ModelClient
        from summarizer.embedded import EmbeddedServer

        settings = self.settings
        if settings.embedded:
            server = EmbeddedServer()
            self._at_end(server.close)
            endpoint, key = server.base_url, server.api_key
        else:
            secret = settings.openai_api_key
            endpoint, key = settings.endpoint, secret.get_secret_value() if secret else "none"
        client = ModelClient(
            endpoint,
            key,
            profile.model,
            profile,
            limiter=self._limiter,
            timeout=settings.llm_timeout,
            patience=self._patience,
        )
        self._stack.push_async_callback(client.close)
        return client

    def _spent_today(self) -> float:
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.warehouse.spent_since(midnight)

    def _at_end(self, close: Callable[[], object]) -> None:
        self._stack.push_async_callback(asyncio.to_thread, close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop what was started: workers, connections, the embedded model, the database."""
        await self._stack.aclose()


@asynccontextmanager
async def opened(
    settings: Settings | None = None, *, patience: float = 0.0
) -> AsyncIterator[Services]:
    """Give services built from ``settings``, by default those of the environment."""
    async with Services(settings or Settings.load(), patience=patience) as services:
        yield services


@asynccontextmanager
async def _network(settings: Settings) -> "AsyncIterator[Network]":
    from extractors.fetch.network import Network
    from extractors.fetch.rendering import Renderer, browser_installed
    from extractors.network.client import GuardedClient, Politeness
    from extractors.network.guard import NetworkPolicy
    from extractors.network.robots import Robots

    policy = NetworkPolicy(allowed_hosts=settings.allowed_hosts)
    politeness = Politeness(settings.host_interval)
    async with GuardedClient(policy, politeness=politeness, proxy=settings.proxy) as client:
        robots = Robots(client)
        yield Network(
            client=client,
            robots=robots,
            renderer=Renderer(client, robots) if settings.render and browser_installed() else None,
            transcriber=_transcriber(settings),
        )


def _transcriber(settings: Settings) -> "Transcriber | None":
    from extractors.fetch.transcription import Transcriber

    if settings.transcription_model is None:
        return None
    endpoint = settings.transcription_base_url or OPENAI_ENDPOINT
    # The key of the drafts' endpoint goes to no other.
    shared = settings.openai_api_key if endpoint == settings.endpoint else None
    key = settings.transcription_api_key or shared
    return Transcriber(
        endpoint, key.get_secret_value() if key else "none", settings.transcription_model
    )
