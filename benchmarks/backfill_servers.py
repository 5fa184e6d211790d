"""The two servers that benchmarks/backfill.py works against, each in a process of its own.

    python benchmarks/backfill_servers.py pages PORT
    python benchmarks/backfill_servers.py endpoint PORT CALLS_PER_SECOND SCALE SEED

``pages`` serves the pages of the web data set under ``/N``, each with a sentence of its own at the
beginning of its longest paragraph and of its titles, and ``/list/COUNT`` names so many of them.
``endpoint`` speaks the OpenAI protocol: it answers validly after 2 to 20 seconds times SCALE,
refuses what exceeds a token bucket of CALLS_PER_SECOND with 429 and Retry-After, and fails a share
of the rest: 2 % with 500, 1 % cut in the middle, 1 % three times as slow. ``/stats`` tells what it
accepted, when, for which source (by its sentence), and for how many seconds each call was open.
"""

import asyncio
import gzip
import json
import os
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import scripted_curator

_SHARED = Path(__file__).parents[2] / "shared" / "data"
DATA = Path(os.environ.get("CASEBOOK_DATASETS", _SHARED)) / "web" / "html"
SHARES = {"500": 0.02, "cut": 0.01, "slow": 0.01}
_PARAGRAPH = re.compile(rb"<p(?:\s[^>]*)?>(.*?)</p>", re.DOTALL)
_TAG = re.compile(rb"<[^>]*>")
_TITLE = re.compile(rb"<title[^>]*>|<h1[^>]*>|<meta[^>]*:title[^>]*content=[\"']", re.IGNORECASE)
_OWN = b"\0own\0"


def pages() -> FastAPI:
    """Return the site."""
    app, kept = FastAPI(), []
    for path in sorted(DATA.glob("*.html.gz")):
        page = gzip.decompress(path.read_bytes())
        paragraphs = _PARAGRAPH.finditer(page) if 10_000 < len(page) < 200_000 else ()
        if longest := max(paragraphs, key=lambda one: len(_TAG.sub(b"", one[1])), default=None):
            page = page[: longest.start(1)] + _OWN + page[longest.start(1) :]
            kept.append(_TITLE.sub(lambda begin: begin[0] + _OWN, page))
    host = ""

    @app.get("/robots.txt")
    def robots() -> PlainTextResponse:
        return PlainTextResponse("User-agent: *\nAllow: /\n")

    @app.get("/list/{count}")
    def listed(count: int, request: Request) -> PlainTextResponse:
        base = host or str(request.base_url).rstrip("/")
        return PlainTextResponse("url\n" + "".join(f"{base}/{n}\n" for n in range(count)))

    @app.get("/{number}")
    def page(number: int) -> Response:
        told = f"At branch {number} the model has run in production since March. ".encode()
        page = kept[number % len(kept)].replace(_OWN, told)
        return Response(page, media_type="text/html")

    return app


BURST_SECONDS = 2.0
_BRANCH = re.compile(r"At branch \d+")


class Bucket:
    """A token bucket: so many calls a second, two seconds' worth at once."""

    def __init__(self, rate: float) -> None:
        self._rate, self._most = rate, BURST_SECONDS * rate
        self._left, self._at = self._most, time.monotonic()

    def wait(self) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        now = time.monotonic()
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return (1 - self._left) / self._rate
        self._left -= 1
        return 0.0


def endpoint(rate: float, scale: float, seed: int) -> FastAPI:
    """Return the endpoint; ``rate`` in calls per second."""
    app, bucket, chance = FastAPI(), Bucket(rate), random.Random(seed)  # noqa: S311 - latencies
    seen: Counter[str] = Counter()
    accepted: list[float] = []
    open_for: list[float] = []
    sources: list[str] = []
    asked: Counter[str] = Counter()

    @app.post("/v1/chat/completions")
    async def complete(request: Request) -> Response:
        body: dict[str, Any] = await request.json()
        if wait := bucket.wait():
            seen["429"] += 1
            return JSONResponse(
                {"error": {"message": "slow down", "code": "rate_limit_exceeded"}},
                status_code=429,
                headers={"retry-after": f"{wait:.3f}"},
            )
        fault = next((name for name, share in SHARES.items() if chance.random() < share), "")
        seconds = chance.uniform(2, 20) * scale * (3 if fault == "slow" else 1)
        accepted.append(time.time())
        open_for.append(seconds)
        named = _BRANCH.search(body["messages"][-1]["content"])
        sources.append(named[0] if named else "")
        await asyncio.sleep(seconds)
        seen[fault or "answered"] += 1
        if fault == "500":
            return JSONResponse({"error": {"message": "sorry"}}, status_code=500)
        answer = json.dumps(scripted_curator.answer(_willing(body)).body).encode()
        if fault == "cut":
            return Response(answer[: len(answer) // 2], media_type="application/json")
        asked[str(hash(json.dumps(body["messages"])))] += 1
        return Response(answer, media_type="application/json")

    @app.get("/stats")
    def stats() -> dict[str, Any]:
        twice = sum(count - 1 for count in asked.values())
        told = {"seen": dict(seen), "accepted": accepted, "open_for": open_for, "sources": sources}
        return {**told, "answered_twice": twice}

    @app.post("/reset")
    def reset() -> None:
        seen.clear()
        accepted.clear()
        open_for.clear()
        sources.clear()
        asked.clear()

    return app


def _willing(body: dict[str, Any]) -> dict[str, Any]:
    """Have the scripted triage take every page for a case study: all are to be worked."""
    told = body["messages"][-1]["content"]
    extra = "\n[1] The pipeline is in production. The model is ours and runs every day.\n" * 2
    return {**body, "messages": [*body["messages"][:-1], {"role": "user", "content": told + extra}]}


if __name__ == "__main__":
    what, port, *rest = sys.argv[1:]
    app = pages() if what == "pages" else endpoint(float(rest[0]), float(rest[1]), int(rest[2]))
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="error", access_log=False)
