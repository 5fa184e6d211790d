"""Builds databases, clients and workers from the settings, each on first use.

Heavy packages are imported late, so that simple commands start fast.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import UTC, datetime, time
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from config.settings import LAKE, OPENAI_ENDPOINT, Settings
from schemas.errors import InputError
from schemas.reviews import Recipe
from schemas.sources import Document
from warehouse import BlobStore, Lake, Warehouse

if TYPE_CHECKING:
    from extractors.fetch.network import Network
    from extractors.fetch.transcription import Recognizer
    from extractors.workers import WorkerPool
    from schemas.generations import OrderEvent
    from schemas.judges import JudgeMeasurement
    from summarizer import plans
    from summarizer.asker import Asker
    from summarizer.budget import Budget, SourceBudget
    from summarizer.client import Limiter, ModelClient
    from summarizer.profiles import Profile

EMBEDDED_AT_ONCE = 2
_IN_ORDERS, _IN_ORDERS_SHARED = 500, 50
_SLOWER = 6  # times the time limit of a request, for servers on one's own hardware


class Resources(AbstractAsyncContextManager["Resources"]):
    """Databases, clients and workers of one process. Use it as an async context manager.

    ``patience`` is the time in seconds to wait for an endpoint that is down. ``in_orders`` sends
    requests to the provider's batch API; ``on_order`` is called with each step of an order and
    its number of requests, ``on_heard`` with a recording's name, seconds heard and all seconds.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        patience: float = 0.0,
        in_orders: bool = False,
        on_order: "Callable[[OrderEvent, int], object]" = lambda _event, _lines: None,
        on_heard: Callable[[str, int, int], object] = lambda *_: None,
    ) -> None:
        self.settings = settings or Settings.load()
        self._patience = patience
        self.in_orders, self.on_order, self.on_heard = False, on_order, on_heard
        if in_orders:
            self.send_orders()
        self._prompts: dict[str, int] = {}
        self._clients: dict[str, ModelClient] = {}
        self._stack = AsyncExitStack()

    @cached_property
    def warehouse(self) -> Warehouse:
        """The warehouse: a DuckDB file, or a lake shared by several machines."""
        settings = self.settings
        dsn = _revealed(settings.warehouse).removeprefix(LAKE)
        lake = Lake(dsn, f"{settings.data}/lake") if settings.warehouse else None
        warehouse = Warehouse(lake or settings.home / "warehouse.duckdb")
        self._at_end(warehouse.close)
        return warehouse

    @cached_property
    def blobs(self) -> BlobStore:
        """The fetched bytes."""
        return BlobStore(f"{self.settings.data or self.settings.home}/snapshots")

    @cached_property
    def workers(self) -> "WorkerPool":
        """The processes that parse documents."""
        from extractors.workers import WorkerPool

        pool = WorkerPool(self.settings.workers)
        self._at_end(pool.close)
        return pool

    @cached_property
    def network(self) -> "Network":
        """The guarded client with robots.txt, browser and transcription."""
        from extractors.fetch.access import read_access
        from extractors.fetch.network import Network
        from extractors.network.client import GuardedClient, Politeness
        from extractors.network.guard import NetworkPolicy
        from extractors.network.robots import Robots

        settings = self.settings
        policy = NetworkPolicy(settings.allowed_hosts)

        def connect(proxy: str | None) -> GuardedClient:
            politeness = Politeness(settings.host_interval)
            client = GuardedClient(policy, politeness=politeness, proxy=proxy)
            self._stack.push_async_exit(client)
            return client

        client = connect(settings.proxy)
        return Network(
            client,
            Robots(client),
            _transcriber(settings, self.on_heard),
            settings.render,
            read_access(settings.home / "youtube.toml", connect),
        )

    @cached_property
    def profile(self) -> "Profile":
        """The limits and prices of the drafting model."""
        from summarizer.embedded import embedded_profile

        if name := self.settings.llm_model:
            return self._profile_of(name)
        return embedded_profile(self.settings.embedded_model, self.settings.models)

    def send_orders(self) -> None:
        """Send requests to the provider's batch API from now on, before the first request.

        Raises InputError for the embedded model, which has none.
        """
        if self.settings.embedded:
            raise InputError(
                "the embedded model has no batch API; set CASEBOOK_LLM_MODEL and "
                "CASEBOOK_LLM_BASE_URL, or leave out --batch-api"
            )
        self.in_orders = True

    @property
    def parallel(self) -> int:
        """The maximum number of sources drafted at once; with orders, all of them wait at once."""
        if self.in_orders:  # each source holds a lock: a file, or a session of the server
            return _IN_ORDERS_SHARED if self.settings.warehouse else _IN_ORDERS
        return EMBEDDED_AT_ONCE if self.settings.embedded else 2 * self.settings.llm_concurrency

    @cached_property
    def drafting_slots(self) -> asyncio.Semaphore:
        """The semaphore that limits the number of sources drafted at once."""
        return asyncio.Semaphore(self.parallel)

    @cached_property
    def budget(self) -> "Budget":
        """The limits on the cost of calls."""
        from summarizer.budget import Budget

        one = self.settings
        return Budget(one.budget_run, one.budget_day, self._spent_today, one.budget_source)

    def plan(self, document: Document) -> "plans.DraftPlan":
        """Return the plan for drafting a document."""
        from summarizer import plans

        return plans.plan(document, self.profile, self.settings.llm_strategy)

    def usual_plan(self, characters: int) -> "plans.DraftPlan":
        """Return the expected plan for a source with this number of characters."""
        from summarizer import plans

        return plans.usual_plan(characters, self.profile, self.settings.llm_strategy)

    def forecast(
        self, characters: int, *, is_spoken: bool = False, in_orders: bool | None = None
    ) -> "plans.CostEstimate":
        """Return the expected calls and cost of a source with this number of characters."""
        from summarizer import plans

        plan, (writer, judge) = self.usual_plan(characters), (self.profile, self._judge_profile)
        if self.in_orders if in_orders is None else in_orders:
            writer, judge = writer.in_orders(), judge and judge.in_orders()
        return plans.forecast(characters, writer, plan, judge, is_spoken=is_spoken)

    def forecast_of(self, document: Document) -> "plans.CostEstimate":
        """Return the expected calls and cost of a document."""
        from summarizer.speakers import can_be_unclear

        return self.forecast(len(document.text), is_spoken=can_be_unclear(document))

    def recipe(self, plan: "plans.DraftPlan") -> Recipe:
        """Return the current recipe of drafts that follow a plan."""
        from summarizer import plans

        judge = self._judge_profile
        name, language = judge.model if judge else None, self.settings.language
        return plans.recipe(plan, self.profile, name, self._prompts, language)

    def pin_prompt(self, name: str, version: str) -> None:
        """Use this version of a prompt instead of the newest, or raise ConfigurationError."""
        from prompts.loader import load

        if not version.isdigit():
            raise InputError(f"{version!r} is not a version of {name}; give a number")
        load(name, int(version))
        self._prompts[name] = int(version)

    def asker(
        self,
        document_id: str,
        source_budget: "SourceBudget | None" = None,
        profile: "Profile | None" = None,
    ) -> "Asker":
        """Return an asker for one document; it asks the drafting model by default."""
        from summarizer.asker import Asker

        profile, budget = profile or self.profile, source_budget or self.budget
        profile = profile.in_orders() if self.in_orders else profile
        client = partial(self._client, profile)
        return Asker(
            client,
            profile,
            self.warehouse,
            document_id,
            budget=budget,
            pinned=self._prompts,
            language=self.settings.language,
        )

    def judge(
        self,
        document_id: str,
        source_budget: "SourceBudget | None" = None,
        *,
        measuring: bool = False,
    ) -> "Asker | None":
        """Return an asker that asks the judge about one document, or None if the judge is off.

        ``measuring`` asks also a judge that is unfit.
        """
        name = self.settings.judge_model if measuring else None
        profile = self._profile_of(name) if name else self._judge_profile
        return self.asker(document_id, source_budget, profile) if profile else None

    @property
    def has_judge(self) -> bool:
        """Whether a judge is asked."""
        return self._judge_profile is not None

    async def test_model(self) -> None:
        """Call the model once without storing the answer, or raise ModelError."""
        from summarizer import service

        await service.check_model(self._client(self.profile))

    def _profile_of(self, model: str) -> "Profile":
        """Return the profile of a model at the endpoint, which is asked for its limits."""
        from summarizer.profiles import is_provider, profile_of
        from summarizer.servers import server_at

        settings, server = self.settings, None
        if not is_provider(settings.endpoint):
            server = server_at(settings.endpoint, _revealed(settings.openai_api_key), model)
        return profile_of(model, settings.endpoint, settings.models, server)

    @cached_property
    def judge_measurement(self) -> "JudgeMeasurement | None":
        """The newest measurement of the configured judge with the current prompt."""
        from prompts.loader import load
        from summarizer.judge import PROMPT
        from summarizer.judge_scoring import newest

        prompt = load(PROMPT, self._prompts.get(PROMPT)).version
        name = self.settings.judge_model
        return newest(self.settings.home / "evals", name, prompt) if name else None

    @cached_property
    def judge_unfit(self) -> str:
        """The reason for not asking the default judge, or an empty string."""
        name, remedy = self.settings.judge_model, "name another judge with CASEBOOK_JUDGE"
        if name is None or self.settings.judge != "same":
            return ""
        found = self.judge_measurement
        if found is None and not self.profile.is_capable:
            return f"{name} is too small to judge unmeasured (`casebook eval --judge`); {remedy}"
        return f"{name} {found}, so it does not judge; {remedy}" if found and found.is_unfit else ""

    @cached_property
    def _judge_profile(self) -> "Profile | None":
        """The profile of the judge to ask, or None."""
        name = self.settings.judge_model
        return self._profile_of(name) if name and not self.judge_unfit else None

    @cached_property
    def _limiter(self) -> "Limiter":
        from summarizer.client import Limiter

        if self.in_orders:
            return Limiter(_IN_ORDERS * 1_000)  # all requests wait at once
        return Limiter(self.parallel if self.settings.embedded else self.settings.llm_concurrency)

    def _client(self, profile: "Profile") -> "ModelClient":
        """Return the client of a model, created on first use."""
        from summarizer.client import ModelClient
        from summarizer.embedded import EmbeddedServer
        from summarizer.orders import Orders

        if client := self._clients.get(profile.model):
            return client
        settings = self.settings
        endpoint, key = settings.endpoint, _revealed(settings.openai_api_key)
        if settings.embedded:
            server = EmbeddedServer(settings.embedded_model)
            self._at_end(server.close)
            endpoint, key = server.base_url, server.api_key
        timeout = profile.timeout * (_SLOWER if profile.server else 1)
        orders = partial(
            Orders,
            endpoint=endpoint,
            model=profile.model,
            book=self.warehouse,
            on_event=self.on_order,
        )
        client = ModelClient(
            endpoint,
            key,
            profile,
            limiter=self._limiter,
            timeout=timeout,
            patience=self._patience,
            orders=orders if self.in_orders else None,
        )
        self._stack.push_async_callback(client.close)
        return self._clients.setdefault(profile.model, client)

    def _spent_today(self) -> float:
        return self.warehouse.spent_since(datetime.combine(datetime.now(UTC), time.min, UTC))

    def _at_end(self, close: Callable[[], object]) -> None:
        self._stack.push_async_callback(asyncio.to_thread, close)

    async def __aexit__(self, *_: object) -> None:
        """Stop workers, connections, the embedded model and the database."""
        await self._stack.aclose()


def _transcriber(settings: Settings, on_heard: "Callable[..., object]") -> "Recognizer | None":
    """Return the recognizer of speech: a model on this machine or at an endpoint."""
    from extractors.fetch.speech import SpeechRecognizer, is_installed
    from extractors.fetch.transcription import Transcriber

    name = settings.transcription_model
    here = Path(name).expanduser() if name else None
    if here is None or here.is_dir():
        is_able = here is not None or is_installed()
        return SpeechRecognizer(settings.home, here, on_heard) if is_able else None
    endpoint = settings.transcription_base_url or OPENAI_ENDPOINT
    # Never send the key to another endpoint.
    shared = settings.openai_api_key if endpoint == settings.endpoint else None
    key = settings.transcription_api_key or shared
    return Transcriber(endpoint, _revealed(key), name or "")


def _revealed(key: SecretStr | None) -> str:
    return key.get_secret_value() if key else "none"
