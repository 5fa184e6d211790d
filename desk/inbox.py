"""The inbox of a person: mentions, questions, answers and assignments, also by mail."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from html import escape

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import SecretStr

from desk.forms import text
from desk.live import Live
from desk.rendering import MESSAGES, redirect, render
from desk.security import TokenRequired
from desk.state import Desk, DeskState, User
from publishing.wording import count
from review.people import known_people
from schemas.errors import CasebookError
from schemas.inbox import Message, ReadMessage
from services.mail import send

router = APIRouter(include_in_schema=False)
log = structlog.get_logger()

_MAIL_SECONDS = 60.0


@router.get("/inbox")
async def inbox(request: Request, desk: Desk, who: User) -> Response:
    """Show what other people ask of the viewer, unread messages first."""
    await desk.live.fresh()
    messages = await asyncio.to_thread(desk.live.inbox, who.name)
    ordered = sorted(messages, key=lambda one: one.is_read)
    return await render(request, "inbox.html", messages=ordered, line_of=desk.live.index.line)


@router.post("/inbox/read", dependencies=TokenRequired)
async def mark_read(request: Request, desk: Desk, who: User) -> Response:
    """Mark one message as read, or all of them."""
    wanted = text(await request.form(), "message")
    found = await asyncio.to_thread(desk.live.inbox, who.name)
    unread = [one for one in found if not one.is_read and wanted in {"", one.review_id}]
    marks = [ReadMessage(who=who.name, review_id=one.review_id) for one in unread]
    if marks:
        await asyncio.to_thread(desk.warehouse.append, *marks)
        desk.live.note_change()
    return redirect("/inbox", request)


class InboxMail:
    """Mails new messages to the address of ``CASEBOOK_MAIL``, at most one mail a minute.

    Messages that arrive while no desk is running are only in the inbox.
    """

    def __init__(self, desk: DeskState) -> None:
        self._desk, self._seen = desk, set[str]()

    async def run(self) -> None:
        """Mail until cancelled."""
        account = self._desk.settings.mail
        await self.new_messages()
        while account:
            await asyncio.sleep(_MAIL_SECONDS)
            if new := await self.new_messages():
                await self._mail(account, new)

    async def new_messages(self) -> Mapping[str, list[Message]]:
        """Return each person's unread messages since the last call."""
        found: dict[str, list[Message]] = defaultdict(list)
        for name in known_people(self._desk.warehouse, self._desk.settings.curator):
            for one in await asyncio.to_thread(self._desk.live.inbox, name):
                if not one.is_read and f"{name} {one.review_id}" not in self._seen:
                    self._seen.add(f"{name} {one.review_id}")
                    found[name].append(one)
        return found

    async def _mail(self, account: SecretStr, new: Mapping[str, list[Message]]) -> None:
        await self._desk.live.fresh()
        lines = [line for name, found in new.items() for line in self._lines(name, found)]
        total = sum(map(len, new.values()))
        subject = f"{count(total, 'message')} for {', '.join(new)} at the casebook desk"
        html = "".join(f"<p>{escape(line)}</p>" for line in lines)
        try:
            await asyncio.to_thread(send, account, subject, "\n\n".join(lines), html)
        except CasebookError as error:
            log.warning("inbox mail", message=str(error))

    def _lines(self, name: str, found: Iterable[Message]) -> list[str]:
        return [f"{name}: {described(one, self._desk.live)}" for one in found]


def described(one: Message, live: Live) -> str:
    """Return a message in one line: who wants what of which case."""
    line = live.index.line(one.case_id)
    title = (line and line["title"]) or one.case_id
    said = f": “{one.text}”" if one.text else ""
    return f"{one.who} {MESSAGES[one.kind]} “{title}”{said}"
