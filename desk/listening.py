"""The sound of recordings, so that a curator can listen to the seconds of a quote."""

import asyncio
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from desk.state import Case, Desk
from extractors.bundles import unpack
from extractors.formats import RECORDINGS, format_of
from extractors.urls import is_web_address
from schemas.errors import UnknownId
from schemas.reviews import CaseView
from services.identity import payload_of

router = APIRouter(include_in_schema=False)


@router.get("/cases/{case_id}/sound")
async def sound(desk: Desk, view: Case) -> FileResponse:
    """Send the recording of a case if it is still the file that was heard."""
    path, snapshot = sound_of(view), None
    if path:
        snapshot = await asyncio.to_thread(desk.warehouse.snapshot, view.document.snapshot_id)
    heard = unpack(await payload_of(snapshot, desk.resources)).sound if snapshot else None
    if path is None or heard is None or await asyncio.to_thread(_digest, path) != heard:
        raise UnknownId(
            f"The sound of {view.case.case_id} is not here, or is another file now: listen to it "
            "where it was published."
        )
    known = format_of(path.name)
    kind = known.media_types[0] if known else "audio/mpeg"
    return FileResponse(path, media_type=kind, headers={"Cache-Control": "private, no-cache"})


def sound_of(view: CaseView) -> Path | None:
    """Return the local file of a case's recording, None if there is none."""
    name = view.source.reference.source
    is_sound = not is_web_address(name) and Path(name).suffix.lower() in RECORDINGS
    heard = any(passage.heard for passage in view.document.passages)
    return Path(name) if is_sound and heard and Path(name).is_file() else None


def _digest(path: Path) -> str:
    state = path.stat()
    return _hash_of(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=64)
def _hash_of(path: Path, _changed_at: int, _size: int) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
