"""A backfill against an endpoint with a rate limit and faults, beside two plain loops.

    .venv/bin/python benchmarks/backfill.py [--items 100 1000] [--rate 8] [--scale 1]
        [--only casebook]
    .venv/bin/python benchmarks/backfill.py --rerun 10000

In one run: a plain sequential loop over the calls of four sources, ``asyncio.gather`` behind a
semaphore with a plain retry over the calls of 200, then ``casebook backfill`` over a list of each
length, each in a warehouse of its own, and over the same list again. Reported: calls accepted by
the endpoint as a share of what its limit allows; peak memory of the largest process and of all;
calls paid per draft; seconds of a rerun over a finished list; and the overhead of a source in
milliseconds: the seconds from the start of the command to its end, less the LLM's time, over the
sources. The LLM's time is what a scheduler without any cost would need for the calls: each goes as
soon as the limit allows and the one before it of its source is answered. Starting, reading the list
and learning the limit are overhead. The last column counts the wait for a verdict among the last
sources as well, which chance decides (``backfill_chance.py``): all calls go as soon as the limit
allows, a draft before its verdict.

With ``--rerun``: a list of so many that is done already, worked again. One source is drafted for
real; the rows of the others are copies of its rows under other addresses.
"""

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
import psutil
from backfill_servers import BURST_SECONDS, DATA

from casebook.extractors.gathering.fetch import identify
from casebook.pipeline.ingestion.sketching import METHOD
from casebook.schemas.copies import Sketch
from casebook.schemas.sources import SourceRef
from casebook.warehouse.store import Warehouse

HERE = Path(__file__).parent
CALLS_PER_SOURCE = 2  # triage and the case study


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(*arguments: str) -> Iterator[str]:
    """Run one of the two servers; yield its address."""
    port = free_port()
    command = [sys.executable, str(HERE / "backfill_servers.py"), arguments[0], str(port)]
    with subprocess.Popen([*command, *arguments[1:]]) as process:
        address = f"http://127.0.0.1:{port}"
        probe = "/robots.txt" if arguments[0] == "pages" else "/stats"
        for _ in range(200):
            try:
                httpx2.get(address + probe, timeout=5)
                break
            except httpx2.TransportError:
                time.sleep(0.1)
        try:
            yield address
        finally:
            process.terminate()


def call(address: str, path: str, *, post: bool = False) -> Any:
    """Ask one of the servers."""
    return httpx2.request("POST" if post else "GET", address + path, timeout=30).json()


def share(stats: dict[str, Any], rate: float) -> tuple[float, float]:
    """Return the share of the limit that was used: over the whole run, and without its ends.

    The ends are the first and the last tenth of the accepted calls: filling up and running out.
    """
    times = sorted(stats["accepted"])
    whole = len(times) / (rate * (times[-1] - times[0]) + BURST_SECONDS * rate)
    cut = len(times) // 10
    middle = times[cut : len(times) - cut]
    return whole, len(middle) / (rate * (middle[-1] - middle[0]))


def ideal_seconds(stats: dict[str, Any], rate: float, *, in_turn: bool = False) -> float:
    """Return the seconds that a scheduler without any cost would need for the accepted calls.

    The endpoint's own log, played again in its order: the bucket starts full and each call goes as
    soon as there is a token, then is open as long as it was. ``in_turn``: and once the call before
    it of the same source has been answered, for a draft is asked for after its verdict, and a
    question again after a fault. That whoever asks does not know the limit at first is left out.
    """
    free, answered, last = BURST_SECONDS * rate, dict[str, float](), 0.0
    for number, (source, seconds) in enumerate(
        zip(stats["sources"], stats["open_for"], strict=True)
    ):
        token = max(0.0, (number + 1 - free) / rate)
        ready = answered.get(source, 0.0) if in_turn and source else 0.0
        answered[source] = max(token, ready) + seconds
        last = max(last, answered[source])
    return last


