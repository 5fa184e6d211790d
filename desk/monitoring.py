"""Health and counters of the desk, for programs that watch it."""

import asyncio
import shutil
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from desk.state import Desk
from schemas.errors import CasebookError

router = APIRouter(include_in_schema=False)

_LEAST_FREE = 500_000_000  # bytes on the disk of the home
_HELP = {
    "sources": "Sources by state.",
    "failures": "Sources that failed, by cause.",
    "model_calls": "Calls to models by model and outcome, since the beginning.",
    "cost_usd_today": "Known cost of the calls of today (UTC), in US dollars.",
    "drafts": "Drafts that wait for a decision.",
    "oldest_draft_seconds": "Age of the draft that waits longest.",
    "orders": "Orders to batch APIs by their newest step.",
    "batches": "Batches by their newest step.",
}


@router.get("/healthz")
async def health(request: Request, desk: Desk) -> Response:
    """Report that the desk is running; with ``?deep`` also whether it can read and write."""
    if "deep" not in request.query_params:
        return JSONResponse({"status": "ok"})
    found = {"warehouse": "ok", "disk": "ok"}
    try:
        await asyncio.to_thread(desk.warehouse.metrics)
    except CasebookError as error:
        found["warehouse"] = str(error)
    free = shutil.disk_usage(desk.settings.home).free
    if free < _LEAST_FREE:
        found["disk"] = f"only {free / 1e6:,.0f} MB are free"
    is_well = set(found.values()) == {"ok"}
    code = HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse({"status": "ok" if is_well else "failing", **found}, code)


@router.get("/metrics")
async def metrics(desk: Desk) -> PlainTextResponse:
    """Return counters in Prometheus' text format (version 0.0.4)."""
    lines, named = [], set[str]()
    for row in await asyncio.to_thread(desk.warehouse.metrics):
        name = f"casebook_{row['name']}"
        if name not in named:
            named.add(name)
            kind = "counter" if row["name"] == "model_calls" else "gauge"
            lines += [f"# HELP {name} {_HELP[row['name']]}", f"# TYPE {name} {kind}"]
        labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in row["labels"].items())
        lines.append(
            f"{name}{{{labels}}} {row['value']:g}" if labels else f"{name} {row['value']:g}"
        )
    text = "\n".join([*lines, ""])
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4")


def _escaped(value: object) -> str:
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return text.replace("\n", "\\n")
