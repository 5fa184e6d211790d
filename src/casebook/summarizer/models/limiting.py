"""How fast an endpoint is asked: follows its limits up and down, and waits out its outages.

Every request passes through one ``RequestLimiter`` per endpoint. What it decides by is pure and
takes the time as an argument: ``Pace`` learns the rate that the endpoint accepts from its 429s,
``Window`` how many requests it stands at once, ``Breaker`` whether it is up at all.
"""

import asyncio
import contextlib
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from enum import StrEnum

from casebook.schemas.errors import EndpointDown, ModelError, ProviderUnavailable, RateLimited
from casebook.schemas.frozen import Frozen

_UNITS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PART = r"(\d+(\.\d+)?)(ms|[dhms])"

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]
Gate = Callable[[], AbstractAsyncContextManager[object]]


class Pace:
    """The rate of requests that an endpoint accepts, in requests per second.

    Unlimited until the first refusal. A refusal sets it to what was accepted over the last seconds,
    which is the limit itself while requests press against it; between refusals it grows, so that a
    raised limit is found. So the rate keeps close to the limit from both sides, and few requests
    are refused.
    """

    HORIZON = 15.0  # seconds over which acceptance is measured …
    FEWEST = 5  # … or as far back as so many accepted requests lie
    KEPT = 200  # older ones: refusals, which come later, take some of the newer ones away
    GROWTH = 0.02  # a share, per second or per request
    BURST = 0.5  # seconds of unused turns that may be caught up
    SLOWEST = 1 / 60

    def __init__(self) -> None:
        self.rate: float | None = None
        # Refusals come at once and answers late, so what is open counts as accepted.
        self._sent: deque[float] = deque(maxlen=10_000)
        self._next = 0.0
        self._not_before = 0.0
        self._first: float | None = None
        self._grown = 0.0

    def turn(self, now: float) -> float:
        """Take the next turn and return when it is, at ``now`` or later."""
        self._first = now if self._first is None else self._first
        when = max(now, self._not_before)
        if self.rate is not None:
            self._grow(now)
            turn = max(self._next, now - self.BURST, self._not_before)
            self._next = turn + 1 / self.rate
            when = max(now, turn)
        self._sent.append(when)
        while len(self._sent) > self.KEPT and self._sent[0] < now - self.HORIZON:
            self._sent.popleft()
        return when

    def earliest(self, now: float) -> float:
        """Return when the next turn would be."""
        return max(now, self._not_before, self._next)

    def pause(self, until: float) -> None:
        """Give no turn before ``until``."""
        self._not_before = max(self._not_before, until)

    def refused(self, turn: float, now: float, retry_after: float | None) -> None:
        """Note a 429 at ``now`` to the request that took ``turn``."""
        with contextlib.suppress(ValueError):
            self._sent.remove(turn)
        self.pause(now + (retry_after if retry_after is not None else 1.0))
        measured = self._measured(now, retry_after or 0.0)
        if self.rate is None or measured < self.rate:
            self.rate = max(measured, self.SLOWEST)
        self._grown = now

    def _measured(self, now: float, pause: float) -> float:
        """Return the accepted requests per second of late, the pause asked for included."""
        since = now - self.HORIZON
        if len(self._sent) >= self.FEWEST:
            since = min(since, self._sent[-self.FEWEST])
        since = max(since, self._first if self._first is not None else since)
        count = sum(since <= sent <= now for sent in self._sent)
        return max(count, 1) / max(now - since + pause, 1.0)

    def _grow(self, now: float) -> None:
        assert self.rate is not None  # noqa: S101 - the caller looked
        passed = now - max(self._grown, self._not_before)
        if passed > 0:
            # Per second, or per request where those are rarer: each try at more costs a refusal.
            self.rate *= (1 + self.GROWTH) ** min(passed, passed * self.rate)
            self._grown = now


class Window:
    """How many requests may be open: fewer after a fault, one more after a round of answers.

    Additive increase, multiplicative decrease (Chiu and Jain 1989); requests that were sent before
    the last decrease do not shrink it again. Single faults among answers are no sign of overload:
    of an endpoint that fails three calls in a hundred, two in a row come twice in two thousand
    calls, and each time it would be left idle for seconds; three in a row come once in 37,000.
    """

    SHRINK = 0.7
    FAULTS = 3  # in a row

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = float(most)
        self._shrunk = float("-inf")
        self._faults = 0

    def answered(self) -> None:
        """Note an answer."""
        self._faults = 0
        self.size = min(self.most, self.size + 1 / self.size)

    def failed(self, sent: float, now: float) -> None:
        """Note that the request sent at ``sent`` met a failing endpoint."""
        self._faults += 1
        if sent >= self._shrunk and self._faults >= self.FAULTS:
            self.size = max(1.0, self.size * self.SHRINK)
            self._shrunk = now