class Memory(threading.Thread):
    """Watches a process and its children: resident megabytes of the first, and of all.

    ``main`` and ``all`` are the peaks; ``usual`` gives the medians since it was asked last. Of all,
    a page of memory that several processes share counts once (Linux's proportional set size): the
    processes that extract are forked from one and share its modules.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self.main = self.all = 0.0
        self._seen: list[tuple[float, float]] = []
        self.cpu_seconds = 0.0

    def run(self) -> None:
        """Look twice a second until the process has ended."""
        while True:
            try:
                main = self._process.memory_info().rss
                times = self._process.cpu_times()
                self.cpu_seconds = times.user + times.system
                together = [self._process, *self._process.children(recursive=True)]
                total = sum(_shared_once(process) for process in together)
            except psutil.Error:
                return
            self.main = max(self.main, main / 1e6)
            self.all = max(self.all, total / 1e6)
            self._seen.append((main / 1e6, total / 1e6))
            time.sleep(0.5)

    def usual(self) -> tuple[float, float]:
        """Return the medians of what was seen since the last time, of the first and of all."""
        seen, self._seen = self._seen, []
        return median(main for main, _ in seen), median(total for _, total in seen)


def _shared_once(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


def body_of(number: int) -> dict[str, Any]:
    """Return a request of the size that casebook sends."""
    text = (
        f"[1] Branch {number} runs a model in production. " + "The pipeline reads letters. " * 400
    )
    schema = {"properties": {"technical_detail": {}}}
    return {
        "model": "scripted",
        "messages": [{"role": "user", "content": text}],
        "response_format": {"json_schema": {"schema": schema}},
    }


async def plain(endpoint: str, calls: int, at_once: int) -> float:
    """Make ``calls`` calls behind a semaphore, each repeated until it is answered; the seconds."""
    gate, chance = asyncio.Semaphore(at_once), random.Random(1)  # noqa: S311 - jitter
    started = time.monotonic()
    async with httpx2.AsyncClient(timeout=120, limits=httpx2.Limits(max_connections=500)) as client:

        async def once(number: int) -> None:
            async with gate:
                for attempt in range(50):
                    pause = min(2 ** min(attempt, 5), 20) * chance.uniform(0.5, 1)
                    try:
                        answer = await client.post(
                            f"{endpoint}/v1/chat/completions", json=body_of(number)
                        )
                    except httpx2.TransportError:
                        await asyncio.sleep(pause)
                        continue
                    if answer.status_code == 200 and answer.text.endswith("}"):
                        return
                    await asyncio.sleep(float(answer.headers.get("retry-after", pause)))

        await asyncio.gather(*(once(number) for number in range(calls)))
    return time.monotonic() - started


def casebook(
    home: str,
    endpoint: str,
    site: str,
    count: int,
    at_once: int,
    *,
    watched: Callable[[int, float, Memory], None] | None = None,
    milestones: Collection[int] = (),
) -> dict[str, Any]:
    """Run ``casebook backfill`` over so many pages; return what it took.

    ``watched`` is called when so many as the ``milestones`` say were done.
    """
    environment = {
        **os.environ,
        "CASEBOOK_HOME": home,
        "CASEBOOK_LLM_BASE_URL": f"{endpoint}/v1",
        "CASEBOOK_LLM_MODEL": "scripted",
        "CASEBOOK_ALLOWED_HOSTS": site.removeprefix("http://"),
        "OPENAI_API_KEY": "none",
        "PYTHONDONTWRITEBYTECODE": "",  # an installed casebook is compiled
    }
    command = [sys.executable, "-m", "casebook", "backfill", f"{site}/list/{count}"]
    command += ["--concurrency", str(at_once), "--json"]
    started, began_at = time.monotonic(), time.time()
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        memory = Memory(process.pid)
        memory.start()
        ended: dict[str, int] = {}
        stage_seconds: dict[str, float] = {}
        for done, line in enumerate(process.stdout or (), start=1):
            if done in milestones and watched:
                watched(done, time.monotonic() - started, memory)
            told = json.loads(line)
            kind = (told.get("failure") or {}).get("kind") or told["status"]
            ended[kind] = ended.get(kind, 0) + 1
            for stage, seconds in told["seconds"].items():
                stage_seconds[stage] = stage_seconds.get(stage, 0.0) + seconds
    return {
        "seconds": time.monotonic() - started,
        "began_at": began_at,
        "ended": ended,
        "main_mb": memory.main,
        "all_mb": memory.all,
        "stages": stage_seconds,
    }


def main() -> None:
    """Run everything and print Markdown tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--rate", type=float, default=8.0)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--rerun", type=int, default=0)
    given = parser.parse_args()
    if not DATA.exists():
        sys.exit(f"no pages at {DATA}; set CASEBOOK_DATASETS")
    if given.rerun:
        rerun(given.rerun)
        return
    rate = given.rate
    at_once = int(rate * 11 * given.scale * 1.5) + 8
    limited = ("endpoint", str(rate), str(given.scale), "7")
    print(f"limit {rate} calls/s, latency 2–20 s × {given.scale}, {at_once} calls at once\n")
    print(
        "| loop | sources | s | share of the limit | without the ends | refused (429) | calls "
        "answered per source | answered twice | ended | MB main | MB all | first call, s "
        "| LLM's time, s | overhead, ms a source | beyond the limit alone, ms a source |"
    )
    print("|---" * 16 + "|")
    with (
        server("pages") as site,
        server(*limited) as endpoint,
        tempfile.TemporaryDirectory() as tmp,
    ):
        runs = [] if given.only else [("sequential", 4), ("gather", 200)]
        for items in given.items:
            runs += [("casebook", items), ("casebook again", items)]
        for name, count in runs:
            call(endpoint, "/reset", post=True)
            told: dict[str, Any] = {}
            if name == "sequential":
                told["seconds"] = asyncio.run(plain(endpoint, count * CALLS_PER_SOURCE, 1))
            elif name == "gather":
                told["seconds"] = asyncio.run(plain(endpoint, count * CALLS_PER_SOURCE, at_once))
            else:
                told = casebook(
                    f"{tmp}/{count}",
                    endpoint,
                    site,
                    count,
                    at_once,
                    watched=say_memory,
                    milestones=range(1000, count, 1000),
                )
            line(name, count, told, call(endpoint, "/stats"), rate)


