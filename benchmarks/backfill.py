"""Measures the overhead of a backfill, apart from its model; prints one Markdown table.

    .venv/bin/python benchmarks/backfill.py [speed] [again] [kill] [depth] [orders]

The model is a scripted endpoint that takes 1.5 s per answer on average. A local server serves the
pages, and each part has its own home. Without arguments, all parts are measured.
"""

import argparse
import asyncio
import inspect
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

from scripted_endpoint import Reply, ScriptedEndpoint, schema_name  # noqa: E402 - from the tests
from scripted_model import PARAGRAPHS, answer_of  # noqa: E402 - from the tests

from schemas.frozen import Frozen  # noqa: E402 - after the path

AT_ONCE = 4
ANSWER_SECONDS = 1.5
SOURCES, LONG_LIST, KILLS, ORDERED = 60, 10_000, 20, 60
_QUICK = """
from functools import partial
from summarizer import orders
orders.Orders = partial(orders.Orders, quiet=3, poll=0.2)
from cli.main import main
main()
"""
PACKAGES = "cli config extractors flows prompts publishing review schemas summarizer warehouse"
OURS = tuple(f"{ROOT}/{name}/" for name in PACKAGES.split())


@dataclass(frozen=True)
class Line:
    """A line of the table."""

    measure: str
    found: str
    gate: str
    holds: bool


@dataclass
class Call:
    """A call to the model; ``source`` is its page."""

    body: str
    source: str
    stage: str
    began: float
    ended: float | None = None


class SlowEndpoint(ScriptedEndpoint):
    """An endpoint that answers after 0.5 to 1.5 times ``seconds`` and records each call."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self._seconds, self._chance = seconds, random.Random(7)  # noqa: S311 - only spread

    def answer(self, request: dict[str, Any]) -> Reply:
        """Return the scripted answer after a delay."""
        body = json.dumps(request, sort_keys=True)
        source = body.partition("Page number ")[2].partition(" ")[0]
        call = Call(body, source, schema_name(request), time.monotonic())
        self.calls.append(call)
        time.sleep(self._seconds * self._chance.uniform(0.5, 1.5))
        reply = answer_of(request)
        call.ended = time.monotonic()
        return reply


class Bench:
    """A folder of pages, a server for them, a model and a home."""

    def __init__(self, folder: Path, site: str, endpoint: SlowEndpoint) -> None:
        self.folder, self.site, self.endpoint = folder, site, endpoint

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of each command."""
        model = {"price": {"input": 1.0, "output": 4.0}, "context_tokens": 64_000}
        return {
            "CASEBOOK_HOME": str(self.folder / "home"),
            "CASEBOOK_LLM_BASE_URL": self.endpoint.base_url,
            "CASEBOOK_LLM_MODEL": "scripted",
            "CASEBOOK_MODELS": json.dumps({"scripted": model}),
            "CASEBOOK_LLM_CONCURRENCY": str(AT_ONCE),
            "CASEBOOK_ALLOWED_HOSTS": self.site.removeprefix("http://"),
            "CASEBOOK_HOST_INTERVAL": "0",  # one server plays many sites
        }

    def list_of(self, count: int) -> Path:
        """Write a list of the first ``count`` pages, and return its path."""
        path = self.folder / f"list-{count}.txt"
        path.write_text("".join(f"{self.site}/{n}.html\n" for n in range(count)), "utf-8")
        return path

    def backfill(self, listed: Path) -> "subprocess.Popen[bytes]":
        """Start ``casebook backfill`` over a list."""
        command = [sys.executable, "-m", "cli", "backfill", str(listed), "--json"]
        with (self.folder / "output.txt").open("w") as output:
            return subprocess.Popen(
                command, cwd=ROOT, env=os.environ | self.environment, stdout=output, stderr=output
            )

    def states(self, listed: Path) -> Counter[str]:
        """Return the number of sources of a list by state."""
        from extractors.fetch.fetch import identify
        from schemas.sources import SourceRef
        from warehouse import Warehouse

        ids = [identify(SourceRef(source=line)).source_id for line in listed.read_text().split()]
        with Warehouse(self.folder / "home" / "warehouse.duckdb") as warehouse:
            return Counter(state.value for state in warehouse.source_states(ids).values())


