"""Sends requests to a provider's batch API, as orders at a lower price that take up to a day.

The API is that of OpenAI (its guide "Batch API"), which other providers have too: a file of
requests, a batch of it, and a file of answers. An order is stored before it is placed, so that a
new process continues it: no request is paid for twice.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from itertools import islice
from typing import Any, Literal, Protocol, TypeVar, cast

import httpx2
import openai
from openai.types import Batch, BatchError
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_exponential_jitter

from schemas.errors import CasebookError
from schemas.frozen import content_id, sha256_hex
from schemas.generations import OpenOrder, Order, OrderEvent

PATH: Literal["/v1/chat/completions"] = "/v1/chat/completions"
NO_BATCH_API = "no_batch_api"
"""Failure cause: the endpoint has no batch API."""

_MOST_BYTES = 90_000_000  # of a file of requests; providers accept 100 MB and more
_ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
_MISSING = frozenset({404, 405, 501})  # the statuses of an API that an endpoint does not have
_ANSWER_SECONDS, _FILE_SECONDS = 60.0, 900.0  # for short answers and for files
_PATIENCE = 3_600.0  # seconds to repeat a request about an order
_LIMITS = ("max_tokens", "max_completion_tokens")
_JSON = {"content-type": "application/json"}
_MARK = "casebook_order"  # in the metadata of a batch: our id of the order

Response = httpx2.Response | None  # None: the request needs a new order
T = TypeVar("T")
_Placing = Coroutine[Any, Any, Batch | None]


class OrderBook(Protocol):
    """A store for orders, such as the warehouse."""

    def append(self, *rows: Order | OrderEvent) -> None:
        """Store orders or their steps."""

    def open_orders(self, endpoint: str, model: str) -> list[OpenOrder]:
        """Return the orders with requests whose answers have not been used yet."""


@dataclass(eq=False)
class OrderTransport(httpx2.AsyncBaseTransport):
    """Answers requests from orders instead of the network."""

    answer: Callable[[bytes], Awaitable[httpx2.Response]]

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the response, which can take a day."""
        return await self.answer(await request.aread())