def say_memory(done: int, seconds: float, memory: Memory) -> None:
    """Print what a long list has taken so far: the peaks, and the medians since the last time."""
    main, total = memory.usual()
    told = f"peaks {memory.main:.0f} MB main, {memory.all:.0f} all; medians {main:.0f}, {total:.0f}"
    print(f"<!-- {done:,} done after {seconds:.0f} s: {told} -->", flush=True)


def rerun(items: int) -> None:
    """Draft one source, copy its rows for all the others of a list, and work the list again."""
    with (
        server("pages") as site,
        server("endpoint", "1000", "0.02", "7") as endpoint,
        tempfile.TemporaryDirectory() as tmp,
    ):
        casebook(tmp, endpoint, site, 1, 1)
        copied = copy_of_the_first(Path(tmp) / "warehouse.duckdb", site, items)
        print(f"{copied:,} rows; a list of {items:,} sources that are done\n")
        print("| time | s | calls | ended |\n|---|---|---|---|")
        for time_ in ("first", "second", "third"):
            call(endpoint, "/reset", post=True)
            told = casebook(tmp, endpoint, site, items, 16)
            asked = sum(call(endpoint, "/stats")["seen"].values())
            print(f"| {time_} | {told['seconds']:.1f} | {asked} | {told['ended']} |", flush=True)


def copy_of_the_first(path: Path, site: str, items: int) -> int:
    """Store the rows of the one case again under ``items`` addresses; return how many rows."""
    warehouse = Warehouse(path, busy=True)
    view = warehouse.case(warehouse.cases()[0].case_id)
    snapshot, added = warehouse.newest_snapshot(view.source.source_id), 0
    for number in range(items):
        reference = SourceRef(source=f"{site}/{number}")
        source_id = identify(reference).source_id
        if warehouse.case_of_source(source_id) is not None:
            continue
        to = f"{number:08x}"
        places = {"source_id": source_id, "snapshot_id": f"snap1_{to}", "document_id": f"doc1_{to}"}
        named = {"case_id": f"case1_{to}", "revision_id": f"rev1_{to}"}
        added += warehouse.append(
            view.source.model_copy(update={"source_id": source_id, "reference": reference}),
            *(
                row.model_copy(
                    update={
                        k: v for k, v in (places | named).items() if k in type(row).model_fields
                    }
                )
                for row in (snapshot, view.document, view.case, view.revision)
                if row is not None
            ),
            Sketch(
                sketch_id=f"sketch1_{to}",
                document_id=places["document_id"],
                source_id=source_id,
                method=METHOD,
                hashes=[number],  # no copies of one another: only the rerun is measured
            ),
        )
    warehouse.close()
    return added


def lags(stats: dict[str, Any], began_at: float, rate: float) -> list[float]:
    """Return how many seconds behind the limit each tenth of the accepted calls came.

    What grows between two of them was lost there; the first holds the start of the command.
    """
    times = sorted(stats["accepted"])
    places = [len(times) * tenth // 10 - 1 for tenth in range(1, 11)]
    free = BURST_SECONDS * rate
    return [
        round(times[at] - began_at - max(0.0, (at + 1 - free) / rate), 1)
        for at in places
        if at >= 0
    ]


def overhead(count: int, told: dict[str, Any], stats: dict[str, Any], rate: float) -> str:
    """Return four columns: when the first call came, the LLM's time, and what is beyond."""
    if not stats["accepted"] or "began_at" not in told:
        return " | | |"
    first = min(stats["accepted"]) - told["began_at"]
    by_llm = ideal_seconds(stats, rate, in_turn=True)
    beyond, beyond_limit = (
        1000 * (told["seconds"] - ideal) / count for ideal in (by_llm, ideal_seconds(stats, rate))
    )
    return f"{first:.1f} | {by_llm:.0f} | {beyond:.1f} | {beyond_limit:.1f}"


def line(name: str, count: int, told: dict[str, Any], stats: dict[str, Any], rate: float) -> None:
    """Print one row."""
    seen = stats["seen"]
    whole, middle = share(stats, rate) if len(stats["accepted"]) > 1 else (0.0, 0.0)
    answered = seen.get("answered", 0) + seen.get("slow", 0)
    ended = ", ".join(f"{n} {kind}" for kind, n in sorted(told.get("ended", {}).items()))
    print(
        f"| {name} | {count:,} | {told['seconds']:.0f} | {whole:.1%} | {middle:.1%} | "
        f"{seen.get('429', 0)} | {answered / count:.2f} | {stats['answered_twice']} | {ended} | "
        f"{told.get('main_mb', 0):.0f} | {told.get('all_mb', 0):.0f} | "
        f"{overhead(count, told, stats, rate)} |",
        flush=True,
    )
    if stages := told.get("stages"):
        print(
            f"<!-- seconds in stages: { {k: round(v) for k, v in stages.items()} }; behind the "
            f"limit, s, at each tenth: {lags(stats, told['began_at'], rate)} -->",
            flush=True,
        )


if __name__ == "__main__":
    main()
