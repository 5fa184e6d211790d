"""Login and logout, accounts, and the log of changes."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import Response

from desk.accounts import Accounts
from desk.forms import fields_of
from desk.rendering import redirect, render
from desk.security import CuratorRequired, TokenRequired, local_path, require_admin
from desk.state import Desk, User
from schemas.errors import InputError
from schemas.reviews import Account, Role

router = APIRouter(include_in_schema=False)
_ADMINS = [Depends(require_admin)]
_PAGE = 100  # entries of the log

log = structlog.get_logger()


@router.get("/login")
async def login(request: Request, to: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Show the form for name and password."""
    return await render(request, "login.html", to=to, problem=None)


@router.post("/login")
async def log_in(request: Request, desk: Desk) -> Response:
    """Start a session, or show the form with an error."""
    form = fields_of(await request.form())
    to = form.get("next", "/")
    try:
        account = await _verified(request, desk, form.get("name", "").strip(), form)
    except HTTPException as refusal:
        given, status = {"to": to, "problem": refusal.detail}, refusal.status_code
        return await render(request, "login.html", given, status=status, headers=refusal.headers)
    desk.sessions.begin(request.scope, request.headers, account.name)
    return redirect(local_path(to))


@router.post("/logout", dependencies=TokenRequired)
async def log_out(request: Request, desk: Desk) -> Response:
    """End the session of this browser."""
    desk.sessions.end(request.scope, desk.sessions.current(request.scope))
    return redirect("/login")


@router.post("/account/sessions", dependencies=TokenRequired)
async def end_sessions(request: Request, desk: Desk) -> Response:
    """End one of the user's sessions, or all of them if none is named."""
    chosen = fields_of(await request.form()).get("session")
    own = await asyncio.to_thread(desk.sessions.own, request.scope)
    desk.sessions.end(request.scope, *(one for one in own if chosen in {None, one.session_id}))
    return redirect("/account")


@router.get("/account")
async def own_account(request: Request, desk: Desk, who: User, done: bool = False) -> Response:
    """Show the user's role and sessions, and the form for a new password."""
    known = await asyncio.to_thread(desk.accounts.person, who.name)
    own, here = desk.sessions.own(request.scope), desk.sessions.current(request.scope)
    given = {"known": known, "changed": done, "sessions": own, "here": here}
    return await render(request, "account.html", given)


@router.post("/account", dependencies=TokenRequired)
async def change_password(request: Request, desk: Desk, who: User) -> Response:
    """Change the user's password and end their other sessions."""
    form = fields_of(await request.form())
    await _verified(request, desk, who.name, form)
    new = form.get("new", "")
    account = await asyncio.to_thread(desk.accounts.change, who.name, who.name, new)
    desk.sessions.begin(request.scope, request.headers, account.name)
    return redirect("/account?done=1")


@router.get("/accounts", dependencies=_ADMINS)
async def accounts(request: Request, desk: Desk, made: str = "") -> Response:
    """List people and scripts; ``made`` is the token of a new script."""
    known = await asyncio.to_thread(desk.accounts.all)
    given = {"accounts": list(known.values()), "roles": list(Role), "made": made}
    return await render(request, "accounts.html", given)


@router.post("/accounts", dependencies=[*CuratorRequired, *_ADMINS])
async def change(request: Request, desk: Desk, who: User) -> Response:
    """Add a person or a script (whose token is shown once), or change one."""
    form = fields_of(await request.form())
    token = await asyncio.to_thread(_change, desk.accounts, form, who.name)
    return await accounts(request, desk, token) if token else redirect("/accounts")


@router.get("/log")
async def changes(
    request: Request, desk: Desk, who: str = "", page: Annotated[int, Query(ge=1, le=1_000)] = 1
) -> Response:
    """Show all changes, newest first."""
    read = desk.warehouse.audit_log
    found = await asyncio.to_thread(read, who or None, _PAGE + 1, (page - 1) * _PAGE)
    given = {"entries": found[:_PAGE], "has_more": len(found) > _PAGE, "who": who, "number": page}
    return await render(request, "log.html", given)


async def _verified(request: Request, desk: Desk, name: str, form: Mapping[str, str]) -> Account:
    """Return the account if the password is right; raise HTTP 403, or 429 if throttled."""
    address = desk.sessions.address(request.scope, request.headers)
    if wait := desk.attempts.start(name, address):
        words = f"Too many attempts: try again in {wait} seconds."
        raise HTTPException(429, words, {"Retry-After": str(wait)})
    password = form.get("password", "")
    account = await asyncio.to_thread(desk.accounts.log_in, name, password)
    if account is None:
        log.warning("login failed", name=name[:60], address=address)
        raise HTTPException(403, "The name or the password is wrong.")
    desk.attempts.succeed(name, address)
    return account


def _change(accounts: Accounts, form: Mapping[str, str], who: str) -> str:
    """Add or change an account; return the token of a new script, otherwise an empty string."""
    name, role, password = form.get("name", ""), form.get("role", "reader"), form.get("password")
    if role not in set(Role):
        raise InputError("Choose a role: reader, curator or admin.")
    if form.get("action") == "add":
        return accounts.add(name, Role(role), who, password)
    if name.casefold() == who.casefold():
        raise InputError(
            "Only another admin can change your account. Change your password on your account page."
        )
    fields: dict[str, object] = {"role": Role(role)} if "role" in form else {}
    fields |= {"active": form["active"] == "yes"} if "active" in form else {}
    accounts.change(name, who, password, **fields)
    return ""
