"""Templates to answers, and how the desk writes times, amounts and support."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from extractors import formats
from publishing.anchors import web_address
from publishing.wording import (
    FACT_WORDS,
    RESULT_COLUMNS,
    count,
    day,
    fact_text,
    kind_name,
    listing,
)
from review.editing import CHOICES
from review.state import state_of
from review.submit import LISTS
from schemas.cases import Method, Section, SupportLevel
from schemas.taxonomy import load_taxonomy

SIGNS: Mapping[str, str] = MappingProxyType(
    {"verbatim": "❝", "verified": "✓", "unverified": "○", "doubtful": "~", "refuted": "✗"}
)
"""A sign for each level of support, beside its word."""

_AGES = ((86_400, "d"), (3_600, "h"), (60, "min"))
_BAR_WIDTH = 100.0
_IN_SECONDS = 90


def is_fragment(request: Request) -> bool:
    """Return whether htmx wants a part of a page."""
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
    """Return the templates: everything escaped, an undefined name an error."""
    made = Environment(
        loader=PackageLoader("review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        age=age,
        ago=ago,
        bar=support_bar,
        count=count,
        day=day,
        duration=duration,
        fact=fact_text,
        host=host,
        kind=lambda kind: _capitalized(kind_name(kind)) if kind else "Source",
        listing=listing,
        money=money,
        web=web_address,
        words=lambda name: name.replace("_", " "),
    )
    made.globals.update(
        labels={"title": "Title", **FACT_WORDS},
        choices=CHOICES,
        industries=[one.slug for one in load_taxonomy().industries],
        signs=SIGNS,
        levels=[level.value for level in SupportLevel],
        sections=list(Section),
        result_columns=RESULT_COLUMNS,
        methods=list(Method),
        files=formats,
        lists=LISTS,
    )
    return made


def age(moment: datetime, now: datetime) -> str:
    """Return how long ago ``moment`` was in its largest unit: ``5 min``, ``3 d``, ``just now``."""
    seconds = max(0.0, (now - moment).total_seconds())
    for unit, name in _AGES:
        if seconds >= unit:
            return f"{int(seconds // unit)} {name}"
    return "just now"


def ago(moment: datetime, now: datetime) -> str:
    """Return ``5 min ago``, ``3 d ago`` or ``just now``."""
    text = age(moment, now)
    return text if text == "just now" else f"{text} ago"


def money(dollars: float | None) -> str:
    """Return US dollars: ``$12.40``, ``$0.0031``, or words for an unknown price."""
    if dollars is None:
        return "price not known"
    return f"${dollars:,.2f}" if dollars >= 1 or not dollars else f"${dollars:.4f}"


def duration(seconds: float) -> str:
    """Return seconds as ``1 h 05 min``, ``6 h``, ``4 min`` or ``12 s``."""
    if seconds < _IN_SECONDS:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes:02} min" if minutes else f"{hours} h"


def clock(seconds: float) -> str:
    """Return a second of a video as players show it: ``1:02:05``, ``0:07``."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def host(url: str | None) -> str:
    """Return the host of a web address without ``www.``; empty where there is none."""
    address = web_address(url)
    return (urlsplit(address).hostname or "").removeprefix("www.") if address else ""


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


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]