@dataclass(eq=False)
class Orders:
    """The orders of one model at one endpoint; ``close`` it at the end.

    A request joins the next order, which is sent after ``quiet`` seconds without a new request.
    """

    client: openai.AsyncOpenAI
    endpoint: str
    model: str
    book: OrderBook
    on_event: Callable[[OrderEvent, int], object] = lambda _event, _lines: None
    most: int = 50_000  # requests of an order
    quiet: float = 20.0  # seconds
    poll: float = 60.0  # seconds
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _next: dict[str, bytes] = field(default_factory=dict, init=False)  # by line id
    _futures: dict[str, "asyncio.Future[Response]"] = field(default_factory=dict, init=False)
    _sending: "asyncio.Task[None] | None" = field(default=None, init=False)
    _followed: "set[asyncio.Task[None]]" = field(default_factory=set, init=False)
    _earlier: dict[str, OpenOrder] = field(default_factory=dict, init=False)  # by line id
    _finding: "asyncio.Task[None] | None" = field(default=None, init=False)
    _one_by_one: bool = field(default=False, init=False)  # the provider limits what is under way

    async def answer(self, body: bytes) -> httpx2.Response:
        """Return the response to a request, which an earlier process may have ordered."""
        if self._finding is None:
            self._finding = asyncio.create_task(self._find_earlier())
        await asyncio.shield(self._finding)
        earlier, line_id, response = self._earlier, _line_id(body), cast("Response", None)
        while response is None:
            if line_id in earlier:
                known = earlier[line_id]
                lines = tuple(one for one in known.line_ids if earlier.get(one) is known)
                for one in lines:
                    del earlier[one]
                order = known.model_copy(update={"line_ids": lines})
                self._follow(order, self._known(order), is_new=False)
            if line_id not in self._futures:
                self._next[line_id] = body
                self._futures[line_id] = asyncio.get_running_loop().create_future()
                if self._sending is None or self._sending.done():
                    self._sending = asyncio.create_task(self._send())
            response = await asyncio.shield(self._futures[line_id])
        return response

    async def close(self) -> None:
        """Stop waiting; the orders are continued by the next process that asks."""
        tasks = [task for task in (self._sending, self._finding, *self._followed) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _find_earlier(self) -> None:
        """Find the newest order of each request whose answer has not been used."""
        orders = await asyncio.to_thread(self.book.open_orders, self.endpoint, self.model)
        self._earlier = {line_id: order for order in orders for line_id in order.line_ids}

    async def _send(self) -> None:
        """Send the waiting requests as orders, each when no further request arrives."""
        while self._next:
            before = 0
            while before < len(self._next) < self.most:
                before = len(self._next)
                await self.sleep(self.quiet)
            if self._one_by_one and self._followed:
                await asyncio.wait(self._followed, return_when=asyncio.FIRST_COMPLETED)
                continue
            size, lines = 0, dict[str, bytes]()
            for line_id, body in islice(self._next.items(), self.most):
                size += len(body)
                if lines and size > _MOST_BYTES:
                    break
                lines[line_id] = body
            try:
                order = await self._written(tuple(lines))
            except CasebookError as error:
                self._fail(self._next, error)
                self._next.clear()
                return
            for line_id in lines:
                del self._next[line_id]
            self._follow(order, self._placed(order, lines), is_new=True)

    async def _written(self, lines: tuple[str, ...]) -> OpenOrder:
        """Store an order before it is placed."""
        at = datetime.now(UTC)
        made = content_id("order", sorted(lines), at.isoformat())
        order = Order(
            order_id=made, endpoint=self.endpoint, model=self.model, line_ids=lines, at=at
        )
        await asyncio.to_thread(self.book.append, order)
        return OpenOrder(
            order_id=made, remote_id=None, step="written", line_ids=lines, ordered_at=at
        )

    def _follow(self, order: OpenOrder, placing: _Placing, *, is_new: bool) -> None:
        for line_id in order.line_ids:
            if line_id not in self._futures:
                self._futures[line_id] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._finish(order, placing, is_new=is_new))
        self._followed.add(task)
        task.add_done_callback(self._followed.discard)

    async def _finish(self, order: OpenOrder, placing: _Placing, *, is_new: bool) -> None:
        """Wait for the end of an order, and pass its responses on.

        Requests that failed in an earlier process are ordered again, as the cause may be gone.
        """
        batch: Batch | None = None
        try:
            if batch := await placing:
                await self._wait(order, batch, is_new=is_new)
            else:
                await self._note(order, step="lost", reason="the provider does not know it")
                self._respond(order.line_ids, None)
        except openai.APIStatusError as error:
            if _may_pass(error):
                self._give_up(order, error)
            elif batch or not is_new:  # it goes on at the provider, and is paid for
                self._continue_later(order)
                self._respond(order.line_ids, _refusal(error))
            else:
                await self._note(order, step="lost", reason=error.message[:300])
                self._respond(order.line_ids, _refusal(error))
        except (openai.OpenAIError, httpx2.HTTPError, CasebookError) as error:
            self._give_up(order, error)

    async def _wait(self, order: OpenOrder, batch: Batch, *, is_new: bool) -> None:
        if order.remote_id is None:
            await self._note(order, step="placed", remote_id=batch.id)
        while batch.status not in _ENDED:
            await self.sleep(self.poll)
            retrieve = partial(self.client.batches.retrieve, timeout=_ANSWER_SECONDS)
            batch = await self._patiently(retrieve, batch.id)
        left, answered = set(order.line_ids), 0
        async for line_id, response in self._results(order.order_id, batch):
            if line_id in left and (is_new or response.is_success):
                left.discard(line_id)
                answered += response.is_success
                self._respond([line_id], response)
        if order.step != "ended":
            error = _error(batch)
            reason = error.message if error else batch.status
            await self._note(
                order,
                step="ended",
                remote_id=batch.id,
                answered=answered,
                failed=len(order.line_ids) - answered,
                reason=None if batch.status == "completed" else reason,
            )
        self._respond(left, self._missing(batch, len(left)) if is_new else None)

    def _give_up(self, order: OpenOrder, error: Exception) -> None:
        """Let the requests of an order fail for now; the next attempts continue the order."""
        self._continue_later(order)
        self._fail(order.line_ids, error)

    def _continue_later(self, order: OpenOrder) -> None:
        self._earlier |= {line: order for line in order.line_ids if line in self._futures}

    def _fail(self, lines: Iterable[str], error: Exception) -> None:
        for line_id in lines:
            if future := self._futures.pop(line_id, None):
                future.set_exception(error)
                future.exception()  # nobody may be waiting

    def _missing(self, batch: Batch, count: int) -> Response:
        """Return the response to requests that an ended order left out, None for a new order."""
        error = _error(batch)
        if batch.status == "failed" and error and "limit" in (error.code or ""):
            # Too much is under way: wait for the other orders first, then order less.
            was_alone, self._one_by_one = self._one_by_one, True
            if not was_alone:
                return None
            if count > 1:
                self.most = count // 2
                return None
        if error:
            body = {"error": {"code": error.code, "message": error.message}}
            return httpx2.Response(HTTPStatus.BAD_REQUEST, json=body)
        message = f"the order {batch.id} is {batch.status} without this answer"
        body = {"error": {"code": "order_incomplete", "message": message}}
        return httpx2.Response(HTTPStatus.SERVICE_UNAVAILABLE, json=body)

    async def _placed(self, order: OpenOrder, lines: Mapping[str, bytes]) -> Batch:
        """Upload the requests and place the order, once even if an answer does not arrive."""
        text = b"".join(
            json.dumps(
                {"custom_id": name, "method": "POST", "url": PATH, "body": json.loads(body)},
                ensure_ascii=False,
            ).encode("utf-8", "surrogatepass")
            + b"\n"
            for name, body in lines.items()
        )
        attempts = 0

        async def place() -> Batch:
            nonlocal attempts
            attempts += 1
            if attempts > 1 and (found := await self._found(order.order_id, order.ordered_at)):
                return found
            name = f"{order.order_id}.jsonl"
            file = await self.client.files.create(
                file=(name, text), purpose="batch", timeout=_FILE_SECONDS
            )
            return await self.client.batches.create(
                input_file_id=file.id,
                endpoint=PATH,
                completion_window="24h",
                metadata={_MARK: order.order_id},
                timeout=_ANSWER_SECONDS,
            )

        return await self._patiently(place)

    async def _known(self, known: OpenOrder) -> Batch | None:
        """Return the batch of an earlier order, or None if the provider does not know it."""
        try:
            if known.remote_id:
                return await self._patiently(self.client.batches.retrieve, known.remote_id)
            return await self._patiently(self._found, known.order_id, known.ordered_at)
        except openai.NotFoundError:
            return None

    async def _found(self, order_id: str, ordered_at: datetime) -> Batch | None:
        """Look for an order among the batches of the account, which are listed newest first."""
        async for batch in self.client.batches.list(limit=100, timeout=_ANSWER_SECONDS):
            if (batch.metadata or {}).get(_MARK) == order_id:
                return batch
            if batch.created_at < ordered_at.timestamp() - 3_600:
                return None
        return None

    async def _results(
        self, order_id: str, batch: Batch
    ) -> AsyncIterator[tuple[str, httpx2.Response]]:
        """Yield each line id of the result files with its response."""
        for file_id in filter(None, (batch.output_file_id, batch.error_file_id)):
            try:
                found = await self._patiently(self.client.files.content, file_id)
            except openai.NotFoundError:  # providers delete files after a month
                continue
            for line in found.text.split("\n"):  # other line separators can be in answers
                if one := _result(line, order_id):
                    yield one

    async def _patiently(self, call: Callable[..., Awaitable[T]], *given: Any) -> T:
        """Return the result of a request, repeated while the endpoint is unreachable or busy."""
        retrying = AsyncRetrying(
            retry=retry_if_exception(_may_pass),
            wait=wait_exponential_jitter(initial=1, max=300, jitter=1),
            stop=stop_after_delay(_PATIENCE),
            sleep=self.sleep,
            reraise=True,
        )
        return await retrying(call, *given)

    async def _note(self, order: OpenOrder, **fields: Any) -> None:
        event = OrderEvent(order_id=order.order_id, **fields)
        await asyncio.to_thread(self.book.append, event)
        self.on_event(event, len(order.line_ids))

    def _respond(self, lines: Iterable[str], response: Response) -> None:
        """Pass on a response; with None, the requests join the next order."""
        for line_id in lines:
            if future := self._futures.pop(line_id, None):
                future.set_result(response)


