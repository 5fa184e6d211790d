"""The flow ``watch``: how many lists are read at once, in what order they are told, what is left."""

import asyncio
import gc
import signal
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import AsyncMock

import pytest
from prefect.client.schemas.objects import StateType
from prefect.exceptions import TerminationSignal

from casebook.extractors.links.entries import Candidate
from casebook.extractors.links.listing import Walk
from casebook.flows import backfill as backfill_module
from casebook.pipeline.batches import watching
from casebook.schemas.errors import HostUnreachable
from casebook.schemas.watches import Watch, WatchState
from casebook.warehouse import Warehouse

FIRST, SECOND = "https://a.example/feed", "https://b.example/feed"


@pytest.fixture(autouse=True)
def online(monkeypatch):
    """What cannot be reached is so by its own fault, whatever network the tests run in."""
    monkeypatch.setattr(watching, "is_online", AsyncMock(return_value=True))


@pytest.fixture
def two_lists(monkeypatch, tmp_path) -> Warehouse:
    """The warehouse of two watches that are due."""
    monkeypatch.setenv("CASEBOOK_HOME", str(tmp_path))
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    for address in (FIRST, SECOND):
        row = {"change_id": address, "watch_id": address, "address": address, "every_seconds": 300}
        warehouse.append(Watch(**row, changed_by="ada", changed_at=datetime.now(UTC)))
    return warehouse


async def test_the_lists_that_are_due_are_read_at_once(two_lists, monkeypatch):
    """Each may be down for a while: none waits until another one was given up."""
    all_asked = asyncio.Barrier(2)

    async def down(address, _read):
        async with asyncio.timeout(20):
            await all_asked.wait()
        raise HostUnreachable(address)

    monkeypatch.setattr(backfill_module, "read_as_task", down)
    state = await backfill_module.watch.fn()
    assert (state.name, state.data.told[1]["list"]) == (
        "List unread: host unreachable",
        "https://b.example/feed",
    )
    assert [line.look.failure_by for line in two_lists.watches()] == ["host_unreachable"] * 2
    assert await backfill_module.watch.fn() == {}  # none is due before its time


class _ListServer(ThreadingHTTPServer):
    """Serves feeds, the first ones not before eight are asked for.

    ``asked`` counts them, and ``most`` is how many were open at once.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _ListHandler)
        self.asked = self.open = self.most = 0
        self.eight, self.lock = threading.Event(), threading.Lock()
        self.address = f"127.0.0.1:{self.server_port}"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Count a list as open, for a while in which a further one would be seen."""
        with self.lock:
            self.asked += 1
            self.open += 1
            self.most = max(self.most, self.open)
            if self.open == 8:
                self.eight.set()
        self.eight.wait(20)
        time.sleep(0.3)
        with self.lock:
            self.open -= 1
        yield


class _ListHandler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if "robots" in self.path:
            self.send_error(404)
            return
        item = f"<item><title>t</title><link>http://{self.server.address}/a</link></item>"
        feed = f"<rss version='2.0'><channel><title>t</title>{item}</channel></rss>".encode()
        with self.server.held():
            self.send_response(200)
            self.send_header("content-type", "application/rss+xml")
            self.send_header("content-length", str(len(feed)))
            self.end_headers()
            self.wfile.write(feed)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


async def test_eight_lists_are_read_at_once_and_told_in_their_order(monkeypatch, tmp_path):
    """Hundreds that are due flood neither this machine nor the network."""
    served = _ListServer()
    threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02}).start()
    monkeypatch.setenv("CASEBOOK_HOME", str(tmp_path))
    monkeypatch.setenv("CASEBOOK_ALLOWED_HOSTS", served.address)
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    for n in range(20):
        address = f"http://{served.address}/{n}"
        row = {"change_id": address, "watch_id": address, "address": address, "words": ["none"]}
        warehouse.append(
            Watch(**row, every_seconds=300, changed_by="ada", changed_at=datetime.now(UTC))
        )

    async def untold(_address, read):
        return await read()

    monkeypatch.setattr(backfill_module, "read_as_task", untold)
    worked = await backfill_module.watch.fn()
    served.shutdown()
    served.server_close()
    lines = warehouse.watches()
    assert [told["list"] for told in worked.values()] == [line.watch.address for line in lines]
    assert [line.look.told for line in lines] == ["0 new of 0"] * 20
    assert (served.asked, served.most) == (20, 8)


async def test_a_watch_that_is_paused_before_its_turn_is_left_alone(two_lists, monkeypatch):
    """Other lists may be worked for hours before; nothing is paid for what nobody wants any more."""

    async def down(address, _read):
        if address == "https://b.example/feed":
            (watch,) = (one.watch for one in two_lists.watches() if one.watch.address == address)
            paused = {"change_id": "paused", "state": WatchState.PAUSED}
            two_lists.append(watch.model_copy(update=paused))
        raise HostUnreachable(address)

    unheard = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: unheard.append(told))
    monkeypatch.setattr(backfill_module, "read_as_task", down)
    state = await backfill_module.watch.fn()
    gc.collect()
    # No traceback of a list that nobody wants; the collector may meet what other tests left.
    assert not [told for told in unheard if isinstance(told.get("exception"), HostUnreachable)]
    assert [told["list"] for told in state.data.told] == ["https://a.example/feed"]
    assert {line.watch.address: line.look is None for line in two_lists.watches()} == {
        "https://a.example/feed": False,
        "https://b.example/feed": True,
    }