class Breaker:
    """Opens after ``FAULTS`` faults in a row; then one request at a time asks whether it is over.

    The circuit breaker of Nygard, "Release It!" (2007).
    """

    FAULTS = 5
    FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0

    def __init__(self) -> None:
        self.open_since: float | None = None
        self.retry_at = 0.0
        self._faults = 0
        self._pause = self.FIRST_PAUSE

    def answered(self) -> None:
        """Note that the endpoint is there."""
        self.open_since, self._faults, self._pause = None, 0, self.FIRST_PAUSE

    def failed(self, now: float) -> None:
        """Note that it is not, or fails."""
        self._faults += 1
        if self.open_since is not None or self._faults >= self.FAULTS:
            self.open_since = now if self.open_since is None else self.open_since
            self.retry_at = now + self._pause
            self._pause = min(self._pause * 2, self.LONGEST_PAUSE)


class State(StrEnum):
    """Whether requests flow."""

    FLOWING = "flowing"
    LIMITED = "limited"
    DOWN = "down"


class Standing(Frozen):
    """How the endpoint stands, for whoever watches. ``seconds`` is until the next request."""

    state: State
    seconds: float
    in_flight: int
    window: int
    rate: float | None

    @property
    def is_down(self) -> bool:
        """Whether requests wait for the end of an outage."""
        return self.state is State.DOWN


@dataclass(frozen=True, slots=True)
class _Turn:
    """When a request may go; ``probe`` marks the one that asks whether an outage is over."""

    at: float
    probe: bool