def _result(line: str, order_id: str) -> tuple[str, httpx2.Response] | None:
    """Return the line id and response of one line of a result file, or None if it is broken."""
    try:
        found = json.loads(line)
        line_id, given = found["custom_id"], found.get("response") or {}
        error = found.get("error")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    status, body = given.get("status_code", HTTPStatus.SERVICE_UNAVAILABLE), given.get("body")
    if not isinstance(body, dict):
        body = {"error": error if isinstance(error, dict) else {"message": str(error)}}
    if status == HTTPStatus.OK:
        body["order_line"] = f"{order_id}/{line_id}"
    return line_id, httpx2.Response(status, json=body)


def _refusal(error: openai.APIStatusError) -> httpx2.Response:
    """Return the response to the requests of an order that the endpoint refuses."""
    content = error.response.content
    if error.status_code in _MISSING:
        body = {"error": {"code": NO_BATCH_API, "message": error.message}}
        content = json.dumps(body).encode()
    return httpx2.Response(error.status_code, content=content, headers=_JSON)


def _error(batch: Batch) -> BatchError | None:
    """Return the first error of an order that the provider did not accept."""
    errors = (batch.errors and batch.errors.data) or []
    return errors[0] if errors else None


def _line_id(body: bytes) -> str:
    """Return the id of a request; its output limit can depend on the budget that is left."""
    question = json.loads(body)
    kept = {name: value for name, value in question.items() if name not in _LIMITS}
    return sha256_hex(json.dumps(kept, sort_keys=True).encode())[:40]


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, openai.APIStatusError):
        return error.status_code == HTTPStatus.TOO_MANY_REQUESTS or (
            error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
            and error.status_code not in _MISSING
        )
    return isinstance(error, openai.APIConnectionError)
