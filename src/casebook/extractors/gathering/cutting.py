"""A recording cut to pieces that an endpoint takes, by ffmpeg where it is installed.

ffmpeg reads bytes that others made: it may open nothing but the given file, knows recordings alone
(no playlists), and is killed at a time limit.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from casebook.extractors.gathering.sound import Sound
from casebook.schemas.errors import RecordingTooLong

SECONDS = 3_000
"""The length of a piece: at 32 kbit/s half of what OpenAI's endpoint takes."""

# The lowest rate of MP3, 8 kbit/s: no sound of so many bytes lasts longer.
_BYTES_A_SECOND = 1_000
_FORMATS = "aac,flac,matroska,mov,mp3,mp4,m4a,ogg,wav,webm"
_LIMIT = 600.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a recording, from ``start`` seconds on, of at most ``most_seconds``."""

    start: float
    name: str
    media_type: str
    data: bytes
    most_seconds: float


async def pieces(sound: Sound, most_bytes: int) -> Sequence[Piece]:
    """Return the recording in pieces of at most ``most_bytes``; whole where it is not larger.

    Raises:
        RecordingTooLong: if it is larger and ffmpeg is missing, or cannot read it.
    """
    if len(sound.data) <= most_bytes:
        most_seconds = len(sound.data) / _BYTES_A_SECOND
        return [Piece(0.0, sound.name, sound.media_type, sound.data, most_seconds)]
    tool = shutil.which("ffmpeg")
    if tool is None:
        raise RecordingTooLong(
            f"{sound.url or sound.name} has {len(sound.data) / 1e6:.0f} MB of sound and the "
            f"endpoint takes {most_bytes / 1e6:g}: install ffmpeg, which cuts it, or submit it "
            "with --transcript FILE."
        )
    with tempfile.TemporaryDirectory(prefix="casebook-sound-") as folder:
        return await _cut(sound, tool, Path(folder))


async def _cut(sound: Sound, tool: str, folder: Path) -> list[Piece]:
    source = folder / "sound"
    await asyncio.to_thread(source.write_bytes, sound.data)
    process = await asyncio.create_subprocess_exec(
        *(tool, "-nostdin", "-v", "error"),
        *("-protocol_whitelist", "file", "-format_whitelist", _FORMATS, "-i", str(source)),
        *("-vn", "-sn", "-dn", "-ac", "1", "-ar", "16000", "-b:a", "32k"),
        *("-f", "segment", "-segment_time", str(SECONDS), str(folder / "%04d.mp3")),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_LIMIT):
            status = await process.wait()
    except TimeoutError:
        status = -1
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    found = await asyncio.to_thread(lambda: sorted(folder.glob("*.mp3")))
    if status or not found:
        raise RecordingTooLong(
            f"{sound.url or sound.name} is too large for the endpoint and ffmpeg cannot cut it: "
            "submit a smaller file, or a transcript with --transcript FILE."
        )
    return [
        Piece(
            n * float(SECONDS),
            file.name,
            "audio/mpeg",
            await asyncio.to_thread(file.read_bytes),
            SECONDS + 1.0,
        )
        for n, file in enumerate(found)
    ]
