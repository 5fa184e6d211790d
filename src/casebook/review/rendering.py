"""Templates to answers, and the few words that only the desk needs."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from casebook.extractors import formats
from casebook.publishing.anchors import web_address
from casebook.publishing.wording import (
    RESULT_COLUMNS,
    SECTIONS,
    clock,
    count,
    day,
    duration,
    is_measured,
    listing,
    money,
)
from casebook.review.batch_page import REMEDIES, STANDINGS
from casebook.review.queue_page import TABS
from casebook.review.state import state_of
from casebook.schemas.cases import Method, SupportLevel
from casebook.schemas.sources import SourceKind

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))
_BAR_WIDTH = 100.0


def is_fragment(request: Request) -> bool:
    """Tell whether htmx asks, for a part of a page."""
    return request.headers.get("hx-request") == "true"


async def rendered(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> HTMLResponse:
    """Return a page or a fragment, rendered in a thread: a long transcript takes a while."""
    state = state_of(request)
    shared: dict[str, object] = {
        "curator": state.settings.curator,
        "token": state.token,
        "path": request.url.path,
        "now": datetime.now(UTC),
    }
    made = environment().get_template(template)
    html = await asyncio.to_thread(made.render, {**shared, **context})
    return HTMLResponse(html, status_code=status, headers=dict(headers or {}))


@cache
def environment() -> Environment:
    """Return the templates: everything escaped, nothing undefined passed over."""
    made = Environment(
        loader=PackageLoader("casebook.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        age=age,
        duration=duration,
        money=money,
        bar=support_bar,
        clock=clock,
        count=count,
        day=day,
        host=host,
        kind=_kind_name,
        listing=listing,
        measured=is_measured,
        web=web_address,
    )
    made.globals.update(
        tabs=TABS,
        standings=STANDINGS,
        remedies=REMEDIES,
        sections=SECTIONS,
        result_columns=RESULT_COLUMNS,
        methods=list(Method),
        files=formats,
    )
    return made


def age(moment: datetime, now: datetime) -> str:
    """Return how long ago ``moment`` was, in its largest unit: ``5 min``, ``3 d``."""
    seconds = max(0.0, (now - moment).total_seconds())
    for unit, name in _UNITS:
        if seconds >= unit:
            return f"{int(seconds // unit)} {name}"
    return "just now"


def host(url: str | None) -> str:
    """Return the host of a web address without ``www.``; empty where there is none."""
    address = web_address(url)
    return (urlsplit(address).hostname or "").removeprefix("www.") if address else ""


def _kind_name(kind: SourceKind) -> str:
    return kind.label[:1].upper() + kind.label[1:]


def support_bar(support: Mapping[str, int]) -> list[tuple[str, float, float]]:
    """Return level, start and width of each segment, in hundredths of the bar."""
    total = sum(support.values())
    segments, start = [], 0.0
    for level in SupportLevel:
        width = _BAR_WIDTH * support.get(level.value, 0) / total if total else 0.0
        if width:
            segments.append((level.value, round(start, 2), round(width, 2)))
        start += width
    return segments
