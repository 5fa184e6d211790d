"""The limiter in simulated time: no test here waits."""

import asyncio
import heapq
import random
from collections.abc import Callable

import pytest

from casebook.schemas.errors import AnswerInvalid, EndpointDown, ProviderUnavailable, RateLimited
from casebook.summarizer.models.limiting import (
    Breaker,
    Pace,
    RequestLimiter,
    State,
    Window,
    duration_seconds,
)


class Bucket:
    """A server's token bucket: ``limit(t)`` requests per second, ``burst`` of them at once."""

    def __init__(self, limit: Callable[[float], float], burst: float) -> None:
        self._limit, self._burst, self._left, self._at = limit, burst, burst, 0.0

    def ask(self, now: float) -> float | None:
        """Return None for an accepted request, else Retry-After in seconds."""
        rate = self._limit(now)
        self._left = min(self._burst, self._left + (now - self._at) * rate)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return None
        return (1 - self._left) / rate


class Minutes:
    """A server that counts per clock minute and refuses the rest of it."""

    def __init__(self, per_minute: int) -> None:
        self._most, self._minute, self._count = per_minute, 0, 0

    def ask(self, now: float) -> float | None:
        """Return None for an accepted request, else Retry-After in seconds."""
        minute = int(now // 60)
        if minute != self._minute:
            self._minute, self._count = minute, 0
        self._count += 1
        return None if self._count <= self._most else (minute + 1) * 60 - now


def press(server, *, at_once: int, seconds: float, says_when: bool = True) -> tuple[int, int]:
    """Ask ``server`` as fast as ``Pace`` allows; return (accepted, refused)."""
    rnd, pace, now, free = random.Random(7), Pace(), 0.0, at_once  # noqa: S311 - latencies
    open_: list[tuple[float, int, float, float | None]] = []
    accepted = refused = 0

    def finish() -> None:
        nonlocal free, refused
        at, _, turn, wait = heapq.heappop(open_)
        free += 1
        if wait is not None:
            refused += 1
            pace.refused(turn, at, wait if says_when else None)

    while now < seconds:
        if not free:
            now = max(now, open_[0][0])
            finish()
            continue
        turn = pace.turn(now)
        while open_ and open_[0][0] <= turn:
            finish()
        now, free = max(now, turn), free - 1
        wait = server.ask(now)
        accepted += wait is None
        latency = rnd.uniform(2, 20) if wait is None else 0.05
        heapq.heappush(open_, (now + latency, accepted + refused, turn, wait))
    return accepted, refused


@pytest.mark.parametrize("says_when", [True, False], ids=["Retry-After", "no Retry-After"])
@pytest.mark.parametrize(("limit", "at_once"), [(0.2, 20), (1, 50), (5, 100), (20, 400)])
def test_the_limit_is_kept_full_with_few_refusals(limit, at_once, says_when):
    """Over ten minutes at least 95 % of what a rate limit allows is used, whatever the limit."""
    server = Bucket(lambda _: limit, burst=max(2, limit * 2))
    accepted, refused = press(server, at_once=at_once, seconds=600, says_when=says_when)
    assert accepted >= 0.95 * limit * 600
    assert refused <= max(0.2 * accepted, 600 / 10)


def test_a_limit_per_clock_minute_is_kept_full():
    """A server that refuses until the minute ends is asked again when it does."""
    accepted, refused = press(Minutes(300), at_once=100, seconds=600)
    assert accepted >= 0.95 * 3000
    assert refused <= 0.05 * accepted


def test_the_pace_follows_a_limit_down_and_up():
    """A limit that falls and rises again is found again from both sides."""
    limits = (5, 2, 8)
    server = Bucket(lambda t: limits[min(int(t // 200), 2)], burst=10)
    accepted, refused = press(server, at_once=150, seconds=600)
    assert accepted >= 0.9 * 200 * sum(limits)
    assert refused <= 0.15 * accepted


def test_without_a_refusal_nothing_is_held_back():
    """The pace is unlimited until the endpoint says otherwise."""
    pace = Pace()
    assert [pace.turn(3.0) for _ in range(100)] == [3.0] * 100


def test_a_long_batch_keeps_no_more_turns_than_a_short_one():
    """Of turns that no measure of the rate looks at, few are kept."""
    pace = Pace()
    for second in range(5_000):
        pace.turn(float(second))
    assert len(pace._sent) <= Pace.KEPT + 1


def test_the_window_shrinks_once_for_one_burst_of_faults():
    """Ten requests that meet one outage are one sign, not ten; answers widen the window again."""
    window = Window(10)
    for _ in range(10):
        window.failed(sent=0.0, now=1.0)
    assert window.size == pytest.approx(7.0)
    for _ in range(100):
        window.answered()
    assert window.size == pytest.approx(10)


def test_the_breaker_opens_after_faults_in_a_row_and_waits_longer_each_time():
    """Single faults among answers are not an outage; during one the pauses double."""
    breaker = Breaker()
    for _ in range(20):
        breaker.failed(0.0)
        breaker.answered()
    assert breaker.open_since is None
    for _ in range(Breaker.FAULTS):
        breaker.failed(10.0)
    assert (breaker.open_since, breaker.retry_at) == (10.0, 11.0)
    breaker.failed(11.0)
    assert (breaker.open_since, breaker.retry_at) == (10.0, 13.0)
    breaker.answered()
    assert breaker.open_since is None


class Time:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass at once."""
        self.now += seconds
        await asyncio.sleep(0)


def limiter(time: Time, most: int = 4, patience: float = 900.0) -> RequestLimiter:
    return RequestLimiter(most, patience=patience, clock=time, sleep=time.sleep)


def limited(time: Time, patience: float) -> RequestLimiter:
    """Return the gate of a batch that waits so many seconds for an end of refusals."""
    return RequestLimiter(4, limit_patience=patience, clock=time, sleep=time.sleep)


@pytest.mark.parametrize(("answers", "faults", "narrowed"), [(60, 2, False), (2, 3, True)])
def test_the_window_tells_chance_faults_from_an_endpoint_that_fails(answers, faults, narrowed):
    """Two faults in a row come by chance, and change nothing; most calls spoiled narrow it."""
    window, narrowest = Window(40), 40.0
    for now in range(1_000):
        if now % (answers + faults) < answers:
            window.answered()
        else:
            window.failed(sent=now - 0.5, now=now)
        narrowest = min(narrowest, window.size)
    assert (narrowest < 10) is narrowed
    assert narrowed or narrowest == pytest.approx(40)


async def test_no_more_requests_are_open_than_the_window_allows():
    """A fifth request waits until one of four has ended."""
    gate, open_now, highest = limiter(Time()), 0, 0

    async def ask() -> None:
        nonlocal open_now, highest
        async with gate.turn():
            open_now += 1
            highest = max(highest, open_now)
            await asyncio.sleep(0)
            open_now -= 1

    await asyncio.gather(*(ask() for _ in range(40)))
    assert highest == 4


async def test_an_outage_is_waited_out_by_one_request_at_a_time():
    """After the breaker opens, single requests ask; the first answer lets all others through."""
    time = Time()
    gate, up_at, asked = limiter(time), 160.0, []

    async def request() -> str:
        asked.append(time.now)
        await asyncio.sleep(0)
        if time.now < up_at:
            raise ProviderUnavailable("down")
        return "answer"

    async def ask() -> str:
        while True:
            try:
                async with gate.turn():
                    return await request()
            except ProviderUnavailable:
                continue

    answers = await asyncio.gather(*(ask() for _ in range(20)))
    assert answers == ["answer"] * 20
    during = [at for at in asked if at < up_at]
    assert len(during) <= Breaker.FAULTS + 4 + 8
    assert gate.standing().state is State.FLOWING


async def test_an_outage_longer_than_the_patience_is_told_at_once_and_asked_about_rarely():
    """Between two looks at a dead endpoint nobody waits; a look that finds it up ends the outage."""
    time = Time()
    gate = limiter(time, patience=30.0)
    async with gate.turn():
        pass
    sent = told = 0

    async def ask() -> None:
        nonlocal sent
        async with gate.turn():
            sent += 1
            raise ProviderUnavailable("down")

    while time.now < 140:
        with pytest.raises((ProviderUnavailable, EndpointDown)):
            await ask()
        time.now += 1
    before = sent
    for _ in range(50):
        with pytest.raises(EndpointDown, match="--resume"):
            await ask()
        told += 1
    assert (sent - before, told) == (0, 50)
    assert gate.standing().state is State.DOWN
    time.now += 60
    async with gate.turn():
        pass
    assert gate.standing().state is State.FLOWING


@pytest.mark.parametrize(("met", "least", "most"), [(True, 3500, 3700), (False, 100, 250)])
async def test_a_night_is_waited_for_an_endpoint_that_answered_and_minutes_for_a_stranger(
    met, least, most
):
    """An outage in the night is sat out; an address that never answered is told soon."""
    time = Time()
    gate, began = limiter(time, patience=3600.0), time.now
    if met:
        async with gate.turn():
            pass

    async def ask() -> None:
        async with gate.turn():
            raise ProviderUnavailable("down")

    for _ in range(1000):
        try:
            await ask()
        except ProviderUnavailable:
            time.now += 1
        except EndpointDown:
            break
    assert least < time.now - began < most


async def test_only_requests_that_ask_whether_a_known_outage_is_over_are_marked():
    """The first faults count as a call's own; what is sent while the breaker is open does not."""
    gate, marks = limiter(Time()), []
    for _ in range(Breaker.FAULTS + 3):
        with pytest.raises(ProviderUnavailable) as told:
            async with gate.turn():
                raise ProviderUnavailable("down")
        marks.append(told.value.probed)
    assert marks == [False] * Breaker.FAULTS + [True] * 3


async def test_answers_that_cannot_be_used_are_no_outage():
    """An endpoint that answers nonsense is up."""
    gate = limiter(Time())
    for _ in range(Breaker.FAULTS * 2):
        with pytest.raises(AnswerInvalid):
            async with gate.turn():
                raise AnswerInvalid("nonsense")
    assert gate.standing().state is State.FLOWING


async def test_a_refusal_holds_back_the_others_for_as_long_as_it_says():
    """After a 429 with Retry-After 7, the next request goes seven seconds later."""
    time = Time()
    gate = limiter(time)
    with pytest.raises(RateLimited):
        async with gate.turn():
            raise RateLimited("slow down", 7.0)
    async with gate.turn():
        assert time.now >= 107.0
    assert gate.standing().state is State.LIMITED


async def test_a_wish_beyond_the_patience_holds_nobody_back():
    """With Retry-After 3600 the call ends; who asks again, a person's retry, is let through."""
    time = Time()
    gate = limiter(time, patience=30.0)
    with pytest.raises(RateLimited):
        async with gate.turn():
            raise RateLimited("slow down", 3600.0)
    async with gate.turn():
        assert time.now == pytest.approx(100.0)


async def _refused(gate: RequestLimiter, retry_after: float | None = None) -> RateLimited:
    """Return what a request that meets a 429 ends with."""
    with pytest.raises(RateLimited) as told:
        async with gate.turn():
            raise RateLimited("slow down", retry_after)
    return told.value


async def test_refusals_without_end_are_an_outage():
    """Once nothing else has come for as long as a batch waits, nobody waits for a turn any more."""
    time = Time()
    gate = limited(time, 60.0)
    first = await _refused(gate)
    while not (await _refused(gate)).endless:
        assert not first.endless
    before = time.now
    assert 160.0 < before < 220.0
    with pytest.raises(RateLimited, match=r"refused every request for \d+ s.*--resume") as told:
        async with gate.turn():
            pytest.fail("a request was let out")
    assert (told.value.endless, time.now) == (True, before)


async def test_an_answer_among_refusals_says_that_the_endpoint_is_there():
    """At a limit that is pressed against, each has its turn some time; so it is after a while."""
    time = Time()
    gate = limited(time, 60.0)
    await _refused(gate)
    time.now += 50.0
    async with gate.turn():
        pass
    time.now += 50.0
    assert not (await _refused(gate)).endless
    time.now += 600.0
    assert (await _refused(gate)).endless
    time.now += 600.0  # its turn has come, so one request finds out whether it is over
    async with gate.turn():
        pass
    assert not (await _refused(gate)).endless


async def test_who_gives_up_by_itself_is_told_of_no_end():
    """A single command counts its tries, and may be asked to wait for long between them."""
    time = Time()
    gate = limiter(time, patience=3600.0)
    for _ in range(3):
        assert not (await _refused(gate, 600.0)).endless


async def test_headers_that_say_nothing_is_left_are_heeded_before_a_refusal():
    """With no request left until a reset in 1.5 s, the next one waits for it."""
    time = Time()
    gate = limiter(time)
    gate.heard({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1s500ms"})
    async with gate.turn():
        assert time.now == pytest.approx(101.5)


async def test_a_reset_counts_from_when_its_request_was_sent():
    """An answer comes late, and many come after the reset that they tell of."""
    time = Time()
    gate = limiter(time)
    nothing_left = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20"}
    gate.heard(nothing_left, ago=15.0)
    async with gate.turn():
        assert time.now == pytest.approx(105.0)
    gate.heard(nothing_left, ago=30.0)
    async with gate.turn():
        assert time.now == pytest.approx(105.0)


@pytest.mark.parametrize("reset", ["24h0m0s", "1732683600", "99999999999h"])
async def test_a_reset_far_away_is_left_to_the_refusal(reset):
    """A day's limit, or a moment in place of a time, would hold up the night without a word."""
    time = Time()
    gate = limiter(time)
    gate.heard({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": reset})
    async with gate.turn():
        assert time.now == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("6s", 6), ("1m30s", 90), ("250ms", 0.25), ("12.5", 12.5), ("1h2m", 3720), ("1d", 86400)],
)
def test_durations_in_headers_are_read(text, seconds):
    """The forms that endpoints use for their resets."""
    assert duration_seconds(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "soon", "-3", "3x", "1..2s", "nan", "inf", "s"])
def test_what_is_no_duration_is_none(text):
    """A header that says nothing is no reason to wait."""
    assert duration_seconds(text) is None
