"""Copies of published sources in a web archive, asked for where ``archive.toml`` names one."""

import asyncio
import tomllib
from asyncio import to_thread
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from config.resources import Resources
from extractors.urls import is_web_address, parse_web_url
from schemas.errors import CasebookError, InputError, InvalidUrl, WarehouseError
from schemas.sources import ArchivedCopy
from services.batches import map_concurrently

_MOST = 20  # copies asked for at one publication
_AT_ONCE, _SECONDS = 2, 90.0  # archives fetch the page before they answer
_MOST_SECONDS = 300.0  # for all of them
_FORM = 'write the line save = "https://web.archive.org/save/"'


def archive_of(home: Path) -> str | None:
    """Return the address of the archive that ``archive.toml`` names, None without the file.

    The address of a page is added to it. Raises InputError for another form.
    """
    file = home / "archive.toml"
    try:
        found = tomllib.loads(file.read_text("utf-8")) if file.exists() else None
    except (ValueError, OSError) as error:
        raise InputError(f"{file}: {error}; {_FORM}") from None
    if found is None:
        return None
    save = found.get("save")
    if found.keys() != {"save"} or not isinstance(save, str) or not is_web_address(save):
        raise InputError(f"{file} has another form; {_FORM}")
    return save


async def ask_for_copies(resources: Resources) -> Sequence[ArchivedCopy]:
    """Ask the archive for copies of published sources that have none; store the answers.

    Only public pages that casebook fetched itself are named to the archive. A source that got no
    copy is asked for again after a week.
    """
    save = archive_of(resources.settings.home)
    if save is None:
        return ()
    policy, waiting = resources.network.client.policy, list[tuple[str, str]]()
    for row in await to_thread(resources.warehouse.unarchived):
        with suppress(InvalidUrl):
            url = parse_web_url(row["url"])
            if not policy.allows(url.host, url.port):
                waiting.append((row["source_id"], str(url)))

    async def one(source: tuple[str, str]) -> ArchivedCopy:
        copy = await _asked(*source, save, resources)
        await to_thread(resources.warehouse.append, copy)
        return copy

    copies = list[ArchivedCopy]()
    with suppress(TimeoutError):  # the others are asked for at the next publication
        async with asyncio.timeout(_MOST_SECONDS):
            async for copy in map_concurrently(one, waiting[:_MOST], _AT_ONCE):
                copies.append(copy)
    return copies


async def _asked(source_id: str, address: str, save: str, resources: Resources) -> ArchivedCopy:
    client = resources.network.client
    limits = replace(client.limits, deadline_seconds=_SECONDS)
    url = message = None
    try:
        answer = await client.get(f"{save}{address}", limits=limits)
        url = _copy(f"{save}{address}", answer.final_url, answer.headers.get("content-location"))
        message = None if url else "The archive did not say where the copy is."
    except WarehouseError:
        raise
    except CasebookError as error:
        message = str(error)
    return ArchivedCopy(source_id=source_id, address=address, url=url, message=message)


def _copy(asked: str, final: str | None, location: str | None) -> str | None:
    """Return the address of the copy: where the archive led, or what its answer names."""
    found = urljoin(asked, location) if location else final
    is_there = found and found != asked and urlsplit(found).hostname == urlsplit(asked).hostname
    return found if is_there else None
