"""Actions on many cases with progress, and the saved searches of the queue."""

import asyncio
from collections.abc import Callable, Sequence
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from desk.facets import QueueQuery
from desk.forms import text
from desk.rendering import is_fragment, redirect, render
from desk.security import CuratorRequired, TokenRequired
from desk.state import Desk, DeskState, User, person_of
from publishing.wording import count
from review import decisions
from review.changes import AddTag
from review.reversal import reversed_decision
from schemas.errors import CasebookError, InvalidDecision, UnknownId
from schemas.reviews import Review, SavedView

router = APIRouter(include_in_schema=False)

_SHOWN = 20  # refusals
_PATIENCE = 1.5  # seconds that a response waits for the job to finish
_DONE = {
    "approve": "approved", "reject": "rejected", "assign": "assigned", "tag": "tagged",
    "undo": "as before",
}  # fmt: skip


class BulkAction:
    """An action on many cases: the number ``done``, and the errors of unchanged (``kept``) ones.

    ``reviews`` are the decisions that can be undone, by case.
    """

    def __init__(self, act: str, ids: Sequence[str], decide: Callable[[str], Review]) -> None:
        self.bulk_id, self.act, self.ids = uuid4().hex, act, ids
        self.done = 0
        self.reviews: dict[str, Review] = {}
        self.kept: list[tuple[str, str]] = []
        self.task = asyncio.create_task(asyncio.to_thread(self._run, decide))

    @property
    def is_running(self) -> bool:
        """Whether the action is in progress."""
        return not self.task.done()

    @property
    def summary(self) -> str:
        """The number of changed cases, in words."""
        changed = self.done - len(self.kept)
        return f"{count(changed, 'case')} {_DONE[self.act]}."

    def _run(self, decide: Callable[[str], Review]) -> None:
        for case_id in self.ids:
            try:
                review = decide(case_id)
                if self.act != "undo":
                    self.reviews[case_id] = review
            except CasebookError as error:
                self.kept.append((case_id, str(error)))
            self.done += 1


@router.post("/bulk", dependencies=CuratorRequired)
async def start(request: Request, desk: Desk, who: User) -> Response:
    """Approve, reject, assign or tag the selected cases, or all cases of a query."""
    form = await request.form()
    act = "reject" if text(form, "preset") else text(form, "act")
    decide = _decision(act, form, desk, who.name)
    return await _begin(request, desk, BulkAction(act, await _selected(form, desk), decide))


@router.post("/bulk/{bulk_id}/undo", dependencies=CuratorRequired)
async def undo(request: Request, desk: Desk, who: User, bulk_id: str) -> Response:
    """Undo an action for all cases that nobody has changed since."""
    done = _bulk(desk, bulk_id)
    made, done.reviews = done.reviews, {}  # a second click undoes nothing

    def reverse(case_id: str) -> Review:
        return reversed_decision(desk.warehouse, made[case_id], who.name)

    return await _begin(request, desk, BulkAction("undo", [*made], reverse))


@router.get("/bulk/{bulk_id}")
async def progress(request: Request, desk: Desk, bulk_id: str) -> Response:
    """Show the progress of an action."""
    return await _shown(request, desk, _bulk(desk, bulk_id))


@router.post("/views", dependencies=TokenRequired)
async def keep_view(request: Request, desk: Desk, who: User) -> Response:
    """Save a search of the queue under a name, or delete it if the query is empty."""
    form = await request.form()
    name, query = text(form, "name"), text(form, "query")
    if not name or (not query.startswith("?") and query):
        raise InvalidDecision("nothing was saved: give the view a name")
    view = SavedView(who=who.name, name=name[:60], query=query)
    await asyncio.to_thread(desk.warehouse.append, view)
    desk.live.note_change()
    return redirect(f"/{query}")


@router.post("/failures/{kind}/retry", dependencies=CuratorRequired)
async def retry(desk: Desk, who: User, kind: str) -> Response:
    """Retry all sources that failed for one cause."""
    failures = await asyncio.to_thread(desk.warehouse.open_failures)
    for one in failures:
        if one.failure.kind == kind:
            desk.jobs.start(one.reference, who=who.name, source_id=one.failure.source_id)
    return redirect("/submit")


def _bulk(desk: DeskState, bulk_id: str) -> BulkAction:
    if bulk_id not in desk.bulks:
        raise UnknownId("The desk was restarted in the meantime: check the queue.")
    found: BulkAction = desk.bulks[bulk_id]
    return found


async def _begin(request: Request, desk: DeskState, bulk: BulkAction) -> Response:
    desk.bulks[bulk.bulk_id] = bulk
    await asyncio.wait([bulk.task], timeout=_PATIENCE)
    return await _shown(request, desk, bulk)


async def _selected(form: FormData, desk: DeskState) -> Sequence[str]:
    """Return the selected case ids; raise InvalidDecision if none is selected."""
    if listed := text(form, "all"):
        index = await desk.live.fresh()
        return await asyncio.to_thread(index.ids, QueueQuery.of_address(listed))
    if ids := [one for one in form.getlist("case") if isinstance(one, str)]:
        return list(dict.fromkeys(ids))
    raise InvalidDecision("nothing is selected: select cases with their checkboxes or with x")


def _decision(act: str, form: FormData, desk: DeskState, who: str) -> Callable[[str], Review]:
    """Return the function that carries out the action on a case."""
    warehouse, judging = desk.warehouse, desk.judging
    reason = text(form, "preset") or text(form, "reason")
    match act:
        case "approve":
            return lambda case_id: decisions.approve(warehouse, case_id, who)
        case "reject" if reason:
            return lambda case_id: decisions.reject(warehouse, case_id, reason, who)
        case "reject":
            raise InvalidDecision("nothing was rejected: give a reason")
        case "assign":
            to = text(form, "who")
            return lambda case_id: decisions.assign(warehouse, case_id, to, who)
        case "tag" if slug := text(form, "slug"):
            change, loop = AddTag(slug=slug), asyncio.get_running_loop()

            def tag(case_id: str) -> Review:
                review = decisions.edit(warehouse, case_id, [change], who, judged=judging.is_on)
                loop.call_soon_threadsafe(judging.start, case_id)
                return review

            return tag
    raise InvalidDecision("nothing was changed: approve, reject, assign or tag")


async def _shown(request: Request, desk: DeskState, bulk: BulkAction) -> Response:
    back = desk.cursor(person_of(request).name).query.address()
    desk.live.note_change()
    if not is_fragment(request) and request.method == "POST":
        return redirect(f"/bulk/{bulk.bulk_id}")
    line = desk.live.index.line
    kept = [(line(case_id), case_id, why) for case_id, why in bulk.kept[:_SHOWN]]
    return await render(request, "bulk.html", bulk=bulk, kept=kept, back=back)