@contextmanager
def bench(pages: int, answer_seconds: float = ANSWER_SECONDS) -> Iterator[Bench]:
    """Serve ``pages`` pages of about 10,000 characters, each with different words."""
    words = [word for path in (ROOT / "docs").glob("*.md") for word in path.read_text().split()]
    words = sorted({word for word in words if word.isalpha()})
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for number in range(pages):
            (folder / f"{number}.html").write_text(_page(number, words), "utf-8")
        handler = partial(_Pages, directory=temporary)
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = SlowEndpoint(answer_seconds)
        try:
            yield Bench(folder, f"http://127.0.0.1:{server.server_port}", endpoint)
        finally:
            endpoint.close()
            server.shutdown()


class _Pages(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Write no log."""


def _page(number: int, words: list[str]) -> str:
    chance = random.Random(number)  # noqa: S311 - only spread
    filling = [" ".join(chance.choices(words, k=60)) + "." for _ in range(25)]
    body = "".join(
        f"<h2>{text[2:]}</h2>" if text.startswith("# ") else f"<p>{text}</p>"
        for text in (f"Page number {number} of a series.", *PARAGRAPHS, *filling)
    )
    title = f"Claims, part {number}"
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"


def speed() -> Iterator[Line]:
    """Measure the used share of the endpoint's limit, from the first call to the last."""
    with bench(SOURCES) as here:
        began = time.monotonic()
        listed = here.list_of(SOURCES)
        here.backfill(listed).wait()
        seconds = time.monotonic() - began
        calls = here.endpoint.calls
        drafted = here.states(listed)["drafted"]
    first, last = min(c.began for c in calls), max(c.ended or 0.0 for c in calls)
    busy = sum((c.ended or c.began) - c.began for c in calls)
    share = busy / (AT_ONCE * (last - first))
    found = (
        f"{share:.1%} ({len(calls)} calls, {drafted} drafts, {seconds:.0f} s, "
        f"first call after {first - began:.1f} s)"
    )
    yield Line(f"share of {AT_ONCE} calls at once used, {SOURCES} pages", found, "≥ 95 %",
               share >= 0.95)  # fmt: skip


def again() -> Iterator[Line]:
    """Measure the time of a list whose sources all have drafts."""
    with bench(1, 0.01) as here:
        here.backfill(here.list_of(1)).wait()
        _copy_the_draft(here, LONG_LIST)
        listed = here.list_of(LONG_LIST)
        asked = len(here.endpoint.calls)
        for time_ in ("first", "second"):
            began = time.monotonic()
            here.backfill(listed).wait()
            seconds, calls = time.monotonic() - began, len(here.endpoint.calls) - asked
            found = f"{seconds:.1f} s, {calls} calls, {dict(here.states(listed))}"
            measure = f"{LONG_LIST:,} finished sources submitted, the {time_} time"
            yield Line(measure, found, "< 10 s, 0 calls", seconds < 10 and calls == 0)


def _copy_the_draft(here: Bench, count: int) -> None:
    """Store the rows of the one case under the addresses of all other pages."""
    from extractors.fetch.fetch import identify
    from schemas.sources import SourceRef
    from warehouse import Warehouse

    with Warehouse(here.folder / "home" / "warehouse.duckdb") as warehouse:
        view = warehouse.case(warehouse.case_ids()[0])
        rows: list[Any] = []
        for number in range(1, count):
            ref = SourceRef(source=f"{here.site}/{number}.html")
            identity = identify(ref)
            own = {"source_id": identity.source_id, "canonical_url": identity.canonical_url}
            ids = {
                kind: f"{kind}1_{number:08}" for kind in ("snap", "doc", "triage", "case", "rev")
            }
            own |= {
                "reference": ref,
                "snapshot_id": ids["snap"],
                "document_id": ids["doc"],
                "triage_id": ids["triage"],
                "case_id": ids["case"],
                "revision_id": ids["rev"],
            }
            snapshot = warehouse.newest_snapshot(view.source.source_id) if number == 1 else rows[1]
            made = (view.source, snapshot, view.document, view.triage, view.case, view.revision)
            rows += [_renamed(row, own) for row in made]
            if len(rows) > 3_000 or number == count - 1:
                warehouse.append(*rows)
                rows = rows[:2] if number < count - 1 else []


def _renamed(row: Frozen, values: dict[str, Any]) -> Frozen:
    return row.model_copy(update={k: v for k, v in values.items() if k in type(row).model_fields})


def kill() -> Iterator[Line]:
    """Kill a running batch at random moments and start it again until it is done."""
    chance = random.Random(3)  # noqa: S311 - only spread
    repeated: list[Counter[str]] = []
    with bench(KILLS * 4) as here:
        listed, calls, kills = here.list_of(KILLS * 4), here.endpoint.calls, 0
        while True:
            before = {call.body for call in calls}
            began = len(calls)
            process = here.backfill(listed)
            if kills < KILLS:
                # One in five dies at its start, the others during the next answers.
                first = 60 if kills % 5 else chance.uniform(0, 5)
                _wait(process, first, here.endpoint, began)
                _wait(process, chance.uniform(0, 2 * ANSWER_SECONDS))
                process.kill()
            code = process.wait()
            kills += code < 0
            run = calls[began:]
            again_ = Counter(call.source for call in run if call.body in before)
            twice = Counter(call.body for call in run)
            repeated.append(again_ + Counter(c.source for c in run if twice[c.body] > 1))
            if code >= 0:
                break
        if code:
            print((here.folder / "output.txt").read_text()[-3000:], file=sys.stderr)
        lost = KILLS * 4 - here.states(listed)["drafted"]
    yield Line(f"{kills} × kill -9: sources lost of {KILLS * 4}", str(lost), "0", lost == 0)
    most, total = (
        max(max(c.values(), default=0) for c in repeated),
        sum(map(Counter.total, repeated)),
    )
    found = f"{most} ({total} of {len(calls)} calls, {max(map(len, repeated))} after one kill)"
    yield Line("calls repeated per source that was in flight", found, "≤ 1", most <= 1)


def _wait(
    process: "subprocess.Popen[bytes]",
    seconds: float,
    endpoint: SlowEndpoint | None = None,
    calls: int = 0,
) -> None:
    """Wait until the time is up, the process has ended or the endpoint got more than ``calls``."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        if endpoint and len(endpoint.calls) > calls:
            return
        time.sleep(0.02)


def depth() -> Iterator[Line]:
    """Count our files whose functions run from the command to the stored draft of a page."""
    with bench(1, 0.01) as here:
        os.environ |= here.environment
        entered: dict[str, None] = {}

        def note(frame: FrameType, event: str, _: object) -> None:
            name = frame.f_code.co_filename
            is_ours = name.startswith(OURS) and event == "call"
            if is_ours and name not in entered and not _is_import(frame):
                entered[name] = None

        from cli.main import app

        threading.setprofile(note)
        sys.setprofile(note)
        try:
            with redirect_stdout(io.StringIO()):
                app(["submit", f"{here.site}/0.html", "--json"], standalone_mode=False)
            in_process = len(entered)
            _read_here(here)
        finally:
            sys.setprofile(None)
            threading.setprofile(None)  # type: ignore[arg-type] - as documented
    ours = [str(Path(name).relative_to(ROOT)) for name in entered]
    if "-v" in sys.argv:
        print(*sorted(ours), sep="\n")
    counts = Counter(name.partition("/")[0] for name in ours)
    each = ", ".join(f"{name} {count}" for name, count in counts.most_common())
    found = f"{len(ours)}: {in_process} and {len(ours) - in_process} in the worker ({each})"
    yield Line("our files entered for one web page", found, "< 60", len(ours) < 60)


def _is_import(frame: FrameType | None) -> bool:
    """Return whether a frame belongs to the import of one of our modules."""
    while frame is not None:
        code = frame.f_code
        if not code.co_flags & inspect.CO_OPTIMIZED and code.co_filename.startswith(OURS):
            return True
        frame = frame.f_back
    return False


def _read_here(here: Bench) -> None:
    """Read the page in this process instead of a worker."""
    from extractors.registry import read
    from schemas.sources import Payload

    data = (here.folder / "0.html").read_bytes()
    read(Payload(data=data, media_type="text/html", url=f"{here.site}/0.html", name="0.html"))


def orders() -> Iterator[Line]:
    """Draft pages through a batch API, and send 10,000 questions alone."""
    from batch_api import BatchApi
    from pytest_httpserver import HTTPServer

    with bench(ORDERED, 0) as here, HTTPServer() as server:
        api, listed = BatchApi(server, answer_of), here.list_of(ORDERED)
        costs = []
        for base_url, option in ((here.endpoint.base_url, ""), (api.base_url, "--batch-api")):
            home, environment = here.folder / (option or "direct"), here.environment
            environment |= {"CASEBOOK_HOME": str(home), "CASEBOOK_LLM_BASE_URL": base_url}
            command = [sys.executable, "-c", _QUICK, "backfill", str(listed), "--json", option]
            subprocess.run(
                [part for part in command if part],
                cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, check=False,
            )  # fmt: skip
            costs.append(_cost(home))
        asked, drafted = costs[1][1], costs[1][2]
    share, sent = costs[1][0] / costs[0][0], len(api.batches)
    found = f"{share:.2f} ({sent} orders of {asked} calls, {drafted} drafts)"
    yield Line(f"price in orders, {ORDERED} pages", found, "0.50", share < 0.51)
    twice, direct = max(api.ordered.values()), api.direct
    yield Line("calls outside orders; most orders of one call", f"{direct}; {twice}", "≤ 10 %; 1",
               direct <= asked / 10 and twice == 1)  # fmt: skip
    seconds, calls, sent = asyncio.run(_many())
    yield Line(f"{calls:,} questions in orders", f"{seconds:.0f} s of our own, {sent} orders", "–",
               sent <= 2)  # fmt: skip


def _cost(home: Path) -> tuple[float, int, int]:
    from warehouse import Warehouse

    with Warehouse(home / "warehouse.duckdb") as warehouse:
        query = "SELECT sum(cost_usd), count(*), (SELECT count(*) FROM cases) FROM generations"
        (row,) = warehouse.sql(query)[1]
    return row


async def _many() -> tuple[float, int, int]:
    """Return the seconds, questions and orders of 10,000 questions to an endpoint of no delay."""
    from batch_api import BatchApi
    from pytest_httpserver import HTTPServer
    from scripted_endpoint import completion

    from prompts.loader import Message
    from summarizer.client import Limiter, ModelClient
    from summarizer.orders import Orders
    from summarizer.profiles import Profile
    from summarizer.service import _Ready
    from warehouse import Warehouse

    with tempfile.TemporaryDirectory() as folder, HTTPServer() as server:
        api = BatchApi(server, lambda _: completion({"ready": True}))
        warehouse = Warehouse(Path(folder) / "warehouse.duckdb")
        book = partial(Orders, endpoint=api.base_url, model="m", book=warehouse, quiet=1, poll=0.1)
        client = ModelClient(api.base_url, "k", Profile(model="m"), Limiter(LONG_LIST), orders=book)
        texts = (f"Question {n} " + "word " * 500 for n in range(LONG_LIST))
        began = time.monotonic()
        await asyncio.gather(
            *(client.ask([Message(role="user", content=t)], _Ready) for t in texts)
        )
        seconds = time.monotonic() - began
        await client.close()
        warehouse.close()
        return seconds, api.ordered.total(), len(api.batches)


PARTS = {part.__name__: part for part in (speed, again, kill, depth, orders)}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[])
    parser.add_argument("-v", action="store_true", help="list the files that were entered")
    chosen = parser.parse_args().parts or list(PARTS)
    print("| measure | found | gate | |\n|---|---|---|---|")
    for name in chosen:
        for line in PARTS[name]():
            verdict = "holds" if line.holds else "FAILS"
            print(f"| {line.measure} | {line.found} | {line.gate} | {verdict} |", flush=True)


if __name__ == "__main__":
    main()