async def test_while_a_batch_is_worked_its_list_is_held_no_more(two_lists, monkeypatch):
    """It may take hours, and a list names ten thousand items with what each announces."""
    lists = []

    async def read(address, _read):
        found = Walk([Candidate(url=f"{address}/1")], ways={f"{address}/1": (address,)})
        lists.append(weakref.ref(found))
        return found

    async def worked(*_):
        gc.collect()
        return {"held": sum(one() is not None for one in lists)}

    monkeypatch.setattr(backfill_module, "read_as_task", read)
    monkeypatch.setattr(backfill_module, "_work", worked)
    told = await backfill_module.watch.fn()
    assert [one["held"] for one in told.values()] == [1, 0]  # the second is read ahead


@pytest.fixture
def judged(two_lists, monkeypatch):
    """Both lists name an item that a priced model is to judge by a rubric; change their watches."""
    told = {"LLM_MODEL": "m", "LLM_BASE_URL": "http://127.0.0.1:9/v1"}
    told |= {"LLM_PRICE_INPUT": "1", "LLM_PRICE_OUTPUT": "4"}
    for name, value in told.items():
        monkeypatch.setenv(f"CASEBOOK_{name}", value)

    async def read(address, _read):
        found = Walk()
        found.candidates.append(Candidate(url=f"{address}/item", title="An item"))
        found.ways[f"{address}/item"] = (address,)
        return found

    def change(*addresses: str, **update: object) -> None:
        for line in two_lists.watches():
            if line.watch.address in addresses:
                change_id = f"{line.watch.address} {update}"
                two_lists.append(line.watch.model_copy(update={"change_id": change_id, **update}))

    monkeypatch.setattr(backfill_module, "read_as_task", read)
    change(FIRST, SECOND, rubric="News")
    return change


async def test_once_its_budget_is_spent_a_run_looks_at_no_further_list(two_lists, judged):
    """It did what it was to do for the money: a completed run, which names what stays due."""
    state = await backfill_module.watch.fn(budget=0)
    assert (state.type, state.name) == (StateType.COMPLETED, "Budget reached")
    first, left = state.data.values()
    assert (first["list"], left["list"]) == (FIRST, SECOND)
    assert f"{SECOND}: not looked at, for the budget" in state.message
    assert "at the next look" in state.message
    assert [line.look is None for line in two_lists.watches()] == [False, True]


async def test_what_a_spent_budget_leaves_does_not_hide_what_failed(two_lists, judged, monkeypatch):
    """The run is a failed one, named after that, and tells both."""
    read = backfill_module.read_as_task

    async def first_is_down(address, work):
        if address == FIRST:
            raise HostUnreachable(address)
        return await read(address, work)

    monkeypatch.setattr(backfill_module, "read_as_task", first_is_down)
    state = await backfill_module.watch.fn(budget=0)
    assert (state.type, state.name) == (StateType.FAILED, "List unread: host unreachable")
    assert [told["list"] for told in state.data.told] == [FIRST, SECOND]


async def test_of_the_lists_that_a_budget_leaves_those_that_were_paused_are_not_told(
    two_lists, judged, monkeypatch
):
    """They are not due, and nobody wants to know of them."""
    look = watching.look

    async def pausing(watch, *given, **options):
        judged(SECOND, state=WatchState.PAUSED)
        return await look(watch, *given, **options)

    monkeypatch.setattr(watching, "look", pausing)
    state = await backfill_module.watch.fn(budget=0)
    assert [told["list"] for told in state.data.values()] == [FIRST]
    assert SECOND not in state.message


async def test_a_watchs_own_budget_holds_for_its_look_alone(two_lists, judged):
    """The next list is looked at with what the run may spend, here without a cap."""
    judged(FIRST, budget_usd=0.0)
    judged(SECOND, rubric=None, words=["none"])
    state = await backfill_module.watch.fn()
    assert (state.type, state.name) == (StateType.COMPLETED, "Budget reached")
    assert "cap of $0 a look" in state.message
    assert [line.look.told[:10] for line in two_lists.watches()] == ["0 new of 1", "0 new of 0"]


async def test_a_run_that_is_told_to_end_while_lists_are_read_gives_them_up(two_lists, monkeypatch):
    """None is read on beside services that are closed, and none counts as one that failed."""
    all_asked, given_up = asyncio.Barrier(3), list[str]()

    async def slow(address, _read):
        try:
            await all_asked.wait()
            await asyncio.sleep(60)
        finally:
            given_up.append(address)

    monkeypatch.setattr(backfill_module, "read_as_task", slow)
    running = asyncio.create_task(backfill_module.watch.fn())
    before = signal.signal(signal.SIGTERM, lambda *_: running.cancel())
    try:
        await all_asked.wait()
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(TerminationSignal):
            await running
    finally:
        signal.signal(signal.SIGTERM, before)
    assert sorted(given_up) == ["https://a.example/feed", "https://b.example/feed"]
    assert [line.look for line in two_lists.watches()] == [None, None]
