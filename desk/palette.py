"""The palette: saved views and cases by name; the page itself adds its commands."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.facets import Line, QueueQuery
from desk.rendering import render
from desk.state import Desk, DeskState, User

router = APIRouter(include_in_schema=False)

_MOST_CASES = 8
_LEAST_LETTERS = 2


@router.get("/palette")
async def palette(request: Request, desk: Desk, who: User, typed: str = "") -> Response:
    """List the saved views and the cases that match a text."""
    words = typed.strip()
    await desk.live.fresh()
    views = await asyncio.to_thread(desk.live.views, who.name)
    named = [one for one in views if words.casefold() in one.name.casefold()]
    lines = await asyncio.to_thread(_cases, desk, words)
    more = QueueQuery(status="all", q=words).address() if words else ""
    given = {"views": named, "lines": lines, "more": more, "typed": words}
    return await render(request, "palette.html", given)


def _cases(desk: DeskState, words: str) -> list[Line]:
    """Return the best matches of a search, none for a single letter."""
    if len(words) < _LEAST_LETTERS:
        return []
    index = desk.live.index
    return index.lines(index.ids(QueueQuery(status="all", q=words))[:_MOST_CASES])