class RequestLimiter:
    """The gate that every request to one endpoint passes, whoever asks, in the order of coming.

    Args:
        concurrent: requests at once, at the most.
        patience: seconds that an outage is waited out before requests are refused here; of an
            endpoint that never answered, ``STRANGER_PATIENCE`` at the most: its address is likely
            wrong, and nobody should wait a night to learn so.
        limit_patience: seconds that an endpoint is asked which refuses every request as one too
            many; without, it is for whoever asks to give up.
        shared: a gate that other processes pass too, entered after our own.
        clock: monotonic seconds.
        sleep: waits so many seconds.
    """

    STRANGER_PATIENCE = 120.0
    LONGEST_RESET = 60.0

    def __init__(
        self,
        concurrent: int = 4,
        *,
        patience: float = 30.0,
        limit_patience: float | None = None,
        shared: Gate = nullcontext,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.concurrent = concurrent
        self._window, self._pace, self._breaker = Window(concurrent), Pace(), Breaker()
        self._patience, self._shared = patience, shared
        self._limit_patience = limit_patience
        self._refusing_since: float | None = None
        self._clock, self._sleep = clock, sleep
        self._door = asyncio.Lock()
        self._freed = asyncio.Event()
        self._in_flight = 0
        self._probing = False
        self._met = False

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and learn from how the request inside ends.

        A request that ends with any other error than the two below met a living endpoint.

        Raises:
            EndpointDown: without a request, when the endpoint has been down for longer than the
                patience.
            RateLimited: an endless one, when it has refused everybody for longer than the patience
                with limits; without a request where its turn is not yet.
        """
        async with self._door:
            turn = await self._wait()
            self._probing = self._probing or turn.probe
            self._in_flight += 1
        sent = self._clock()
        try:
            async with self._shared():
                sent = self._clock()
                yield
        except RateLimited as error:
            self._met = True
            self._breaker.answered()
            # A wish beyond all patience ends this call; whoever asks again later finds out anew.
            if (error.retry_after or 0.0) <= self._patience:
                self._pace.refused(turn.at, self._clock(), error.retry_after)
            self._note_refusal(error)
            raise
        except ProviderUnavailable as error:
            error.probed = turn.probe
            self._breaker.failed(self._clock())
            self._window.failed(sent, self._clock())
            raise
        except ModelError:
            self._answered()
            raise
        else:
            self._answered()
        finally:
            self._in_flight -= 1
            self._probing = self._probing and not turn.probe
            self._freed.set()

    def heard(self, headers: Mapping[str, str], ago: float = 0.0) -> None:
        """Learn from an answer's ``x-ratelimit-…`` headers, as OpenAI and many others send them.

        When nothing is left, the next request waits for the reset that they name, counted from when
        the request was sent, ``ago`` seconds before. Of a later one than in ``LONGEST_RESET``
        seconds (a day's, or a moment in place of a time) the refusal itself will tell.
        """
        for what in ("requests", "tokens"):
            if headers.get(f"x-ratelimit-remaining-{what}", "").strip() == "0":
                wait = duration_seconds(headers.get(f"x-ratelimit-reset-{what}", ""))
                if wait is not None and wait <= self.LONGEST_RESET:
                    self._pace.pause(self._clock() + wait - ago)

    def standing(self) -> Standing:
        """Return how the endpoint stands now."""
        now, down = self._clock(), self._breaker.open_since is not None
        limited = self._pace.rate is not None
        until = self._breaker.retry_at if down else now
        return Standing(
            state=State.DOWN if down else State.LIMITED if limited else State.FLOWING,
            seconds=max(0.0, until - now),
            in_flight=self._in_flight,
            window=int(self._window.size),
            rate=self._pace.rate,
        )

    def _answered(self) -> None:
        self._met = True
        self._refusing_since = None
        self._breaker.answered()
        self._window.answered()

    async def _wait(self) -> _Turn:
        """Return when the next request may go."""
        while True:
            if self._breaker.open_since is not None:
                if await self._may_probe():
                    return _Turn(self._clock(), probe=True)
            elif self._in_flight >= int(self._window.size):
                await self._one_less()
            else:
                self._refuse_to_wait()
                await self._until(turn := self._pace.turn(self._clock()))
                if self._breaker.open_since is None:
                    return _Turn(turn, probe=False)

    async def _may_probe(self) -> bool:
        """Wait out the pause of an outage, or for the request that asks whether it is over."""
        if self._probing:
            await self._one_less()
            return False
        now, since = self._clock(), self._breaker.open_since
        patience = self._patience if self._met else min(self._patience, self.STRANGER_PATIENCE)
        if since is not None and now - since > patience and now < self._breaker.retry_at:
            raise EndpointDown(
                f"the endpoint has been failing for {now - since:.0f} s and is left alone for a "
                "while; `casebook retry`, or `casebook backfill --resume`, goes on from here"
            )
        await self._until(self._breaker.retry_at)
        return self._breaker.open_since is not None

    def _note_refusal(self, error: RateLimited) -> None:
        """Note a 429, and tell whether it is one of an endless row."""
        now = self._clock()
        self._refusing_since = now if self._refusing_since is None else self._refusing_since
        if self._refuses_endlessly(now):
            raise _endless(now - self._refusing_since, error.retry_after) from error

    def _refuse_to_wait(self) -> None:
        """Have nobody wait for a turn at an endpoint that refuses endlessly."""
        now = self._clock()
        if self._refuses_endlessly(now) and self._pace.earliest(now) > now:
            raise _endless(now - (self._refusing_since or now))

    def _refuses_endlessly(self, now: float) -> bool:
        since, patience = self._refusing_since, self._limit_patience
        return since is not None and patience is not None and now - since > patience

    async def _one_less(self) -> None:
        self._freed.clear()
        await self._freed.wait()

    async def _until(self, when: float) -> None:
        while (left := when - self._clock()) > 0:
            await self._sleep(left)


def _endless(seconds: float, retry_after: float | None = None) -> RateLimited:
    error = RateLimited(
        f"the endpoint has refused every request for {seconds:.0f} s, as one too many, and is left "
        "alone for a while; `casebook retry`, or `casebook backfill --resume`, goes on from here",
        retry_after,
    )
    error.endless = True
    return error


def duration_seconds(text: str) -> float | None:
    """Return the seconds in ``1m30s``, ``250ms``, ``6s`` or ``12.5``; None for anything else."""
    spoken = text.strip().lower()
    if re.fullmatch(r"\d+(\.\d+)?", spoken):
        return float(spoken)
    if not re.fullmatch(rf"({_PART})+", spoken):
        return None
    parts = re.findall(_PART, spoken)
    return float(sum(float(number) * _UNITS[unit] for number, _, unit in parts))
