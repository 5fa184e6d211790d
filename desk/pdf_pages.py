"""Pages of a PDF as pictures, with the quotes of a case in boxes."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.rendering import is_fragment, render
from desk.state import Case, Desk, DeskState
from extractors.pdf.pages import Picture, picture
from review.quotes import page_at
from schemas.cases import Fact, Statement
from schemas.errors import UnknownId
from schemas.reviews import CaseView
from schemas.sources import LineBox
from services.identity import payload_of

router = APIRouter(include_in_schema=False, prefix="/cases/{case_id}/pages")

_KEPT = 40  # pictures in memory, of about 0.2 MB each
Boxes = Sequence[tuple[int, ...]]  # left, top, right and bottom in thousandths of a page


class BoxedQuote(NamedTuple):
    """A quote on a page and the parts of the case that cite it."""

    words: str
    parts: Sequence[Fact | Statement]
    boxes: Boxes
    chosen: bool


@router.get("/{number}.png")
async def page_picture(request: Request, desk: Desk, view: Case, number: int) -> Response:
    """Send a page of a case's PDF as a picture."""
    etag, drawn = await _opened(desk, view, number)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(drawn.png, media_type="image/png", headers=headers)


@router.get("/{number}")
async def page(
    request: Request, desk: Desk, view: Case, number: int, *, start: int = 0, end: int = 0
) -> Response:
    """Show a page with its quotes, and a chosen one given by its offsets."""
    _, drawn = await _opened(desk, view, number)
    quotes = list(quotes_on(number, view, (start, end), drawn.words))
    template = "sheet.html" if is_fragment(request) else "page.html"
    given = {"view": view, "number": number, "picture": drawn}
    return await render(request, template, given, quotes=quotes)


def quotes_on(
    number: int, view: CaseView, chosen: tuple[int, int], words: Boxes
) -> Iterator[BoxedQuote]:
    """Yield the quotes on a page and the ``chosen`` span; ``words`` are the boxes of its words."""
    study, document = view.revision.study, view.document
    found = {line: 0 for one in document.passages for line in one.lines if line.page == number}
    parts: Sequence[Fact | Statement] = (*study.facts, *study.statements)
    spans = {(one.start or 0, one.end or 0) for part in parts for one in part.evidence}
    for start, end in sorted({*spans, chosen} - {(0, 0)}):
        lines = [line for line in found if start < line.end and line.start < end]
        if lines or (not found and page_at(document, start) == number):
            boxes = [part_of(line, start, end, document.text, words) for line in lines]
            resting = [
                p for p in parts if any((e.start, e.end) == (start, end) for e in p.evidence)
            ]
            yield BoxedQuote(document.text[start:end], resting, boxes, (start, end) == chosen)


def part_of(line: LineBox, start: int, end: int, text: str, words: Boxes) -> tuple[int, ...]:
    """Return the box around a quote's words in a line, or the whole line if unknown."""
    left, top, right, bottom = line.box
    inside = [w for w in words if left <= (w[0] + w[2]) / 2 <= right]
    inside = [w for w in inside if top <= (w[1] + w[3]) / 2 <= bottom]
    first = max(0, len(text[line.start : start + 1].split()) - 1)
    last = len(text[line.start : min(end, line.end)].split())
    if len(inside) != len(text[line.start : line.end].split()) or first >= last:
        return line.box
    edges = list(zip(*inside[first:last], strict=True))
    return min(edges[0]), min(edges[1]), max(edges[2]), max(edges[3])


async def _opened(desk: DeskState, view: CaseView, number: int) -> tuple[str, Picture]:
    """Return an ETag and the picture of a page, cached or rendered in a worker."""
    snapshot = await asyncio.to_thread(desk.warehouse.snapshot, view.document.snapshot_id)
    if snapshot is None:
        raise UnknownId(
            f"The file of case {view.case.case_id} is not stored: open the original instead."
        )
    kept, etag = desk.pictures, f'"{snapshot.sha256}-{number}"'
    if etag not in kept:
        payload = await payload_of(snapshot, desk.resources)
        kept[etag] = await desk.resources.workers.compute(partial(picture, number=number), payload)
    kept[etag] = kept.pop(etag)
    while len(kept) > _KEPT:
        del kept[next(iter(kept))]
    return etag, kept[etag]
