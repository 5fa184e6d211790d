"""What becomes of a source for each fault of the endpoint, and what it costs.

    .venv/bin/python benchmarks/endpoint_faults.py

A page is submitted in a fresh home against a scripted endpoint that shows one fault, first for
every request, then only for the first one. Prints a row a fault: the failure that is stored (or the
draft), whether it may pass by itself, the exit code, requests sent, and what was paid at a made-up
price of 1 and 4 US dollars per million tokens.
"""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import pages
import scripted_curator
from rich.console import Console
from rich.table import Table
from scripted_endpoint import Reply, ScriptedEndpoint, api_error, completion

from casebook.extractors.worker import ExtractorPool
from casebook.pipeline.ingestion.ingest import ingest
from casebook.pipeline.ingestion.outcome import Outcome
from casebook.runtime.logs import configure_logging
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings
from casebook.schemas.sources import SourceRef

SOON = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
GOOD = completion('{"word": "a"}').body


@dataclass(frozen=True)
class Fault:
    """A fault by name; ``settings`` are what makes it show quickly."""

    name: str
    reply: Reply
    settings: Mapping[str, object] | None = None


FAULTS = [
    Fault("400 exceed_context_size (n_ctx)", Reply(
        status=400, body={"error": {"type": "exceed_context_size_error", "n_ctx": 8192}})),
    Fault("400 context_length_exceeded", api_error(400, "context_length_exceeded")),
    Fault("cut at the output limit", completion('{"summary": [', finish="length")),
    Fault("refusal", completion(None, refusal="I cannot help with that")),
    Fault("content filter (answer)", completion("", finish="content_filter")),
    Fault("content filter (400)", api_error(400, "content_filter")),
    Fault("no JSON", completion("Sure! Here is the case study.")),
    Fault("JSON of another schema", completion('{"answer": 42}')),
    Fault("empty content", completion("")),
    Fault("429 Retry-After: 1", api_error(429, retry_after="1")),
    Fault("429 Retry-After: a date", api_error(429, retry_after=SOON)),
    Fault("429 Retry-After: 3600", api_error(429, retry_after="3600")),
    Fault("429 without a time", api_error(429)),
    Fault("429 insufficient_quota", api_error(429, "insufficient_quota")),
    Fault("500", api_error(500)),
    Fault("502", api_error(502)),
    Fault("503", api_error(503)),
    Fault("connection cut in the body", Reply(body=GOOD, cut=True)),
    Fault("answer drips beyond the timeout", Reply(body=GOOD, drip=0.05), {"llm_timeout": 1.0}),
    Fault("no answer within the timeout", Reply(body=GOOD, delay=2.0), {"llm_timeout": 1.0}),
    Fault("HTML with status 200", Reply(text="<html>Sign in</html>", media_type="text/html")),
    Fault("an error object with status 200", Reply(body={"error": {"code": 502}})),
    Fault("401 wrong key", api_error(401)),
    Fault("404 unknown model", api_error(404, "model_not_found")),
]  # fmt: skip


# One for all: starting it takes a second.
POOL = ExtractorPool(1)


async def submitted(fault: Fault, script: Callable[[Any], Reply]) -> Outcome:
    """Submit the page in a fresh home to an endpoint that answers by ``script``."""
    endpoint = ScriptedEndpoint()
    endpoint.fallback = script
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(endpoint):
        home = Path(folder)
        configure_logging(home)
        page = home / "case.html"
        page.write_text(pages.CASE)
        values: dict[str, object] = {
            "home": home / "home",
            "llm_base_url": endpoint.base_url,
            "llm_model": "scripted",
            "llm_backoff": 0.05,
            "llm_price_input": 1.0,
            "llm_price_output": 4.0,
            "llm_attempts": 3,
        }
        async with Services(Settings.load(**values | dict(fault.settings or {}))) as services:
            services.__dict__["extractors"] = POOL
            return await ingest(SourceRef(source=str(page)), services)


async def always(fault: Fault) -> Outcome:
    """Let every request meet the fault."""
    return await submitted(fault, lambda _: fault.reply)


async def once(fault: Fault) -> Outcome:
    """Let only the first request of the summary meet it; triage and the rest work."""
    met = False

    def script(request: Mapping[str, Any]) -> Reply:
        nonlocal met
        schema = request.get("response_format", {}).get("json_schema", {}).get("schema", {})
        if met or "technical_detail" in schema.get("properties", {}):
            return scripted_curator.answer(request)
        met = True
        return fault.reply

    return await submitted(fault, script)


def told(outcome: Outcome) -> list[str]:
    """Return what happened, in words; whether it may pass; exit code, requests and cost."""
    failure = outcome.failure
    what = failure.kind if failure else f"{outcome.status.value} ({outcome.strategy})"
    passing = "" if failure is None else "yes" if failure.transient else "no"
    return [
        what,
        passing,
        str(outcome.error_exit),
        str(outcome.llm_calls),
        f"{outcome.cost_usd:.5f}",
    ]


async def main() -> None:
    """Print the two tables."""
    console = Console(width=160)
    for title, run in (("every request", always), ("the first request of the summary", once)):
        table = Table(title=title)
        for name in ("fault", "what happened", "may pass", "exit", "requests", "US $"):
            table.add_column(name)
        for fault in FAULTS:
            table.add_row(fault.name, *told(await run(fault)))
        console.print(table)


if __name__ == "__main__":
    with POOL:
        asyncio.run(main())
