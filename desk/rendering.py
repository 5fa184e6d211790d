"""Responses from templates, and the formats of times, amounts and support."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from desk.facets import AGES, flags
from desk.index import MARKS
from desk.listening import sound_of
from desk.state import person_of, state_of
from desk.submit import LISTS
from extractors import formats
from publishing import wording
from publishing.anchors import web_address
from publishing.conversion import recipe_of
from review.edits import CHOICES
from review.judgment import is_waiting
from schemas.cases import FACT_LABELS, NOT_JUDGED, Method, Section, Support, SupportLevel
from schemas.inbox import MessageKind
from schemas.overruling import finding, is_overruled, kept_because
from schemas.sources import SourceKind
from schemas.taxonomy import load_taxonomy

MESSAGES: Mapping[MessageKind, str] = {
    "assignment": "assigned you",
    "review": "asks you to review",
    "question": "asks you about",
    "mention": "mentions you in",
    "answer": "answers your comment on",
    "comment": "comments on your case",
    "resolved": "resolved your comment on",
}
"""What a message says, before the case's title."""

_LONG = 90  # minutes
_WEEK = 7  # days
_AGES = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def is_fragment(request: Request) -> bool:
    """Return whether htmx requests part of a page."""
    return request.headers.get("hx-request") == "true"


async def render(
    request: Request,
    template: str,
    given: Mapping[str, object] = MappingProxyType({}),
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> HTMLResponse:
    """Return a page or, for htmx, its ``_body`` if it has one; rendered in a thread."""
    person = person_of(request)
    shared: dict[str, object] = {
        "person": person,
        "token": state_of(request).sessions.form_token if person.name else "",
        "people": state_of(request).accounts.people or [person.name],
        "unread": lambda: state_of(request).live.unread(person.name),
        "reports": state_of(request).live.reports,
        "path": request.url.path,
        "now": datetime.now(UTC),
    }
    parts = [template.replace(".", "_body.")] if is_fragment(request) else []
    made = environment().select_template([*parts, template])
    html = await asyncio.to_thread(made.render, {**shared, **given, **context})
    return HTMLResponse(html, status_code=status, headers=dict(headers or {}))


@cache
def environment() -> Environment:
    """Return the templates: they escape everything, and undefined names are errors."""
    made = Environment(
        loader=PackageLoader("desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        age=age,
        sound=sound_of,
        bar=support_bar,
        count=wording.count,
        day=wording.day,
        duration=duration,
        fact=wording.fact_text,
        host=host,
        judging_note=lambda view: wording.judging_note(recipe_of(view)),
        kind=kind_label,
        listing=wording.listing,
        flags=flags,
        marked=marked,
        minutes=minutes,
        moment=lambda seconds: datetime.fromtimestamp(seconds, UTC),
        kept_because=kept_because,
        value=facet_text,
        level=level_text,
        finding=lambda support: finding(support).removeprefix(f"{NOT_JUDGED}: "),
        money=money,
        segments=segments,
        since_day=since_day,
        web=web_address,
        words=lambda name: name.replace("_", " "),
    )
    made.tests["overruled"] = is_overruled
    made.globals.update(
        labels={**FACT_LABELS, **wording.FACT_WORDS},
        choices=CHOICES,
        message_words=MESSAGES,
        industries=[one.slug for one in load_taxonomy().industries],
        signs=dict(zip(SupportLevel, "❝✓○⤓~✗", strict=True)),
        sections=list(Section),
        result_columns=wording.RESULT_COLUMNS,
        methods=list(Method),
        files=formats,
        lists=LISTS,
    )
    return made


def age(moment: datetime, now: datetime) -> str:
    """Return the age of ``moment`` in its largest unit: ``5 min``, ``3 d``, ``just now``."""
    seconds = max(0.0, (now - moment).total_seconds())
    found = (f"{int(seconds // unit)} {name}" for unit, name in _AGES[:3] if seconds >= unit)
    return next(found, "just now")


def since_day(moment: datetime, now: datetime) -> str:
    """Return a moment as people say it after "since": ``10:14``, ``yesterday``, ``Thursday``."""
    days = (now.date() - moment.astimezone(UTC).date()).days
    if days <= 1:
        return "yesterday" if days else f"{moment:%H:%M}"
    return f"{moment:%A}" if days < _WEEK else wording.day(moment)


def minutes(number: float) -> str:
    """Return minutes in words: ``8 minutes``, ``2.5 hours``."""
    return (
        f"{number / 60:.1f} hours"
        if number > _LONG
        else wording.count(round(number) or 1, "minute")
    )


def level_text(support: Support) -> str:
    """Return the name of a support level: for unjudged parts whether the judge is being asked."""
    if not support.is_unjudged:
        return support.level.value
    return "being judged" if is_waiting(support) else "not judged"


def facet_text(value: str, facet: str) -> str:
    """Return the label of a facet's value."""
    if facet == "kind":
        return kind_label(value)
    if facet == "age" and value not in AGES:
        return f"since {value.capitalize()}"
    return wording.fact_text(facet, value) if facet in FACT_LABELS else value


def marked(text: str) -> Markup:
    """Return a search snippet as escaped HTML with the matching words marked."""
    words = str(escape(text))
    for sign, tag in zip(MARKS, ("<mark>", "</mark>"), strict=True):
        words = words.replace(sign, tag)
    return Markup(words)  # noqa: S704 - escaped before the marks were inserted


def money(dollars: float | None) -> str:
    """Return US dollars: ``$12.40``, ``$0.0031``, or "price unknown"."""
    if dollars is None:
        return "price unknown"
    return f"${dollars:,.2f}" if dollars >= 1 or not dollars else f"${dollars:.4f}"


def duration(seconds: int) -> str:
    """Return an interval in its largest whole unit: ``2 d``, ``6 h``, ``10 min``."""
    return next(f"{seconds // unit} {name}" for unit, name in _AGES if not seconds % unit)


def host(url: str | None) -> str:
    """Return the host of a web address without ``www.``; empty for other addresses."""
    address = web_address(url)
    return (urlsplit(address).hostname or "").removeprefix("www.") if address else ""


def support_bar(support: Mapping[str, int]) -> list[tuple[str, float, float]]:
    """Return level, start and width of each segment of the bar, in percent."""
    return segments([(level.value, support.get(level.value, 0)) for level in SupportLevel])


def segments(counts: Sequence[tuple[str, int]]) -> list[tuple[str, float, float]]:
    """Return name, start and width of each non-empty segment of a bar, in percent."""
    total = max(sum(count for _, count in counts), 1)
    found, start = [], 0.0
    for name, number in counts:
        width = 100 * number / total
        if number:
            found.append((name, round(start, 2), round(width, 2)))
        start += width
    return found


def kind_label(kind: str | None) -> str:
    """Return the name of a kind of source, capitalized."""
    text = wording.kind_name(SourceKind(kind)) if kind else "source"
    return text[:1].upper() + text[1:]


def redirect(address: str, request: Request | None = None) -> Response:
    """Return the redirect to ``address`` after a form, also for a ``request`` by htmx."""
    if request and is_fragment(request):
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": address})
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
