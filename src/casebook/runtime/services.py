"""The composition root: builds every service from the settings, each when it is first needed."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Self

from casebook.runtime import clients
from casebook.runtime.grounding import GroundingTurns
from casebook.runtime.heaps import keep_heap_small
from casebook.runtime.ledger import WarehouseLedger
from casebook.runtime.loading import load_client
from casebook.runtime.settings import Settings
from casebook.schemas.recipes import Recipe
from casebook.summarizer.models import embedded
from casebook.summarizer.models.asking import Asker
from casebook.summarizer.models.budget import Budget
from casebook.summarizer.models.limiting import Gate, RequestLimiter
from casebook.summarizer.models.profiles import Profile, Strategy, profile_of
from casebook.warehouse.allocator import give_back_at_once
from casebook.warehouse.lake import SCHEMA, DuckLake
from casebook.warehouse.locks import FileLocks, Locks, PostgresLocks
from casebook.warehouse.postgres import Postgres
from casebook.warehouse.snapshots import SnapshotStore
from casebook.warehouse.store import Warehouse
from casebook.warehouse.unstored import Unstored

if TYPE_CHECKING:
    from casebook.extractors.gathering.rendering import Renderer
    from casebook.extractors.gathering.sound import Sound
    from casebook.extractors.network.client import GuardedClient
    from casebook.extractors.network.robots import Robots
    from casebook.extractors.worker import ExtractorPool
    from casebook.summarizer.models.client import OpenAICompatible
    from casebook.summarizer.models.transcripts import Transcriber
    from casebook.summarizer.recipes import Pinned


# Seconds that a site is left alone, having said that it is asked too often, while a person waits.
_SHORT_PAUSE = 5.0
# The budget of a run whose flows each build services of their own, or of a part of a run.
RUN_BUDGET: ContextVar[Budget | None] = ContextVar("RUN_BUDGET", default=None)


class Services:
    """Everything a stage needs, built late. Close it, or use it as an async context manager.

    ``patience`` is for how many seconds a rate limit or an outage of the endpoint is waited out; a
    person who waits for one source wants to be told sooner. Patient ones work batches, in many
    threads, which then share one heap. ``shared_gate`` is what each request to an endpoint passes
    that other processes ask too. ``prompts`` are versions by name, where not the newest is wanted.
    ``busy`` ones, as patient ones are, keep the warehouse's file for a moment after each row: to
    open it takes longer than what is asked.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        patience: float = 0.0,
        shared_gate: Gate = contextlib.nullcontext,
        prompts: "Pinned | None" = None,
        busy: bool = False,
    ) -> None:
        self.settings = settings
        self._busy = busy or patience > 0
        self._prompts = prompts or {}
        self._patience = patience
        self._shared_gate = shared_gate
        self._closers: list[Callable[[], object]] = []
        self._network: tuple[GuardedClient, Robots] | None = None
        self._network_lock = asyncio.Lock()
        self.grounding = GroundingTurns()
        self._renderer: Renderer | None = None
        self._asking: dict[str, Services] = {}
        self._stack = contextlib.AsyncExitStack()
        if patience > 0:
            keep_heap_small()
            give_back_at_once()

    @cached_property
    def warehouse(self) -> Warehouse:
        """The rows: one DuckDB file, or the lake that machines share."""
        settings = self.settings
        if settings.lake is None:
            file = Warehouse(
                settings.warehouse_path,
                lock_timeout=settings.lock_timeout,
                busy=self._busy,
            )
            self._closers.append(file.close)
            return file
        data = f"{settings.data_root}/lake"
        lake = DuckLake(Postgres(settings.lake), data, settings.lock_timeout)
        warehouse = Warehouse(lake, patience=self._server_patience)
        self._closers.append(warehouse.close)
        return warehouse

    @cached_property
    def ledger(self) -> WarehouseLedger:
        """Keeps what was paid for; of a shared warehouse other machines find it, too."""
        return WarehouseLedger(self.warehouse, Unstored(*self.settings.unstored_roots))

    @property
    def _server_patience(self) -> float:
        """For how many seconds a database server that is away is waited for: a restart's."""
        return min(self._patience, self.settings.lock_timeout)

    @cached_property
    def snapshots(self) -> SnapshotStore:
        """The bytes as fetched."""
        return SnapshotStore(f"{self.settings.data_root}/snapshots")

    @cached_property
    def locks(self) -> Locks:
        """Locks that reach as far as the warehouse does."""
        if self.settings.lake is None:
            return FileLocks(self.settings.home / "run" / "locks")
        locks = PostgresLocks(Postgres(self.settings.lake), SCHEMA, self._server_patience)
        self._closers.append(locks.close)
        return locks

    @cached_property
    def extractors(self) -> "ExtractorPool":
        """Worker processes that read documents."""
        from casebook.extractors.worker import ExtractorPool, Limits

        limits = Limits(wall_seconds=self.settings.extract_timeout)
        pool = ExtractorPool(self.settings.workers, limits, many=self._patience > 0)
        self._closers.append(pool.close)
        return pool

    async def network(self) -> "tuple[GuardedClient, Robots]":
        """Return the guarded client and the robots.txt rules it keeps."""
        from casebook.extractors.network.client import FetchLimits, GuardedClient
        from casebook.extractors.network.guard import NetworkPolicy
        from casebook.extractors.network.politeness import LONGEST_PAUSE, Politeness
        from casebook.extractors.network.robots import Robots

        async with self._network_lock:
            if self._network is None:
                policy = NetworkPolicy(allowed_hosts=self.settings.allowed_hosts)
                limits = FetchLimits(deadline_seconds=self.settings.fetch_timeout)
                pause = min(LONGEST_PAUSE, self._patience or _SHORT_PAUSE)
                politeness = Politeness(self.settings.host_interval, patience=pause)
                client = await self._stack.enter_async_context(
                    GuardedClient(policy, limits, politeness=politeness)
                )
                every = self.settings.youtube_robots == "all"
                self._network = client, Robots(client, player_calls=every)
        return self._network

    async def renderer(self) -> "Renderer | None":
        """Return what runs a page's scripts, or None where that is off or not installed."""
        from casebook.extractors.gathering.browser import is_installed

        if not (self.settings.render and is_installed()):
            return None
        client, robots = await self.network()
        if self._renderer is None:
            from casebook.extractors.gathering.rendering import Renderer, RenderLimits

            limits = RenderLimits(seconds=self.settings.render_timeout)
            self._renderer = Renderer(client, robots, limits)
        return self._renderer

    @property
    def model_name(self) -> str:
        """The model that is asked."""
        return clients.model_name(self.settings)

    @cached_property
    def profile(self) -> Profile:
        """The model's profile, with what the settings override."""
        return clients.profile(self.settings)

    @property
    def wanted_strategy(self) -> Strategy | None:
        """The strategy that the settings ask for; None leaves it to profile and document."""
        asked = self.settings.llm_strategy
        return None if asked == "auto" else Strategy(asked)

    @cached_property
    def model(self) -> "OpenAICompatible":
        """The model, started here when it is the embedded one.

        Raises:
            EmbeddedModelMissing: when it is to be embedded and is not installed.
        """
        server = None
        if self.settings.embedded:
            server = embedded.EmbeddedServer()
            self._closers.append(server.close)
        model = clients.summarizer(self.settings, server, self.limiter, self._patience)
        self._stack.push_async_callback(model.close)
        return model

    async def asking(self, model: str | None) -> "Services":
        """Return services that ask another model, None for the configured one; closed with these.

        All that must be one is shared: the rows and workers, the browser, the pace at sites and at
        an endpoint, the budget.
        """
        if model is None or model == self.model_name:
            return self
        await self.network()
        await self.renderer()
        if model not in self._asking:
            self._asking[model] = self._sibling(model)
        return self._asking[model]

    def _sibling(self, model: str) -> "Services":
        settings = self.settings.model_copy(update={"llm_model": model})
        other = Services(
            settings,
            patience=self._patience,
            shared_gate=self._shared_gate,
            prompts=self._prompts,
        )
        shared = ["warehouse", "snapshots", "locks", "extractors", "_own_budget", "grounding"]
        if settings.endpoint == self.settings.endpoint and not self.settings.embedded:
            shared.append("limiter")
        for name in shared:
            setattr(other, name, getattr(self, name))
        other._network, other._renderer = self._network, self._renderer
        self._stack.push_async_callback(other.close)
        return other

    async def load_client(self) -> None:
        """Import what asks the model without holding up the event loop."""
        await asyncio.to_thread(load_client)

    @cached_property
    def limiter(self) -> RequestLimiter:
        """What every request to the endpoint passes."""
        embedded_here = self.settings.embedded
        return RequestLimiter(
            2 if embedded_here else self.settings.llm_concurrency,
            patience=max(30.0, self._patience),
            limit_patience=self._patience or None,
            shared=contextlib.nullcontext if embedded_here else self._shared_gate,
        )

    @cached_property
    def transcriber(self) -> "Transcriber | None":
        """What writes down recordings; None where no endpoint is configured."""
        name = self.settings.transcription_model
        if name is None:
            return None
        made = clients.transcriber(self.settings, name, self.ledger, lambda: self.budget)
        self._stack.push_async_callback(made.close)
        return made

    async def listen(self, page: str, client: "GuardedClient", robots: "Robots") -> "Sound":
        """Return the sound of the video at ``page``.

        Raises:
            FetchError: if it cannot be had.
        """
        from casebook.extractors.gathering.youtube_sound import fetch_sound

        return await fetch_sound(page, client, robots)

    @property
    def budget(self) -> Budget:
        """The caps of this run, or of the part of it that is ``spending``, and of the day."""
        return RUN_BUDGET.get() or self._own_budget

    @cached_property
    def _own_budget(self) -> Budget:
        settings = self.settings
        return Budget(settings.budget_run, settings.budget_day, self._spent_today)

    @contextmanager
    def spending(self, most: float | None, span: str, remedy: str) -> Iterator[Budget]:
        """Have what this task asks meanwhile count as a part of the run: see ``Budget.part``."""
        part = self.budget.part(most, span, remedy)
        before = RUN_BUDGET.set(part)
        try:
            yield part
        finally:
            RUN_BUDGET.reset(before)

    def _spent_today(self) -> float:
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.warehouse.spent_since(midnight)

    @property
    def parallel(self) -> int:
        """How many sources are worked at once; the embedded model answers one at a time."""
        return 2 if self.settings.embedded else self.settings.concurrency

    def alone(self, document_id: str) -> AbstractAsyncContextManager[object]:
        """Return a lock that one task of one process holds for a document at a time.

        Two submissions of the same source would otherwise both ask, and both pay.
        """
        return self.locks.alone(document_id)

    def recipe(self, strategy: Strategy) -> Recipe:
        """Return what a draft by ``strategy`` would be made by now."""
        from casebook.summarizer.recipes import recipe

        judge = self.settings.judge_model
        return recipe(self.model_name, strategy, self.profile, self._prompts, judge)

    def asker(self, document_id: str, topic: str | None = None) -> Asker:
        """Return what asks the model about one document, through the ledger."""
        return Asker(
            lambda: self.model,
            self.model_name,
            self.profile,
            self.ledger,
            document_id,
            budget=self.budget,
            parallel=2 if self.settings.embedded else self.settings.llm_concurrency,
            prompts=self._prompts,
            topic=topic,
        )

    def judge(self, document_id: str) -> Asker | None:
        """Return what asks the judge about one document; None where no judge is configured."""
        name = self.settings.judge_model
        if name is None:
            return None
        return Asker(
            lambda: self.judge_model,
            name,
            profile_of(name, self.settings.models),
            self.ledger,
            document_id,
            budget=self.budget,
        )

    @cached_property
    def judge_model(self) -> "OpenAICompatible":
        """The model that judges doubtful statements."""
        model = clients.judge(self.settings, self.limiter)
        self._stack.push_async_callback(model.close)
        return model

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop what was started: worker processes, connections, the embedded model."""
        await self._stack.aclose()
        for closer in reversed(self._closers):
            await asyncio.to_thread(closer)
        self._closers.clear()
